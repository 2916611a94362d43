//! A request as it leaves: without headers that would fool anybody, with its secrets filled in.

use super::{quota::Excess, refusal::Refusal, rule::Rule};
use crate::secrets::Secrets;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde_json::Value;
use zeroize::Zeroizing;

/// Headers that belong to the connection rather than to the request (RFC 9110, section 7.6.1), or
/// tell services of another request than the one that has been decided on.
const FORBIDDEN: [&str; 17] = [
    "connection",
    "expect",
    "forwarded",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-url",
    "x-rewrite-url",
];

/// What all headers that claim another origin for a request begin with.
const FORWARDED: &str = "x-forwarded-";

/// Looks for headers that a component must not set.
///
/// # Errors
///
/// Names the first one, or says that they are too large.
pub(super) fn check(headers: &HeaderMap, limit: usize) -> Result<(), Refusal> {
    let fools = |name: &&HeaderName| {
        FORBIDDEN.contains(&name.as_str()) || name.as_str().starts_with(FORWARDED)
    };
    if let Some(name) = headers.keys().find(fools) {
        return Err(Refusal::Header { name: name.clone() });
    }
    match size(headers) > limit {
        true => Err(Excess::RequestHeaders { limit }.into()),
        false => Ok(()),
    }
}

/// Bytes of headers, as HTTP/2 counts them (RFC 9113, section 6.5.2).
pub(super) fn size(headers: &HeaderMap) -> usize {
    let sizes = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 32);
    sizes.sum()
}

/// Takes out what follows from the request itself, and fills the secrets in that `rule` names.
///
/// # Errors
///
/// When no header can hold one of them.
pub(super) fn headers(
    mut headers: HeaderMap,
    rule: &Rule,
    secrets: &Secrets,
) -> Result<HeaderMap, Refusal> {
    // What is sent is addressed to what has been decided on.
    headers.remove(header::HOST);
    headers.remove(header::CONTENT_LENGTH);
    for (name, value) in &mut headers {
        if let Some(filled) = filled(value, rule, secrets) {
            *value = HeaderValue::from_str(&filled)
                .map_err(|_| Refusal::Unwritable { name: name.clone() })?;
            value.set_sensitive(true);
        }
    }
    Ok(headers)
}

fn filled(value: &HeaderValue, rule: &Rule, secrets: &Secrets) -> Option<Zeroizing<String>> {
    let text = value.to_str().ok()?;
    let filled = match text.split_once(' ') {
        // RFC 7617: the secret is encoded, and the placeholder with it.
        Some((scheme, credentials)) if scheme.eq_ignore_ascii_case("basic") => {
            let pair = Zeroizing::new(BASE64_STANDARD.decode(credentials.trim()).ok()?);
            let pair = str::from_utf8(&pair).ok()?;
            let filled = secrets.fill(pair, &rule.sends);
            if filled == pair {
                return None;
            }
            format!("{scheme} {}", BASE64_STANDARD.encode(filled.as_bytes()))
        }
        _ => {
            let filled = secrets.fill(text, &rule.sends);
            if filled == text {
                return None;
            }
            filled.into_owned()
        }
    };
    Some(Zeroizing::new(filled))
}

/// Fills the secrets in that `rule` names, where the body is JSON. Any other body is left as it is.
pub(super) fn body(body: Bytes, rule: &Rule, secrets: &Secrets) -> Bytes {
    if rule.sends.is_empty() || !secrets.are_in(&body) {
        return body;
    }
    let Ok(mut json) = serde_json::from_slice(&body) else {
        return body;
    };
    match fill(&mut json, rule, secrets) {
        true => json.to_string().into(),
        false => body,
    }
}

/// Values only: a member's name is no secret.
fn fill(json: &mut Value, rule: &Rule, secrets: &Secrets) -> bool {
    let mut any = false;
    match json {
        Value::String(text) => {
            let filled = secrets.fill(text, &rule.sends);
            if filled != *text {
                *text = filled.into_owned();
                any = true;
            }
        }
        Value::Array(items) => {
            for item in items {
                any |= fill(item, rule, secrets);
            }
        }
        Value::Object(members) => {
            for item in members.values_mut() {
                any |= fill(item, rule, secrets);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    any
}
