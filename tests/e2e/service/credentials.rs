//! Client ids and client secrets that are no good, and those that must not be seen.

use crate::rig::{INVALID_ARGUMENT, Rig};
use e2e::conductorone::tasks;
use std::fs;

/// Fails before anything is sent, says why, and shows no secret.
fn is_refused(rig: &Rig, texts: &[&str]) {
    let transcript = rig.start(&[]).wait().failed_with(texts);
    assert_eq!(transcript.code, Some(INVALID_ARGUMENT));
    assert_eq!(rig.conductor.state().hellos_heard, 0);
    let key = "eyJrdHki";
    assert!(!transcript.stderr.contains(key), "{transcript}");
}

#[test]
fn a_malformed_client_id_is_told_by_its_part() {
    for (id, text) in [
        ("brave-otter", "has no @"),
        ("brave-otter@acme.conductor.one", "no / after the host"),
        ("@acme.conductor.one/ccc", "the @, is empty"),
        ("brave-otter@/ccc", "host, between @ and /"),
    ] {
        is_refused(&Rig::new().env("BATON_CLIENT_ID", id), &[text, "Rotate"]);
    }
}

#[test]
fn a_malformed_client_secret_is_told_by_its_part() {
    let rig = Rig::new();
    let secret = rig.conductor.client_secret();
    for (secret, text) in [
        ("hunter2".to_owned(), "not four parts"),
        (secret.replace(":v1:", ":v2:"), "does not begin with"),
        (format!("{secret}="), "not base64"),
    ] {
        is_refused(&Rig::new().env("BATON_CLIENT_SECRET", &secret), &[text]);
    }
    is_refused(
        &Rig::new().env("BATON_CLIENT_SECRET", ""),
        &["client-secret is required"],
    );
}

#[test]
fn a_place_that_is_no_host_is_refused() {
    for place in [
        "https://acme.conductor.one",
        "acme.conductor.one/api",
        "acme conductor one",
        "acme.conductor.one:https",
        "user@acme.conductor.one",
    ] {
        let rig = Rig::new().env("BATON_C1_API_HOST", place);
        is_refused(&rig, &["not a host", "BATON_C1_API_HOST"]);
    }
}

#[test]
fn the_service_may_be_somewhere_else_than_the_client_id_says() {
    let rig = Rig::new();
    let (address, nowhere) = (rig.conductor.address().to_string(), "127.0.0.1:1");
    let rig = rig.env("BATON_C1_API_HOST", nowhere);
    let running = rig.start(&[]);
    running.wait_for_log("ConductorOne has not heard the hello; trying again", 1);
    let _ = running.stop().succeeded();
    assert_eq!(rig.conductor.state().tokens_given, 0);
    let rig = rig.env("BATON_C1_API_HOST", &address);
    let _ = rig.started().stop().succeeded();
    rig.assert_clean();
}

#[test]
fn a_client_secret_may_be_in_a_file() {
    let rig = Rig::new();
    let secret = rig.conductor.client_secret();
    fs::write(rig.host.path("secret"), format!("{secret}\n")).expect("a file");
    let rig = rig
        .env("BATON_CLIENT_SECRET", "")
        .env("BATON_CLIENT_SECRET_FILE", "secret");
    let _ = rig.started().stop().succeeded();
    rig.assert_clean();
}

#[test]
fn no_secret_is_logged_whatever_happens() {
    let rig = Rig::provisioning().env("BATON_LOG_LEVEL", "debug");
    let running = rig.started();
    let failing = rig
        .conductor
        .push(tasks::grant("member_type:owner:assigned", "nobody"));
    let task = rig.conductor.push(tasks::sync());
    rig.conductor.finished(&failing);
    rig.conductor.finished(&task);
    let transcript = running.stop().succeeded();
    let state = rig.conductor.state();
    assert!(state.tokens_given > 0);
    let key = rig
        .conductor
        .client_secret()
        .rsplit(':')
        .next()
        .expect("a key");
    for secret in [
        key,
        e2e::valimail::APP_ID,
        e2e::valimail::CLIENT_ID,
        "token-1-",
    ] {
        assert!(
            !transcript.stderr.contains(secret),
            "{secret}\n{transcript}"
        );
    }
    rig.assert_clean();
}
