//! Connections that do not come about, break, or do not end.

use crate::rig::{DEADLINE_EXCEEDED, INTERNAL, ONCE, Rig, UNAVAILABLE};
use e2e::{
    host::Host,
    valimail::{Endpoint, Fault, Faults, Script, Settings, Standin},
};
use std::time::Duration;

/// Runs a sync whose list always goes wrong in this way.
fn list_fails(fault: Fault, code: i32, arguments: &[&str], texts: &[&str]) -> Rig {
    let rig = Rig::with_faults(Faults::list(Script::forever(fault)));
    let transcript = rig.fails(code, arguments, &["cannot list resources of the type user"]);
    let _ = transcript.failed_with(texts);
    rig
}

const LIST: &str = "/accounts/larkspur-freight/scim/v2/Users";

#[test]
fn a_port_on_which_nobody_listens_fails_with_its_address() {
    // Port 1 belongs to nobody, on any machine that runs tests.
    let origin = "http://127.0.0.1:1";
    let rig = Rig::with_host(Standin::start(Settings::company()), Host::at(origin));
    let refused = [
        "cannot list resources of the type user",
        "POST http://127.0.0.1:1/auth",
        "refused",
    ];
    let _ = rig.fails(UNAVAILABLE, &ONCE, &refused);
    assert_eq!(rig.standin.connections(), 0);
}

#[test]
fn a_failed_sync_leaves_no_file_where_there_was_none() {
    let rig = Rig::with_faults(Faults::list(Script::forever(Fault::CutBody(20_000))));
    let transcript = rig.host.run(&ONCE).failed_with(&["broke off"]);
    assert_eq!(transcript.code, Some(UNAVAILABLE));
    assert!(!rig.host.file().exists());
    let left: Vec<_> = std::fs::read_dir(rig.host.directory.path())
        .expect("a directory")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(left, ["tmp"]);
    assert!(e2e::host::holds_only(&rig.host.path("tmp"), &[]));
}

#[test]
fn a_connection_that_is_reset_fails_and_leaves_the_file_as_it_was() {
    list_fails(
        Fault::Reset,
        UNAVAILABLE,
        &ONCE,
        &["GET http://127.0.0.1:", LIST, "reset"],
    );
}

#[test]
fn a_connection_that_is_closed_without_an_answer_fails_and_leaves_the_file_as_it_was() {
    list_fails(
        Fault::Close,
        UNAVAILABLE,
        &ONCE,
        &["GET http://127.0.0.1:", LIST, "clos"],
    );
}

#[test]
fn an_answer_that_is_not_http_fails_and_leaves_the_file_as_it_was() {
    list_fails(
        Fault::NotHttp,
        UNAVAILABLE,
        &ONCE,
        &["GET http://127.0.0.1:", LIST, "HTTP"],
    );
}

#[test]
fn an_account_list_that_breaks_off_fails_and_leaves_the_file_as_it_was() {
    // In the middle of the head, of a record, and at the very last byte.
    for bytes in [0, 1, 100, 5_000, 20_000] {
        let fault = Fault::CutBody(bytes);
        let rig = list_fails(fault, UNAVAILABLE, &ONCE, &["the account list broke off"]);
        assert_eq!(rig.count(Endpoint::List), 1);
    }
}

#[test]
fn a_compressed_list_that_breaks_off_fails_and_leaves_the_file_as_it_was() {
    let rig = Rig::new(Settings {
        gzip: true,
        faults: Faults::list(Script::forever(Fault::CutBody(1_000))),
        ..Settings::company()
    });
    let _ = rig.fails(UNAVAILABLE, &ONCE, &["the account list broke off"]);
}

#[test]
fn a_compressed_list_whose_end_is_missing_fails_and_leaves_the_file_as_it_was() {
    // The HTTP response is complete, the gzip stream in it is not.
    let rig = Rig::new(Settings {
        gzip: true,
        faults: Faults::list(Script::forever(Fault::Truncated(1_000))),
        ..Settings::company()
    });
    let _ = rig.fails(UNAVAILABLE, &ONCE, &["account list"]);
}

#[test]
fn a_list_that_stops_in_the_middle_fails_when_its_time_is_up() {
    let fault = Fault::HangMidBody(5_000);
    let arguments = ["--retries", "0", "--http-timeout-seconds", "1"];
    list_fails(
        fault,
        UNAVAILABLE,
        &arguments,
        &["the account list broke off after", "timed out"],
    );
}

