//! Changes that the service has not acted on, and that are sent again.

use crate::{
    changes::{each, is_untouched},
    operations::{everything, staff},
    rig::{ONCE, Rig, UNAUTHENTICATED, UNAVAILABLE},
};
use e2e::valimail::{
    Deed, Endpoint, Fault, Moment, RetryAfter, Rival, Script, Settings, TokenLifetime,
};

#[test]
fn a_change_that_is_held_back_by_a_limit_is_repeated_by_the_host() {
    each(&everything(), |operation| {
        let fault = Fault::TooManyRequests(RetryAfter::Absent);
        let rig = Rig::troubled_by_changes(Script::times(2, fault));
        let transcript = rig.does_with(operation, &["--retries", "2"]);
        assert_eq!(transcript.logged("retrying request").len(), 2);
        let sent = rig.sent();
        let statuses: Vec<_> = sent.iter().filter_map(|request| request.status).collect();
        assert_eq!(statuses[..2], [429, 429], "{operation:?}");
        assert!(statuses.len() == 3 && statuses[2] < 300, "{statuses:?}");
        assert!(sent.iter().all(|request| request.text == sent[0].text));
    });
}

#[test]
fn a_limit_that_does_not_end_fails_and_changes_nothing() {
    each(&everything(), |operation| {
        let fault = Fault::TooManyRequests(RetryAfter::Absent);
        let rig = Rig::troubled_by_changes(Script::forever(fault));
        let flags = ["--retries", "1"];
        let texts = ["answered 429 Too Many Requests", "Rate limit exceeded"];
        let _ = rig.refuses_with(operation, &flags, UNAVAILABLE, &texts);
        assert_eq!(rig.sent().len(), 2, "{operation:?}");
        is_untouched(&rig);
    });
}

#[test]
fn a_token_that_is_taken_back_in_between_is_renewed_once() {
    for operation in everything() {
        let rig = Rig::synced(Settings {
            rivals: [Moment::BeforePatch, Moment::BeforeCreate]
                .map(|moment| Rival {
                    moment,
                    deed: Deed::RevokeTokens,
                })
                .into(),
            ..Settings::with(staff())
        });
        let _ = rig.does_with(&operation, &ONCE);
        let sent = rig.sent();
        let [first, second] = &sent[..] else {
            panic!("{sent:?}");
        };
        assert_eq!(first.status, Some(401));
        assert_ne!(first.bearer(), second.bearer());
        assert_eq!(first.text, second.text);
        assert!(second.status < Some(300), "{second:?}");
        assert_eq!(rig.count(Endpoint::Auth), 2);
    }
}

#[test]
fn a_token_that_is_renewed_and_refused_again_ends_it() {
    for operation in everything() {
        let rig = Rig::synced(Settings {
            token_lifetime: TokenLifetime::Requests(0),
            ..Settings::with(staff())
        });
        let texts = [
            "answered 401",
            "although the sign-in has just been accepted",
        ];
        let _ = rig.refuses(&operation, UNAUTHENTICATED, &texts);
        assert!(rig.sent().is_empty(), "{operation:?}");
    }
}

#[test]
fn tokens_that_serve_few_requests_are_enough() {
    for requests in 1..=4 {
        for operation in everything() {
            let rig = Rig::synced(Settings {
                token_lifetime: TokenLifetime::Requests(requests),
                ..Settings::with(staff())
            });
            let _ = rig.does_with(&operation, &ONCE);
            let sent = rig.sent();
            let worked = sent.iter().filter(|request| request.status < Some(300));
            assert_eq!(worked.count(), 1, "{requests} {operation:?}");
        }
    }
}
