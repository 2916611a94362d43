//! Secrets, and where they do not turn up.

use crate::{
    product::{ACTION, CREATE, GRANT, OPERATIONS, Product},
    support::SECRET,
};
use e2e::host::Transcript;
use std::fs;

/// What `misfit` gives a new account to sign in with.
const INITIAL_PASSWORD: &str = "swordfish-for-the-first-time";

/// What `misfit` returns from `update_profile` in a field that it describes as secret.
const NEW_KEY: &str = "marzipan-for-your-eyes-only";

/// Everything that a run has said or written, in both formats of the log.
fn said(behaviour: &str, arguments: &[&str]) -> Vec<(String, Transcript)> {
    let mut all = Vec::new();
    for format in ["json", "console"] {
        for receipts in ["receipts.jsonl", "dry"] {
            let product = Product::start();
            let host = product.misfit(behaviour);
            let mut arguments = arguments.to_vec();
            arguments.extend(["--log-level", "debug", "--log-format", format]);
            match receipts {
                "dry" => arguments.push("--dry-run"),
                file => arguments.extend(["--receipts", file]),
            }
            let transcript = host.run(&arguments);
            let written = fs::read_to_string(host.path(receipts)).unwrap_or_default();
            let (stdout, stderr) = (&transcript.stdout, &transcript.stderr);
            all.push((format!("{stdout}{stderr}{written}"), transcript));
        }
    }
    all
}

fn never_says(behaviour: &str, arguments: &[&str], secrets: &[&str]) {
    for (said, transcript) in said(behaviour, arguments) {
        for secret in secrets {
            // Not even the beginning of one that is cut.
            assert!(!said.contains(&secret[..12]), "{said}");
        }
        assert!(transcript.code.is_some(), "{transcript}");
    }
}

#[test]
fn a_secret_of_the_configuration_does_not_leave_by_a_request_or_an_error() {
    for behaviour in ["secret-in-request", "text-as-body", "secret-in-error"] {
        for (arguments, _) in OPERATIONS {
            never_says(behaviour, arguments, &[SECRET]);
            for (said, transcript) in said(behaviour, arguments) {
                let shown = transcript.code != Some(0) || !transcript.stdout.is_empty();
                assert!(!shown || said.contains("***"), "{said}");
            }
        }
    }
}

#[test]
fn a_secret_of_the_configuration_does_not_leave_by_an_account_or_an_action() {
    never_says("secret-in-account", &CREATE, &[SECRET, INITIAL_PASSWORD]);
    never_says("secret-in-account", &ACTION, &[SECRET]);
}

#[test]
fn the_first_password_of_an_account_is_shown_to_nobody() {
    never_says("well", &CREATE, &[INITIAL_PASSWORD]);
    never_says("action-required", &CREATE, &[INITIAL_PASSWORD]);
}

#[test]
fn a_secret_of_a_form_is_shown_to_nobody() {
    let secret = "open-sesame-open";
    let profile = format!(r#"{{"pin": "{secret}", "login": "not {secret} though"}}"#);
    let account = [&CREATE[..], &["--create-account-profile", &profile]].concat();
    let arguments = format!(r#"{{"user_id": "u2", "pin": "{secret}", "title": "{secret}"}}"#);
    let action = [
        "--invoke-action",
        "update_profile",
        "--invoke-action-args",
        &arguments,
    ];
    for behaviour in ["well", "error-after-change", "two-changes"] {
        never_says(behaviour, &account, &[secret]);
        never_says(behaviour, &action, &[secret]);
    }
}

#[test]
fn members_of_a_request_with_the_name_of_a_secret_are_not_written_down() {
    for (arguments, _) in OPERATIONS {
        for (said, _) in said("names-of-secrets", arguments) {
            assert!(!said.contains("fish"), "{said}");
        }
    }
}

#[test]
fn a_secret_in_the_name_of_a_principal_is_blanked_out() {
    for (said, transcript) in said("secret-in-names", &GRANT) {
        assert_eq!(transcript.code, Some(0), "{transcript}");
        assert!(!said.contains(&SECRET[..12]), "{said}");
    }
}

#[test]
fn a_secret_of_a_form_is_left_out_however_short_and_of_whichever_kind() {
    // Too short to be looked for in all texts, but where it stands is known.
    let profile = r#"{"pin": "?!", "code": 90817263}"#;
    let account = [&CREATE[..], &["--create-account-profile", profile]].concat();
    for (said, transcript) in said("well", &account) {
        assert_eq!(transcript.code, Some(0), "{transcript}");
        assert!(!said.contains("?!"), "{said}");
        assert!(!said.contains("90817263"), "{said}");
    }
}

#[test]
fn a_secret_that_an_action_returns_is_not_logged() {
    let arguments = r#"{"user_id": "u2"}"#;
    let arguments = [
        "--invoke-action",
        "update_profile",
        "--invoke-action-args",
        arguments,
    ];
    never_says("well", &arguments, &[NEW_KEY]);
}

#[test]
fn a_secret_in_a_form_that_is_not_json_is_blanked_out() {
    let secret = "open sesame/1+2=3";
    for (arguments, _) in OPERATIONS {
        for last in [&["--dry-run"][..], &["--receipts", "receipts.jsonl"]] {
            let product = Product::start();
            let host = product
                .misfit("form-as-body")
                .env("BATON_API_SECRET", secret);
            let transcript = host.run(&[arguments, last].concat()).succeeded();
            let written = fs::read_to_string(host.path("receipts.jsonl")).unwrap_or_default();
            let said = format!("{}{}{written}", transcript.stdout, transcript.stderr);
            for part in ["sesame", "1%2B2"] {
                assert!(!said.contains(part), "{said}");
            }
            assert!(said.contains("what=it"), "{said}");
        }
    }
}
