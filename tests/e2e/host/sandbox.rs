//! What a component can see and reach.

use crate::{
    service::{Service, asking},
    support::{SECRET, fails, misfit},
};
use e2e::{c1z::File, host::Transcript};
use std::thread;

/// That a request is not sent, and that the operator is told why.
fn refused(method: &str, url: &str, reason: &str) -> Transcript {
    let service = Service::start();
    let host = asking(&service, method, url);
    let reason = reason.replace("{origin}", &service.origin());
    let hint = format!("The sandbox refused a request: {reason}");
    let listing = "cannot list resources of the type group";
    let transcript = fails(host, &[], 7, &[listing, &hint]);
    let lines = transcript.logged("refused request");
    assert_eq!(lines.len(), 1, "{transcript}");
    let logged = lines[0]["reason"].as_str().unwrap_or_default();
    assert!(logged.starts_with(&reason), "{transcript}");
    assert!(service.is_untouched());
    transcript
}

fn answered(method: &str, url: &str, line: &str) {
    let service = Service::start();
    let host = asking(&service, method, url);
    let transcript = thread::scope(|scope| {
        let running = scope.spawn(|| host.run(&[]));
        let request = service.request();
        assert!(request.head.starts_with(line), "{}", request.head);
        request.answer("204 No Content", "");
        running.join().expect("a transcript")
    });
    let _ = transcript.succeeded();
    let groups = File::open(&host.file()).resources("group");
    assert_eq!(groups[0].resource.display_name, "answered 204 No Content");
}

#[test]
fn a_declared_request_is_sent() {
    answered("GET", "", "GET /allowed HTTP/1.1\r\n");
}

#[test]
fn a_query_is_free() {
    let line = "GET /allowed?from=here HTTP/1.1\r\n";
    answered("GET", "{origin}/allowed?from=here", line);
}

#[test]
fn an_asterisk_is_any_one_segment() {
    let line = "GET /any/sort%20of/one HTTP/1.1\r\n";
    answered("GET", "{origin}/any/sort%20of/one", line);
}

#[test]
fn a_redirect_is_not_followed() {
    let service = Service::start();
    let elsewhere = Service::start();
    let host = asking(&service, "GET", "");
    let transcript = thread::scope(|scope| {
        let running = scope.spawn(|| host.run(&[]));
        let location = format!("location: {}/allowed\r\n", elsewhere.origin());
        service.request().answer("302 Found", &location);
        running.join().expect("a transcript")
    });
    let _ = transcript.succeeded();
    let groups = File::open(&host.file()).resources("group");
    assert_eq!(groups[0].resource.display_name, "answered 302 Found");
    assert!(elsewhere.is_untouched());
}

#[test]
fn a_request_to_another_host_is_refused() {
    let none = "is none of the requests that the connector declares";
    for url in ["http://example.com/allowed", "http://127.0.0.1:9/allowed"] {
        let _ = refused("GET", url, &format!("GET {url} {none}"));
    }
}

#[test]
fn a_request_for_another_path_is_refused() {
    let none = "is none of the requests that the connector declares";
    for path in [
        "/",
        "/Allowed",
        "/allowed/",
        "/allowed/more",
        "/any/a/b/one",
        "/any//one",
        "/any/a%2Fb/one",
        "/any/a%5Cb/one",
        "/any/%252e%252e/one",
        "/any/..;/one",
        "/any/..%3Bx/one",
        "/any/%C0%AE%C0%AE/one",
        "/any/..%EF%BC%8F/one",
    ] {
        let url = format!("{{origin}}{path}");
        let _ = refused("GET", &url, &format!("GET {url} {none}"));
    }
}

#[test]
fn dots_in_a_path_lead_nowhere_else() {
    let none = "is none of the requests that the connector declares";
    let reason = format!("GET {{origin}}/one {none}");
    let _ = refused("GET", "{origin}/any/%2e%2E/one", &reason);
}

#[test]
fn a_request_with_another_method_is_refused() {
    for method in ["DELETE", "POST", "HEAD", "get"] {
        let reason = format!("{method} {{origin}}/allowed is none of the requests");
        let _ = refused(method, "{origin}/allowed", &reason);
    }
}

#[test]
fn nothing_is_changed_during_a_sync_or_a_validation() {
    let changes = "POST {origin}/change changes something, and nothing is changed during";
    let _ = refused("POST", "{origin}/change", &format!("{changes} sync"));

    let service = Service::start();
    let host = asking(&service, "POST", "{origin}/change");
    let changes = changes.replace("{origin}", &service.origin());
    let transcript = host
        .command("validate", &[])
        .failed_with(&["Misfit cannot be used", &format!("{changes} validate")]);
    assert_eq!(transcript.code, Some(7), "{transcript}");
    assert!(service.is_untouched());
}

#[test]
fn a_user_name_in_a_url_is_refused_and_not_shown() {
    let service = Service::start();
    let origin = service.origin();
    let url = format!("{}/allowed", origin.replace("//", "//admin:open-sesame@"));
    let host = asking(&service, "GET", &url);
    let reason = format!("{origin}/allowed holds a user name or a password");
    let transcript = fails(host, &[], 7, &[&reason]);
    assert!(!transcript.stderr.contains("open-sesame"), "{transcript}");
    assert!(service.is_untouched());
}

#[test]
fn an_address_that_is_not_public_has_to_be_allowed() {
    let service = Service::start();
    let origin = service.origin();
    for allowed in ["", "http://127.0.0.1:9"] {
        let mut host = misfit("ask").env("BATON_ORIGIN", &origin);
        if !allowed.is_empty() {
            host = host.env("BATON_ALLOW_OUTBOUND", allowed);
        }
        let texts = [
            "not a public address (loopback)",
            &format!("run with --allow-outbound {origin}"),
        ];
        let transcript = fails(host, &[], 7, &texts);
        assert_eq!(transcript.logged("refused request").len(), 1);
    }
    assert!(service.is_untouched());
}

#[test]
fn a_name_that_leads_to_an_address_that_is_not_public_has_to_be_allowed() {
    let service = Service::start();
    let origin = service.origin().replace("127.0.0.1", "localhost");
    let host = misfit("ask").env("BATON_ORIGIN", &origin);
    let texts = [
        "not a public address (loopback)",
        &format!("run with --allow-outbound {origin}"),
    ];
    let _ = fails(host, &["--retries", "0"], 7, &texts);
    assert!(service.is_untouched());
}

#[test]
fn secrets_do_not_reach_the_outputs() {
    let shown = |transcript: &Transcript| {
        let all = format!("{}{}", transcript.stdout, transcript.stderr);
        // Not even the beginning of one that is cut.
        assert!(!all.contains(&SECRET[..12]), "{transcript}");
        all
    };
    for (behaviour, code) in [
        ("panic-with-secret", 13),
        ("secret-in-log", 0),
        ("secret-in-name", 0),
        ("secret-in-error", 13),
        ("secret-in-passing-error", 0),
        ("secret-in-unusable", 9),
    ] {
        for format in ["json", "console"] {
            let host = misfit(behaviour);
            let transcript = host.run(&["--log-level", "debug", "--log-format", format]);
            assert_eq!(transcript.code, Some(code), "{behaviour}: {transcript}");
            let all = shown(&transcript);
            assert!(
                behaviour == "secret-in-name" || all.contains("***"),
                "{all}"
            );
        }
    }
    let url = format!("{{origin}}/{SECRET}");
    let transcript = refused("GET", &url, "GET {origin}/***");
    let _ = shown(&transcript);
}
