//! Giving a member type.

use crate::{
    changes::comes_to,
    operations::{
        ADA, GRACE, HEDY, IDA, KAY, MARY, ROSE, ZOE, entitlement, grant, grant_id,
        member_type_body, staff, staff_without, users,
    },
    rig::{NOT_FOUND, Rig},
};
use e2e::valimail::{Account, Deed, Moment, Rival, Settings, field};
use serde_json::json;

/// Grants `member_type` to somebody who has `before`, twice, and looks at the service and at the
/// next sync.
fn is_granted_in_place_of(before: &str, member_type: &str, id: &str) {
    let rig = Rig::staffed();
    let account = rig.account(id);
    let transcript = rig.does(&grant(member_type, id));
    comes_to(
        &transcript,
        "Granted in place of another.",
        json!({
            "entitlement": entitlement(member_type),
            "principal": format!("user:{id}"),
            "outcome": "replaced",
            "annotation": "GrantReplaced",
            "replaced_grant_id": grant_id(before, id),
        }),
    );
    assert_eq!(rig.bodies(), [member_type_body(member_type)]);
    let expected = account.member_type(member_type);
    is_the_same(rig.account(id), expected);
    is_held_already(&rig, member_type, id);
    assert_eq!(rig.holds_after_a_sync(id), [grant_id(member_type, id)]);
    is_held_already(&rig, member_type, id);
}

/// Grants what is held, and nothing is sent.
fn is_held_already(rig: &Rig, member_type: &str, id: &str) {
    rig.standin.forget_requests();
    let transcript = rig.does(&grant(member_type, id));
    comes_to(
        &transcript,
        "Already granted: nothing has been changed.",
        json!({
            "entitlement": entitlement(member_type),
            "principal": format!("user:{id}"),
            "outcome": "already_exists",
            "annotation": "GrantAlreadyExists",
        }),
    );
    assert!(rig.sent().is_empty(), "{:?}", rig.sent());
}

/// Two accounts are the same but for the time of the last change.
fn is_the_same(account: Account, other: Account) {
    let without = |account: Account| account.without(field::LAST_MODIFIED);
    assert_eq!(without(account), without(other));
}

#[test]
fn a_grant_takes_the_place_of_the_member_type_that_was_held() {
    is_granted_in_place_of("member", "owner", HEDY);
    is_granted_in_place_of("member", "marketer", HEDY);
    is_granted_in_place_of("marketer", "owner", MARY);
    is_granted_in_place_of("marketer", "member", MARY);
    is_granted_in_place_of("auditor", "member", ROSE);
}

#[test]
fn an_inactive_account_stays_inactive_when_it_is_given_something() {
    is_granted_in_place_of("member", "owner", KAY);
    is_granted_in_place_of("owner", "marketer", IDA);
}

#[test]
fn an_account_without_a_member_type_gets_its_first() {
    for member_type in ["owner", "member", "marketer"] {
        let rig = Rig::staffed();
        let transcript = rig.does(&grant(member_type, ZOE));
        comes_to(
            &transcript,
            "Granted.",
            json!({
                "entitlement": entitlement(member_type),
                "principal": format!("user:{ZOE}"),
                "outcome": "granted",
            }),
        );
        assert_eq!(rig.bodies(), [member_type_body(member_type)]);
        is_held_already(&rig, member_type, ZOE);
        assert_eq!(rig.holds_after_a_sync(ZOE), [grant_id(member_type, ZOE)]);
    }
}

#[test]
fn a_grant_of_what_is_held_changes_nothing() {
    let rig = Rig::staffed();
    for (member_type, id) in [
        ("owner", ADA),
        ("owner", IDA),
        ("member", HEDY),
        ("member", KAY),
        ("marketer", MARY),
    ] {
        is_held_already(&rig, member_type, id);
    }
    assert_eq!(rig.standin.accounts().iter().collect::<Vec<_>>(), staff());
}

