//! Giving and taking away.

use super::*;
use crate::{fake::*, patch::MEMBER_TYPE_DOT, scim::EXTENSION};
use serde_json::json;

fn principal(id: &str) -> ResourceId {
    ResourceId {
        resource_type: USER.to_owned(),
        id: id.to_owned(),
    }
}

fn granted(
    member_type: &str,
    script: impl IntoIterator<Item = Step>,
) -> (Result<Granted, Error>, Fake) {
    let (mut client, fake) = service(script);
    let entitlement = member_types::entitlement_id(member_type);
    let result = run(grant(&mut client, &entitlement, &principal("u-1")));
    (result, fake)
}

fn revoked(
    member_type: &str,
    script: impl IntoIterator<Item = Step>,
) -> (Result<Revoked, Error>, Fake) {
    let (mut client, fake) = service(script);
    let entitlement = member_types::entitlement_id(member_type);
    let result = run(revoke(&mut client, &entitlement, &principal("u-1")));
    (result, fake)
}

fn two_owners() -> Step {
    everybody(&[user("u-1", "owner"), user("u-2", "owner")])
}

#[test]
fn a_grant_takes_the_place_of_the_one_before() {
    let (result, fake) = granted(
        "owner",
        [
            found(&user("u-1", "marketer")),
            patched("u-1", ok(user("u-1", "owner"))),
        ],
    );
    let before = member_types::entitlement_id("marketer");
    assert_eq!(result, Ok(Granted::Replaced(before)));
    assert_eq!(
        fake.changes(),
        [(
            "PATCH Users/u-1".to_owned(),
            replace(MEMBER_TYPE_DOT, "owner")
        )]
    );
}

#[test]
fn a_grant_to_somebody_without_a_member_type_takes_no_place() {
    let (result, _) = granted(
        "member",
        [
            found(&json!({"id": "u-1"})),
            patched("u-1", ok(user("u-1", "member"))),
        ],
    );
    assert_eq!(result, Ok(Granted::Granted));
}

#[test]
fn a_grant_of_what_is_held_changes_nothing() {
    for held in ["owner", "OWNER"] {
        let (result, _) = granted("owner", [found(&user("u-1", held))]);
        assert_eq!(result, Ok(Granted::AlreadyExists));
    }
}

#[test]
fn a_grant_to_nobody_is_an_error() {
    let (result, _) = granted("owner", no_such("u-1"));
    assert_error(result, "not-found", &["u-1", "acme"]);
    let [first, second] = no_such("u-1");
    let (result, _) = granted(
        "owner",
        [
            found(&user("u-1", "member")),
            patched("u-1", status(404)),
            first,
            second,
        ],
    );
    assert_error(result, "not-found", &["u-1"]);
}

#[test]
fn a_grant_of_a_member_type_that_there_is_none_of_names_those_that_there_are() {
    let (result, _) = granted("emperor", []);
    assert_error(
        result,
        "invalid-argument",
        &["emperor", "owner, member, marketer"],
    );
}

#[test]
fn only_users_hold_member_types_and_nothing_else_can_be_held() {
    let good = member_types::entitlement_id("owner");
    let other_slug = EntitlementId {
        slug: "admin".to_owned(),
        ..good.clone()
    };
    let other_type = EntitlementId {
        on: principal("owner"),
        ..good.clone()
    };
    let other_principal = ResourceId {
        resource_type: "group".to_owned(),
        ..principal("u-1")
    };
    for (entitlement, principal, says) in [
        (&other_slug, &principal("u-1"), "member_type:owner:admin"),
        (&other_type, &principal("u-1"), "user:owner:assigned"),
        (&good, &other_principal, "group"),
    ] {
        let (mut client, _) = service([]);
        let result = run(grant(&mut client, entitlement, principal));
        assert_error(result, "invalid-argument", &[says]);
        let result = run(revoke(&mut client, entitlement, principal));
        assert_error(result, "invalid-argument", &[says]);
    }
}

#[test]
fn a_grant_that_demotes_the_last_owner_is_refused() {
    let owner = user("u-1", "owner");
    let (result, fake) = granted(
        "marketer",
        [found(&owner), everybody(std::slice::from_ref(&owner))],
    );
    assert_error(result, "failed-precondition", &["--allow-last-owner"]);
    assert!(fake.changes().is_empty());
}

#[test]
fn a_revoke_leaves_a_member() {
    let (result, fake) = revoked(
        "owner",
        [
            found(&user("u-1", "Owner")),
            two_owners(),
            patched("u-1", ok(user("u-1", "member"))),
            two_owners(),
        ],
    );
    let member = member_types::entitlement_id("member");
    assert_eq!(result, Ok(Revoked::ReplacedBy(member)));
    assert_eq!(
        fake.changes(),
        [(
            "PATCH Users/u-1".to_owned(),
            replace(MEMBER_TYPE_DOT, "member")
        )]
    );
}

#[test]
fn a_member_type_that_is_documented_nowhere_can_be_revoked_from_whoever_shows_it() {
    let (result, _) = revoked(
        "auditor",
        [
            found(&user("u-1", "auditor")),
            patched("u-1", ok(user("u-1", "member"))),
        ],
    );
    assert!(matches!(result, Ok(Revoked::ReplacedBy(_))), "{result:?}");
}

#[test]
fn a_revoke_of_what_is_not_held_changes_nothing() {
    for (revoke, held) in [
        ("owner", json!({"id": "u-1"})),
        ("owner", user("u-1", "member")),
        ("owner", user("u-1", "marketer")),
        ("member", user("u-1", "owner")),
        ("auditor", user("u-1", "owner")),
        ("owner", json!({"id": "u-1", EXTENSION: {"memberType": ""}})),
    ] {
        let (result, _) = revoked(revoke, [found(&held)]);
        assert_eq!(result, Ok(Revoked::AlreadyRevoked));
    }
}

#[test]
fn a_revoke_from_nobody_changes_nothing() {
    let (result, _) = revoked("owner", no_such("u-1"));
    assert_eq!(result, Ok(Revoked::AlreadyRevoked));
    let [first, second] = no_such("u-1");
    let (result, _) = revoked(
        "owner",
        [
            found(&user("u-1", "owner")),
            two_owners(),
            patched("u-1", status(404)),
            first,
            second,
        ],
    );
    assert_eq!(result, Ok(Revoked::AlreadyRevoked));
}

#[test]
fn being_a_member_cannot_be_taken_away() {
    let (result, _) = revoked("member", [found(&user("u-1", "member"))]);
    assert_error(
        result,
        "failed-precondition",
        &[
            "every account in Valimail has a member type",
            "grant another one instead",
            r#"--invoke-action disable_user --invoke-action-args '{"user_id":"u-1"}'"#,
        ],
    );
}

#[test]
fn a_revoke_from_the_last_owner_is_refused() {
    let owner = user("u-1", "owner");
    let (result, fake) = revoked(
        "owner",
        [found(&owner), everybody(std::slice::from_ref(&owner))],
    );
    assert_error(result, "failed-precondition", &["--allow-last-owner"]);
    assert!(fake.changes().is_empty());
}
