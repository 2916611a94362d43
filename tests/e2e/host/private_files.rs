//! Files with secrets, and who else can read them.

use crate::support::{SECRET, misfit};
use e2e::host::{Host, Transcript};
use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
};

/// What a host without the secret in its environment has in its file.
fn with_file(content: &str, mode: u32) -> Host {
    let host = misfit("well").env("BATON_API_SECRET", "");
    write(&host, ".baton.yaml", content, mode);
    host
}

fn write(host: &Host, name: &str, content: &str, mode: u32) {
    let path = host.path(name);
    fs::write(&path, content).expect("a file");
    fs::set_permissions(&path, Permissions::from_mode(mode)).expect("permissions");
}

fn refused(transcript: Transcript, texts: &[&str]) {
    let transcript = transcript.failed_with(texts);
    assert_eq!(transcript.code, Some(9), "{transcript}");
    let (stdout, stderr) = (&transcript.stdout, &transcript.stderr);
    assert!(!format!("{stdout}{stderr}").contains(SECRET));
}

#[test]
fn a_configuration_file_with_a_secret_is_refused_if_others_can_read_it() {
    let content = format!("api-secret: {SECRET}\n");
    for mode in [0o644, 0o640, 0o604, 0o620] {
        let host = with_file(&content, mode);
        let texts = [
            "the configuration file .baton.yaml holds a secret (api-secret)",
            "chmod 600 .baton.yaml",
        ];
        refused(host.run(&[]), &texts);
        refused(host.command("validate", &[]), &texts);
    }
    for mode in [0o600, 0o400] {
        let validated = with_file(&content, mode).command("validate", &[]);
        let seen = validated.succeeded().stdout;
        assert!(seen.contains("api-secret=***"), "{seen}");
    }
}

#[test]
fn a_configuration_file_elsewhere_is_judged_as_well() {
    let host = misfit("well").env("BATON_CONFIG_PATH", "elsewhere.yml");
    let content = format!("how-many: 3\napi-secret: {SECRET}\n");
    write(&host, "elsewhere.yml", &content, 0o644);
    refused(host.run(&[]), &["chmod 600 elsewhere.yml"]);
}

#[test]
fn the_secret_of_service_mode_is_one_too() {
    let content = format!("client-id: someone\nclient-secret: {SECRET}\n");
    let host = with_file(&content, 0o644);
    refused(host.run(&[]), &["(client-secret)", "chmod 600 .baton.yaml"]);
}

#[test]
fn a_configuration_file_without_secrets_may_be_read_by_everybody() {
    let host = with_file("how-many: 3\napi-secret: ''\n", 0o644);
    let _ = host.run(&[]).succeeded();
}

#[test]
fn a_file_of_a_secret_may_be_mounted_for_everybody() {
    for mode in [0o644, 0o440, 0o600] {
        let host = misfit("well").env("BATON_API_SECRET", "");
        write(&host, "api-secret", &format!("{SECRET}\n"), mode);
        let validated = host.command("validate", &["--api-secret-file", "api-secret"]);
        let seen = validated.succeeded().stdout;
        assert!(seen.contains("api-secret=***"), "{seen}");
    }
}
