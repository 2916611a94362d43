//! What fails for the moment, and is tried again.

use crate::rig::{ONCE, Rig, UNAVAILABLE};
use e2e::valimail::{
    Account, Endpoint, ErrorBody, Fault, Faults, Pagination, RateLimit, RetryAfter, Script,
    Settings, company,
};
use std::time::Duration;

/// Runs a sync that comes right after some failures, and gives the waits in between, in
/// milliseconds, by the messages of the log.
fn comes_right(faults: impl Into<Script>, retries: &str, lists: usize) -> Vec<(String, u64)> {
    let rig = Rig::with_faults(Faults::list(faults));
    let synced = rig.syncs(&["--retries", retries]);
    assert!(synced.holds_the_company());
    assert_eq!(rig.count(Endpoint::List), lists);
    assert_eq!(rig.count(Endpoint::Auth), 1);
    let lines = synced.transcript.log().into_iter();
    lines
        .filter(|line| line["wait_ms"].is_u64())
        .map(|line| {
            let message = line["msg"].as_str().expect("a message");
            assert_eq!(line["level"], "warn");
            let wait = line["wait_ms"].as_u64().expect("a wait");
            (message.to_owned(), wait)
        })
        .collect()
}

fn too_many(retry_after: RetryAfter) -> Fault {
    Fault::TooManyRequests(retry_after)
}

#[test]
fn too_many_requests_with_seconds_is_tried_again_after_that_time() {
    let waits = comes_right(too_many(RetryAfter::Seconds(2)), "1", 2);
    assert_eq!(waits, [("retrying request".to_owned(), 2000)]);
}

#[test]
fn too_many_requests_with_a_date_is_tried_again_at_that_time() {
    let waits = comes_right(too_many(RetryAfter::Date(4)), "1", 2);
    assert_eq!(waits.len(), 1);
    // The date has whole seconds, and some time has passed since it was written.
    assert!((2_000..=4_000).contains(&waits[0].1), "{waits:?}");
}

#[test]
fn too_many_requests_without_a_time_is_tried_again_soon() {
    for retry_after in [
        RetryAfter::Absent,
        RetryAfter::Text("in a while".into()),
        RetryAfter::Text("-5".into()),
        RetryAfter::Seconds(0),
    ] {
        let waits = comes_right(too_many(retry_after), "1", 2);
        assert_eq!(waits.len(), 1);
        assert!((500..=1_000).contains(&waits[0].1), "{waits:?}");
    }
}

#[test]
fn too_many_requests_for_long_fails_soon_and_says_for_how_long() {
    let day = 24 * 60 * 60;
    for retry_after in [RetryAfter::Seconds(day), RetryAfter::Date(day)] {
        let rig = Rig::with_faults(Faults::list(Script::forever(too_many(retry_after.clone()))));
        // With the usual retries: nobody waits a day.
        let texts = [
            "answered 429 Too Many Requests: Rate limit exceeded",
            "asks to wait",
        ];
        let transcript = rig.fails(UNAVAILABLE, &[], &texts);
        let error = transcript.error();
        let seconds = error.split("asks to wait ").nth(1).expect("a time");
        let seconds = seconds.split(' ').next().expect("a number");
        let seconds: u64 = seconds.parse().expect("a number");
        assert!((day - 60..=day).contains(&seconds), "{error}");
        assert_eq!(rig.count(Endpoint::List), 1, "{retry_after:?}");
    }
}

#[test]
fn a_number_of_seconds_beyond_all_bounds_does_no_harm() {
    for seconds in [u64::MAX, u64::MAX / 1000, 1 << 40] {
        let fault = too_many(RetryAfter::Seconds(seconds));
        let rig = Rig::with_faults(Faults::list(Script::forever(fault)));
        let _ = rig.fails(UNAVAILABLE, &ONCE, &["429 Too Many Requests"]);
        assert_eq!(rig.count(Endpoint::List), 1);
    }
}

#[test]
fn an_unavailable_service_that_names_a_time_is_asked_again_then() {
    let fault = Fault::Unavailable(RetryAfter::Seconds(2));
    let waits = comes_right(fault, "1", 2);
    assert_eq!(waits, [("retrying request".to_owned(), 2000)]);
}

#[test]
fn a_gateway_that_fails_for_the_moment_is_asked_again() {
    for status in [502, 503, 504] {
        for body in [ErrorBody::Html, ErrorBody::Empty] {
            let waits = comes_right(Fault::Status(status, body), "1", 2);
            assert_eq!(waits.len(), 1);
        }
    }
}

#[test]
fn a_service_that_fails_three_times_and_then_answers_is_good_enough() {
    let faults = Script::times(3, Fault::Status(500, ErrorBody::Scim));
    let waits = comes_right(faults, "3", 4);
    let waits: Vec<_> = waits.into_iter().map(|(_, wait)| wait).collect();
    assert_eq!(waits, [500, 1000, 2000]);
}

