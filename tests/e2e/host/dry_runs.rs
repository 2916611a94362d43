//! Changes that are shown and not made.

use crate::{
    product::{ACTION, CREATE, GRANT, OPERATIONS, Product, REVOKE, Reply, fails},
    support::{SECRET, assert_untouched, careful, component, misfit_bytes, without},
};
use e2e::host::{Host, Transcript};

fn dry(arguments: &[&'static str]) -> Vec<&'static str> {
    [arguments, &["--dry-run"]].concat()
}

/// What a dry run shows that succeeds and changes nothing, whatever it was about to do.
fn shown_by(product: &Product, host: Host, arguments: &[&'static str]) -> (String, Transcript) {
    let host = careful(host);
    let transcript = host.run(&dry(arguments)).succeeded();
    assert!(product.changes().is_empty(), "{:?}", product.changes());
    assert_untouched(&host);
    for message in [
        "Granted.",
        "Revoked.",
        "Account created.",
        "ActionInvoke response",
    ] {
        assert!(transcript.logged(message).is_empty(), "{transcript}");
    }
    let all = format!("{}{}", transcript.stdout, transcript.stderr);
    assert!(!all.contains(SECRET), "{all}");
    let shown = transcript.stdout.replace(product.origin(), "<ORIGIN>");
    (without_times(&shown), transcript)
}

/// The text without the moments of syncs.
fn without_times(text: &str) -> String {
    let mut parts = text.split("the sync of ");
    let mut without = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (time, rest) = part.split_once(')').expect("a moment in brackets");
        let _: jiff::Timestamp = time.parse().expect("a moment");
        without.push_str(&format!("the sync of <TIME>){rest}"));
    }
    without
}

fn shown(behaviour: &str, arguments: &[&'static str]) -> String {
    let product = Product::start();
    shown_by(&product, product.misfit(behaviour), arguments).0
}

#[test]
fn a_grant_is_shown() {
    insta::assert_snapshot!(shown("well", &GRANT), @r#"
    Dry run: nothing has been changed.

    grant group:g1:member to user u3 (User u3)

    Before  disabled; group:g2:member, role:hidden:assigned, role:viewer:assigned (as of the sync of <TIME>)
    After   disabled; group:g1:member, group:g2:member, role:hidden:assigned, role:viewer:assigned

    Held back
    PUT <ORIGIN>/grants/group:g1:member:user:u3
    {
      "entitlement": "group:g1:member",
      "principal": "user:u3"
    }

    What the connector would do after the answer is not known.
    "#);
}

#[test]
fn a_grant_that_takes_another_away_is_shown() {
    let mut arguments = GRANT;
    (arguments[1], arguments[3]) = ("role:viewer:assigned", "u1");
    insta::assert_snapshot!(shown("well", &arguments), @r#"
    Dry run: nothing has been changed.

    grant role:viewer:assigned to user u1 (User u1)

    Before  enabled; group:g1:member, group:g1:owner, role:admin:assigned (as of the sync of <TIME>)
    After   enabled; group:g1:member, group:g1:owner, role:viewer:assigned

    Held back
    PUT <ORIGIN>/grants/role:viewer:assigned:user:u1
    {
      "entitlement": "role:viewer:assigned",
      "principal": "user:u1"
    }

    What the connector would do after the answer is not known.
    "#);
}

#[test]
fn a_revoke_is_shown() {
    insta::assert_snapshot!(shown("well", &REVOKE), @"
    Dry run: nothing has been changed.

    revoke group:g1:member from user u1 (User u1)

    Before  enabled; group:g1:member, group:g1:owner, role:admin:assigned (as of the sync of <TIME>)
    After   enabled; group:g1:owner, role:admin:assigned

    Held back
    DELETE <ORIGIN>/grants/group:g1:member:user:u1

    What the connector would do after the answer is not known.
    ");
}

#[test]
fn a_revoke_that_leaves_something_else_behind_is_shown() {
    let arguments = ["--revoke-grant", "role:admin:assigned:user:u1"];
    insta::assert_snapshot!(shown("well", &arguments), @"
    Dry run: nothing has been changed.

    revoke role:admin:assigned from user u1 (User u1)

    Before  enabled; group:g1:member, group:g1:owner, role:admin:assigned (as of the sync of <TIME>)
    After   enabled; group:g1:member, group:g1:owner, role:viewer:assigned

    Held back
    DELETE <ORIGIN>/grants/role:admin:assigned:user:u1

    What the connector would do after the answer is not known.
    ");
}

#[test]
fn a_new_account_is_shown() {
    let profile = r#"{"seats": 3, "newsletter": true, "teams": ["a", "b"], "pin": "open-sesame"}"#;
    let arguments = [&CREATE[..], &["--create-account-profile", profile]].concat();
    let shown = shown("well", &arguments);
    assert!(!shown.contains("open-sesame"), "{shown}");
    insta::assert_snapshot!(shown, @r#"
    Dry run: nothing has been changed.

    create user new@misfit.example

    Before  does not exist
    After   exists

    Held back
    POST <ORIGIN>/accounts
    {
      "login": null,
      "email": "new@misfit.example",
      "credential": "no-password",
      "profile": {
        "email": "new@misfit.example",
        "seats": 3.0,
        "newsletter": true,
        "teams": [
          "a",
          "b"
        ],
        "pin": "***",
        "language": "en"
      }
    }

    What the connector would do after the answer is not known.
    "#);
}

#[test]
fn an_action_is_shown() {
    insta::assert_snapshot!(shown("well", &ACTION), @r#"
    Dry run: nothing has been changed.

    invoke disable_user on user u2 (User u2)

    Before  enabled; role:hidden:assigned, role:viewer:assigned
    After   disabled; role:hidden:assigned, role:viewer:assigned

    Held back
    POST <ORIGIN>/actions/disable_user
    {
      "user_id": "u2"
    }

    What the connector would do after the answer is not known.
    "#);
}

#[test]
fn an_action_on_nothing_in_particular_is_shown() {
    let arguments = r#"{"distance": 1, "places": ["here"], "exactly": false}"#;
    let arguments = [
        "--invoke-action",
        "measure",
        "--invoke-action-args",
        arguments,
    ];
    insta::assert_snapshot!(shown("well", &arguments), @r#"
    Dry run: nothing has been changed.

    invoke measure

    Before  not known
    After   not known

    Held back
    POST <ORIGIN>/actions/measure
    {
      "distance": 1.0,
      "exactly": false,
      "places": [
        "here"
      ]
    }

    What the connector would do after the answer is not known.
    "#);
}

#[test]
fn signing_in_and_reading_still_pass() {
    for (arguments, _) in OPERATIONS {
        let product = Product::start();
        let _ = shown_by(&product, product.misfit("well"), arguments);
        let lines = product.lines();
        assert_eq!(lines[0], "POST /sign-in");
        assert!(lines[1..].iter().all(|line| line.starts_with("GET ")));
        assert!(lines.len() > 1, "{lines:?}");
    }
}

#[test]
fn nothing_that_comes_after_the_first_change_is_shown() {
    for behaviour in [
        "two-changes",
        "trap-after-change",
        "never-answer-after-change",
    ] {
        for (arguments, line) in OPERATIONS {
            let shown = shown(behaviour, arguments);
            let (method, path) = line.split_once(' ').expect("a line");
            let request = format!("\n{method} <ORIGIN>{path}\n");
            assert_eq!(shown.matches("<ORIGIN>").count(), 1, "{shown}");
            assert!(shown.contains(&request), "{shown}");
            let end = "What the connector would do after the answer is not known.\n";
            assert!(shown.ends_with(end), "{shown}");
        }
    }
}

#[test]
fn where_nothing_would_be_changed_that_is_said() {
    let mut held = GRANT;
    held[3] = "u1";
    let nothing = |annotation| format!("Dry run: nothing would be changed ({annotation}).\n");
    let exists = nothing("GrantAlreadyExists");
    assert!(shown("well", &held).contains(&exists));
    let revoked = nothing("GrantAlreadyRevoked");
    assert!(shown("already", &REVOKE).contains(&revoked));
    for (arguments, _) in OPERATIONS {
        let shown = shown("already", arguments);
        assert!(
            shown.contains("Dry run: nothing would be changed"),
            "{shown}"
        );
        assert!(!shown.contains("Held back"), "{shown}");
    }
}

#[test]
fn a_dry_run_that_can_be_seen_to_fail_fails() {
    let product = Product::start();
    for (kind, code) in [("failed-precondition", 9), ("permission-denied", 7)] {
        for (arguments, _) in OPERATIONS {
            let host = product.misfit(&format!("error-{kind}"));
            let _ = fails(&host, &dry(arguments), code, &["it does not want to"]);
        }
    }
    for (arguments, _) in OPERATIONS {
        let texts = ["crashed", "fault in the connector"];
        let host = product.misfit("trap-before-change");
        let _ = fails(&host, &dry(arguments), 13, &texts);
        let host = product.misfit("foreign-change");
        let _ = fails(
            &host,
            &dry(arguments),
            7,
            &["The sandbox refused a request"],
        );
    }
    let host = product.misfit("never-answer-before-change");
    let arguments = [&dry(&GRANT)[..], &["--time-limit", "1"]].concat();
    let _ = fails(&host, &arguments, 4, &["did not come to an end within 1s"]);
    assert!(product.changes().is_empty());
}

#[test]
fn a_service_that_is_not_there_fails_a_dry_run_too() {
    let product = Product::with_reads("503 Busy");
    let arguments = [&dry(&GRANT)[..], &["--retries", "0"]].concat();
    let _ = fails(&product.misfit("well"), &arguments, 14, &["503"]);
}

#[test]
fn secrets_of_the_configuration_are_blanked_out() {
    for behaviour in ["secret-in-request", "text-as-body"] {
        for (arguments, _) in OPERATIONS {
            let shown = shown(behaviour, arguments);
            assert!(!shown.contains(&SECRET[..12]), "{shown}");
            assert!(shown.contains("***"), "{shown}");
        }
    }
}

#[test]
fn members_with_the_name_of_a_secret_are_blanked_out() {
    for (arguments, _) in OPERATIONS {
        let shown = shown("names-of-secrets", arguments);
        for secret in ["fish", "4711"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert!(shown.contains(r#""password": "***""#), "{shown}");
        assert!(shown.contains(r#""passport": "P-1""#), "{shown}");
    }
}

#[test]
fn what_is_shown_plays_no_tricks_in_a_terminal() {
    for behaviour in ["name-in-disguise", "disguise-in-body"] {
        for (arguments, _) in OPERATIONS {
            let shown = shown(behaviour, arguments);
            let tricks = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            assert!(!shown.contains(tricks), "{shown:?}");
            let after = shown.lines().filter(|line| line.starts_with("After"));
            assert!(after.count() <= 1, "{shown}");
        }
    }
}

#[test]
fn a_connector_that_cannot_look_up_one_resource_is_asked_for_all() {
    let component = component(&without(misfit_bytes(), "get-resource"));
    for (arguments, line) in OPERATIONS {
        let product = Product::start();
        let host = Host::with_component(&component.path)
            .env("BATON_BEHAVIOUR", "well")
            .env("BATON_API_SECRET", SECRET);
        let (shown, _) = shown_by(&product, product.configure(host), arguments);
        let path = line.split(' ').nth(1).expect("a path");
        assert!(shown.contains(&format!("<ORIGIN>{path}\n")), "{shown}");
        let status = match line {
            "PUT /grants/group:g1:member:user:u3" => Some("disabled"),
            "POST /accounts" => None,
            _ => Some("enabled"),
        };
        if let Some(status) = status {
            assert!(shown.contains(&format!("Before  {status}")), "{shown}");
        }
    }
}

#[test]
fn a_change_that_the_connector_declares_as_reading_is_found_out() {
    // It cannot be held back: the list of declared requests is for people to read.
    for arguments in [&GRANT[..], &dry(&GRANT)] {
        let product = Product::start();
        let texts = ["\"granted\"", "declares as a change", "inspect"];
        let _ = fails(&product.misfit("change-as-read"), arguments, 13, &texts);
        assert_eq!(product.change().line, "POST /search");
    }
}

#[test]
fn a_dry_run_is_told_by_the_environment_too() {
    let product = Product::start();
    let host = product.misfit("well").env("BATON_DRY_RUN", "true");
    let transcript = host.run(&GRANT).succeeded();
    assert!(transcript.stdout.contains("Held back"), "{transcript}");
    assert!(product.changes().is_empty());
}

#[test]
fn a_reply_has_no_part_in_a_dry_run() {
    // None is asked for, so none comes.
    let product = Product::with_replies(&[Reply::Cut]);
    let (shown, transcript) = shown_by(&product, product.misfit("well"), &GRANT);
    assert!(shown.contains("Held back"), "{shown}");
    assert!(transcript.logged("refused request").is_empty());
    assert!(transcript.logged("retrying request").is_empty());
}
