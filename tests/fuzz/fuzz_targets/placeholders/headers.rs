//! Headers as they leave.

use crate::rule::{filled, sending};
use arbitrary::Arbitrary;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use connector_host::{
    egress::{Refusal, outgoing},
    secrets::Secrets,
};
use fuzz::{
    secret::{Marked, NAMES, Text, keep},
    text::one_of,
};
use http::{HeaderMap, HeaderName, HeaderValue};

/// Headers that a component may set.
const SENT: [&str; 4] = ["x-key", "authorization", "cookie", "accept"];
/// Headers that are taken out, because the host says what is in them.
const TAKEN_OUT: [&str; 4] = ["host", "content-length", "accept-encoding", "range"];
/// Headers that a component must not set.
const FORBIDDEN: [&str; 3] = ["connection", "x-forwarded-host", "x-http-method-override"];

#[derive(Arbitrary, Debug)]
pub struct Input<'a> {
    secrets: Marked<'a>,
    sends: [bool; NAMES.len()],
    headers: Vec<Header<'a>>,
}

#[derive(Arbitrary, Debug)]
struct Header<'a> {
    name: Name,
    value: Value<'a>,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Name {
    Sent(u8),
    TakenOut(u8),
    Forbidden(u8),
}

#[derive(Arbitrary, Debug)]
enum Value<'a> {
    Text(Text<'a>),
    Basic(Text<'a>),
    Bytes(&'a [u8]),
}

/// A header carries what the rule sends, in the place of its placeholder, and nothing else changes;
/// what would make a service see another request is refused or taken out.
pub fn check(input: &Input) {
    let secrets = Secrets::default();
    let values = input.secrets.values();
    let placeholders = keep(&secrets, &values);
    let filled = |text: &str| filled(text, &placeholders, &values, input.sends);

    let mut headers = HeaderMap::new();
    let mut expected: Vec<(HeaderName, Vec<u8>)> = Vec::new();
    let mut is_forbidden = false;
    for header in &input.headers {
        let name = header.name.text();
        let (value, sent) = header.value.before_and_after(&placeholders, &filled);
        let Ok(value) = HeaderValue::from_bytes(&value) else {
            continue;
        };
        is_forbidden |= matches!(header.name, Name::Forbidden(_));
        if !matches!(header.name, Name::TakenOut(_)) {
            expected.push((name.clone(), sent));
        }
        headers.append(name, value);
    }

    let checked = outgoing::check(&headers, usize::MAX);
    assert_eq!(checked.is_err(), is_forbidden, "{headers:?}");
    match outgoing::headers(headers, &sending(input.sends), &secrets) {
        Ok(sent) => {
            assert_eq!(sent.len(), expected.len());
            for name in sent.keys() {
                let own = expected.iter().filter(|(own, _)| own == name);
                let own: Vec<_> = own.map(|(_, value)| value.as_slice()).collect();
                let sent = sent.get_all(name).iter();
                assert_eq!(sent.map(HeaderValue::as_bytes).collect::<Vec<_>>(), own);
            }
            are_without(&sent, &values, input.sends);
        }
        Err(Refusal::Unwritable { name }) => {
            let legal = |value: &[u8]| HeaderValue::from_bytes(value).is_ok();
            let mut own = expected.iter().filter(|(own, _)| *own == name);
            assert!(own.any(|(_, value)| !legal(value)), "{name}: {expected:?}");
        }
        Err(other) => panic!("{other}"),
    }
}

/// No header has a secret that the rule does not send, and those that have one are marked.
fn are_without(sent: &HeaderMap, values: &[String], sends: [bool; NAMES.len()]) {
    for value in sent.values() {
        let mut texts = vec![value.as_bytes().to_vec()];
        for part in value.as_bytes().split(|byte| *byte == b' ') {
            texts.extend(BASE64_STANDARD.decode(part).ok());
        }
        for text in texts {
            let text = String::from_utf8_lossy(&text);
            for (secret, sends) in values.iter().zip(sends) {
                if text.contains(secret) {
                    assert!(sends && value.is_sensitive(), "{text}");
                }
            }
        }
    }
}

impl Name {
    fn text(self) -> HeaderName {
        HeaderName::from_static(match self {
            Self::Sent(number) => one_of(&SENT, number),
            Self::TakenOut(number) => one_of(&TAKEN_OUT, number),
            Self::Forbidden(number) => one_of(&FORBIDDEN, number),
        })
    }
}

impl Value<'_> {
    /// What a component sets, and what is sent.
    fn before_and_after(
        &self,
        placeholders: &[String],
        filled: &impl Fn(&str) -> String,
    ) -> (Vec<u8>, Vec<u8>) {
        match self {
            Self::Basic(text) => {
                let text = text.with(placeholders);
                let basic = |pair: &str| format!("Basic {}", BASE64_STANDARD.encode(pair));
                (
                    basic(&text).into_bytes(),
                    basic(&filled(&text)).into_bytes(),
                )
            }
            Self::Text(text) => {
                let text = text.with(placeholders);
                let is_visible = text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t'));
                // A pair that is not in base64 is left alone, and so is what is not ASCII.
                let is_basic = text
                    .split_once(' ')
                    .is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
                let sent = match is_visible && !is_basic {
                    true => filled(&text),
                    false => text.clone(),
                };
                (text.into_bytes(), sent.into_bytes())
            }
            // It holds neither a placeholder nor the mark of a secret.
            Self::Bytes(bytes) => {
                let bytes: Vec<_> = bytes.iter().copied().filter(|byte| *byte != b'~').collect();
                (bytes.clone(), bytes)
            }
        }
    }
}
