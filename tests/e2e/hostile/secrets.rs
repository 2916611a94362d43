//! Getting a secret out. That it is in no log, error, file or record of a request is seen in the
//! arena, for each attack.

use crate::{
    arena::{TOKEN, attack},
    service::{Heard, Service, whole},
};
use base64::{Engine, prelude::BASE64_STANDARD as STANDARD};

/// A service that repeats what it has heard, with a token.
fn echo() -> Service {
    Service::start(|heard: &Heard, connection| {
        let body = match heard.line() {
            "POST /sign-in" => format!(
                "{{\"token\":\"{TOKEN}\",\"heard\":{},\"encoded\":{}}}",
                quoted(&heard.body),
                quoted(&STANDARD.encode(&heard.body)),
            ),
            _ => heard.body.clone(),
        };
        let header = format!("x-heard: {}\r\n", heard.body.replace(['\r', '\n'], " "));
        let header = match header.len() < 1000 {
            true => header,
            false => String::new(),
        };
        whole(connection, &header, body.as_bytes());
    })
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("it is a text")
}

/// Runs an attack, and gives what the service has heard and the secret.
fn heard(name: &str) -> (Vec<Heard>, String) {
    let service = echo();
    let attack = attack(name).at(&service.origin());
    let secret = attack.secret().to_owned();
    let outcome = attack.run();
    let _ = outcome.succeeds();
    (service.heard(), secret)
}

fn says(heard: &Heard, secret: &str) -> bool {
    heard.head.contains(&secret[..12]) || heard.body.contains(&secret[..12])
}

#[test]
fn a_secret_does_not_leave_in_a_url() {
    let (heard, secret) = heard("secret-in-url");
    assert_eq!(heard.len(), 3);
    assert!(!heard.iter().any(|heard| says(heard, &secret)), "{heard:?}");
    // What is in its place has left.
    assert!(heard[0].line().starts_with("GET /any/secret-api-secret-"));
}

#[test]
fn a_secret_does_not_leave_by_a_request_that_is_not_declared_to_carry_it() {
    let (heard, secret) = heard("secret-where-not-declared");
    assert_eq!(heard.len(), 5);
    assert!(!heard.iter().any(|heard| says(heard, &secret)), "{heard:?}");
}

#[test]
fn a_secret_does_not_leave_in_disguise() {
    let (heard, secret) = heard("secret-in-disguise");
    assert_eq!(heard.len(), 6);
    assert!(!heard.iter().any(|heard| says(heard, &secret)), "{heard:?}");
    let backwards: String = secret.chars().rev().collect();
    assert!(!heard.iter().any(|heard| says(heard, &backwards)));
}

#[test]
fn a_secret_that_the_service_sends_back_does_not_come_in() {
    let (heard, secret) = heard("secret-that-comes-back");
    let (first, rest) = heard.split_first().expect("a request");
    // Where it is declared, it has left.
    assert_eq!(first.line(), "POST /sign-in");
    assert_eq!(first.body, format!("{{\"key\":\"{secret}\"}}"));
    assert!(!rest.is_empty());
    // It begins after `{"key":"`, and in base64 after what is left of a group of three.
    let encoded = STANDARD.encode(format!("{{\"key\":\"{secret}"));
    for heard in rest {
        assert!(!says(heard, &secret) && !says(heard, TOKEN), "{heard:?}");
        assert!(!says(heard, &encoded[12..]), "{heard:?}");
    }
}

#[test]
fn a_secret_is_not_in_a_line_of_the_log() {
    let _ = attack("secret-in-log").run().succeeds();
}

#[test]
fn a_secret_is_not_in_an_error() {
    attack("secret-in-error").run().fails_with(&["no ***"]);
}

#[test]
fn a_secret_is_not_in_the_last_words_of_a_component() {
    let outcome = attack("secret-in-panic").run();
    outcome.fails_with(&["the connector crashed", "fault in the connector"]);
}
