//! Changes whose answers do not say what has become of them.

use crate::{
    changes::{each, is_untouched, pairs},
    operations::everything,
    rig::{ONCE, Rig, UNAVAILABLE},
};
use e2e::valimail::{Deed, ErrorBody, Fault, Faults, Moment, RetryAfter, Rival, Script};

fn status(status: u16) -> Fault {
    Fault::Status(status, ErrorBody::Scim)
}

#[test]
fn a_change_is_never_sent_twice_when_it_is_not_known_whether_it_has_worked() {
    // None of these has: looking at the account shows that, after which it is for people to go on.
    let faults = [
        status(500),
        status(502),
        Fault::Unavailable(RetryAfter::Seconds(1)),
        Fault::Reset,
        Fault::Close,
        Fault::NotHttp,
    ];
    each(&pairs(&faults, &everything()), |(fault, operation)| {
        let rig = Rig::troubled_by_changes(fault.clone());
        // With the usual retries.
        let texts = ["it is not known whether", "run it again"];
        let _ = rig.refuses(operation, UNAVAILABLE, &texts);
        assert_eq!(rig.sent().len(), 1, "{fault:?} {operation:?}");
        is_untouched(&rig);
        // What the message says is true.
        let _ = rig.does(operation);
        assert_eq!(rig.sent().len(), 2, "{fault:?} {operation:?}");
    });
}

#[test]
fn a_change_that_never_answers_is_given_up_and_not_sent_twice() {
    each(&everything(), |operation| {
        let rig = Rig::troubled_by_changes(Fault::Hang);
        let flags = ["--http-timeout-seconds", "2"];
        let _ = rig.refuses_with(operation, &flags, UNAVAILABLE, &["timed out"]);
        assert_eq!(rig.sent().len(), 1, "{operation:?}");
        is_untouched(&rig);
    });
}

#[test]
fn a_change_that_has_worked_and_was_answered_badly_has_worked() {
    let faults = [
        Fault::Lost,
        Fault::CutBody(5),
        Fault::HangMidBody(5),
        Fault::Truncated(5),
        Fault::ContentType("text/plain".into()),
        Fault::Acted(500, ErrorBody::Scim),
        Fault::Acted(502, ErrorBody::Html),
        Fault::Acted(504, ErrorBody::Empty),
    ];
    each(&pairs(&faults, &everything()), |(fault, operation)| {
        let rig = Rig::troubled_by_changes(fault.clone());
        let _ = rig.does_with(operation, &["--http-timeout-seconds", "3"]);
        assert_eq!(rig.sent().len(), 1, "{fault:?} {operation:?}");
        rig.standin.forget_requests();
        let _ = rig.does(operation);
        assert!(rig.sent().is_empty(), "{fault:?} {operation:?}");
    });
}

#[test]
fn a_change_that_is_lost_and_cannot_be_looked_at_is_unknown() {
    let unreadable = || Deed::Break(Box::new(Faults::reading(Script::forever(status(500)))));
    each(&everything(), |operation| {
        let rig = Rig::troubled_by_changes(Fault::Lost);
        rig.standin.change(|settings| {
            settings.rivals = [Moment::AfterPatch, Moment::AfterCreate]
                .map(|moment| Rival {
                    moment,
                    deed: unreadable(),
                })
                .into();
        });
        let texts = ["it is not known whether", "answered 500"];
        let _ = rig.refuses_with(operation, &ONCE, UNAVAILABLE, &texts);
        assert_eq!(rig.sent().len(), 1, "{operation:?}");
    });
}
