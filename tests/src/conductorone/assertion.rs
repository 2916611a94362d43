//! The statement that a client asks for a token with: a JWS in its compact form (RFC 7515), signed
//! with the client's key (RFC 8037), that claims what RFC 7523 wants.

use super::PUBLIC_KEY;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Seconds from the making of a statement to its end, and from its beginning to its making.
const LASTS: i64 = 120;

/// What is wrong with a statement.
pub(super) enum Wrong {
    /// What no client may write.
    Statement(String),
    /// It is good at another time: a clock is off, which is nobody's fault.
    Time,
}

impl<T: Into<String>> From<T> for Wrong {
    fn from(what: T) -> Self {
        Self::Statement(what.into())
    }
}

/// Who it has to be about, for whom, and when.
pub(super) struct Expected<'a> {
    pub client_id: &'a str,
    pub audience: &'a str,
    /// Seconds since 1970.
    pub now: i64,
}

/// Judges a statement. No nonce may come twice.
pub(super) fn judge(
    statement: &str,
    expected: &Expected<'_>,
    nonces: &mut BTreeSet<String>,
) -> Result<(), Wrong> {
    let (content, signature) = statement.rsplit_once('.').ok_or("no signature")?;
    verify(content, signature)?;
    let (header, claims) = content.split_once('.').ok_or("no claims")?;
    check_header(&object(header)?, nonces)?;
    check_claims(&object(claims)?, expected)
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

fn check_header(header: &Map<String, Value>, nonces: &mut BTreeSet<String>) -> Result<(), String> {
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
    match nonces.insert(nonce.to_owned()) {
        true => Ok(()),
        false => Err(format!("the nonce {nonce} has been there before")),
    }
}

fn check_claims(claims: &Map<String, Value>, expected: &Expected<'_>) -> Result<(), Wrong> {
    for (name, value) in [
        ("iss", expected.client_id),
        ("sub", expected.client_id),
        ("aud", expected.audience),
    ] {
        if claims.get(name) != Some(&json!(value)) {
            return Err(format!("{name} is {:?}", claims.get(name)).into());
        }
    }
    if claims.len() != 6 {
        return Err(format!("the claims are {:?}", claims.keys()).into());
    }
    let time = |name: &str| {
        let time = claims.get(name).and_then(Value::as_i64);
        time.ok_or_else(|| format!("{name} is no whole number"))
    };
    let (exp, nbf, iat) = (time("exp")?, time("nbf")?, time("iat")?);
    if exp - iat != LASTS || iat - nbf != LASTS {
        return Err(format!("good from {nbf} to {exp}, made at {iat}").into());
    }
    match (nbf..=exp).contains(&expected.now) {
        true => Ok(()),
        false => Err(Wrong::Time),
    }
}
