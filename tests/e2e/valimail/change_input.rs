//! What is asked for, and cannot be done.

use crate::{
    operations::{
        ADA, GRACE, HEDY, NEW, Operation, create, create_with, disable, entitlement, grant,
        grant_id, granting, invoke, revoke, revoking, staff,
    },
    rig::{INVALID_ARGUMENT, NOT_FOUND, Rig, UNIMPLEMENTED},
};
use e2e::{c1z::decompressed, valimail::Settings};
use rusqlite::Connection;
use serde_json::json;
use std::fs;

/// Refuses an operation without sending anything that changes something.
fn is_refused(rig: &Rig, operation: &[String], code: i32, texts: &[&str]) {
    let _ = rig.refuses(operation, code, texts);
    assert!(rig.sent().is_empty(), "{operation:?}");
    assert_eq!(rig.standin.accounts().iter().collect::<Vec<_>>(), staff());
}

/// Without a file, everything is up to the connector.
fn without_file() -> Rig {
    Rig::new(Settings::with(staff()))
}

#[test]
fn an_entitlement_that_there_is_not_is_answered_with_the_nearest_and_the_age_of_the_file() {
    let rig = Rig::staffed();
    for (typed, nearest) in [
        ("member_type:ownr:assigned", "member_type:owner:assigned"),
        ("member_type:owner:asigned", "member_type:owner:assigned"),
        (
            "membertype:marketer:assigned",
            "member_type:marketer:assigned",
        ),
    ] {
        let texts = [typed, nearest, "which was synced"];
        is_refused(&rig, &granting(typed, HEDY, "user"), NOT_FOUND, &texts);
    }
}

#[test]
fn a_principal_that_there_is_not_is_answered_with_the_nearest_and_the_age_of_the_file() {
    let rig = Rig::staffed();
    for typed in [
        "hedy-0030",
        "hedy@larkspur.example",
        "HEDY@larkspur.example",
        "Hedy Lamarr",
    ] {
        let texts = [typed, HEDY, "which was synced"];
        is_refused(&rig, &grant("owner", typed), NOT_FOUND, &texts);
    }
}

#[test]
fn a_grant_that_there_is_not_is_answered_with_the_nearest_and_the_age_of_the_file() {
    let rig = Rig::staffed();
    for typed in [
        "member_type:ownr:assigned:user:ada-0001",
        "member_type:owner:assigned:user:ada-001",
        "member_type:owner:assigned:ada-0001",
    ] {
        let nearest = grant_id("owner", ADA);
        let texts = [typed, &nearest, "which was synced"];
        is_refused(&rig, &revoking(typed), NOT_FOUND, &texts);
    }
}

#[test]
fn a_grant_whose_parts_are_there_is_one_also_when_the_file_does_not_list_it() {
    let rig = Rig::staffed();
    let _ = rig.does(&revoke("owner", HEDY));
    assert!(rig.sent().is_empty());
}

#[test]
fn without_a_file_the_ids_are_taken_apart() {
    let rig = without_file();
    let _ = rig.does(&grant("owner", HEDY));
    assert_eq!(rig.member_type(HEDY), "owner");
    let _ = rig.does(&revoke("owner", GRACE));
    assert_eq!(rig.member_type(GRACE), "member");
    assert_eq!(rig.sent().len(), 2);
    assert!(!rig.host.file().exists());
}

#[test]
fn without_a_file_the_connector_says_what_there_is_not() {
    let rig = without_file();
    let king = grant("king", HEDY);
    let texts = ["king", "owner", "member", "marketer"];
    is_refused(&rig, &king, INVALID_ARGUMENT, &texts);
    is_refused(&rig, &grant("owner", "nobody"), NOT_FOUND, &["nobody"]);
    let slug = granting("member_type:owner:member", HEDY, "user");
    is_refused(&rig, &slug, INVALID_ARGUMENT, &["member_type:owner:member"]);
    let ty = granting("team:owner:assigned", HEDY, "user");
    is_refused(&rig, &ty, INVALID_ARGUMENT, &["team", "member_type"]);
    let other = granting("user:hedy-0003:assigned", HEDY, "user");
    is_refused(&rig, &other, UNIMPLEMENTED, &["user"]);
}

#[test]
fn an_undocumented_member_type_of_the_file_cannot_be_granted() {
    let rig = Rig::staffed();
    let texts = ["auditor", "owner", "member", "marketer"];
    is_refused(&rig, &grant("auditor", HEDY), INVALID_ARGUMENT, &texts);
}

#[test]
fn a_file_in_which_no_sync_has_ended_says_to_sync() {
    let rig = Rig::staffed();
    let database = rig.host.path("tmp").join("inside.db");
    fs::write(&database, decompressed(&rig.host.file())).expect("written");
    let inside = Connection::open(&database).expect("a database");
    inside
        .execute("update v1_sync_runs set ended_at = null", [])
        .expect("an update");
    inside.close().expect("closed");
    let bytes = fs::read(&database).expect("read");
    fs::remove_file(&database).expect("removed");
    let frame = zstd::encode_all(&bytes[..], 3).expect("a frame");
    for content in [[&b"C1ZF\0"[..], &frame].concat(), Vec::new()] {
        fs::write(rig.host.file(), content).expect("written");
        for operation in [grant("owner", HEDY), revoke("owner", GRACE)] {
            is_refused(&rig, &operation, NOT_FOUND, &["sync.c1z", "sync"]);
        }
    }
    assert!(rig.standin.requests().is_empty());
}

