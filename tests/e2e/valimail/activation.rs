//! Enabling and disabling accounts.

use crate::{
    changes::has_invoked,
    operations::{
        ADA, GRACE, HEDY, IDA, KAY, MARY, active_body, disable, enable, grant_id, invoke, staff,
        staff_without, users,
    },
    rig::{INVALID_ARGUMENT, NOT_FOUND, ONCE, Rig},
    rows::{DISABLED, ENABLED},
};
use e2e::valimail::{Account, Settings, field};
use serde_json::json;

/// The status of an account in the file of the next sync, where both places say the same.
fn status_after_a_sync(rig: &Rig, id: &str) -> i32 {
    let synced = rig.syncs(&ONCE);
    let rows = synced.file.resources("user");
    let row = rows.iter().find(|row| row.key == format!("user:{id}"));
    let row = row.expect("an account");
    let in_trait = row.user.as_ref().and_then(|user| user.status.clone());
    assert_eq!(in_trait, row.resource.status);
    in_trait.expect("a status").status
}

/// Invokes an action, twice, and looks at the service and at the next sync.
fn makes(active: bool, id: &str) {
    let (operation, name, status) = match active {
        true => (enable(id), "enable_user", ENABLED),
        false => (disable(id), "disable_user", DISABLED),
    };
    let rig = Rig::staffed();
    let before = rig.account(id);
    has_invoked(&rig.does(&operation), name);
    assert_eq!(rig.bodies(), [active_body(active)]);
    assert_eq!(rig.sent()[0].path, format!("{}/{id}", users()));
    let without = |account: Account| account.without(field::LAST_MODIFIED);
    let expected = before.with(field::ACTIVE, active);
    assert_eq!(without(rig.account(id)), without(expected));
    // What is as it should be is not touched.
    rig.standin.forget_requests();
    has_invoked(&rig.does(&operation), name);
    assert!(rig.sent().is_empty(), "{:?}", rig.sent());
    assert_eq!(status_after_a_sync(&rig, id), status);
}

#[test]
fn an_account_is_disabled() {
    makes(false, HEDY);
    makes(false, MARY);
    makes(false, GRACE);
}

#[test]
fn an_account_is_enabled() {
    makes(true, KAY);
    makes(true, IDA);
}

#[test]
fn an_account_that_is_as_wanted_is_not_touched() {
    let rig = Rig::staffed();
    has_invoked(&rig.does(&enable(HEDY)), "enable_user");
    has_invoked(&rig.does(&enable(ADA)), "enable_user");
    has_invoked(&rig.does(&disable(KAY)), "disable_user");
    has_invoked(&rig.does(&disable(IDA)), "disable_user");
    assert!(rig.sent().is_empty(), "{:?}", rig.sent());
    assert_eq!(rig.standin.accounts().iter().collect::<Vec<_>>(), staff());
}

#[test]
fn an_account_that_is_disabled_keeps_its_member_type() {
    let rig = Rig::staffed();
    let _ = rig.does(&disable(GRACE));
    assert_eq!(rig.holds_after_a_sync(GRACE), [grant_id("owner", GRACE)]);
}

#[test]
fn an_account_that_does_not_say_whether_it_is_active_is_told() {
    let rig = Rig::staffed();
    let silent = Account::new("silent", "silent@larkspur.example").without(field::ACTIVE);
    let mut accounts = staff();
    accounts.push(silent);
    rig.standin.set_accounts(accounts);
    has_invoked(&rig.does(&disable("silent")), "disable_user");
    assert_eq!(rig.bodies(), [active_body(false)]);
    assert!(!rig.account("silent").is_active());
}

#[test]
fn an_action_needs_no_file() {
    let rig = Rig::new(Settings::with(staff()));
    has_invoked(&rig.does(&disable(HEDY)), "disable_user");
    assert!(!rig.account(HEDY).is_active());
    has_invoked(&rig.does(&enable(HEDY)), "enable_user");
    assert!(rig.account(HEDY).is_active());
}

#[test]
fn an_account_that_there_is_not_can_be_neither_enabled_nor_disabled() {
    let rig = Rig::staffed();
    rig.standin.set_accounts(staff_without(&[HEDY]));
    for operation in [enable(HEDY), disable(HEDY), disable("nobody")] {
        let id = if operation[3].contains(HEDY) {
            HEDY
        } else {
            "nobody"
        };
        let _ = rig.refuses(&operation, NOT_FOUND, &[id]);
    }
    assert!(rig.sent().is_empty());
}

#[test]
fn an_action_without_the_id_of_an_account_is_refused() {
    let rig = Rig::staffed();
    for arguments in [
        json!({}),
        json!({"user_id": ""}),
        json!({"user_id": 17}),
        json!({"user_id": null}),
        json!({"user_id": [HEDY]}),
    ] {
        for name in ["enable_user", "disable_user"] {
            let operation = invoke(name, &arguments);
            let _ = rig.refuses(&operation, INVALID_ARGUMENT, &["user_id"]);
        }
    }
    assert!(rig.sent().is_empty());
}

#[test]
fn the_schemas_of_the_actions_are_listed() {
    let rig = Rig::staffed();
    let transcript = rig.does(&["--list-action-schemas".to_owned()]);
    let lines = transcript.logged("Action Schemas");
    assert_eq!(lines.len(), 1, "{transcript}");
    assert_eq!(lines[0]["count"], 2, "{transcript}");
    let schemas = lines[0]["schemas"].to_string();
    for text in ["enable_user", "disable_user", "user_id"] {
        assert!(schemas.contains(text), "{transcript}");
    }
    assert!(rig.sent().is_empty());
}