#[test]
fn a_service_that_fails_for_ever_is_given_up() {
    let rig = Rig::with_faults(Faults::list(Script::forever(Fault::Status(
        500,
        ErrorBody::Scim,
    ))));
    let texts = ["cannot list resources of the type user", "answered 500"];
    let _ = rig.fails(UNAVAILABLE, &["--retries", "2"], &texts);
    assert_eq!(rig.count(Endpoint::List), 3);
    assert_eq!(rig.count(Endpoint::Auth), 1);
}

#[test]
fn a_connection_that_breaks_once_is_tried_again() {
    for fault in [Fault::Reset, Fault::Close, Fault::Lost] {
        assert_eq!(comes_right(fault, "1", 2).len(), 1);
    }
}

#[test]
fn a_list_that_breaks_off_once_is_read_again_and_no_account_is_there_twice() {
    for fault in [
        Fault::CutBody(1),
        Fault::CutBody(20_000),
        Fault::Truncated(20_000),
        Fault::HangMidBody(20_000),
    ] {
        let rig = Rig::with_faults(Faults::list(fault.clone()));
        let arguments = ["--retries", "1", "--http-timeout-seconds", "2"];
        let synced = rig.syncs(&arguments);
        assert!(synced.holds_the_company(), "{fault:?}");
        assert_eq!(synced.file.entitlements().len(), 4, "{fault:?}");
        let done = &synced.transcript.logged("Sync complete.")[0];
        assert_eq!(done["resources"], 46, "{fault:?}");
        assert_eq!(done["grants"], 40, "{fault:?}");
        assert_eq!(done["skipped"], 0, "{fault:?}");
        assert_eq!(rig.count(Endpoint::List), 2);
    }
}

#[test]
fn a_page_that_breaks_off_is_read_again_and_the_pages_before_it_are_not() {
    let rig = Rig::new(Settings {
        pagination: Pagination::Rfc7644 { page: 15 },
        faults: Faults::list([Fault::None, Fault::CutBody(4_000)]),
        ..Settings::company()
    });
    let synced = rig.syncs(&["--retries", "1"]);
    assert!(synced.holds_the_company());
    let starts: Vec<_> = rig
        .standin
        .requests_to(Endpoint::List)
        .iter()
        .map(|request| request.parameter("startIndex").map(str::to_owned))
        .collect();
    let page = |start: &str| Some(start.to_owned());
    assert_eq!(starts, [None, page("16"), page("16"), page("31")]);
}

#[test]
fn nothing_of_an_attempt_that_failed_is_in_the_file() {
    // What the first attempt sees is gone when the second one looks.
    let ghost = Account::new("ghost", "ghost@b.example").member_type("poltergeist");
    let mut seen = serde_json::json!({"totalResults": 1_000, "Resources": [ghost.value()]});
    seen["Resources"][0]["padding"] = "x".repeat(100_000).into();
    let rig = Rig::with_faults(Faults::list(Fault::Body(seen.to_string().into_bytes())));
    let synced = rig.syncs(&["--retries", "1"]);
    assert_eq!(rig.count(Endpoint::List), 2);
    assert!(synced.holds_the_company());
    let types: Vec<_> = synced.file.resources("member_type");
    assert!(!types.iter().any(|row| row.key.contains("poltergeist")));
    assert_eq!(synced.file.entitlements().len(), 4);
}

#[test]
fn broken_accounts_of_an_attempt_that_failed_are_not_counted() {
    let broken = serde_json::json!({"totalResults": 50, "Resources": vec![17; 20]});
    let rig = Rig::with_faults(Faults::list(Fault::Body(broken.to_string().into_bytes())));
    let synced = rig.syncs(&["--retries", "1"]);
    assert!(synced.holds_the_company());
    assert_eq!(synced.transcript.logged("Sync complete.")[0]["skipped"], 0);
}

#[test]
fn a_rate_limit_in_the_middle_of_the_pages_is_waited_out() {
    let rig = Rig::new(Settings {
        pagination: Pagination::Rfc7644 { page: 20 },
        rate_limit: Some(RateLimit {
            requests: 3,
            per: Duration::from_secs(2),
        }),
        ..Settings::company()
    });
    let synced = rig.syncs(&["--retries", "4"]);
    assert_eq!(synced.ids().len() as u64, company().len());
    assert!(synced.holds_the_company());
    assert!(rig.count(Endpoint::List) > 3, "a page was refused once");
}

#[test]
fn without_retries_nothing_is_tried_again() {
    for fault in [
        Fault::Status(503, ErrorBody::Empty),
        Fault::Status(500, ErrorBody::Empty),
        Fault::Reset,
        Fault::CutBody(100),
        too_many(RetryAfter::Seconds(1)),
        too_many(RetryAfter::Absent),
    ] {
        let rig = Rig::with_faults(Faults::list(fault.clone()));
        let _ = rig.fails(UNAVAILABLE, &ONCE, &["cannot list resources"]);
        assert_eq!(rig.standin.requests().len(), 2, "{fault:?}");
    }
}
