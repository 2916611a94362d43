//! Where requests may go.

use crate::rig::{FAILED_PRECONDITION, ONCE, Rig};
use e2e::{
    host::Host,
    valimail::{Settings, Standin},
};

#[test]
fn a_loopback_address_that_nobody_has_allowed_is_not_connected_to() {
    let rig = Rig::not_allowed();
    let port = rig.standin.address().port();
    for host in [
        "127.0.0.1",
        "localhost",
        "127.1",
        "0x7f000001",
        "[::1]",
        "0.0.0.0",
    ] {
        let origin = format!("http://{host}:{port}");
        // As it is after the parsing of the URL, which is how it has to be allowed.
        let shown: String = match host {
            "127.1" | "0x7f000001" => format!("http://127.0.0.1:{port}"),
            _ => origin.clone(),
        };
        let allow = format!("--allow-outbound {shown}");
        let texts = [
            "POST http://",
            "/auth",
            "The sandbox refused a request",
            "not a public address",
            &allow,
        ];
        // With the usual retries: there are none for this.
        let _ = rig.fails(FAILED_PRECONDITION, &["--base-url", &origin], &texts);
    }
    assert_eq!(rig.standin.connections(), 0);
}

#[test]
fn the_flag_that_a_refusal_names_is_the_one_that_helps() {
    let rig = Rig::not_allowed();
    let origin = format!("http://localhost:{}", rig.standin.address().port());
    let rig = rig.env("BATON_BASE_URL", &origin);
    let transcript = rig.fails(FAILED_PRECONDITION, &ONCE, &["--allow-outbound"]);
    let error = transcript.error();
    let flag = error.split("--allow-outbound ").nth(1).expect("the flag");
    let named = flag.split_whitespace().next().expect("an origin");
    let named = named.trim_end_matches('.');
    assert_eq!(rig.standin.connections(), 0);
    let allowed = ["--allow-outbound", named];
    assert!(rig.syncs(&allowed).holds_the_company());
}

#[test]
fn to_allow_another_origin_does_not_help() {
    let rig = Rig::new(Settings::company());
    let port = rig.standin.address().port();
    for other in [
        "http://127.0.0.1:1".to_owned(),
        format!("https://127.0.0.1:{port}"),
        format!("http://localhost:{port}"),
    ] {
        let rig = Rig::with_host(
            Standin::start(Settings::company()),
            Host::of(&rig.standin).env("BATON_ALLOW_OUTBOUND", &other),
        );
        let _ = rig.fails(
            FAILED_PRECONDITION,
            &ONCE,
            &["--allow-outbound http://127.0.0.1:"],
        );
    }
    assert_eq!(rig.standin.connections(), 0);
}
