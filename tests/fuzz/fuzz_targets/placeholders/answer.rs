//! An answer that brings a secret.

use crate::rule::returning;
use arbitrary::Arbitrary;
use connector_host::{egress::incoming, secrets::Secrets};
use fuzz::secret::{Marked, Text};
use serde_json::{Map, Value};

/// Bytes of the shortest secret that is looked for.
const SHORTEST: usize = 8;

#[derive(Arbitrary, Debug)]
pub struct Input<'a> {
    /// The first of them is brought.
    secrets: Marked<'a>,
    members: Vec<(Text<'a>, Member<'a>)>,
    place: u8,
}

#[derive(Arbitrary, Debug)]
enum Member<'a> {
    Null,
    Number(i64),
    Text(Text<'a>),
    /// The secret between others.
    Secret(Text<'a>, Text<'a>),
    Deep(Text<'a>, Text<'a>),
}

/// The secret that an answer brings is nowhere in what the component sees of it, which has the same
/// shape.
pub fn check(input: &Input) {
    let secrets = Secrets::default();
    let [secret, ..] = input.secrets.values();
    let mut members: Vec<_> = input
        .members
        .iter()
        .map(|(name, member)| (name.with(&["x".to_owned()]), member.with(&secret)))
        .collect();
    let place = usize::from(input.place) % (members.len() + 1);
    members.insert(place, ("token".to_owned(), Value::from(secret.clone())));
    let answer: Map<_, _> = members.into_iter().collect();
    // Another of this name may have come later.
    if answer["token"] != secret {
        return;
    }
    let answer = Value::Object(answer);

    let rule = returning("token", "/token");
    let seen = incoming::kept(answer.to_string().into(), &rule, &secrets).unwrap();
    let seen: Value = serde_json::from_slice(&seen).unwrap();
    assert_eq!(shape(&seen), shape(&answer));
    let placeholder = secrets.keep("token", secret.as_str().into());
    assert_eq!(seen["token"], placeholder);
    if secret.len() >= SHORTEST {
        assert!(!says(&seen, &secret), "{secret} is in {seen}");
    }
}

/// The document without its texts.
fn shape(json: &Value) -> Value {
    match json {
        Value::String(_) => Value::from(""),
        Value::Array(items) => items.iter().map(shape).collect(),
        Value::Object(members) => members.values().map(shape).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => json.clone(),
    }
}

/// Whether one of its texts holds this.
fn says(json: &Value, secret: &str) -> bool {
    match json {
        Value::String(text) => text.contains(secret),
        Value::Array(items) => items.iter().any(|item| says(item, secret)),
        Value::Object(members) => members
            .iter()
            .any(|(name, item)| name.contains(secret) || says(item, secret)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

impl Member<'_> {
    fn with(&self, secret: &str) -> Value {
        let text = |text: &Text| text.with(&[secret.to_owned()]);
        match self {
            Self::Null => Value::Null,
            Self::Number(number) => (*number).into(),
            Self::Text(own) => text(own).into(),
            Self::Secret(before, after) => (text(before) + secret + &text(after)).into(),
            Self::Deep(name, own) => serde_json::json!({ text(name): [text(own)] }),
        }
    }
}
