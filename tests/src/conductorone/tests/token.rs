//! What a client has to bring to get a token, and what a token is good for.

use super::*;
use serde_json::{Value, json};

type Change = fn(TokenRequest) -> TokenRequest;

#[test]
fn a_statement_that_differs_in_anything_is_refused() {
    let changes: [(&str, Change); 15] = [
        ("header", |r| r.header("alg", "HS256")),
        ("header", |r| r.header("typ", "JWT")),
        ("nonce", |r| r.header("nonce", "0")),
        ("nonce", |r| r.header("nonce", "A".repeat(32))),
        ("iss", |r| r.claim("iss", "somebody@127.0.0.1/ccc")),
        ("sub", |r| r.claim("sub", "somebody@127.0.0.1/ccc")),
        ("aud", |r| r.claim("aud", json!(["127.0.0.1"]))),
        ("aud", |r| r.claim("aud", "127.0.0.1:443")),
        ("claims", |r| r.claim("jti", "1")),
        ("exp", |r| r.claim("exp", "tomorrow")),
        ("exp", |r| r.claim("exp", 1.5)),
        ("good from", |r| r.claim("exp", 9_999_999_999_u64)),
        ("good from", |r| r.claim("nbf", 0)),
        ("good from", |r| r.claim("iat", 0)),
        ("nbf", |r| r.claim("nbf", Value::Null)),
    ];
    for (text, change) in changes {
        let service = ConductorOne::start(Settings::default());
        let client = Client::stranger(&service);
        let (status, body) = client.ask(&change(TokenRequest::good(&service))).unwrap();
        assert_eq!(status, 401, "{body}");
        assert!(body.contains("invalid_client"), "{body}");
        violates(&service, &["token", text]);
    }
}

#[test]
fn a_statement_that_somebody_else_has_signed_is_refused() {
    let service = ConductorOne::start(Settings::default());
    let client = Client::stranger(&service);
    let mut request = TokenRequest::good(&service);
    let mut fields = request.fields(&service.client_id());
    let signature = fields[3].1.rfind('.').unwrap() + 1;
    let other = TokenRequest::good(&service).claim("aud", "elsewhere");
    let other = other.fields(&service.client_id()).remove(3).1;
    fields[3].1.truncate(signature);
    fields[3].1 += other.rsplit('.').next().unwrap();
    request.form = Some(encoded(&fields));
    assert_eq!(client.ask(&request).unwrap().0, 401);
    violates(&service, &["signature"]);
}

#[test]
fn a_form_is_exactly_what_it_should_be() {
    type Form = fn(&mut Vec<(&'static str, String)>);
    let changes: [(&str, Form); 6] = [
        ("the form holds", |form| form.push(("scope", "all".into()))),
        ("the form holds", |form| form.truncate(3)),
        ("the form holds", |form| form.push(form[0].clone())),
        ("client_id", |form| form[0].1 = "a@b/c".into()),
        ("grant_type", |form| form[1].1 = "password".into()),
        ("client_assertion_type", |form| form[2].1 = "jwt".into()),
    ];
    for (text, change) in changes {
        let service = ConductorOne::start(Settings::default());
        let client = Client::stranger(&service);
        let mut request = TokenRequest::good(&service);
        let mut form = request.fields(&service.client_id());
        change(&mut form);
        request.form = Some(encoded(&form));
        assert_eq!(client.ask(&request).unwrap().0, 401);
        violates(&service, &["token", text]);
    }
    let service = ConductorOne::start(Settings::default());
    let request = TokenRequest {
        content_type: "application/json",
        ..TokenRequest::good(&service)
    };
    assert_eq!(
        Client::stranger(&service).ask(&request).unwrap().0,
        401,
        "of another type"
    );
    violates(&service, &["content type"]);
}

#[test]
fn a_nonce_is_good_once() {
    let service = ConductorOne::start(Settings::default());
    let client = Client::stranger(&service);
    let request = TokenRequest::good(&service);
    assert_eq!(client.ask(&request).unwrap().0, 200);
    assert_eq!(client.ask(&request).unwrap().0, 401);
    violates(&service, &["has been there before"]);
}

#[test]
fn clocks_may_differ_by_two_minutes_and_that_is_nobodys_fault() {
    for (clock_ahead, status) in [(-130, 401), (-110, 200), (0, 200), (110, 200), (130, 401)] {
        let service = ConductorOne::start(Settings {
            clock_ahead,
            ..Settings::default()
        });
        let client = Client::stranger(&service);
        let request = TokenRequest::good(&service);
        assert_eq!(client.ask(&request).unwrap().0, status, "{clock_ahead}");
        assert_eq!(service.violations(), Vec::<String>::new());
    }
}

#[test]
fn no_token_is_given_twice() {
    let service = ConductorOne::start(Settings::default());
    let mut client = Client::stranger(&service);
    client.sign_in(&service);
    let first = client.token.clone();
    client.sign_in(&service);
    assert_ne!(first, client.token);
    assert_eq!(service.state().tokens_given, 2);
}

#[test]
fn only_a_token_that_was_given_out_lets_anybody_in() {
    let service = ConductorOne::start(Settings::default());
    let mut client = Client::stranger(&service);
    assert_eq!(refused(client.hello("")), Code::Unauthenticated);
    client.token = "token-1".into();
    assert_eq!(refused(client.hello("")), Code::Unauthenticated);
    assert_eq!(service.violations().len(), 2);
    client.sign_in(&service);
    client.hello("").unwrap();
}

#[test]
fn a_token_that_works_no_more_is_nobodys_fault() {
    let service = ConductorOne::start(Settings::default());
    let mut client = Client::new(&service);
    service.revoke_tokens();
    assert_eq!(refused(client.get_task()), Code::Unauthenticated);
    client.sign_in(&service);
    client.get_task().unwrap();
    let service = ConductorOne::start(Settings {
        tokens_last: Duration::ZERO,
        ..Settings::default()
    });
    let mut client = Client::stranger(&service);
    client.sign_in(&service);
    assert_eq!(refused(client.hello("")), Code::Unauthenticated);
    assert_eq!(service.violations(), Vec::<String>::new());
}
