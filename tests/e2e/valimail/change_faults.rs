//! What goes wrong with a change without a doubt: sign-ins, reads and refusals.

use crate::{
    changes::{each, is_untouched, pairs},
    operations::{
        GRACE, HEDY, KAY, NEW, create, disable, enable, everything, grant, patches, revoke,
    },
    rig::{
        ALREADY_EXISTS, FAILED_PRECONDITION, INTERNAL, INVALID_ARGUMENT, NOT_FOUND, ONCE,
        PERMISSION_DENIED, Rig, UNAUTHENTICATED, UNAVAILABLE,
    },
};
use e2e::valimail::{Endpoint, ErrorBody, Fault, Faults, RetryAfter, Script, Shape};

fn status(status: u16) -> Fault {
    Fault::Status(status, ErrorBody::Scim)
}

/// What becomes of an error that is not about the request, wherever it comes from.
fn troubles() -> Vec<(Fault, i32, &'static str)> {
    let later = Fault::TooManyRequests(RetryAfter::Seconds(7200));
    vec![
        (later, UNAVAILABLE, "answered 429 Too Many Requests"),
        (status(500), UNAVAILABLE, "reference: 5eafa17e"),
        (status(502), UNAVAILABLE, "answered 502"),
        (status(503), UNAVAILABLE, "answered 503"),
        (Fault::Reset, UNAVAILABLE, "http://127.0.0.1:"),
        (Fault::Close, UNAVAILABLE, "http://127.0.0.1:"),
        (Fault::NotHttp, UNAVAILABLE, "http://127.0.0.1:"),
    ]
}

#[test]
fn a_sign_in_that_fails_ends_everything_before_it_begins() {
    let mut cases = troubles();
    let refusals = [
        (400, UNAUTHENTICATED),
        (401, UNAUTHENTICATED),
        (403, UNAUTHENTICATED),
        (422, UNAUTHENTICATED),
        (404, NOT_FOUND),
        (409, INTERNAL),
    ];
    cases.extend(refusals.map(|(number, code)| (status(number), code, "/auth answered 4")));
    let cases = pairs(&cases, &everything());
    each(&cases, |((fault, code, says), operation)| {
        let rig = Rig::troubled(Faults::auth(Script::forever(fault.clone())));
        let _ = rig.refuses_with(operation, &ONCE, *code, &[says]);
        assert_eq!(rig.standin.requests().len(), rig.count(Endpoint::Auth));
        is_untouched(&rig);
    });
}

#[test]
fn nothing_is_changed_when_accounts_cannot_be_read() {
    let mut cases = troubles();
    let refusals = [
        (400, INTERNAL),
        (401, UNAUTHENTICATED),
        (403, PERMISSION_DENIED),
        (404, NOT_FOUND),
        (409, INTERNAL),
        (422, INTERNAL),
    ];
    let odd = [
        Fault::Html,
        Fault::Shape(Shape::EmptyObject),
        Fault::Shape(Shape::Deep),
    ];
    cases.extend(refusals.map(|(number, code)| (status(number), code, "/scim/v2/Users")));
    cases.extend(odd.map(|fault| (fault, INTERNAL, "the account list is")));
    cases.push((Fault::CutBody(10), UNAVAILABLE, "broke off"));
    let cases = pairs(&cases, &everything());
    each(&cases, |((fault, code, says), operation)| {
        let rig = Rig::troubled(Faults::reading(Script::forever(fault.clone())));
        let _ = rig.refuses_with(operation, &ONCE, *code, &[says]);
        assert!(rig.sent().is_empty(), "{fault:?} {operation:?}");
        is_untouched(&rig);
    });
}

