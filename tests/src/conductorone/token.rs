//! `POST /auth/v1/token`: a token for a statement that is signed as it should be.

use super::{NAME, PUBLIC_KEY, faults::TokenFault, state::State};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519_dalek::{Signature, VerifyingKey};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A status and a body.
pub(super) type Answer = (u16, String);

/// The form of the request, and nothing else.
const FORM: [&str; 4] = [
    "client_assertion",
    "client_assertion_type",
    "client_id",
    "grant_type",
];

/// Answers a request; `authority` is what the stand-in is called at.
pub(super) fn answer(
    state: &mut State,
    authority: &str,
    content_type: Option<&str>,
    body: &[u8],
) -> Answer {
    match state.settings.faults.tokens.pop_front() {
        Some(TokenFault::Status(status)) => return (status, "a bad day".to_owned()),
        Some(TokenFault::Body(body)) => return (200, body.to_owned()),
        None => {}
    }
    match check(state, authority, content_type, body) {
        Ok(()) => {
            state.tokens_given += 1;
            let token = format!(
                "token-{}-{:032x}",
                state.tokens_given,
                state.random.u128(..)
            );
            state.tokens.insert(token.clone());
            let answer = json!({
                "access_token": token,
                "token_type": "bearer",
                "expires_in": state.settings.token_seconds,
            });
            (200, answer.to_string())
        }
        Err(why) => {
            // A clock that is off is a bad day, and no fault of the protocol's.
            if why != SKEWED {
                state.violations.push(format!("token: {why}"));
            }
            (401, json!({ "error": why }).to_string())
        }
    }
}

/// What is said to a statement that is good at another time.
const SKEWED: &str = "not now";

fn check(
    state: &mut State,
    authority: &str,
    content_type: Option<&str>,
    body: &[u8],
) -> Result<(), String> {
    if content_type != Some("application/x-www-form-urlencoded") {
        return Err(format!("content type {content_type:?}"));
    }
    let form: BTreeMap<_, _> = form_urlencoded::parse(body).into_owned().collect();
    if !form.keys().map(String::as_str).eq(FORM) {
        return Err(format!("the form holds {:?}", form.keys()));
    }
    let id = format!("{NAME}@{authority}/ccc");
    let assertion_type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    for (name, value) in [
        ("client_id", id.as_str()),
        ("client_assertion_type", assertion_type),
        ("grant_type", "client_credentials"),
    ] {
        if form[name] != value {
            return Err(format!("{name} is {}", form[name]));
        }
    }
    let assertion = &form["client_assertion"];
    let (content, signature) = assertion.rsplit_once('.').ok_or("no signature")?;
    verify(content, signature)?;
    let (header, claims) = content.split_once('.').ok_or("no claims")?;
    check_header(state, &object(header)?)?;
    let host = authority
        .rsplit_once(':')
        .map_or(authority, |(host, _)| host);
    let now = Timestamp::now().as_second() + state.settings.clock_ahead;
    check_claims(&object(claims)?, &id, host, now)
}

fn verify(content: &str, signature: &str) -> Result<(), String> {
    let key = BASE64_URL_SAFE_NO_PAD.decode(PUBLIC_KEY).expect("base64");
    let key = VerifyingKey::try_from(key.as_slice()).expect("a key");
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature);
    let signature = signature.map_err(|error| error.to_string())?;
    let signature = Signature::from_slice(&signature).map_err(|error| error.to_string())?;
    key.verify_strict(content.as_bytes(), &signature)
        .map_err(|error| error.to_string())
}

fn object(part: &str) -> Result<Map<String, Value>, String> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(part);
    let bytes = bytes.map_err(|error| error.to_string())?;
    serde_json::from_slice(&bytes).map_err(|error| error.to_string())
}

fn check_header(state: &mut State, header: &Map<String, Value>) -> Result<(), String> {
    let nonce = header
        .get("nonce")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if header.len() != 2 || header.get("alg") != Some(&json!("EdDSA")) {
        return Err(format!("the header is {header:?}"));
    }
    if nonce.len() != 32 || !nonce.bytes().all(hex) {
        return Err(format!("the nonce is {nonce}"));
    }
    match state.nonces.insert(nonce.to_owned()) {
        true => Ok(()),
        false => Err(format!("the nonce {nonce} has been there before")),
    }
}

fn check_claims(claims: &Map<String, Value>, id: &str, host: &str, now: i64) -> Result<(), String> {
    for (name, value) in [("iss", id), ("sub", id), ("aud", host)] {
        if claims.get(name) != Some(&json!(value)) {
            return Err(format!("{name} is {:?}", claims.get(name)));
        }
    }
    let time = |name: &str| {
        let time = claims.get(name).and_then(Value::as_i64);
        time.ok_or_else(|| format!("{name} is no whole number"))
    };
    let (exp, nbf, iat) = (time("exp")?, time("nbf")?, time("iat")?);
    if exp - iat != 120 || iat - nbf != 120 {
        return Err(format!("good from {nbf} to {exp}, made at {iat}"));
    }
    match (nbf..=exp).contains(&now) {
        true => Ok(()),
        false => Err(SKEWED.to_owned()),
    }
}
