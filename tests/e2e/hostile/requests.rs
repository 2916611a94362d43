//! Requests that are not declared, however they are written.

use crate::{
    arena::attack,
    outcome::Outcome,
    service::{Canary, Service, whole},
};

const UNDECLARED: &str = "is none of the requests that the connector declares";

/// What comes of an attack at a place that nothing may reach in the end.
fn outcome(name: &str) -> Outcome {
    let (origin, canary) = (Canary::new(), Canary::new());
    let attack = attack(name).at(&origin.origin());
    let outcome = attack.set("canary", &canary.origin()).run();
    origin.is_untouched();
    canary.is_untouched();
    outcome
}

#[test]
fn another_host_is_refused() {
    outcome("another-host").is_refused(5, UNDECLARED);
}

#[test]
fn another_scheme_is_refused() {
    let outcome = outcome("another-scheme");
    // What is not even HTTP does not get as far as the policy.
    outcome.is_refused(1, UNDECLARED);
}

#[test]
fn another_path_is_refused() {
    outcome("another-path").is_refused(9, UNDECLARED);
}

#[test]
fn another_method_is_refused() {
    outcome("another-method").is_refused(8, UNDECLARED);
}

#[test]
fn a_change_is_refused_during_a_sync() {
    let why = "changes something, and nothing is changed during sync";
    outcome("change-during-sync").is_refused(1, why);
}

#[test]
fn a_user_name_is_refused() {
    let outcome = outcome("user-info");
    outcome.is_refused(3, "holds a user name or a password");
    assert!(!outcome.error().contains("open-sesame"));
}

#[test]
fn dot_segments_lead_nowhere_else() {
    outcome("dot-segments").is_refused(8, UNDECLARED);
}

#[test]
fn encodings_lead_nowhere_else() {
    outcome("encodings").is_refused(11, UNDECLARED);
}

#[test]
fn the_metadata_of_the_cloud_are_refused() {
    outcome("metadata").is_refused(5, UNDECLARED);
}

#[test]
fn an_address_that_is_not_public_is_refused_in_every_spelling() {
    let canary = Canary::new();
    let port = canary.port();
    for (host, kind) in [
        ("127.0.0.1", "loopback"),
        ("127.1", "loopback"),
        ("2130706433", "loopback"),
        ("0x7f000001", "loopback"),
        ("0x7f.1", "loopback"),
        ("0177.0.0.1", "loopback"),
        ("017700000001", "loopback"),
        ("[::1]", "loopback"),
        ("[0:0:0:0:0:0:0:1]", "loopback"),
        ("[::ffff:127.0.0.1]", "loopback"),
        ("[::ffff:7f00:1]", "loopback"),
        ("[::127.0.0.1]", "loopback"),
        ("[64:ff9b::127.0.0.1]", "loopback"),
        ("[64:ff9b::a9fe:a9fe]", "link-local"),
        ("[64:ff9b:1::1]", "local NAT64"),
        ("[2002:7f00:1::]", "loopback"),
        ("0.0.0.0", "unspecified"),
        ("[::]", "unspecified"),
        ("169.254.169.254", "link-local"),
        ("2852039166", "link-local"),
        ("0xA9FEA9FE", "link-local"),
        ("0251.0376.0251.0376", "link-local"),
        ("[::ffff:169.254.169.254]", "link-local"),
        ("[fe80::1]", "link-local"),
        ("[fd00:ec2::254]", "private"),
        ("10.0.0.1", "private"),
        ("192.168.0.1", "private"),
        ("100.100.100.200", "carrier-grade NAT"),
        ("224.0.0.1", "multicast"),
    ] {
        // Declared, but not named by the operator.
        let origin = format!("http://{host}:{port}");
        let outcome = attack("special-address")
            .set("elsewhere", &origin)
            .run_alone();
        outcome.is_refused(1, &format!("is not a public address ({kind})"));
    }
    canary.is_untouched();
}

#[test]
fn a_redirect_to_elsewhere_is_not_followed() {
    let canary = Canary::new();
    for place in [
        canary.origin() + "/allowed",
        "http://169.254.169.254/latest/meta-data/".to_owned(),
    ] {
        let location = format!("location: {place}\r\n");
        let service = Service::start(move |_, connection| {
            let head = format!("HTTP/1.1 302 Found\r\n{location}content-length: 0\r\n\r\n");
            let _ = std::io::Write::write_all(connection, head.as_bytes());
        });
        let outcome = attack("redirect").at(&service.origin()).run();
        // Not by the host, and not by the component either.
        outcome.fails_with(&["The sandbox refused a request", &place, UNDECLARED]);
        assert_eq!(service.heard().len(), 1);
    }
    canary.is_untouched();
}

#[test]
fn headers_that_fool_are_refused() {
    outcome("fooling-headers").is_refused(16, "a connector must not set the header");
}

#[test]
fn headers_that_are_none_do_not_come_about() {
    let outcome = outcome("broken-headers");
    outcome.fails_with(&["nothing got through", "InvalidSyntax"]);
    assert!(outcome.exchanges.is_empty(), "{:?}", outcome.exchanges);
}

#[test]
fn lines_that_are_smuggled_in_do_not_come_about() {
    let outcome = outcome("smuggled-line");
    outcome.fails_with(&["nothing got through"]);
    assert!(outcome.exchanges.is_empty(), "{:?}", outcome.exchanges);
}

#[test]
fn headers_that_contradict_the_request_are_set_right() {
    let service = Service::start(|_, connection| whole(connection, "", b"{}"));
    let outcome = attack("contradicting-headers").at(&service.origin()).run();
    let _ = outcome.succeeds();
    let heard = service.heard();
    let [heard] = &heard[..] else {
        panic!("{heard:?}");
    };
    let value = |name: &str| {
        let lines = heard.head.lines().filter_map(|line| line.split_once(": "));
        let values = lines.filter(|(set, _)| set.eq_ignore_ascii_case(name));
        values.map(|(_, value)| value).collect::<Vec<_>>()
    };
    assert_eq!(
        value("host"),
        [service.origin().trim_start_matches("http://")]
    );
    assert_eq!(value("content-length"), ["5"]);
    assert_eq!(heard.body, "short");
}
