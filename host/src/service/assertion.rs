//! What proves to ConductorOne who is asking: a signed statement (RFC 7523).

use super::credentials::{ClientId, ClientSecret};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519_dalek::Signer;
use jiff::Timestamp;
use serde::Serialize;

/// How long a statement is good for, in seconds, before and after it is made: clocks differ.
const GOOD_FOR: i64 = 120;

/// The protected header (RFC 7515, section 4).
#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
    /// 32 hexadecimal digits that have not been there before.
    nonce: &'a str,
}

/// The claims (RFC 7519, section 4.1). Times are seconds since 1970.
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    exp: i64,
    nbf: i64,
    iat: i64,
}

/// A statement of `id`, as a compact JWS (RFC 7515, section 7.1).
///
/// # Errors
///
/// When the system has no random numbers.
pub(super) fn make(id: &ClientId, secret: &ClientSecret, now: Timestamp) -> Result<String, String> {
    let mut nonce = [0; 16];
    getrandom::fill(&mut nonce).map_err(|error| format!("no random numbers: {error}"))?;
    Ok(signed(id, secret, now.as_second(), &hex::encode(nonce)))
}

fn signed(id: &ClientId, secret: &ClientSecret, now: i64, nonce: &str) -> String {
    let header = Header {
        alg: "EdDSA",
        kid: secret.key_id(),
        nonce,
    };
    let claims = Claims {
        iss: id.as_str(),
        sub: id.as_str(),
        aud: id.audience(),
        exp: now + GOOD_FOR,
        nbf: now - GOOD_FOR,
        iat: now,
    };
    let content = format!("{}.{}", part(&header), part(&claims));
    let signature = secret.key().sign(content.as_bytes());
    let signature = BASE64_URL_SAFE_NO_PAD.encode(signature.to_bytes());
    format!("{content}.{signature}")
}

fn part(content: &impl Serialize) -> String {
    // Texts and numbers can always be written.
    BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(content).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{super::credentials::tests::SECRET, *};

    #[test]
    fn an_assertion_is_what_batons_own_key_signs() {
        let id = "brave-otter-12345@acme.conductor.one/ccc".parse().unwrap();
        let secret = ClientSecret::parse(SECRET).unwrap();
        let nonce = "000102030405060708090a0b0c0d0e0f";
        assert_eq!(
            signed(&id, &secret, 1_700_000_000, nonce),
            "eyJhbGciOiJFZERTQSIsIm5vbmNlIjoiMDAwMTAyMDMwNDA1MDYwNzA4MDkwYTBiMGMwZDBlMGYifQ.eyJpc3MiOiJicmF2ZS1vdHRlci0xMjM0NUBhY21lLmNvbmR1Y3Rvci5vbmUvY2NjIiwic3ViIjoiYnJhdmUtb3R0ZXItMTIzNDVAYWNtZS5jb25kdWN0b3Iub25lL2NjYyIsImF1ZCI6ImFjbWUuY29uZHVjdG9yLm9uZSIsImV4cCI6MTcwMDAwMDEyMCwibmJmIjoxNjk5OTk5ODgwLCJpYXQiOjE3MDAwMDAwMDB9.GOnctYkpoZM_fHmumC1rLyW9tw57I2O8MzLIZHhUHeNWZnyQcas2Tm85YOOLtL7InrNoxjMX8rYtkLm95fr9Aw"
        );
    }

    #[test]
    fn no_assertion_is_made_twice() {
        let id = "a@b/c".parse().unwrap();
        let secret = ClientSecret::parse(SECRET).unwrap();
        let made = || make(&id, &secret, Timestamp::UNIX_EPOCH).unwrap();
        assert_ne!(made(), made());
    }
}
