//! Somebody has to stay an owner.

use crate::{
    changes::each,
    operations::{
        ADA, GRACE, HEDY, IDA, Operation, active_body, disable, enable, grant, member_type_body,
        revoke, staff, staff_without,
    },
    rig::{FAILED_PRECONDITION, INVALID_ARGUMENT, PERMISSION_DENIED, Rig, UNAVAILABLE},
};
use e2e::{
    host::{Host, finish},
    valimail::{
        Account, Deed, ErrorBody, Fault, Faults, LastOwner, Moment, Pagination, Rival, Script,
        Settings, Standin, Total, field,
    },
};

/// Ways in which an account ceases to be an active owner.
fn ways_out(id: &str) -> [Operation; 4] {
    [
        revoke("owner", id),
        grant("member", id),
        grant("marketer", id),
        disable(id),
    ]
}

/// Ada is the only active owner, Ida an inactive one.
fn one_owner() -> Settings {
    // The service would not keep anybody from anything.
    Settings {
        last_owner: LastOwner::Allowed,
        ..Settings::with(staff_without(&[GRACE]))
    }
}

/// Ada and Grace are active owners, and the service would not keep anybody from anything.
fn two_owners() -> Settings {
    Settings {
        last_owner: LastOwner::Allowed,
        ..Settings::with(staff())
    }
}

/// Nothing of this can be done, and nothing is sent.
fn is_guarded(settings: &Settings, id: &str) {
    for operation in ways_out(id) {
        let rig = Rig::synced(settings.clone());
        let texts = ["active owner", "--allow-last-owner"];
        let _ = rig.refuses(&operation, FAILED_PRECONDITION, &texts);
        assert!(rig.sent().is_empty(), "{operation:?}");
        assert!(rig.account(id).is_active_owner(), "{operation:?}");
    }
}

#[test]
fn the_last_active_owner_stays_one() {
    is_guarded(&one_owner(), ADA);
}

#[test]
fn an_owner_who_does_not_say_whether_he_is_active_does_not_count() {
    let mut accounts = staff_without(&[GRACE]);
    accounts.push(
        Account::new("silent", "silent@larkspur.example")
            .owner()
            .without(field::ACTIVE),
    );
    let settings = Settings {
        last_owner: LastOwner::Allowed,
        ..Settings::with(accounts)
    };
    is_guarded(&settings, ADA);
}

#[test]
fn all_of_the_list_is_looked_through_for_another_owner() {
    for page in [1, 3] {
        let mut last = staff_without(&[GRACE]);
        last.push(Account::new("last", "last@larkspur.example").owner());
        let pagination = Pagination::Rfc7644 { page };
        for operation in ways_out(ADA) {
            let rig = Rig::synced(Settings {
                pagination,
                ..Settings::with(last.clone())
            });
            let _ = rig.does(&operation);
            assert_eq!(rig.sent().len(), 1);
            assert_eq!(rig.active_owners(), 1);
        }
        is_guarded(
            &Settings {
                pagination,
                ..one_owner()
            },
            ADA,
        );
    }
}

#[test]
fn nobody_is_demoted_when_the_list_is_not_whole() {
    for operation in ways_out(ADA) {
        let rig = Rig::synced(one_owner());
        rig.standin
            .change(|settings| settings.total = Total::Off(1));
        let _ = rig.refuses(&operation, UNAVAILABLE, &["but sent 7"]);
        assert!(rig.sent().is_empty(), "{operation:?}");
    }
}

#[test]
fn the_last_owner_may_go_when_the_operator_says_so() {
    for operation in ways_out(ADA) {
        let rig = Rig::synced(one_owner());
        let _ = rig.does_with(&operation, &["--allow-last-owner"]);
        assert_eq!(rig.sent().len(), 1);
        assert_eq!(rig.active_owners(), 0);

        let rig = Rig::synced(one_owner()).env("BATON_ALLOW_LAST_OWNER", "true");
        let _ = rig.does(&operation);
        assert_eq!(rig.sent().len(), 1);
        assert_eq!(rig.active_owners(), 0);

        let rig = Rig::synced(one_owner()).env("BATON_ALLOW_LAST_OWNER", "false");
        let _ = rig.refuses(&operation, FAILED_PRECONDITION, &["--allow-last-owner"]);
        assert!(rig.sent().is_empty());
    }
}

#[test]
fn what_the_service_says_of_the_last_owner_is_passed_on() {
    for (last_owner, code, detail) in [
        (
            LastOwner::Refused400,
            INVALID_ARGUMENT,
            "The account must keep at least one owner",
        ),
        (
            LastOwner::Refused403,
            PERMISSION_DENIED,
            "The last owner cannot be changed",
        ),
    ] {
        for operation in ways_out(ADA) {
            let rig = Rig::synced(Settings {
                last_owner,
                ..one_owner()
            });
            let flags = ["--allow-last-owner"];
            let _ = rig.refuses_with(&operation, &flags, code, &[detail]);
            assert_eq!(rig.sent().len(), 1);
            assert_eq!(rig.active_owners(), 1);
        }
    }
}

