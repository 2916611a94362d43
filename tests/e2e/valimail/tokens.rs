//! Signing in, and tokens that stop working.

use crate::rig::{
    FAILED_PRECONDITION, INTERNAL, NOT_FOUND, ONCE, Rig, UNAUTHENTICATED, UNAVAILABLE, tells_none,
};
use e2e::valimail::{
    Endpoint, ErrorBody, Expiry, Fault, Faults, Pagination, RetryAfter, Script, Settings, Shape,
    TokenLifetime, WrongCredentials,
};
use std::time::Duration;

const WRONG: &str = "0badc0de-0000-4000-8000-000000000bad";

/// The company in five pages.
fn in_pages(token_lifetime: TokenLifetime) -> Settings {
    Settings {
        pagination: Pagination::Rfc7644 { page: 10 },
        token_lifetime,
        ..Settings::company()
    }
}

#[test]
fn one_token_serves_the_whole_sync_however_its_end_is_told() {
    for expiry in [
        Expiry::Hyphen,
        Expiry::Underscore,
        Expiry::Absent,
        Expiry::Null,
        Expiry::Unparsable,
    ] {
        let rig = Rig::new(Settings {
            expiry,
            ..in_pages(TokenLifetime::Years)
        });
        assert!(rig.syncs(&ONCE).holds_the_company(), "{expiry:?}");
        assert_eq!(rig.count(Endpoint::Auth), 1, "{expiry:?}");
        assert_eq!(rig.count(Endpoint::List), 5, "{expiry:?}");
    }
}

#[test]
fn a_token_that_is_refused_in_the_middle_is_replaced_once() {
    let rig = Rig::new(in_pages(TokenLifetime::Requests(3)));
    let synced = rig.syncs(&ONCE);
    assert!(synced.holds_the_company());
    assert_eq!(rig.count(Endpoint::Auth), 2);
    let statuses: Vec<_> = rig
        .standin
        .requests_to(Endpoint::List)
        .iter()
        .filter_map(|request| request.status)
        .collect();
    assert_eq!(statuses, [200, 200, 200, 401, 200, 200]);
    let tokens = rig.standin.tokens();
    let last = rig.standin.requests_to(Endpoint::List).pop();
    let last = last.expect("a request");
    assert_eq!(last.bearer(), Some(tokens[1].as_str()));
}

#[test]
fn a_token_that_is_about_to_end_is_replaced_before_it_is_refused() {
    // Fewer seconds than a request may take to arrive.
    let rig = Rig::new(in_pages(TokenLifetime::For(Duration::from_secs(20))));
    assert!(rig.syncs(&ONCE).holds_the_company());
    let lists = rig.standin.requests_to(Endpoint::List);
    assert_eq!(lists.len(), 5);
    assert!(lists.iter().all(|request| request.status == Some(200)));
    assert_eq!(rig.count(Endpoint::Auth), 5);
}

#[test]
fn a_service_whose_clock_is_years_behind_is_still_usable() {
    let rig = Rig::new(Settings {
        clock_skew: -10 * 365 * 24 * 60 * 60,
        ..in_pages(TokenLifetime::Years)
    });
    assert!(rig.syncs(&ONCE).holds_the_company());
}

#[test]
fn a_token_that_is_refused_for_ever_ends_the_sync_after_one_more_sign_in() {
    let rig = Rig::new(in_pages(TokenLifetime::Requests(0)));
    // With the usual retries: there are none for this.
    let _ = rig.fails(
        UNAUTHENTICATED,
        &[],
        &[
            "cannot list resources of the type user",
            "GET http://127.0.0.1:",
            "/accounts/larkspur-freight/scim/v2/Users answered 401 Unauthorized",
            "although the sign-in has just been accepted",
            "check that the API key has not been revoked",
        ],
    );
    assert_eq!(rig.count(Endpoint::Auth), 2);
    assert_eq!(rig.count(Endpoint::List), 2);
}

#[test]
fn wrong_credentials_are_named_and_not_repeated() {
    for (answer, status) in [
        (WrongCredentials::Validation400, "answered 400"),
        (WrongCredentials::Unprocessable422, "answered 422"),
        (WrongCredentials::Unauthorized401, "answered 401"),
    ] {
        for variable in ["BATON_VALIMAIL_APP_ID", "BATON_VALIMAIL_CLIENT_ID"] {
            let rig = Rig::new(Settings {
                wrong_credentials: answer,
                ..Settings::company()
            })
            .env(variable, WRONG);
            let transcript = rig.fails(
                UNAUTHENTICATED,
                &["--log-level", "debug"],
                &[
                    "POST http://127.0.0.1:",
                    "/auth",
                    status,
                    "valimail-app-id",
                    "valimail-client-id",
                ],
            );
            tells_none(&transcript, &[WRONG.to_owned()]);
            assert_eq!(rig.count(Endpoint::Auth), 1, "{answer:?}");
            assert_eq!(rig.count(Endpoint::List), 0, "{answer:?}");
        }
    }
}

