//! Whether Kubernetes knows all that the manifests say: its own types, of the oldest version that
//! is still supported, read each of them, and write the same again.

use crate::manifests::{documents, files, text};
use k8s_openapi::{
    Resource,
    api::{
        apps::v1::Deployment,
        batch::v1::CronJob,
        core::v1::{PersistentVolumeClaim, Pod, Secret},
        networking::v1::NetworkPolicy,
    },
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// What is wrong with an object.
fn faults(object: &Value) -> Vec<String> {
    let text = |name: &str| object[name].as_str().unwrap_or_default();
    match (text("apiVersion"), text("kind")) {
        ("apps/v1", "Deployment") => faults_of::<Deployment>(object),
        ("batch/v1", "CronJob") => faults_of::<CronJob>(object),
        ("networking.k8s.io/v1", "NetworkPolicy") => faults_of::<NetworkPolicy>(object),
        ("v1", "PersistentVolumeClaim") => faults_of::<PersistentVolumeClaim>(object),
        ("v1", "Pod") => faults_of::<Pod>(object),
        ("v1", "Secret") => faults_of::<Secret>(object),
        (version, kind) => vec![format!("no type for {version} {kind}")],
    }
}

fn faults_of<T: Resource + Serialize + DeserializeOwned>(object: &Value) -> Vec<String> {
    let typed: T = match serde_json::from_value(object.clone()) {
        Ok(typed) => typed,
        Err(error) => return vec![error.to_string()],
    };
    let again = serde_json::to_value(&typed).expect("JSON");
    let mut faults = Vec::new();
    compare("", object, &again, &mut faults);
    faults
}

/// Names what has got lost. What is there in addition does not matter: empty parts that have to be
/// there, and that a patch leaves out.
fn compare(path: &str, written: &Value, again: &Value, faults: &mut Vec<String>) {
    match (written, again) {
        (Value::Object(written), Value::Object(again)) => {
            for (name, value) in written {
                let path = format!("{path}.{name}");
                match again.get(name) {
                    Some(again) => compare(&path, value, again, faults),
                    None => faults.push(format!("{path} is not known")),
                }
            }
        }
        (Value::Array(written), Value::Array(again)) if written.len() == again.len() => {
            for (at, (written, again)) in written.iter().zip(again).enumerate() {
                compare(&format!("{path}[{at}]"), written, again, faults);
            }
        }
        (written, again) if written == again => {}
        (written, again) => faults.push(format!("{path} is read as {again}, not {written}")),
    }
}

/// What is wrong with the Deployment after a text in it has been replaced.
fn faults_with(text: &str, by: &str) -> Vec<String> {
    let good = crate::manifests::text("kubernetes/deployment.yaml");
    let bad = good.replacen(text, by, 1);
    assert_ne!(good, bad, "{text} is not there");
    documents(&bad).iter().flat_map(faults).collect()
}

#[test]
fn kubernetes_knows_everything_that_the_manifests_say() {
    let mut objects = 0;
    for file in files("kubernetes") {
        for object in documents(&text(&file)) {
            assert_eq!(faults(&object), Vec::<String>::new(), "{file}");
            objects += 1;
        }
    }
    assert!(objects >= 7, "only {objects} objects");
}

#[test]
fn a_misspelt_field_is_found() {
    assert_eq!(
        faults_with("readinessProbe:", "readynessProbe:"),
        [".spec.template.spec.containers[0].readynessProbe is not known"]
    );
}

#[test]
fn a_field_in_the_wrong_place_is_found() {
    let pod = "      automountServiceAccountToken: false\n";
    let template = "    automountServiceAccountToken: false\n    spec:\n";
    assert_eq!(
        faults_with(
            &format!("    spec:\n      # It does not talk to Kubernetes.\n{pod}"),
            template
        ),
        [".spec.template.automountServiceAccountToken is not known"]
    );
}

#[test]
fn a_value_of_the_wrong_type_is_found() {
    for (text, by) in [
        ("replicas: 1", "replicas: one"),
        ("baton: \"true\"", "baton: true"),
        (
            "readOnlyRootFilesystem: true",
            "readOnlyRootFilesystem: \"true\"",
        ),
    ] {
        assert_eq!(faults_with(text, by).len(), 1, "{by}");
    }
}

#[test]
fn a_version_that_there_is_not_is_found() {
    let faults = faults_with("apiVersion: apps/v1", "apiVersion: apps/v1beta1");
    assert_eq!(faults, ["no type for apps/v1beta1 Deployment"]);
}
