//! The manifests for Kubernetes, and the other files beside them.

use k8s_openapi::{
    Resource,
    api::{
        apps::v1::Deployment,
        batch::v1::CronJob,
        core::v1::{Container, Pod, PodSpec, Secret},
    },
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// `host/deploy`.
pub fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../host/deploy")
}

/// The text of a file in `host/deploy`.
pub fn text(path: &str) -> String {
    let path = directory().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All source code of the host, and of the component.
pub fn source() -> String {
    fn add(directory: &Path, source: &mut String) {
        for entry in fs::read_dir(directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => add(&path, source),
                false => source.push_str(&fs::read_to_string(&path).expect("a text")),
            }
        }
    }
    let mut source = String::new();
    add(&directory().join("../src"), &mut source);
    add(&directory().join("../../guest/src"), &mut source);
    source
}

/// Files in a directory of `host/deploy`, by their paths in there.
pub fn files(directory: &str) -> Vec<String> {
    let entries = fs::read_dir(self::directory().join(directory)).expect("a directory");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let mut files: Vec<_> = names
        .map(|name| format!("{directory}/{}", name.display()))
        .collect();
    files.sort();
    files
}

/// The documents of a YAML file.
pub fn documents(text: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The one object of this kind in a manifest.
pub fn read<T: Resource + DeserializeOwned>(file: &str) -> T {
    let objects = documents(&text(&format!("kubernetes/{file}")));
    let mut fitting = objects
        .into_iter()
        .filter(|object| object["apiVersion"] == T::API_VERSION && object["kind"] == T::KIND);
    let object = fitting
        .next()
        .unwrap_or_else(|| panic!("no {} in {file}", T::KIND));
    serde_json::from_value(object).unwrap_or_else(|error| panic!("{file}: {error}"))
}

pub fn deployment() -> Deployment {
    read("deployment.yaml")
}

pub fn cron_job() -> CronJob {
    read("cronjob.yaml")
}

pub fn secret() -> Secret {
    read("secret.yaml")
}

/// The pod of the Deployment.
pub fn service_pod() -> PodSpec {
    let spec = deployment().spec.expect("a spec");
    spec.template.spec.expect("a pod")
}

/// The pod of the CronJob.
pub fn sync_pod() -> PodSpec {
    let job = cron_job().spec.expect("a spec").job_template.spec;
    job.expect("a job").template.spec.expect("a pod")
}

/// All pods that come of the manifests, by what they are.
pub fn pods() -> [(&'static str, PodSpec); 3] {
    let reader: Pod = read("syncs-reader.yaml");
    [
        ("the Deployment", service_pod()),
        ("the CronJob", sync_pod()),
        ("the reader", reader.spec.expect("a spec")),
    ]
}

/// The one container of a pod.
pub fn container(mut pod: PodSpec) -> Container {
    assert_eq!(pod.containers.len(), 1);
    assert_eq!(pod.init_containers, None);
    assert_eq!(pod.ephemeral_containers, None);
    pod.containers.remove(0)
}

/// What the Secret sets, by name.
pub fn secret_keys() -> Vec<String> {
    secret().string_data.expect("values").into_keys().collect()
}
