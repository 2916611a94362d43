//! Taking a member type away.

use crate::{
    changes::comes_to,
    operations::{
        ADA, GRACE, HEDY, IDA, KAY, MARY, ROSE, ZOE, entitlement, grant, grant_id,
        member_type_body, revoke, staff, staff_without,
    },
    rig::{FAILED_PRECONDITION, NOT_FOUND, Rig},
};
use e2e::valimail::{Deed, Moment, Rival, Settings, field};
use serde_json::json;

/// Revokes what is held, twice, and looks at the service and at the next sync.
fn leaves_a_member(member_type: &str, id: &str) {
    let rig = Rig::staffed();
    let active = rig.account(id).is_active();
    let transcript = rig.does(&revoke(member_type, id));
    comes_to(
        &transcript,
        "Revoked, and another takes its place.",
        json!({
            "entitlement": entitlement(member_type),
            "principal": format!("user:{id}"),
            "outcome": "replaced",
            "now_holds": entitlement("member"),
        }),
    );
    assert_eq!(rig.bodies(), [member_type_body("member")]);
    assert_eq!(rig.member_type(id), "member");
    assert_eq!(rig.account(id).is_active(), active);
    // The file still says that it is held.
    is_not_held(&rig, member_type, id);
    assert_eq!(rig.holds_after_a_sync(id), [grant_id("member", id)]);
    if KNOWN.contains(&member_type) {
        is_not_held(&rig, member_type, id);
    } else {
        // Nobody is of this type any more, so the file does not know it, either.
        let _ = rig.refuses(&revoke(member_type, id), NOT_FOUND, &[member_type]);
    }
}

/// What is in every file.
const KNOWN: [&str; 3] = ["owner", "member", "marketer"];

/// Revokes what is not held, and nothing is sent.
fn is_not_held(rig: &Rig, member_type: &str, id: &str) {
    rig.standin.forget_requests();
    let transcript = rig.does(&revoke(member_type, id));
    comes_to(
        &transcript,
        "Already revoked: nothing has been changed.",
        json!({
            "entitlement": entitlement(member_type),
            "principal": format!("user:{id}"),
            "outcome": "already_revoked",
            "annotation": "GrantAlreadyRevoked",
        }),
    );
    assert!(rig.sent().is_empty(), "{:?}", rig.sent());
}

#[test]
fn a_revoke_leaves_a_member() {
    leaves_a_member("owner", GRACE);
    leaves_a_member("marketer", MARY);
}

#[test]
fn a_revoke_leaves_an_inactive_account_inactive() {
    leaves_a_member("owner", IDA);
}

#[test]
fn a_member_type_that_nobody_has_documented_can_be_taken_away() {
    leaves_a_member("auditor", ROSE);
}

#[test]
fn a_revoke_of_the_least_that_one_can_be_fails_with_advice() {
    for id in [HEDY, KAY] {
        let rig = Rig::staffed();
        let operation = revoke("member", id);
        let _ = rig.refuses(&operation, FAILED_PRECONDITION, &["member", "disable_user"]);
        assert!(rig.sent().is_empty());
        assert_eq!(rig.member_type(id), "member");
    }
}

#[test]
fn a_revoke_of_a_type_that_is_not_held_changes_nothing() {
    let rig = Rig::staffed();
    for (member_type, id) in [
        ("owner", HEDY),
        ("marketer", HEDY),
        ("member", ADA),
        ("marketer", ADA),
        ("owner", MARY),
        ("member", ROSE),
        ("owner", ZOE),
        ("member", ZOE),
    ] {
        is_not_held(&rig, member_type, id);
    }
    assert_eq!(rig.standin.accounts().iter().collect::<Vec<_>>(), staff());
}

#[test]
fn a_grant_that_only_the_file_knows_is_already_revoked() {
    let rig = Rig::staffed();
    rig.standin.set_accounts(
        staff()
            .into_iter()
            .map(|account| match account.text(field::ID) {
                Some(GRACE) => account.marketer(),
                _ => account,
            })
            .collect::<Vec<_>>(),
    );
    is_not_held(&rig, "owner", GRACE);
    assert_eq!(rig.member_type(GRACE), "marketer");
}

#[test]
fn a_grant_that_is_newer_than_the_file_can_be_revoked() {
    let rig = Rig::staffed();
    let _ = rig.does(&grant("owner", HEDY));
    let _ = rig.does(&revoke("owner", HEDY));
    assert_eq!(rig.member_type(HEDY), "member");
    assert_eq!(rig.sent().len(), 2);
}

#[test]
fn what_an_account_had_that_is_gone_is_already_revoked() {
    let rig = Rig::staffed();
    rig.standin.set_accounts(staff_without(&[GRACE, HEDY]));
    is_not_held(&rig, "owner", GRACE);
    is_not_held(&rig, "member", HEDY);
}

#[test]
fn an_account_that_goes_while_something_is_revoked_has_lost_it() {
    let rig = Rig::synced(Settings {
        rivals: vec![Rival {
            moment: Moment::BeforePatch,
            deed: Deed::Remove(MARY.into()),
        }],
        ..Settings::with(staff())
    });
    let transcript = rig.does(&revoke("marketer", MARY));
    let lines = transcript.logged("Already revoked: nothing has been changed.");
    assert_eq!(lines.len(), 1, "{transcript}");
    assert_eq!(rig.sent().len(), 1);
}
