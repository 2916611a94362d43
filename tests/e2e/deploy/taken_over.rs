//! The manifests of the setup guide for Baton's connector, taken over as they are.

use crate::{
    manifests::documents,
    schema,
    setup_guide::{DEPLOYMENTS, Pod, serves, text},
};
use e2e::{
    artifacts::artifacts,
    conductorone::{ConductorOne, Settings as ServiceSettings},
    valimail::{Settings, Standin},
};
use std::{
    fs,
    os::unix::fs::symlink,
    path::Path,
    process::{Command, Stdio},
};

#[test]
fn kubernetes_takes_them_but_not_without_the_quotes() {
    for file in ["secret.yaml", DEPLOYMENTS[0], DEPLOYMENTS[1]] {
        let good = text(file);
        let faults = |text: &str| -> Vec<String> {
            documents(text).iter().flat_map(schema::faults).collect()
        };
        assert_eq!(faults(&good), Vec::<String>::new(), "{file}");
        assert_eq!(faults(&good.replace("\"true\"", "true")).len(), 1, "{file}");
    }
}

#[test]
fn the_program_serves_in_a_pod_of_the_guide() {
    for file in DEPLOYMENTS {
        let root = tempfile::tempdir().expect("a directory");
        let path = |path: &str| root.path().join(path.trim_start_matches('/'));
        // The entry point of an image.
        symlink(artifacts().host(), path("/baton-valimail")).expect("a program");
        symlink(artifacts().valimail(), path("/baton-valimail.wasm")).expect("a component");
        fs::create_dir(path("/tmp")).expect("a directory");
        let conductor = ConductorOne::start(ServiceSettings::default());
        let valimail = Standin::start(Settings::company());
        let ca = conductor.ca_file().display().to_string();
        let pod = Pod::of(file, &conductor, &valimail, &ca);
        for directory in &pod.empty_directories {
            fs::create_dir_all(path(directory)).expect("a directory");
        }
        // Nobody, not even root, can write into a file as if it were a directory.
        fs::write(path("/read-only"), "").expect("a file");
        let tmp = path(if pod.read_only_root {
            "/read-only"
        } else {
            "/tmp"
        });
        let working_directory = path(pod.working_directory.as_deref().unwrap_or("/tmp"));
        let container = Command::new(path("/baton-valimail"))
            .current_dir(&working_directory)
            .env_clear()
            .env("HOME", &tmp)
            .env("TMPDIR", &tmp)
            .envs(pod.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        serves(&pod, container, &conductor, &valimail);
        assert_eq!(left_in(&working_directory), [""; 0], "{file}");
    }
}

/// What is in a directory, but for compiled components.
fn left_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("a directory");
    let names = entries.map(|entry| entry.expect("an entry").file_name().display().to_string());
    names.filter(|name| name != ".cache").collect()
}
