//! Answers that are no account list.

use crate::rig::{INTERNAL, NOT_FOUND, ONCE, PERMISSION_DENIED, Rig, UNAVAILABLE};
use e2e::valimail::{Endpoint, ErrorBody, Fault, Faults, Pagination, Script, Settings, Shape};
use serde_json::json;

/// Runs a sync whose list is always answered in this way.
fn list_fails(fault: Fault, code: i32, texts: &[&str]) {
    let rig = Rig::with_faults(Faults::list(Script::forever(fault)));
    let transcript = rig.fails(code, &ONCE, &["cannot list resources of the type user"]);
    let _ = transcript.failed_with(texts);
    assert_eq!(rig.count(Endpoint::List), 1);
}

const LIST: &str = "/accounts/larkspur-freight/scim/v2/Users";

#[test]
fn a_wrong_slug_is_named() {
    let rig = Rig::new(Settings::company()).env("BATON_VALIMAIL_SLUG", "larkspur");
    let texts = [
        "GET http://127.0.0.1:",
        "/accounts/larkspur/scim/v2/Users answered 403 Forbidden",
        "Not authorized to access this account",
        "check that valimail-slug is the account's (\"larkspur\" is configured)",
    ];
    // With the usual retries: there are none for this.
    let _ = rig.fails(PERMISSION_DENIED, &[], &texts);
    assert_eq!(rig.standin.requests().len(), 2);
}

#[test]
fn a_list_that_is_not_there_asks_for_slug_and_base_url() {
    for body in [
        ErrorBody::Scim,
        ErrorBody::Odin,
        ErrorBody::Html,
        ErrorBody::Empty,
    ] {
        let texts = [LIST, "answered 404 Not Found", "valimail-slug", "base-url"];
        list_fails(Fault::Status(404, body), NOT_FOUND, &texts);
    }
}

#[test]
fn a_base_url_with_a_wrong_path_is_not_found() {
    let rig = Rig::new(Settings::company());
    let url = format!("{}/v2/", rig.standin.origin());
    let texts = ["/v2/auth answered 404", "check base-url"];
    let _ = rig.fails(NOT_FOUND, &["--base-url", &url], &texts);
}

#[test]
fn a_service_that_cannot_answer_now_is_quoted() {
    for (status, body, says) in [
        (
            500,
            ErrorBody::Scim,
            "500 Internal Server Error: An internal error occurred. Please contact support with reference: 5eafa17e",
        ),
        (
            500,
            ErrorBody::Odin,
            "request-id 7d1c0a52-5a1e-4c0e-8a3f-9b4e6f20d871",
        ),
        (502, ErrorBody::Html, "502 Bad Gateway"),
        (503, ErrorBody::Empty, "503 Service Unavailable"),
        (504, ErrorBody::Other, "504 Gateway Timeout"),
    ] {
        list_fails(Fault::Status(status, body), UNAVAILABLE, &[LIST, says]);
    }
}

#[test]
fn a_status_that_makes_no_sense_is_named() {
    for status in [201, 204, 206, 400, 409, 418] {
        let says = format!("answered {status}");
        list_fails(
            Fault::Status(status, ErrorBody::Scim),
            INTERNAL,
            &[LIST, &says],
        );
    }
}

#[test]
fn a_web_page_is_called_a_web_page() {
    list_fails(
        Fault::Html,
        INTERNAL,
        &["an HTML page where JSON was expected", "check base-url"],
    );
}

#[test]
fn json_of_another_shape_is_called_by_its_name() {
    for (shape, code, says) in [
        (Shape::Array, INTERNAL, "it is not an object"),
        (Shape::Number, INTERNAL, "it is not an object"),
        (Shape::Text, INTERNAL, "it is not an object"),
        (Shape::Null, INTERNAL, "it is not an object"),
        (Shape::Deep, INTERNAL, "it is not an object"),
        (
            Shape::EmptyObject,
            INTERNAL,
            "neither Resources nor totalResults",
        ),
        (Shape::Error, INTERNAL, "neither Resources nor totalResults"),
        (
            Shape::ObjectResources,
            INTERNAL,
            "Resources is not an array",
        ),
        (
            Shape::NoResources,
            UNAVAILABLE,
            "there are 3 accounts, but sent 0",
        ),
        (
            Shape::NullResources,
            UNAVAILABLE,
            "there are 3 accounts, but sent 0",
        ),
    ] {
        list_fails(Fault::Shape(shape), code, &[says]);
    }
}

