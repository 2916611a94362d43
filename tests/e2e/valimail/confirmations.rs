//! How the service takes a change, and when it shows it.

use crate::{
    changes::{comes_to, each, pairs},
    operations::{
        GRACE, HEDY, KAY, MARY, Operation, active_body, disable, enable, entitlement, grant,
        grant_id, member_type_body, replacement, revoke, staff, staff_without,
    },
    rig::{INVALID_ARGUMENT, NOT_FOUND, Rig, UNAVAILABLE},
};
use e2e::valimail::{EXTENSION, Filtering, Lookup, PatchEffect, PatchPath, PatchReply, Settings};
use serde_json::json;

/// One of everything that is a PATCH, and whom it changes.
fn patches() -> [(Operation, &'static str); 4] {
    [
        (grant("owner", HEDY), HEDY),
        (revoke("marketer", MARY), MARY),
        (disable(GRACE), GRACE),
        (enable(KAY), KAY),
    ]
}

#[test]
fn an_answer_without_the_account_is_followed_by_a_look() {
    for (operation, id) in patches() {
        let rig = Rig::synced(Settings {
            patch_reply: PatchReply::NoContent,
            ..Settings::with(staff())
        });
        let before = rig.account(id);
        let _ = rig.does(&operation);
        assert_eq!(rig.sent().len(), 1);
        assert_ne!(rig.account(id), before);
    }
}

#[test]
fn a_change_that_shows_later_is_waited_for() {
    let replies = [PatchReply::Account, PatchReply::NoContent];
    each(&pairs(&replies, &patches()), |(reply, (operation, _))| {
        let rig = Rig::synced(Settings {
            patch_reply: *reply,
            reads_until_visible: 2,
            ..Settings::with(staff())
        });
        let _ = rig.does(operation);
        assert_eq!(rig.sent().len(), 1);
    });
}

#[test]
fn a_change_that_does_not_show_is_not_said_to_have_worked() {
    each(&patches(), |(operation, id)| {
        let rig = Rig::synced(Settings {
            patch_reply: PatchReply::NoContent,
            reads_until_visible: 1000,
            ..Settings::with(staff())
        });
        let _ = rig.refuses(operation, UNAVAILABLE, &["204", id, "run it again"]);
        assert_eq!(rig.sent().len(), 1);
    });
}

#[test]
fn a_service_that_ignores_a_change_is_seen_through() {
    let replies = [PatchReply::Account, PatchReply::NoContent];
    each(&pairs(&replies, &patches()), |(reply, (operation, id))| {
        let rig = Rig::synced(Settings {
            patch_effect: PatchEffect::Ignored,
            patch_reply: *reply,
            ..Settings::with(staff())
        });
        let before = rig.account(id);
        let _ = rig.refuses(operation, UNAVAILABLE, &["not to be seen", id]);
        assert_eq!(rig.sent().len(), 1);
        assert_eq!(rig.account(id), before);
    });
}

#[test]
fn a_service_that_pretends_is_found_out_by_the_next_run() {
    let rig = Rig::synced(Settings {
        patch_effect: PatchEffect::Pretended,
        ..Settings::with(staff())
    });
    // The answer shows the account as it was to become: there is nothing to doubt.
    let _ = rig.does(&grant("owner", HEDY));
    assert_eq!(rig.holds_after_a_sync(HEDY), [grant_id("member", HEDY)]);
    rig.standin
        .change(|settings| settings.patch_effect = PatchEffect::Applied);
    let transcript = rig.does(&grant("owner", HEDY));
    let lines = transcript.logged("Granted in place of another.");
    assert_eq!(lines.len(), 1, "{transcript}");
    assert_eq!(rig.holds_after_a_sync(HEDY), [grant_id("owner", HEDY)]);
}

#[test]
fn the_other_spelling_of_the_path_is_tried_once() {
    let colon = |member_type: &str| {
        let path = format!("{EXTENSION}:memberType");
        replacement(&path, &member_type.into())
    };
    let dot = member_type_body;
    for (patch_path, expected) in [
        (PatchPath::Dot, vec![dot("owner")]),
        (PatchPath::Both, vec![dot("owner")]),
        (PatchPath::Colon, vec![dot("owner"), colon("owner")]),
    ] {
        let rig = Rig::synced(Settings {
            patch_path,
            ..Settings::with(staff())
        });
        let _ = rig.does(&grant("owner", HEDY));
        assert_eq!(rig.bodies(), expected);
        assert_eq!(rig.holds_after_a_sync(HEDY), [grant_id("owner", HEDY)]);
    }
    let rig = Rig::synced(Settings {
        patch_path: PatchPath::Colon,
        ..Settings::with(staff())
    });
    let _ = rig.does(&revoke("marketer", MARY));
    assert_eq!(rig.bodies(), [dot("member"), colon("member")]);
    rig.standin.forget_requests();
    let _ = rig.does(&disable(HEDY));
    assert_eq!(rig.bodies(), [active_body(false)]);
}

#[test]
fn a_member_type_that_the_account_does_not_have_is_refused_in_the_words_of_the_service() {
    let rig = Rig::synced(Settings {
        marketer_enabled: false,
        ..Settings::with(staff())
    });
    let texts = ["answered 400", "Unsupported value for path", "marketer"];
    let _ = rig.refuses(&grant("marketer", HEDY), INVALID_ARGUMENT, &texts);
    // The value is at fault and not the path, so no other path is tried.
    assert_eq!(rig.bodies(), [member_type_body("marketer")]);
    assert_eq!(rig.member_type(HEDY), "member");
    // Who has it already keeps it, and can lose it.
    let transcript = rig.does(&grant("marketer", MARY));
    assert_eq!(
        transcript
            .logged("Already granted: nothing has been changed.")
            .len(),
        1
    );
    let _ = rig.does(&revoke("marketer", MARY));
    assert_eq!(rig.member_type(MARY), "member");
}

/// All the ways in which a service may answer when it is asked for one account.
fn ways_to_ask() -> Vec<(Filtering, Lookup)> {
    let filters = [
        Filtering::Served,
        Filtering::Refused,
        Filtering::Ignored,
        Filtering::Blind,
    ];
    let lookups = [Lookup::Served, Lookup::Forbidden, Lookup::Unrouted];
    let pairs = filters.into_iter();
    pairs
        .flat_map(|filter| lookups.map(|lookup| (filter, lookup)))
        .collect()
}

#[test]
fn an_account_is_found_however_the_service_answers_when_it_is_asked_for_one() {
    for (id_filter, lookup) in ways_to_ask() {
        let rig = Rig::synced(Settings {
            id_filter,
            lookup,
            ..Settings::with(staff())
        });
        for (operation, id) in patches() {
            rig.standin.forget_requests();
            let transcript = rig.does(&operation);
            assert_eq!(
                rig.sent().len(),
                1,
                "{id_filter:?} {lookup:?} {id}\n{transcript}"
            );
        }
    }
}

#[test]
fn an_account_that_is_gone_is_gone_however_the_service_answers() {
    for (id_filter, lookup) in ways_to_ask() {
        let rig = Rig::staffed();
        rig.standin.change(|settings| {
            *settings = Settings {
                id_filter,
                lookup,
                ..Settings::with(staff_without(&[HEDY, MARY]))
            };
        });
        let _ = rig.refuses(&grant("owner", HEDY), NOT_FOUND, &[HEDY]);
        let _ = rig.refuses(&disable(HEDY), NOT_FOUND, &[HEDY]);
        comes_to(
            &rig.does(&revoke("marketer", MARY)),
            "Already revoked: nothing has been changed.",
            json!({
                "entitlement": entitlement("marketer"),
                "principal": format!("user:{MARY}"),
                "outcome": "already_revoked",
                "annotation": "GrantAlreadyRevoked",
            }),
        );
        assert!(rig.sent().is_empty(), "{id_filter:?} {lookup:?}");
    }
}
