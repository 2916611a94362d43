//! A body as it leaves.

use crate::rule::{filled, sending};
use arbitrary::Arbitrary;
use connector_host::{egress::outgoing, secrets::Secrets};
use fuzz::secret::{Marked, NAMES, Text, keep};
use serde_json::{Map, Value};

#[derive(Arbitrary, Debug)]
pub struct Input<'a> {
    secrets: Marked<'a>,
    sends: [bool; NAMES.len()],
    body: Body<'a>,
}

#[derive(Arbitrary, Debug)]
enum Body<'a> {
    Text(Text<'a>),
    Json(Node<'a>),
}

#[derive(Arbitrary, Debug)]
enum Node<'a> {
    Null,
    Number(i64),
    Text(Text<'a>),
    List(Vec<Node<'a>>),
    Members(Vec<(Text<'a>, Node<'a>)>),
}

/// JSON stays JSON, with the secrets that the rule sends in the texts that are its values; and what
/// is none, or has no placeholder of these in such a text, stays what it is.
pub fn check(input: &Input) {
    let secrets = Secrets::default();
    let values = input.secrets.values();
    let placeholders = keep(&secrets, &values);
    let body = match &input.body {
        Body::Text(text) => text.with(&placeholders),
        Body::Json(node) => node.with(&placeholders).to_string(),
    };
    // This spells the mark of a secret.
    if body.contains("\\u007") {
        return;
    }
    let rule = sending(input.sends);
    let sent = outgoing::body(body.clone().into_bytes().into(), &rule, &secrets);
    let sent = str::from_utf8(&sent).unwrap();

    for (value, sends) in values.iter().zip(input.sends) {
        assert!(sends || !sent.contains(value), "{sent}");
    }
    let filled = |text: &str| filled(text, &placeholders, &values, input.sends);
    match serde_json::from_str::<Value>(&body) {
        Ok(json) => {
            let expected = each_text(&json, &filled);
            if expected == json {
                assert_eq!(sent, body);
            } else {
                assert_eq!(sent, expected.to_string());
            }
        }
        Err(_) => assert_eq!(sent, body),
    }
}

/// The same document, with other texts as values.
fn each_text(json: &Value, other: &impl Fn(&str) -> String) -> Value {
    match json {
        Value::String(text) => Value::String(other(text)),
        Value::Array(items) => items.iter().map(|item| each_text(item, other)).collect(),
        Value::Object(members) => {
            let members = members.iter();
            let members = members.map(|(name, item)| (name.clone(), each_text(item, other)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => json.clone(),
    }
}

impl Node<'_> {
    fn with(&self, placeholders: &[String]) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Number(number) => (*number).into(),
            Self::Text(text) => text.with(placeholders).into(),
            Self::List(items) => items.iter().map(|item| item.with(placeholders)).collect(),
            Self::Members(members) => {
                let members = members.iter();
                members
                    .map(|(name, item)| (name.with(placeholders), item.with(placeholders)))
                    .collect()
            }
        }
    }
}
