//! Creating accounts.

use crate::{
    changes::comes_to,
    operations::{NEW, Operation, create, create_with, grant_id, staff, users},
    rig::{ONCE, Rig},
};
use e2e::{
    host::Transcript,
    valimail::{Account, CORE, EXTENSION, Settings, field},
};
use serde_json::{Value, json};

/// The one body that makes an account.
fn body(address: &str, given: &str, family: &str, member_type: &str) -> Value {
    json!({
        "schemas": [CORE, EXTENSION],
        "userName": address,
        "name": {"givenName": given, "familyName": family},
        EXTENSION: {"memberType": member_type},
    })
}

/// Creates the new account, and gives it as it is at the service.
pub fn creates(rig: &Rig, operation: &[String]) -> Account {
    let transcript = rig.does(operation);
    let account = rig.account(NEW);
    comes_to(
        &transcript,
        "Account created.",
        json!({
            "outcome": "created",
            "resource": format!("user:{}", account.text(field::ID).expect("an id")),
            "login": NEW,
            "status": "enabled",
        }),
    );
    account
}

/// Creates what is there already, and no request that changes anything is sent.
pub fn exists_already(rig: &Rig, operation: &[String], account: &Account) {
    rig.standin.forget_requests();
    let before: Vec<_> = rig.standin.accounts().iter().collect();
    let transcript = rig.does(operation);
    is_said_to_exist(&transcript, account);
    assert!(rig.sent().is_empty(), "{:?}", rig.sent());
    assert_eq!(rig.standin.accounts().iter().collect::<Vec<_>>(), before);
}

pub fn is_said_to_exist(transcript: &Transcript, account: &Account) {
    let text = |pointer| account.text(pointer).expect("a text");
    let status = match account.is_active() {
        true => "enabled",
        false => "disabled",
    };
    comes_to(
        transcript,
        "Account exists already: nothing has been changed.",
        json!({
            "outcome": "already_exists",
            "resource": format!("user:{}", text(field::ID)),
            "login": text(field::USER_NAME),
            "status": status,
        }),
    );
}

/// Accounts with the new address in the next sync.
pub fn found_after_a_sync(rig: &Rig) -> usize {
    let synced = rig.syncs(&ONCE);
    let users = synced.file.resources("user").into_iter();
    let logins = users.map(|row| row.user.expect("a user").login);
    logins.filter(|login| *login == NEW).count()
}

pub fn full() -> Operation {
    create_with(NEW, &json!({"first_name": "Joan", "last_name": "Clarke"}))
}

#[test]
fn an_account_is_created_once_and_then_exists_already() {
    let rig = Rig::staffed();
    let account = creates(&rig, &full());
    assert_eq!(rig.bodies(), [body(NEW, "Joan", "Clarke", "member")]);
    let post = &rig.sent()[0];
    assert_eq!(
        (post.method.as_str(), post.path.as_str()),
        ("POST", &users()[..])
    );
    assert!(post.query.is_empty(), "{:?}", post.query);
    assert_eq!(post.header("content-type"), Some("application/scim+json"));
    assert_eq!(account.text(field::MEMBER_TYPE), Some("member"));
    exists_already(&rig, &full(), &account);
    let id = account.text(field::ID).expect("an id");
    assert_eq!(rig.holds_after_a_sync(id), [grant_id("member", id)]);
    exists_already(&rig, &full(), &account);
    assert_eq!(found_after_a_sync(&rig), 1);
}

#[test]
fn an_account_needs_no_file() {
    let rig = Rig::new(Settings::with(staff()));
    creates(&rig, &create(NEW));
    assert_eq!(rig.sent().len(), 1);
    assert_eq!(found_after_a_sync(&rig), 1);
}

#[test]
fn a_new_account_is_a_member_unless_something_else_is_asked_for() {
    for (asked, given) in [
        (json!({}), "member"),
        (json!({"member_type": "member"}), "member"),
        (json!({"member_type": "marketer"}), "marketer"),
        (json!({"member_type": "owner"}), "owner"),
    ] {
        // The service itself would make an owner.
        let rig = Rig::staffed();
        let account = creates(&rig, &create_with(NEW, &asked));
        assert_eq!(account.text(field::MEMBER_TYPE), Some(given), "{asked}");
        assert_eq!(rig.bodies()[0][EXTENSION], json!({"memberType": given}));
    }
}

#[test]
fn names_that_are_missing_are_made_of_the_address() {
    for (profile, given, family) in [
        (json!({}), "Joan", "Clarke"),
        (json!({"first_name": "J."}), "J.", "Clarke"),
        (json!({"last_name": "Murray"}), "Joan", "Murray"),
        (json!({"first_name": "", "last_name": ""}), "Joan", "Clarke"),
    ] {
        let rig = Rig::staffed();
        creates(&rig, &create_with(NEW, &profile));
        assert_eq!(rig.bodies(), [body(NEW, given, family, "member")]);
    }
}

#[test]
fn names_are_never_empty_whatever_the_address_is() {
    for address in [
        "x@larkspur.example",
        "info+99@larkspur.example",
        "-_-@larkspur.example",
    ] {
        let rig = Rig::staffed();
        let _ = rig.does(&create(address));
        let name = &rig.bodies()[0]["name"];
        for part in ["givenName", "familyName"] {
            let part = name[part].as_str().unwrap_or_default();
            assert!(!part.trim().is_empty(), "{address}: {name}");
        }
    }
}

#[test]
fn an_account_that_is_inactive_at_first_is_said_to_be() {
    let rig = Rig::synced(Settings {
        created_active: false,
        ..Settings::with(staff())
    });
    let transcript = rig.does(&full());
    let account = rig.account(NEW);
    comes_to(
        &transcript,
        "Account created.",
        json!({
            "outcome": "created",
            "resource": format!("user:{}", account.text(field::ID).expect("an id")),
            "login": NEW,
            "status": "disabled",
        }),
    );
    assert_eq!(rig.sent().len(), 1);
    // What is there now is not enabled by a second attempt.
    exists_already(&rig, &full(), &account);
}

#[test]
fn an_account_that_gets_another_member_type_is_not_passed_over() {
    let rig = Rig::synced(Settings {
        ignores_member_type: true,
        ..Settings::with(staff())
    });
    let transcript = rig.does(&full());
    let lines = transcript.logged("Account created, but not ready for use.");
    assert_eq!(lines.len(), 1, "{transcript}");
    assert_eq!(lines[0]["level"], "warn");
    assert_eq!(lines[0]["outcome"], "action_required");
    // Nothing else is changed: what is to be done is said, and does it.
    assert_eq!(rig.bodies(), [body(NEW, "Joan", "Clarke", "member")]);
    let to_do = lines[0]["to_do"].as_str().expect("a text");
    let flags = to_do.split_once(": --").expect("flags").1;
    let flags = format!("--{flags}");
    let operation: Vec<_> = flags.split(' ').map(str::to_owned).collect();
    let _ = rig.does(&operation);
    assert_eq!(rig.member_type(NEW), "member");
}