#[test]
fn a_service_that_never_answers_fails_when_its_time_is_up() {
    let arguments = ["--retries", "0", "--http-timeout-seconds", "1"];
    list_fails(
        Fault::Hang,
        UNAVAILABLE,
        &arguments,
        &["GET http://127.0.0.1:", LIST, "timed out"],
    );
}

#[test]
fn a_list_that_trickles_fails_when_its_time_is_up() {
    let fault = Fault::Trickle(Duration::from_millis(20));
    let arguments = ["--retries", "0", "--http-timeout-seconds", "1"];
    list_fails(
        fault,
        UNAVAILABLE,
        &arguments,
        &["the account list broke off after", "timed out"],
    );
}

#[test]
fn a_list_without_an_end_fails_when_its_time_is_up() {
    let arguments = ["--retries", "0", "--http-timeout-seconds", "1"];
    list_fails(
        Fault::EndlessAccounts,
        UNAVAILABLE,
        &arguments,
        &["the account list broke off after", "timed out"],
    );
}

#[test]
fn a_sync_without_an_end_is_stopped_when_its_time_is_up() {
    let rig = Rig::with_faults(Faults::list(Fault::EndlessAccounts));
    let texts = [
        "valimail did not come to an end within 1 s",
        "during sync",
        "--time-limit",
    ];
    let _ = rig.fails(DEADLINE_EXCEEDED, &["--time-limit", "1"], &texts);
}

#[test]
fn a_service_that_never_answers_is_stopped_when_the_time_of_the_sync_is_up() {
    let rig = Rig::with_faults(Faults::list(Fault::Hang));
    let texts = ["did not come to an end within 1 s", "--time-limit"];
    let _ = rig.fails(DEADLINE_EXCEEDED, &["--time-limit", "1"], &texts);
}

#[test]
fn a_record_without_an_end_fails_before_it_fills_the_memory() {
    for fault in [Fault::EndlessString, Fault::GzipBomb(1 << 32)] {
        let rig = list_fails(
            fault,
            INTERNAL,
            &["--memory-limit", "16"],
            &["the account list is a record of more than 1048576 bytes"],
        );
        assert_eq!(rig.count(Endpoint::List), 1, "it is of no use to try again");
    }
}

#[test]
fn a_head_without_an_end_fails() {
    list_fails(
        Fault::HugeHeader(1 << 20),
        UNAVAILABLE,
        &ONCE,
        &["GET http://127.0.0.1:", LIST],
    );
}

#[test]
fn a_head_of_some_kilobytes_does_no_harm() {
    let rig = Rig::with_faults(Faults::list(Fault::HugeHeader(16 << 10)));
    assert!(rig.syncs(&ONCE).holds_the_company());
}

#[test]
fn a_redirect_is_not_followed_wherever_it_leads() {
    let other = Standin::start(Settings::company());
    let elsewhere = format!("{}{LIST}", other.origin());
    for (status, location) in [
        (301, elsewhere.as_str()),
        (302, elsewhere.as_str()),
        (303, elsewhere.as_str()),
        (307, elsewhere.as_str()),
        (308, elsewhere.as_str()),
        (
            302,
            "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
        ),
        (302, "/somewhere/else"),
        (302, "//evil.example/"),
        (302, ""),
    ] {
        let fault = Fault::Redirect(status, location.to_owned());
        let shown = format!("redirected to {location:?}, which is not followed");
        let texts = ["GET http://127.0.0.1:", LIST, &shown, "check base-url"];
        let rig = list_fails(fault, INTERNAL, &["--retries", "1"], &texts);
        assert_eq!(rig.standin.requests().len(), 2, "{status} {location}");
    }
    assert_eq!(other.connections(), 0);
}

#[test]
fn a_sign_in_that_is_redirected_does_not_take_the_credentials_elsewhere() {
    let other = Standin::start(Settings::company());
    for status in [302, 307, 308] {
        let location = format!("{}/auth", other.origin());
        let fault = Fault::Redirect(status, location);
        // Even to a place that may be reached.
        let rig = Rig::with_faults(Faults::auth(Script::forever(fault)));
        let allowed = format!("{},{}", rig.standin.origin(), other.origin());
        let rig = rig.env("BATON_ALLOW_OUTBOUND", &allowed);
        let texts = ["POST http://127.0.0.1:", "/auth", "which is not followed"];
        let _ = rig.fails(INTERNAL, &ONCE, &texts);
        assert_eq!(rig.count(Endpoint::Auth), 1);
    }
    assert_eq!(other.connections(), 0);
}
