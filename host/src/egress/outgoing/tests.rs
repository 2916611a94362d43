use super::*;
use crate::contract::describe::{Effect, Operations, OutboundRequest};
use proptest::prelude::*;

const SECRET: &str = "hunter2/\"and\" more";
const OTHER: &str = "another-secret";

/// Secrets, their placeholders, and a rule that sends the first of them.
struct Edge {
    secrets: Secrets,
    rule: Rule,
    key: String,
    other: String,
}

impl Edge {
    fn new() -> Self {
        let request = OutboundRequest {
            methods: vec!["POST".to_owned()],
            url: "https://api.example.com/auth".to_owned(),
            effect: Effect::SignIn,
            during: Operations::empty(),
            sends_secrets: vec!["key".to_owned()],
            returns_secrets: Vec::new(),
            purpose: String::new(),
        };
        let secrets = Secrets::default();
        Self {
            key: secrets.keep("key", SECRET.into()),
            other: secrets.keep("other", OTHER.into()),
            secrets,
            rule: Rule::new(&request, |_| None).unwrap().unwrap(),
        }
    }

    fn header(&self, value: &str) -> HeaderValue {
        let mut headers = HeaderMap::new();
        headers.insert("x-key", value.parse().unwrap());
        let headers = super::headers(headers, &self.rule, &self.secrets).unwrap();
        headers["x-key"].clone()
    }

    fn body(&self, body: &str) -> String {
        let body = Bytes::copy_from_slice(body.as_bytes());
        let body = super::body(body, &self.rule, &self.secrets);
        String::from_utf8(body.to_vec()).unwrap()
    }
}

#[test]
fn a_header_carries_the_secret_that_its_rule_names() {
    let edge = Edge::new();
    let value = edge.header(&format!("Bearer {}", edge.key));
    assert_eq!(value, format!("Bearer {SECRET}"));
    assert!(value.is_sensitive());
    let value = format!("Bearer {}", edge.other);
    assert_eq!(edge.header(&value), value);
}

#[test]
fn basic_credentials_carry_the_secret_encoded() {
    let edge = Edge::new();
    let pair = |user: &str, password: &str| {
        let pair = BASE64_STANDARD.encode(format!("{user}:{password}"));
        format!("Basic {pair}")
    };
    let value = edge.header(&pair("ada", &edge.key));
    assert_eq!(value, pair("ada", SECRET));
    assert!(value.is_sensitive());
    let untouched = pair("ada", &edge.other);
    assert_eq!(edge.header(&untouched), untouched);
    assert_eq!(edge.header("Basic not base64"), "Basic not base64");
}

#[test]
fn a_secret_that_no_header_can_hold_is_refused() {
    let edge = Edge::new();
    let key = edge.secrets.keep("key", "two\nlines".into());
    let mut headers = HeaderMap::new();
    headers.insert("x-key", key.parse().unwrap());
    let refused = super::headers(headers, &edge.rule, &edge.secrets);
    assert!(matches!(refused, Err(Refusal::Unwritable { .. })));
}

#[test]
fn strings_of_a_json_body_carry_it_and_names_do_not() {
    let edge = Edge::new();
    let (key, other) = (&edge.key, &edge.other);
    let body = format!(
        r#"{{"key":"{key}","list":["x {key} y",{{"deep":"{key}"}}],"other":"{other}","{key}":1}}"#
    );
    let sent: Value = serde_json::from_str(&edge.body(&body)).unwrap();
    let expected = serde_json::json!({
        "key": SECRET,
        "list": [format!("x {SECRET} y"), {"deep": SECRET}],
        "other": other,
        key: 1,
    });
    assert_eq!(sent, expected);
}

#[test]
fn other_bodies_keep_the_placeholder() {
    let edge = Edge::new();
    let key = &edge.key;
    for body in [
        format!("key={key}&grant_type=client_credentials"),
        format!(r#"{{"key":"{key}"}} and more"#),
        format!("<key>{key}</key>"),
        key.clone(),
        // JSON whose strings have none is sent to the byte.
        format!(r#"{{ "{key}" : 1.0 }}"#),
        r#"{ "key" : "none", "number": 1e2 }"#.to_owned(),
    ] {
        assert_eq!(edge.body(&body), body);
    }
}

#[test]
fn a_rule_that_sends_nothing_fills_nothing_in() {
    let mut edge = Edge::new();
    edge.rule.sends.clear();
    let body = format!(r#"{{"key":"{}"}}"#, edge.key);
    assert_eq!(edge.body(&body), body);
    assert_eq!(edge.header(&edge.key), edge.key);
}

#[test]
fn an_answer_cannot_be_asked_for_in_a_form_in_which_nothing_is_recognised() {
    let edge = Edge::new();
    let mut headers = HeaderMap::new();
    for name in [
        "host",
        "content-length",
        "accept-encoding",
        "range",
        "accept",
    ] {
        headers.insert(name, "br".parse().unwrap());
    }
    let headers = super::headers(headers, &edge.rule, &edge.secrets).unwrap();
    assert_eq!(headers.keys().collect::<Vec<_>>(), ["accept"]);
}

proptest! {
    /// Whatever a body is, a secret that its rule does not name is not in what is sent.
    #[test]
    fn nothing_but_what_the_rule_names_is_filled_in(
        parts in prop::collection::vec(0..7_usize, 0..12)
    ) {
        let edge = Edge::new();
        let alphabet = [&edge.key, &edge.other, "\"", "{\"a\":\"", "\"}", ",", "\\u0073"];
        let body: String = parts.iter().map(|part| alphabet[*part]).collect();
        let sent = edge.body(&body);
        prop_assert!(!sent.contains(OTHER));
        if serde_json::from_str::<Value>(&body).is_err() {
            prop_assert_eq!(sent, body);
        }
    }
}
