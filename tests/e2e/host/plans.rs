//! What a dry run shows of a change.

use crate::{
    dry_runs::{dry, shown},
    product::{ACTION, CREATE, GRANT, OPERATIONS, Product, REVOKE},
    support::SECRET,
};

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
fn what_is_revoked_is_there_before_also_without_a_file() {
    // Grants on groups are listed by themselves, and do not come with the principal.
    let product = Product::start();
    let transcript = product.misfit("well").run(&dry(&REVOKE)).succeeded();
    let line = |name: &str| {
        let mut lines = transcript.stdout.lines();
        let line = lines.find(|line| line.starts_with(name));
        line.unwrap_or_default().to_owned()
    };
    assert!(line("Before").contains("group:g1:member"), "{transcript}");
    assert!(!line("After").contains("group:g1:member"), "{transcript}");
}
