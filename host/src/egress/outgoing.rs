//! A request as it leaves: without headers that would fool anybody, with its secrets filled in.

use super::{quota::Excess, refusal::Refusal, rule::Rule};
use crate::secrets::Secrets;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde_json::Value;
use std::io::{self, Write};
use zeroize::{Zeroize, Zeroizing};

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
/// [`Refusal::Header`] names the first one; [`Refusal::Excess`] says that they have more than
/// `limit` bytes, as [`size`] counts them.
pub fn check(headers: &HeaderMap, limit: usize) -> Result<(), Refusal> {
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
pub fn size(headers: &HeaderMap) -> usize {
    let sizes = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 32);
    sizes.sum()
}

/// Takes out what follows from the request itself, and fills the secrets in that `rule` names: in
/// place of their placeholders, also within `Basic <pair in base64>`. Values that have got one are
/// marked as sensitive, and all others stay as they are.
///
/// # Errors
///
/// [`Refusal::Unwritable`], when no header can hold one of them.
pub fn headers(
    mut headers: HeaderMap,
    rule: &Rule,
    secrets: &Secrets,
) -> Result<HeaderMap, Refusal> {
    // What is sent is addressed to what has been decided on.
    headers.remove(header::HOST);
    headers.remove(header::CONTENT_LENGTH);
    // In another coding, or cut into ranges, an answer could bring a secret that nobody recognises.
    headers.remove(header::ACCEPT_ENCODING);
    headers.remove(header::RANGE);
    for (name, value) in &mut headers {
        if let Some(filled) = filled(value, rule, secrets) {
            *value = HeaderValue::from_maybe_shared(Bytes::from_owner(filled))
                .map_err(|_| Refusal::Unwritable { name: name.clone() })?;
            value.set_sensitive(true);
        }
    }
    Ok(headers)
}

fn filled(value: &HeaderValue, rule: &Rule, secrets: &Secrets) -> Option<Zeroizing<String>> {
    let text = value.to_str().ok()?;
    let (scheme, credentials) = match text.split_once(' ') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("basic") => (scheme, rest),
        _ => return secrets.fill(text, &rule.sends),
    };
    // RFC 7617: the secret is encoded, and the placeholder with it.
    let pair = BASE64_STANDARD.decode(credentials.trim()).ok()?;
    let pair = secrets.fill(str::from_utf8(&pair).ok()?, &rule.sends)?;
    let encoded = Zeroizing::new(BASE64_STANDARD.encode(pair.as_bytes()));
    let parts = [scheme, " ", &encoded];
    let length = parts.iter().map(|part| part.len()).sum();
    let mut filled = Zeroizing::new(String::with_capacity(length));
    filled.extend(parts);
    Some(filled)
}

/// Fills the secrets in that `rule` names, where the body is JSON: in texts that are values. Any
/// other body is left as it is, byte by byte, and so is one in which there is nothing to fill in.
pub fn body(body: Bytes, rule: &Rule, secrets: &Secrets) -> Bytes {
    if rule.sends.is_empty() || !secrets.are_in(&body) {
        return body;
    }
    let Ok(mut json) = serde_json::from_slice(&body) else {
        return body;
    };
    let filled = fill(&mut json, rule, secrets).then(|| written(&json));
    wipe(&mut json);
    match filled {
        Some(filled) => Bytes::from_owner(filled),
        None => body,
    }
}

/// Values only: a member's name is no secret.
fn fill(json: &mut Value, rule: &Rule, secrets: &Secrets) -> bool {
    let mut any = false;
    match json {
        Value::String(text) => {
            if let Some(mut filled) = secrets.fill(text, &rule.sends) {
                *text = std::mem::take(&mut *filled);
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

/// Overwrites what has been filled in.
fn wipe(json: &mut Value) {
    match json {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The document, in memory that is overwritten at the end.
fn written(json: &Value) -> Zeroizing<Vec<u8>> {
    // A vector that grows leaves what it held behind.
    let mut length = Length(0);
    let counted = serde_json::to_writer(&mut length, json);
    let mut written = Zeroizing::new(Vec::with_capacity(length.0));
    // Only what is written to can fail, and a vector does not.
    let _ = counted.and_then(|()| serde_json::to_writer(&mut *written, json));
    written
}

/// Counts bytes.
struct Length(usize);

impl Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
