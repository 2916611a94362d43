//! What a component sees of an answer that brings a secret.

use super::*;
use crate::contract::describe::{Effect, Operations, OutboundRequest, ReturnedSecret};

const TOKEN: &str = "hunter2/\"and\" more";

/// An answer, and what a component sees of it, with `***` for the placeholder.
fn seen(answer: &str) -> Option<String> {
    let request = OutboundRequest {
        methods: vec!["POST".to_owned()],
        url: "https://api.example.com/auth".to_owned(),
        effect: Effect::SignIn,
        during: Operations::empty(),
        sends_secrets: Vec::new(),
        returns_secrets: vec![ReturnedSecret {
            pointer: "/token".to_owned(),
            name: "token".to_owned(),
        }],
        purpose: String::new(),
    };
    let rule = Rule::new(&request, |_| None).unwrap().unwrap();
    let secrets = Secrets::default();
    let seen = kept(Bytes::copy_from_slice(answer.as_bytes()), &rule, &secrets).ok()?;
    let placeholder = secrets.keep("token", TOKEN.into());
    let seen = String::from_utf8(seen.to_vec()).unwrap();
    Some(seen.replace(&placeholder, "***"))
}

#[test]
fn the_secret_that_an_answer_brings_is_kept_wherever_it_is_repeated() {
    let token = Value::from(TOKEN);
    let bearer = Value::from(format!("Bearer {TOKEN}"));
    let answer = format!(r#"{{"also":[{bearer}],"token":{token},"n":1}}"#);
    let expected = r#"{"also":["Bearer ***"],"token":"***","n":1}"#;
    assert_eq!(seen(&answer).as_deref(), Some(expected));
}

#[test]
fn an_answer_without_its_secret_stays_what_it_is() {
    for answer in [r#"{ "other": 1e2 }"#, r#"{ "token" : "" }"#, "[]"] {
        assert_eq!(seen(answer).as_deref(), Some(answer));
    }
    assert_eq!(
        seen(r#"{"token":["a"]}"#).as_deref(),
        Some(r#"{"token":null}"#)
    );
    assert_eq!(seen("token=hunter2"), None);
}
