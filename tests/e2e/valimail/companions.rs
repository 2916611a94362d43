//! A program with a component of its own name beside it is that connector.

use e2e::{
    artifacts::artifacts,
    host::{Transcript, finish},
    valimail::{APP_ID, CLIENT_ID, SLUG, Settings, Standin},
};
use std::{
    fs,
    os::unix::fs::symlink,
    path::Path,
    process::{Command, Stdio},
};
use tempfile::TempDir;

/// A directory with `baton-valimail`, a link to the program, and its component.
fn installed() -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    symlink(artifacts().host(), directory.path().join("baton-valimail")).expect("a link");
    let component = directory.path().join("baton-valimail.wasm");
    fs::copy(artifacts().valimail(), component).expect("a component");
    directory
}

fn baton_valimail(
    directory: &Path,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> Transcript {
    started_as(
        &directory.join("baton-valimail"),
        directory,
        arguments,
        environment,
    )
}

fn started_as(
    name: &Path,
    directory: &Path,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> Transcript {
    let mut program = Command::new(name);
    program
        .args(arguments)
        .env_clear()
        .envs(environment.iter().copied())
        .env("XDG_CACHE_HOME", &artifacts().cache)
        .current_dir(directory)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    finish(program.spawn().expect("the program starts"))
}

#[test]
fn it_syncs_without_being_told_a_component() {
    let standin = Standin::start(Settings::company());
    let directory = installed();
    let origin = standin.origin();
    let environment = [
        ("BATON_VALIMAIL_APP_ID", APP_ID),
        ("BATON_VALIMAIL_CLIENT_ID", CLIENT_ID),
        ("BATON_VALIMAIL_SLUG", SLUG),
        ("BATON_BASE_URL", &origin),
        ("BATON_ALLOW_OUTBOUND", &origin),
    ];
    let arguments = ["--file", "valimail.c1z"];
    let _ = baton_valimail(directory.path(), &arguments, &environment).succeeded();
    assert!(directory.path().join("valimail.c1z").is_file());
}

#[test]
fn it_takes_the_commands_of_baton_and_of_the_host() {
    let directory = installed();
    let said = |arguments: &[&str]| {
        baton_valimail(directory.path(), arguments, &[])
            .succeeded()
            .stdout
    };
    assert!(said(&["capabilities"]).contains("connectorCapabilities"));
    assert!(said(&["config"]).contains("valimail-app-id"));
    assert!(said(&["inspect"]).contains("/scim/v2/Users"));
    assert!(said(&["--version"]).starts_with("baton-valimail version "));
    let url = "https://api.valimail.com/auth";
    assert!(
        said(&["policy", "explain", "POST", url, "--valimail-slug", "acme"]).contains("passes")
    );
}

#[test]
fn a_link_in_the_path_is_the_connector_too() {
    let directory = installed();
    let path = directory.path().to_str().expect("a path");
    let name = Path::new("baton-valimail");
    let version = started_as(name, directory.path(), &["--version"], &[("PATH", path)]);
    assert!(
        version
            .succeeded()
            .stdout
            .starts_with("baton-valimail version ")
    );
}

#[test]
fn its_help_is_that_of_the_connector() {
    let directory = installed();
    let help = baton_valimail(directory.path(), &["--help"], &[])
        .succeeded()
        .stdout;
    assert!(
        help.contains("Usage: baton-valimail [OPTIONS] [COMMAND]\n"),
        "{help}"
    );
    assert!(!help.contains("<COMPONENT>"), "{help}");
}

#[test]
fn a_health_check_asks_the_running_connector() {
    let directory = installed();
    let arguments = [
        "health-check",
        "--endpoint=live",
        "--health-check-port",
        "1",
    ];
    let _ = baton_valimail(directory.path(), &arguments, &[])
        .failed_with(&["no answer from http://127.0.0.1:1/live"]);
}