#[test]
fn whoever_is_no_active_owner_is_not_held_back() {
    // There is no active owner at all, so nobody here can be the last.
    let nobody = Settings::with(staff_without(&[ADA, GRACE]));
    for operation in [
        revoke("owner", IDA),
        grant("marketer", IDA),
        enable(IDA),
        disable(HEDY),
        grant("owner", HEDY),
    ] {
        let rig = Rig::synced(nobody.clone());
        let _ = rig.does(&operation);
        assert_eq!(rig.sent().len(), 1, "{operation:?}");
    }
}

#[test]
fn of_two_owners_one_goes_and_the_other_stays() {
    for operation in ways_out(ADA) {
        for other in ways_out(GRACE) {
            let rig = Rig::synced(two_owners());
            let _ = rig.does(&operation);
            let _ = rig.refuses(&other, FAILED_PRECONDITION, &["--allow-last-owner"]);
            assert_eq!(rig.sent().len(), 1);
            assert!(rig.account(GRACE).is_active_owner());
        }
    }
}

#[test]
fn of_two_owners_who_go_at_the_same_moment_one_stays() {
    for (one, other) in [
        (revoke("owner", ADA), revoke("owner", GRACE)),
        (disable(ADA), disable(GRACE)),
        (grant("marketer", ADA), disable(GRACE)),
    ] {
        // Both have looked, and each has seen the other, before anything is changed.
        let standin = Standin::start(Settings {
            faults: Faults::patch(Script::times(2, Fault::Together(2))),
            ..two_owners()
        });
        let operations = [one, other];
        let hosts = [Host::of(&standin), Host::of(&standin)];
        let started = [0, 1].map(|at| {
            let arguments: Vec<&str> = operations[at].iter().map(String::as_str).collect();
            hosts[at].start("run", &arguments)
        });
        let ended = started.map(finish);
        let stays = [ADA, GRACE].map(|id| {
            let account = standin.account(id).expect("an account");
            account.is_active_owner()
        });
        assert!(stays.contains(&true), "{}\n{}", ended[0], ended[1]);
        // Each of them says what has become of its own.
        for (transcript, stays) in ended.into_iter().zip(stays) {
            let code = if stays { FAILED_PRECONDITION } else { 0 };
            assert_eq!(transcript.code, Some(code), "{transcript}");
        }
    }
}

#[test]
fn of_two_owners_who_go_at_the_same_moment_the_service_may_keep_one() {
    let standin = Standin::start(Settings {
        faults: Faults::patch(Script::times(2, Fault::Together(2))),
        ..Settings::with(staff())
    });
    let hosts = [ADA, GRACE].map(|id| (Host::of(&standin), revoke("owner", id)));
    let started = hosts.each_ref().map(|(host, operation)| {
        let arguments: Vec<&str> = operation.iter().map(String::as_str).collect();
        host.start("run", &arguments)
    });
    let mut codes = started.map(finish).map(|transcript| transcript.code);
    codes.sort();
    assert_eq!(codes, [Some(0), Some(INVALID_ARGUMENT)]);
    let owners = standin.accounts();
    assert_eq!(owners.iter().filter(Account::is_active_owner).count(), 1);
}

/// Grace ceases to be an active owner just after Ada has.
fn grace_goes(deed: Deed) -> Settings {
    Settings {
        rivals: vec![Rival {
            moment: Moment::AfterPatch,
            deed,
        }],
        ..two_owners()
    }
}

#[test]
fn a_demotion_that_leaves_no_owner_is_taken_back() {
    let id = || GRACE.to_owned();
    for deed in [
        Deed::Set(id(), field::MEMBER_TYPE, "member".into()),
        Deed::Set(id(), field::ACTIVE, false.into()),
        Deed::Remove(id()),
    ] {
        for (operation, back) in [
            (revoke("owner", ADA), member_type_body("owner")),
            (grant("marketer", ADA), member_type_body("owner")),
            (disable(ADA), active_body(true)),
        ] {
            let rig = Rig::synced(grace_goes(deed.clone()));
            let texts = ["without an active owner", "undone"];
            let _ = rig.refuses(&operation, FAILED_PRECONDITION, &texts);
            let bodies = rig.bodies();
            assert_eq!(bodies.len(), 2, "{bodies:?}");
            assert_eq!(bodies[1], back);
            assert!(rig.account(ADA).is_active_owner());
        }
    }
}

#[test]
fn a_demotion_that_leaves_no_owner_and_cannot_be_taken_back_says_what_to_do() {
    each(&ways_out(ADA), |operation| {
        let demoted = Deed::Set(GRACE.to_owned(), field::MEMBER_TYPE, "member".into());
        let rig = Rig::synced(Settings {
            faults: Faults::patch([Fault::None, Fault::Status(500, ErrorBody::Scim)]),
            ..grace_goes(demoted)
        });
        let transcript = rig.refuses(operation, FAILED_PRECONDITION, &["PATCH", "by hand", ADA]);
        assert!(transcript.error().contains("An internal error occurred"));
        assert_eq!(rig.sent().len(), 2);
        assert_eq!(rig.active_owners(), 0);
    });
}

#[test]
fn nothing_is_taken_back_when_the_operator_has_allowed_it() {
    let demoted = Deed::Set(GRACE.to_owned(), field::MEMBER_TYPE, "member".into());
    let rig = Rig::synced(grace_goes(demoted));
    let _ = rig.does_with(&revoke("owner", ADA), &["--allow-last-owner"]);
    assert_eq!(rig.sent().len(), 1);
    assert_eq!(rig.active_owners(), 0);
}
