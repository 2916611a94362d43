//! Which of the things that a run can do is meant.

use crate::product::{
    ACTION, CREATE, GRANT, OPERATIONS, Product, REVOKE, fails, logged, succeeds, warnings,
};
use std::fs;

fn refused(arguments: &[&str], code: i32, text: &str) {
    let product = Product::start();
    let host = product.misfit("well");
    let _ = fails(&host, arguments, code, &[text]);
    assert!(product.requests().is_empty(), "{:?}", product.lines());
    assert!(!host.file().exists(), "there has been no sync");
}

#[test]
fn flags_that_belong_together_are_given_together() {
    let group = "if any flags in the group [grant-entitlement grant-principal] are set they must \
                 all be set; missing";
    refused(&GRANT[..2], 2, &format!("{group} [grant-principal]"));
    refused(&GRANT[2..], 2, &format!("{group} [grant-entitlement]"));
}

#[test]
fn a_grant_needs_the_type_of_its_principal() {
    refused(&GRANT[..4], 3, "--grant-principal-type");
}

#[test]
fn flags_that_exclude_each_other_are_not_given_together() {
    let login = ["--create-account-login", "new"];
    for (one, other, set) in [
        (&GRANT[..], &REVOKE[..], "grant-entitlement revoke-grant"),
        (&GRANT, &login, "create-account-login grant-entitlement"),
        (&GRANT, &CREATE, "create-account-email grant-entitlement"),
        (&REVOKE, &login, "create-account-login revoke-grant"),
        (&REVOKE, &CREATE, "create-account-email revoke-grant"),
    ] {
        let arguments = [one, other].concat();
        let text = format!("none of the others can be; [{set}] were all set");
        refused(&arguments, 2, &text);
        refused(&arguments, 2, "if any flags in the group [");
    }
}

#[test]
fn where_several_are_asked_for_the_first_is_done_and_the_others_are_named() {
    let profile = [
        "--create-account-profile",
        r#"{"email": "new@misfit.example"}"#,
    ];
    let schemas = ["--list-action-schemas"];
    for (first, ignored, flag, line) in [
        (&GRANT[..], &profile[..], "create-account-profile", 0),
        (&GRANT, &ACTION, "invoke-action", 0),
        (&GRANT, &schemas, "list-action-schemas", 0),
        (&REVOKE, &profile, "create-account-profile", 1),
        (&REVOKE, &ACTION, "invoke-action", 1),
        (&CREATE, &ACTION, "invoke-action", 2),
        (&CREATE, &schemas, "list-action-schemas", 2),
        (&ACTION, &schemas, "list-action-schemas", 3),
    ] {
        // In whichever order they are given.
        for arguments in [[first, ignored].concat(), [ignored, first].concat()] {
            let product = Product::start();
            let transcript = succeeds(&product.misfit("well"), &arguments);
            assert_eq!(product.change().line, OPERATIONS[line].1);
            let warnings = warnings(&transcript);
            let naming = warnings.iter().filter(|warning| warning.contains(flag));
            assert_eq!(naming.count(), 1, "{flag}: {warnings:?}");
        }
    }
}

#[test]
fn the_environment_asks_for_a_change_as_flags_do() {
    for (arguments, line) in OPERATIONS {
        let product = Product::start();
        let mut host = product.misfit("well");
        for pair in arguments.chunks(2) {
            let name = pair[0].trim_start_matches('-').replace('-', "_");
            host = host.env(&format!("BATON_{}", name.to_uppercase()), pair[1]);
        }
        let _ = succeeds(&host, &[]);
        assert_eq!(product.change().line, line);
        assert!(!host.file().exists(), "there has been no sync");
    }
}

#[test]
fn flags_and_the_environment_are_put_together() {
    let product = Product::start();
    let host = product
        .misfit("well")
        .env("BATON_GRANT_PRINCIPAL_TYPE", "user")
        .env("BATON_GRANT_PRINCIPAL", "u1");
    let _ = succeeds(&host, &GRANT[..4]);
    assert_eq!(product.change().line, OPERATIONS[0].1);
}

#[test]
fn a_value_that_is_empty_is_none() {
    // In the environment it asks for nothing, so this is a sync.
    let product = Product::start();
    let host = product
        .misfit("well")
        .env("BATON_GRANT_ENTITLEMENT", "")
        .env("BATON_REVOKE_GRANT", "")
        .env("BATON_CREATE_ACCOUNT_EMAIL", "")
        .env("BATON_INVOKE_ACTION", "")
        .env("BATON_LIST_ACTION_SCHEMAS", "");
    let transcript = succeeds(&host, &[]);
    let _ = logged(&transcript, "Sync complete.");
    assert!(product.requests().is_empty());
}

#[test]
fn an_empty_flag_is_no_sync() {
    for flag in [
        "--revoke-grant",
        "--create-account-login",
        "--create-account-email",
        "--create-account-profile",
        "--invoke-action",
    ] {
        let product = Product::start();
        let host = product.misfit("well");
        let transcript = host.run(&[flag, ""]).failed_with(&[&flag[2..]]);
        assert!(matches!(transcript.code, Some(2 | 3)), "{transcript}");
        assert!(product.requests().is_empty());
        assert!(!host.file().exists(), "there has been no sync");
    }
    for at in [1, 3, 5] {
        let mut arguments = GRANT;
        arguments[at] = "";
        let product = Product::start();
        let host = product.misfit("well");
        let transcript = host.run(&arguments).failed_with(&[&GRANT[at - 1][2..]]);
        assert!(matches!(transcript.code, Some(2 | 3)), "{transcript}");
        assert!(product.requests().is_empty());
        assert!(!host.file().exists(), "there has been no sync");
    }
}

#[test]
fn a_change_is_nothing_for_a_validation() {
    let product = Product::start();
    let host = product.misfit("well");
    let transcript = host.command("validate", &GRANT);
    assert_eq!(transcript.code, Some(2), "{transcript}");
    assert!(product.requests().is_empty());
}

#[test]
fn a_dry_run_of_a_sync_is_refused() {
    refused(&["--dry-run"], 2, "--dry-run");
}

#[test]
fn the_file_of_settings_asks_for_a_change_too() {
    let product = Product::start();
    let host = product.misfit("well");
    let lines = "revoke-grant: group:g1:member:user:u1\n";
    fs::write(host.path(".baton.yaml"), lines).expect("a file");
    let _ = succeeds(&host, &[]);
    assert_eq!(product.change().line, OPERATIONS[1].1);
}

#[test]
fn service_mode_comes_before_everything_else() {
    let product = Product::start();
    let host = product.misfit("well").env("BATON_CLIENT_ID", "someone");
    for (arguments, _) in OPERATIONS {
        let _ = fails(
            &host,
            arguments,
            3,
            &["client-secret is required in service mode"],
        );
    }
    assert!(product.requests().is_empty());
}
