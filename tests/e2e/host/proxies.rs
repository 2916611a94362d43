//! Proxies that the operator's environment names.

use crate::{
    certificates::{Authority, GOOD, Shows},
    records::audited,
    secure::{Proxy, Secure},
    service::{Service, asking},
    support::misfit,
};
use e2e::host::Host;
use std::fs;

/// A name that nobody but the proxy can look up.
const NAME: &str = "api.misfit.example";

/// A service of that name behind a proxy, and a host that trusts it and may not reach anything but
/// the public internet.
fn behind_a_proxy() -> (Secure, Proxy, Host) {
    let authority = Authority::new();
    let service = Secure::start(authority.server(Shows { name: NAME, ..GOOD }));
    let proxy = Proxy::to(service.address());
    let host = misfit("ask")
        .env("BATON_ORIGIN", &format!("https://{NAME}"))
        .env("BATON_RETRIES", "0")
        .env("BATON_CA_FILE", "ca.pem")
        .env("BATON_AUDIT", "audit.jsonl")
        .env("HTTPS_PROXY", &proxy.url());
    fs::write(host.path("ca.pem"), authority.pem()).expect("a file");
    (service, proxy, host)
}

#[test]
fn requests_take_the_way_that_the_environment_names() {
    let (service, proxy, host) = behind_a_proxy();
    let _ = host.run(&[]).succeeded();
    let heads = proxy.heads();
    assert_eq!(heads.len(), 1, "{heads:?}");
    let line = format!("CONNECT {NAME}:443 HTTP/1.1\r\n");
    assert!(heads[0].starts_with(&line), "{heads:?}");
    // The proxy has seen neither the path nor anything else of the request.
    assert!(!heads[0].contains("allowed"), "{heads:?}");
    assert!(service.heads()[0].starts_with("GET /allowed\n"));
    let [line] = &audited(&host)[..] else {
        panic!("{:?}", audited(&host));
    };
    assert_eq!(line["address"], proxy.address().to_string());
    assert_eq!(line["status"], 204);
}

#[test]
fn the_credentials_of_a_proxy_go_to_the_proxy_and_nowhere_else() {
    let (service, proxy, host) = behind_a_proxy();
    let url = format!("http://ada:lovelace-1815@{}", proxy.address());
    let host = host.env("HTTPS_PROXY", &url);
    let transcript = host.run(&["--log-level", "debug"]).succeeded();
    let heads = proxy.heads();
    let credentials = "Basic YWRhOmxvdmVsYWNlLTE4MTU=";
    assert!(heads[0].contains(credentials), "{heads:?}");
    let heads = service.heads();
    assert!(!heads[0].contains("proxy-authorization"), "{heads:?}");
    assert!(!transcript.stderr.contains("lovelace"), "{transcript}");
    assert!(!transcript.stderr.contains("YWRhOm"), "{transcript}");
}

#[test]
fn what_is_refused_does_not_reach_the_proxy() {
    let (_, proxy, host) = behind_a_proxy();
    for url in [
        format!("https://{NAME}/elsewhere"),
        format!("https://{NAME}:8443/allowed"),
        "https://other.misfit.example/allowed".to_owned(),
        format!("http://{NAME}/allowed"),
    ] {
        let host = misfit("ask")
            .env("BATON_ORIGIN", &format!("https://{NAME}"))
            .env("BATON_URL", &url)
            .env("HTTPS_PROXY", &proxy.url())
            .env("HTTP_PROXY", &proxy.url());
        let _ = host
            .run(&[])
            .failed_with(&["The sandbox refused a request"]);
    }
    // Nor does an address that no name hides.
    for origin in ["https://127.0.0.1:1", "https://169.254.169.254"] {
        let refused = host.run(&["--origin", origin]);
        let _ = refused.failed_with(&["The sandbox refused a request"]);
    }
    assert_eq!(proxy.heads(), Vec::<String>::new());
}

#[test]
fn what_is_excepted_is_reached_without_the_proxy() {
    let authority = Authority::new();
    let service = Secure::start(authority.server(GOOD));
    let proxy = Proxy::to(service.address());
    let host = misfit("ask")
        .env("BATON_ORIGIN", &service.origin())
        .env("BATON_ALLOW_OUTBOUND", &service.origin())
        .env("HTTPS_PROXY", &proxy.url())
        .env("NO_PROXY", "127.0.0.1");
    fs::write(host.path("ca.pem"), authority.pem()).expect("a file");
    let _ = host.run(&["--ca-file", "ca.pem"]).succeeded();
    assert_eq!(service.heads().len(), 1);
    assert_eq!(proxy.heads(), Vec::<String>::new());
    // Without the exception, it is the proxy's turn.
    let host = host.env("NO_PROXY", "");
    let _ = host.run(&["--ca-file", "ca.pem"]).succeeded();
    assert_eq!(proxy.heads().len(), 1);
}

#[test]
fn a_proxy_for_requests_without_tls_is_asked_for_the_whole_url() {
    let service = Service::start();
    let proxy = Proxy::to("127.0.0.1:1".parse().expect("an address"));
    let host = asking(&service, "GET", "").env("HTTP_PROXY", &proxy.url());
    let _ = host.run(&[]).succeeded();
    let line = format!("GET {}/allowed HTTP/1.1\r\n", service.origin());
    let heads = proxy.heads();
    assert!(heads[0].starts_with(&line), "{heads:?}");
    assert!(service.is_untouched());
}