#[test]
fn a_grant_is_one_request_in_the_words_of_scim() {
    let rig = Rig::staffed();
    let _ = rig.does(&grant("owner", HEDY));
    let sent = rig.sent();
    let [patch] = &sent[..] else {
        panic!("{sent:?}");
    };
    assert_eq!(patch.method, "PATCH");
    assert_eq!(patch.path, format!("{}/{HEDY}", users()));
    assert!(patch.query.is_empty(), "{:?}", patch.query);
    assert_eq!(patch.header("content-type"), Some("application/scim+json"));
    let tokens = rig.standin.tokens();
    assert_eq!(patch.bearer(), tokens.last().map(String::as_str));
    assert_eq!(patch.status, Some(200));
    // To the letter, so that a body that merely means the same is noticed as well.
    assert_eq!(patch.text, member_type_body("owner").to_string());
}

#[test]
fn an_id_of_any_kind_is_one_segment_of_the_path() {
    for id in [
        "1234c223-7f76-453a-919d-413861904648",
        "2906d4927bf178077519",
        "kiosk rotterdam",
        "kiosk+rotterdam&co=1",
        "kiosk#1?x=y",
        "käse\"løs",
    ] {
        let mut accounts = staff();
        accounts.push(Account::new(id, "odd@larkspur.example"));
        let rig = Rig::synced(Settings::with(accounts));
        let _ = rig.does(&grant("owner", id));
        assert_eq!(rig.sent().len(), 1, "{id}");
        assert_eq!(rig.member_type(id), "owner", "{id}");
        assert_eq!(rig.holds_after_a_sync(id), [grant_id("owner", id)]);
    }
}

#[test]
fn what_the_service_says_counts_and_not_what_the_file_says() {
    // Somebody else has been faster.
    let rig = Rig::staffed();
    rig.standin.set_accounts(
        staff()
            .into_iter()
            .map(|account| match account.text(field::ID) {
                Some(HEDY) => account.owner(),
                _ => account,
            })
            .collect::<Vec<_>>(),
    );
    is_held_already(&rig, "owner", HEDY);
    // And what the file says is held is not.
    let transcript = rig.does(&grant("member", HEDY));
    assert_eq!(rig.bodies(), [member_type_body("member")], "{transcript}");
    let lines = transcript.logged("Granted in place of another.");
    assert_eq!(lines[0]["replaced_grant_id"], grant_id("owner", HEDY));
}

#[test]
fn an_account_that_is_newer_than_the_file_can_be_granted_something() {
    let rig = Rig::synced(Settings::with(staff_without(&[HEDY])));
    rig.standin.set_accounts(staff());
    let _ = rig.does(&grant("owner", HEDY));
    assert_eq!(rig.member_type(HEDY), "owner");
    assert_eq!(rig.sent().len(), 1);
}

#[test]
fn a_grant_to_an_account_that_is_gone_fails() {
    let rig = Rig::staffed();
    rig.standin.set_accounts(staff_without(&[HEDY]));
    let _ = rig.refuses(&grant("owner", HEDY), NOT_FOUND, &[HEDY]);
    assert!(rig.sent().is_empty());
}

#[test]
fn an_account_that_goes_while_it_is_granted_something_is_an_error() {
    let rig = Rig::synced(Settings {
        rivals: vec![Rival {
            moment: Moment::BeforePatch,
            deed: Deed::Remove(HEDY.into()),
        }],
        ..Settings::with(staff())
    });
    let _ = rig.refuses(&grant("owner", HEDY), NOT_FOUND, &[HEDY]);
    assert_eq!(rig.sent().len(), 1);
}

#[test]
fn one_grant_after_the_other_leaves_one_member_type() {
    let rig = Rig::staffed();
    for member_type in ["owner", "marketer", "member", "owner"] {
        let _ = rig.does(&grant(member_type, HEDY));
        assert_eq!(rig.member_type(HEDY), member_type);
        assert_eq!(rig.holds_after_a_sync(HEDY), [grant_id(member_type, HEDY)]);
    }
    let others = [ADA, GRACE].map(|id| rig.member_type(id));
    assert_eq!(others, ["owner", "owner"]);
}