/// Runs a sync whose sign-in always goes wrong in this way.
fn sign_in_fails(fault: Fault, code: i32, texts: &[&str]) {
    let rig = Rig::with_faults(Faults::auth(Script::forever(fault)));
    let transcript = rig.fails(code, &ONCE, &["POST http://127.0.0.1:", "/auth"]);
    let _ = transcript.failed_with(texts);
    assert_eq!(rig.count(Endpoint::Auth), 1);
    assert_eq!(rig.count(Endpoint::List), 0);
}

#[test]
fn a_sign_in_that_the_service_cannot_answer_fails_with_its_status() {
    for (status, body, says) in [
        (
            500,
            ErrorBody::Odin,
            "500 Internal Server Error: An internal error occurred",
        ),
        (502, ErrorBody::Html, "502 Bad Gateway"),
        (503, ErrorBody::Empty, "503 Service Unavailable"),
        (504, ErrorBody::Other, "504 Gateway Timeout"),
    ] {
        sign_in_fails(Fault::Status(status, body), UNAVAILABLE, &[says]);
    }
    let status = Fault::Status(404, ErrorBody::Odin);
    sign_in_fails(status, NOT_FOUND, &["404 Not Found", "check base-url"]);
    let status = Fault::Status(403, ErrorBody::Scim);
    sign_in_fails(
        status,
        UNAUTHENTICATED,
        &["403 Forbidden", "valimail-app-id"],
    );
    let status = Fault::Status(418, ErrorBody::Scim);
    sign_in_fails(status, INTERNAL, &["418"]);
}

#[test]
fn a_sign_in_that_is_held_back_for_long_fails_and_says_for_how_long() {
    let wait = Fault::TooManyRequests(RetryAfter::Seconds(7200));
    sign_in_fails(wait, UNAVAILABLE, &["429 Too Many Requests", "7200 s"]);
}

#[test]
fn a_sign_in_without_a_token_fails_and_asks_for_the_base_url() {
    for fault in [
        Fault::Html,
        Fault::Shape(Shape::EmptyObject),
        Fault::Shape(Shape::Array),
        Fault::Shape(Shape::Null),
        Fault::Shape(Shape::Deep),
        Fault::Body(Vec::new()),
        Fault::Body(br#"{"token": ""}"#.into()),
        Fault::Body(br#"{"token": {"value": "x"}}"#.into()),
        Fault::EndlessString,
        Fault::GzipBomb(1 << 26),
    ] {
        sign_in_fails(fault, INTERNAL, &["without a token", "check that base-url"]);
    }
}

#[test]
fn a_token_that_no_header_can_hold_does_not_leave() {
    let token = br#"{"token": "a\r\nX-Injected: b"}"#;
    let rig = Rig::with_faults(Faults::auth(Script::forever(Fault::Body(token.into()))));
    let texts = ["the header authorization", "no header can hold"];
    let _ = rig.fails(FAILED_PRECONDITION, &ONCE, &texts);
    assert_eq!(rig.count(Endpoint::List), 0);
}

#[test]
fn a_sign_in_that_breaks_off_fails() {
    for fault in [
        Fault::Reset,
        Fault::Close,
        Fault::NotHttp,
        Fault::CutBody(5),
    ] {
        sign_in_fails(fault, UNAVAILABLE, &[]);
    }
}

#[test]
fn a_sign_in_that_fails_for_the_moment_is_tried_again() {
    for fault in [
        Fault::TooManyRequests(RetryAfter::Absent),
        Fault::Status(503, ErrorBody::Html),
        Fault::Status(500, ErrorBody::Odin),
        Fault::Reset,
        Fault::CutBody(5),
    ] {
        let rig = Rig::with_faults(Faults::auth(fault.clone()));
        assert!(
            rig.syncs(&["--retries", "1"]).holds_the_company(),
            "{fault:?}"
        );
        assert_eq!(rig.count(Endpoint::Auth), 2, "{fault:?}");
        assert_eq!(rig.count(Endpoint::List), 1, "{fault:?}");
    }
}