#[test]
fn no_owner_goes_when_the_list_of_owners_cannot_be_read() {
    let mut cases = troubles();
    let refusals = [
        (400, INTERNAL),
        (401, UNAUTHENTICATED),
        (403, PERMISSION_DENIED),
        (404, NOT_FOUND),
        (409, INTERNAL),
        (422, INTERNAL),
    ];
    cases.extend(refusals.map(|(number, code)| (status(number), code, "answered 4")));
    cases.push((Fault::Html, INTERNAL, "the account list is"));
    for (fault, code, says) in cases {
        for operation in [
            revoke("owner", GRACE),
            grant("member", GRACE),
            disable(GRACE),
        ] {
            let rig = Rig::troubled(Faults::list(Script::forever(fault.clone())));
            let _ = rig.refuses_with(&operation, &ONCE, code, &[says]);
            assert!(rig.sent().is_empty(), "{fault:?} {operation:?}");
            is_untouched(&rig);
        }
        // Who is no owner can be read without the list.
        let rig = Rig::troubled(Faults::list(Script::forever(fault.clone())));
        let _ = rig.does_with(&grant("owner", HEDY), &ONCE);
    }
}

#[test]
fn a_read_that_fails_for_the_moment_is_repeated() {
    let faults = [
        Fault::TooManyRequests(RetryAfter::Absent),
        status(503),
        Fault::Reset,
    ];
    each(&pairs(&faults, &everything()), |(fault, operation)| {
        let script = Script::from(fault.clone());
        let rig = Rig::troubled(Faults {
            auth: script.clone(),
            ..Faults::reading(script)
        });
        let _ = rig.does_with(operation, &["--retries", "2"]);
        assert_eq!(rig.sent().len(), 1, "{fault:?} {operation:?}");
    });
}

/// Runs an operation whose PATCH or POST is always answered like this.
fn is_refused(operation: &[String], number: u16, code: i32, sent: usize) {
    let rig = Rig::troubled_by_changes(Script::forever(status(number)));
    let detail = match number {
        401 => "Unauthorized",
        403 => "Not authorized to access this account",
        _ => "Something is not as it should be",
    };
    let texts = [&format!("answered {number}"), detail];
    let _ = rig.refuses(operation, code, &texts);
    assert_eq!(rig.sent().len(), sent, "{number} {operation:?}");
    is_untouched(&rig);
}

#[test]
fn a_change_that_is_refused_fails_with_what_the_service_says() {
    for operation in everything() {
        is_refused(&operation, 400, INVALID_ARGUMENT, 1);
        is_refused(&operation, 403, PERMISSION_DENIED, 1);
        is_refused(&operation, 422, INVALID_ARGUMENT, 1);
        is_refused(&operation, 418, INTERNAL, 1);
        // Once more with a new token.
        is_refused(&operation, 401, UNAUTHENTICATED, 2);
    }
    for operation in patches() {
        is_refused(&operation, 409, FAILED_PRECONDITION, 1);
    }
    is_refused(&create(NEW), 409, ALREADY_EXISTS, 1);
}

#[test]
fn a_change_that_is_answered_with_404_says_that_the_account_is_gone() {
    for operation in [grant("owner", HEDY), disable(HEDY), enable(KAY)] {
        let rig = Rig::troubled(Faults::patch(status(404)));
        let _ = rig.refuses(&operation, NOT_FOUND, &["there is no user with the id"]);
        assert_eq!(rig.sent().len(), 1, "{operation:?}");
    }
    let rig = Rig::troubled(Faults::create(status(404)));
    let transcript = rig.tries(&create(NEW), &[]).failed_with(&["answered 404"]);
    assert_ne!(transcript.code, Some(0));
    assert_eq!(rig.sent().len(), 1);
}

#[test]
fn a_service_that_is_not_there_changes_nothing() {
    for operation in everything() {
        let rig = Rig::staffed().env("BATON_BASE_URL", "http://127.0.0.1:1");
        let rig = rig.env("BATON_ALLOW_OUTBOUND", "http://127.0.0.1:1");
        let _ = rig.refuses_with(&operation, &ONCE, UNAVAILABLE, &["refused"]);
        assert!(rig.standin.requests().is_empty());
    }
}
