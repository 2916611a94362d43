//! What its entry point does.

use crate::{
    archive::{image, untested},
    root::Root,
    setup_guide::{self, DEPLOYMENTS, Pod},
};
use e2e::{
    conductorone::{ConductorOne, Settings as ServiceSettings, tasks},
    host::{finish, holds_only},
    valimail::{APP_ID, CLIENT_ID, SLUG, Settings, Standin},
};
use std::{fs, net::TcpListener, process::Command};

/// The image unpacked. `None` where it cannot be built, or where only root could run it.
fn unpacked() -> Option<Root> {
    if !nix::unistd::geteuid().is_root() {
        untested("only root can run the image's entry point in its root directory");
        return None;
    }
    image().map(Root::unpack)
}

/// The same, configured for a stand-in.
fn configured(standin: &Standin) -> Option<Root> {
    let origin = standin.origin();
    let root = unpacked()?
        .env("BATON_VALIMAIL_APP_ID", APP_ID)
        .env("BATON_VALIMAIL_CLIENT_ID", CLIENT_ID)
        .env("BATON_VALIMAIL_SLUG", SLUG)
        .env("BATON_BASE_URL", &origin)
        .env("BATON_ALLOW_OUTBOUND", &origin);
    Some(root)
}

/// The same, with the credentials of a service.
fn serving(root: Root, conductor: &ConductorOne) -> Root {
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = free.local_addr().expect("an address").port().to_string();
    fs::copy(conductor.ca_file(), root.path("/ca.pem")).expect("a certificate");
    root.env("BATON_CLIENT_ID", &conductor.client_id())
        .env("BATON_CLIENT_SECRET", conductor.client_secret())
        .env("BATON_CA_FILE", "/ca.pem")
        .env("BATON_HOST_ID", "baton-valimail")
        .env("BATON_PROVISIONING", "true")
        .env("BATON_HEALTH_CHECK", "true")
        .env("BATON_HEALTH_CHECK_PORT", &port)
}

#[test]
fn without_credentials_of_conductorone_it_syncs_into_a_file() {
    let standin = Standin::start(Settings::company());
    let Some(root) = configured(&standin) else {
        return;
    };
    let _ = root.run(&["--file", "/tmp/valimail.c1z"]).succeeded();
    assert!(root.path("/tmp/valimail.c1z").is_file());
    // The next start finds the component compiled.
    assert!(root.path("/tmp/.cache/connector-host").is_dir());
}

#[test]
fn with_them_it_is_a_service_and_answers_the_probes_of_the_guide() {
    let standin = Standin::start(Settings::company());
    let conductor = ConductorOne::start(ServiceSettings::default());
    let Some(root) = configured(&standin) else {
        return;
    };
    serves(&serving(root, &conductor), &conductor);
}

#[test]
fn the_manifests_of_the_setup_guide_need_this_image_and_nothing_else() {
    for deployment in DEPLOYMENTS {
        let standin = Standin::start(Settings::company());
        let conductor = ConductorOne::start(ServiceSettings::default());
        let Some(root) = unpacked() else {
            return;
        };
        fs::copy(conductor.ca_file(), root.path("/ca.pem")).expect("a certificate");
        let pod = Pod::of(deployment, &conductor, &standin, "/ca.pem");
        let root = root.in_pod(&pod);
        setup_guide::serves(&pod, root.start(&[]), &conductor, &standin);
        for directory in &pod.empty_directories {
            assert!(holds_only(&root.path(directory), &[]), "{directory}");
        }
    }
}

/// Says hello, is alive and ready, syncs, and stops when it is told to.
fn serves(root: &Root, conductor: &ConductorOne) {
    let service = root.start(&[]);
    let sync = conductor.push(tasks::sync());
    let record = conductor.finished(&sync);
    assert!(record.finishes[0].is_success(), "{record:?}");
    for probe in ["--endpoint=live", "--endpoint=ready"] {
        let _ = root.run(&["health-check", probe]).succeeded();
    }
    let id = service.id().to_string();
    let sent = Command::new("kill").args(["-s", "TERM", &id]).status();
    assert!(sent.expect("kill runs").success());
    let _ = finish(service).succeeded();
    assert_eq!(conductor.violations(), Vec::<String>::new());
}