#[test]
fn a_principal_of_another_type_is_refused() {
    for rig in [Rig::staffed(), without_file()] {
        let operation = granting(&entitlement("owner"), "member", "member_type");
        is_refused(&rig, &operation, INVALID_ARGUMENT, &["member_type", "user"]);
        let operation = granting(&entitlement("owner"), HEDY, "team");
        is_refused(&rig, &operation, INVALID_ARGUMENT, &["team"]);
    }
}

#[test]
fn a_profile_that_is_no_object_is_refused_with_the_place() {
    let rig = Rig::staffed();
    for (profile, says) in [
        (r#"{"first_name": "Joan""#, "line 1 column"),
        ("{\n  \"first_name\": Joan\n}", "line 2 column"),
        ("{'first_name': 'Joan'}", "line 1 column"),
        ("[]", "object"),
        ("\"Joan\"", "object"),
        ("17", "object"),
    ] {
        let flags = ["--create-account-profile", profile].map(str::to_owned);
        let operation = [create(NEW), flags.into()].concat();
        let texts = ["create-account-profile", says];
        is_refused(&rig, &operation, INVALID_ARGUMENT, &texts);
    }
    assert!(rig.standin.requests().is_empty());
}

#[test]
fn an_address_that_is_none_is_refused() {
    let rig = Rig::staffed();
    for wrong in [
        "joan",
        "joan@",
        "@larkspur.example",
        "joan clarke@larkspur.example",
        "Joan <joan@larkspur.example>",
        "a@b@larkspur.example",
        "joan@larkspur.example, ada@larkspur.example",
    ] {
        is_refused(&rig, &create(wrong), INVALID_ARGUMENT, &[wrong]);
    }
    let login: Operation = ["--create-account-login", "joan"].map(str::to_owned).into();
    is_refused(&rig, &login, INVALID_ARGUMENT, &["email"]);
}

#[test]
fn a_member_type_that_there_is_not_is_answered_with_those_that_there_are() {
    let rig = Rig::staffed();
    for wrong in ["king", "owners", "member_type:owner:assigned", "auditor"] {
        let operation = create_with(NEW, &json!({"member_type": wrong}));
        let texts = [wrong, "owner, member, marketer"];
        is_refused(&rig, &operation, INVALID_ARGUMENT, &texts);
    }
}

#[test]
fn a_value_of_another_kind_in_the_profile_is_refused() {
    let rig = Rig::staffed();
    for (name, value) in [
        ("first_name", json!(17)),
        ("last_name", json!({"of": "birth"})),
        ("member_type", json!(["owner", "member"])),
    ] {
        let operation = create_with(NEW, &json!({name: value}));
        is_refused(&rig, &operation, INVALID_ARGUMENT, &[name]);
    }
}

#[test]
fn an_account_of_a_type_that_has_none_is_refused() {
    let rig = Rig::staffed();
    for (ty, code) in [("member_type", UNIMPLEMENTED), ("team", UNIMPLEMENTED)] {
        let flags = ["--create-account-resource-type", ty].map(str::to_owned);
        let operation = [create(NEW), flags.into()].concat();
        is_refused(&rig, &operation, code, &[ty]);
    }
    let flags = ["--create-account-resource-type", "user"].map(str::to_owned);
    let _ = rig.does(&[create(NEW), flags.into()].concat());
    assert_eq!(rig.sent().len(), 1);
}

#[test]
fn an_action_that_there_is_not_is_answered_with_those_that_there_are() {
    let rig = Rig::staffed();
    let operation = invoke("delete_user", &json!({"user_id": HEDY}));
    let texts = ["delete_user", "enable_user", "disable_user"];
    is_refused(&rig, &operation, NOT_FOUND, &texts);
}

#[test]
fn arguments_that_are_no_object_are_refused() {
    let rig = Rig::staffed();
    for wrong in ["{", "[]", "hedy-0003", r#"{"user_id": "#] {
        let mut operation = disable(HEDY);
        operation[3] = wrong.to_owned();
        is_refused(&rig, &operation, INVALID_ARGUMENT, &["invoke-action-args"]);
    }
    assert!(rig.standin.requests().is_empty());
}

#[test]
fn an_id_that_plays_tricks_is_an_id_that_there_is_not() {
    let rig = Rig::staffed();
    for id in [
        "../../../auth",
        "hedy-0003/../ada-0001",
        "hedy-0003?x=y",
        "hedy-0003#x",
        "hedy-0003\" or id eq \"ada-0001",
        "%2e%2e",
        "hedy%2D0003",
        "..",
        ".",
        "hedy-0003\r\nX-Injected: y",
    ] {
        let _ = rig.tries(&grant("owner", id), &[]).failed_with(&[]);
        let _ = rig.tries(&disable(id), &[]).failed_with(&[]);
        assert!(rig.sent().is_empty(), "{id}");
    }
    assert_eq!(rig.standin.accounts().iter().collect::<Vec<_>>(), staff());
}