#[test]
fn two_lists_in_one_answer_are_both_read() {
    let rig = Rig::with_faults(Faults::list(Fault::Shape(Shape::TwoResources)));
    assert_eq!(rig.syncs(&ONCE).ids(), ["1", "2"]);
}

#[test]
fn bytes_that_are_no_json_are_shown() {
    let says = "something that is not JSON, beginning \"Service temporarily\"";
    let body = b"Service temporarily".to_vec();
    list_fails(Fault::Body(body), INTERNAL, &[says]);
    list_fails(Fault::Body(Vec::new()), INTERNAL, &["the body is empty"]);
    list_fails(
        Fault::Body(vec![0xFF; 100]),
        INTERNAL,
        &["something that is not JSON"],
    );
}

#[test]
fn json_that_breaks_off_in_a_complete_answer_fails() {
    for bytes in [1, 50, 5_000, 24_000] {
        let fault = Fault::Truncated(bytes);
        let says = format!("JSON that breaks off after {bytes} bytes");
        list_fails(fault, UNAVAILABLE, &[&says]);
    }
}

#[test]
fn json_that_is_broken_in_the_middle_fails() {
    let user = json!({"id": "1", "userName": "a@b.example"});
    for body in [
        format!(r#"{{"totalResults": 2, "Resources": [{user} {user}]}}"#),
        format!(r#"{{"totalResults": 2, "Resources": [{user},, {user}]}}"#),
        format!(r#"{{"totalResults": 2, "Resources": [{user}, {{"id": x}}]}}"#),
        format!(r#"{{"totalResults": 1, "Resources": [{user}]}} and more"#),
        format!(r#"{{"totalResults": 1, "Resources": [{user}]}}{{}}"#),
    ] {
        let fault = Fault::Body(body.into_bytes());
        list_fails(
            fault,
            INTERNAL,
            &["JSON that is broken near byte", "after "],
        );
    }
}

#[test]
fn text_that_is_not_utf_8_fails_or_is_left_out_but_is_never_stored() {
    let mut body = br#"{"totalResults": 1, "Resources": [{"id": "1", "userName": "a@b.example", "name": {"givenName": ""#.to_vec();
    body.extend([0xC3, 0x28]);
    body.extend(br#""}}]}"#);
    let rig = Rig::with_faults(Faults::list(Script::forever(Fault::Body(body))));
    let _ = rig.host.run(&ONCE).failed_with(&["type user"]);
    assert!(!rig.host.file().exists());
}

#[test]
fn a_lone_half_of_a_pair_in_an_escape_is_not_stored() {
    let body = r#"{"totalResults": 1, "Resources": [{"id": "1", "userName": "a@b.example", "name": {"givenName": "\ud83e"}}]}"#;
    let rig = Rig::with_faults(Faults::list(Script::forever(Fault::Body(body.into()))));
    let _ = rig.host.run(&ONCE).failed_with(&["type user"]);
    assert!(!rig.host.file().exists());
}

#[test]
fn a_page_that_fails_for_ever_discards_those_before_it() {
    for fault in [
        Fault::Html,
        Fault::CutBody(5_000),
        Fault::Status(500, ErrorBody::Scim),
    ] {
        let rig = Rig::new(Settings {
            pagination: Pagination::Rfc7644 { page: 10 },
            faults: Faults::list(Script::times(3, Fault::None).then_forever(fault)),
            ..Settings::company()
        });
        let texts = ["cannot list resources of the type user"];
        let transcript = rig.host.run(&ONCE).failed_with(&texts);
        assert!(!rig.host.file().exists(), "{transcript}");
        let _ = rig.fails(transcript.code.expect("a code"), &ONCE, &texts);
    }
}
