//! The manifests of the setup guide for Baton's connector, and what they promise whoever puts
//! another image into them. The tests of the image use this file, too.
//!
//! They are in `setup_guide/`, with quotes where YAML needs them for a text.

use e2e::{
    c1z::File,
    conductorone::{ConductorOne, Record, messages::task::TaskType, tasks},
    host::finish,
    valimail::{APP_ID, CLIENT_ID, SLUG, Standin},
};
use k8s_openapi::api::{apps::v1::Deployment, core::v1::Secret};
use serde::de::DeserializeOwned;
use std::{
    fs,
    path::Path,
    process::{Child, Command},
    time::{Duration, Instant},
};

/// The Deployments: as it stands in the guide, and with its recipe for a root file system that is
/// read-only.
pub const DEPLOYMENTS: [&str; 2] = ["deployment.yaml", "read-only.yaml"];

/// A member of the demo company.
const MEMBER: &str = "2906d4927bf178077519";

/// What the kubelet makes of a pod, but for the image.
pub struct Pod {
    pub environment: Vec<(String, String)>,
    /// In place of the image's.
    pub working_directory: Option<String>,
    pub read_only_root: bool,
    /// Where there are empty directories.
    pub empty_directories: Vec<String>,
    /// From SIGTERM to SIGKILL.
    grace: Duration,
}

/// A file of `setup_guide/`.
pub fn text(file: &str) -> String {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("e2e/deploy/setup_guide");
    fs::read_to_string(directory.join(file)).expect("a file")
}

fn read<T: DeserializeOwned>(file: &str) -> T {
    serde_saphyr::from_str(&text(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

impl Pod {
    /// The pod of a Deployment, with a Secret that is filled in for the stand-ins.
    ///
    /// What is added because they are on this machine: where they are, and whom to trust.
    pub fn of(deployment: &str, conductor: &ConductorOne, valimail: &Standin, ca: &str) -> Self {
        let deployment: Deployment = read(deployment);
        let mut pod = deployment
            .spec
            .and_then(|spec| spec.template.spec)
            .expect("a pod");
        assert_eq!(pod.containers.len(), 1);
        let container = pod.containers.remove(0);
        assert_eq!((container.command, container.args), (None, None));
        let mut environment = Vec::new();
        for source in container.env_from.into_iter().flatten() {
            let secret: Secret = read("secret.yaml");
            let named = source.secret_ref.expect("a secret").name;
            assert_eq!(secret.metadata.name, Some(named));
            for (name, value) in secret.string_data.expect("values") {
                let value = match name.as_str() {
                    "BATON_CLIENT_ID" => conductor.client_id(),
                    "BATON_CLIENT_SECRET" => conductor.client_secret().to_owned(),
                    "BATON_VALIMAIL_APP_ID" => APP_ID.to_owned(),
                    "BATON_VALIMAIL_CLIENT_ID" => CLIENT_ID.to_owned(),
                    "BATON_VALIMAIL_SLUG" => SLUG.to_owned(),
                    _ => value,
                };
                assert!(!value.contains('<'), "{name} is not filled in");
                environment.push((name, value));
            }
        }
        for variable in container.env.into_iter().flatten() {
            environment.push((variable.name, variable.value.expect("a value")));
        }
        let origin = valimail.origin();
        for (name, value) in [
            ("BATON_BASE_URL", origin.as_str()),
            ("BATON_ALLOW_OUTBOUND", &origin),
            ("BATON_CA_FILE", ca),
        ] {
            environment.push((name.to_owned(), value.to_owned()));
        }
        let security = container.security_context;
        let mounts = container.volume_mounts.into_iter().flatten();
        let volumes = pod.volumes.unwrap_or_default();
        let empty = mounts.map(|mount| {
            let volume = volumes.iter().find(|volume| volume.name == mount.name);
            assert!(volume.expect("a volume").empty_dir.is_some());
            mount.mount_path
        });
        Self {
            environment,
            working_directory: container.working_dir,
            read_only_root: security.is_some_and(|it| it.read_only_root_filesystem == Some(true)),
            empty_directories: empty.collect(),
            // What Kubernetes gives to those that say nothing.
            grace: pod
                .termination_grace_period_seconds
                .map_or(Duration::from_secs(30), |seconds| {
                    Duration::from_secs(seconds.unsigned_abs())
                }),
        }
    }
}

/// A container that ends with its test.
struct Container(Option<Child>);

impl Drop for Container {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            let _ = child.kill();
            eprintln!("{}", finish(child));
        }
    }
}

/// Has a pod's container do what the guide promises, from its start to SIGTERM.
pub fn serves(pod: &Pod, container: Child, conductor: &ConductorOne, valimail: &Standin) {
    let mut container = Container(Some(container));
    conductor.wait_until("registered", |state| {
        state.hellos.contains_key("baton-valimail")
    });

    let synced = done(conductor, tasks::sync());
    assert_eq!(synced.uploads.len(), 1, "{synced:?}");
    let path = conductor.directory().join("uploaded.c1z");
    fs::write(&path, &synced.uploads[0].0).expect("a file");
    let file = File::open(&path);
    assert_eq!(file.resources("user").len(), 42);
    assert_eq!(file.grants().len(), 40);

    let is_owner = || {
        valimail
            .account(MEMBER)
            .expect("an account")
            .is_active_owner()
    };
    assert!(!is_owner());
    let _ = done(
        conductor,
        tasks::grant("member_type:owner:assigned", MEMBER),
    );
    assert!(is_owner());
    let _ = done(
        conductor,
        tasks::revoke("member_type:owner:assigned", MEMBER),
    );
    assert!(!is_owner());

    let ada = "ada@larkspur.example";
    assert!(valimail.account(ada).is_none());
    let _ = done(
        conductor,
        tasks::create_account(ada, &[("first_name", "Ada")]),
    );
    assert!(valimail.account(ada).is_some());

    let child = container.0.take().expect("it is running");
    let stopped = Instant::now();
    let sent = Command::new("kill")
        .args(["-s", "TERM", &child.id().to_string()])
        .status();
    assert!(sent.expect("kill runs").success());
    let _ = finish(child).succeeded();
    assert!(stopped.elapsed() < pod.grace);
    assert_eq!(conductor.violations(), Vec::<String>::new());
}

/// Has a task done.
fn done(conductor: &ConductorOne, task: TaskType) -> Record {
    let record = conductor.finished(&conductor.push(task));
    assert!(record.end().is_success(), "{record:?}");
    record
}
