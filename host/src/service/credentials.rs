//! The client id and the client secret that ConductorOne gives out for a connector.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519_dalek::SigningKey;
use serde::Deserialize;
use std::{fmt, str::FromStr};
use zeroize::{Zeroize, Zeroizing};

/// `<name>@<host>[:port]/<suffix>`, such as `brave-otter-12345@acme.conductor.one/ccc`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientId {
    text: String,
    /// Before the `@`.
    name: String,
    /// Between the `@` and the `/`, with the port if there is one.
    authority: String,
}

impl ClientId {
    /// All of it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What ConductorOne calls the client.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the service is: a host, and perhaps a port.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Who assertions are for: the host, without a port.
    pub fn audience(&self) -> &str {
        host(&self.authority)
    }
}

/// The host of an authority. IPv6 addresses stand in brackets (RFC 3986, section 3.2.2), which do
/// not belong to the host.
fn host(authority: &str) -> &str {
    if let Some((address, _)) = authority.strip_prefix('[').and_then(|a| a.split_once(']')) {
        return address;
    }
    authority
        .split_once(':')
        .map_or(authority, |(host, _)| host)
}

/// Which part of a credential is wrong. None of these repeats any of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("the client id has no @ between a name and a host")]
    NoName,
    #[error("the client id's name, before the @, is empty")]
    EmptyName,
    #[error("the client id has no / after the host")]
    NoSuffix,
    #[error("the client id's host, between @ and /, is not a host name with or without a port")]
    Host,
    #[error("the client secret is not four parts with colons in between")]
    Parts,
    #[error("the client secret does not begin with secret-token:conductorone.com:v1:")]
    Prefix,
    #[error("the client secret's last part is not base64 (for URLs, without padding)")]
    Base64,
    #[error("the client secret's key is not a JSON Web Key")]
    Jwk,
    #[error("the client secret's key is not a private Ed25519 key (kty OKP, crv Ed25519, x and d)")]
    Key,
    #[error("the two halves of the client secret's key do not belong together")]
    Halves,
}

impl FromStr for ClientId {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let text = text.trim();
        let (name, rest) = text.split_once('@').ok_or(Malformed::NoName)?;
        let (authority, _) = rest.split_once('/').ok_or(Malformed::NoSuffix)?;
        if name.is_empty() {
            return Err(Malformed::EmptyName);
        }
        check_authority(authority)?;
        Ok(Self {
            name: name.to_owned(),
            authority: authority.to_owned(),
            text: text.to_owned(),
        })
    }
}

/// Whether a text is a host with or without a port, and nothing more.
///
/// # Errors
///
/// When it is not.
pub(super) fn check_authority(authority: &str) -> Result<(), Malformed> {
    let url = url::Url::parse(&format!("https://{authority}/")).map_err(|_| Malformed::Host)?;
    let plain = url.username().is_empty() && url.password().is_none() && url.path() == "/";
    let nothing_else = !authority.contains(['/', '?', '#', '@', '\\', ' ']);
    match plain && nothing_else && !host(authority).is_empty() {
        true => Ok(()),
        false => Err(Malformed::Host),
    }
}

/// The key that the client signs assertions with; its memory is zeroed when it is dropped.
pub struct ClientSecret {
    key: SigningKey,
    /// The key's own name, where it has one.
    key_id: Option<String>,
}

impl ClientSecret {
    /// Reads `secret-token:conductorone.com:v1:<JSON Web Key, base64>`.
    ///
    /// # Errors
    ///
    /// Says which part is wrong.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let parts: Vec<_> = text.trim().splitn(4, ':').collect();
        let [scheme, issuer, version, key] = parts[..] else {
            return Err(Malformed::Parts);
        };
        if (scheme, issuer, version) != ("secret-token", "conductorone.com", "v1") {
            return Err(Malformed::Prefix);
        }
        let json = BASE64_URL_SAFE_NO_PAD.decode(key);
        let json = Zeroizing::new(json.map_err(|_| Malformed::Base64)?);
        let jwk: Jwk = serde_json::from_slice(&json).map_err(|_| Malformed::Jwk)?;
        if (jwk.kty.as_str(), jwk.crv.as_str()) != ("OKP", "Ed25519") {
            return Err(Malformed::Key);
        }
        let key = SigningKey::from_bytes(&*bytes(&jwk.d)?);
        // Go's parser does not look; a signature by such a key is worth nothing.
        if key.verifying_key().as_bytes() != &*bytes(&jwk.x)? {
            return Err(Malformed::Halves);
        }
        let key_id = jwk.kid.clone().filter(|id| !id.is_empty());
        Ok(Self { key, key_id })
    }

    pub(super) fn key(&self) -> &SigningKey {
        &self.key
    }

    pub(super) fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(***)")
    }
}

/// A private Ed25519 key (RFC 8037, section 2).
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(default)]
    crv: String,
    #[serde(default)]
    x: String,
    #[serde(default)]
    d: String,
    kid: Option<String>,
}

impl Drop for Jwk {
    fn drop(&mut self) {
        self.d.zeroize();
    }
}

fn bytes(text: &str) -> Result<Zeroizing<[u8; 32]>, Malformed> {
    let decoded = BASE64_URL_SAFE_NO_PAD.decode(text);
    let decoded = Zeroizing::new(decoded.map_err(|_| Malformed::Key)?);
    let bytes = decoded.as_slice().try_into().map_err(|_| Malformed::Key)?;
    Ok(Zeroizing::new(bytes))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::service) const SECRET: &str = "secret-token:conductorone.com:v1:eyJrdHkiOiJPS1AiLCJjcnYiOiJFZDI1NTE5IiwieCI6IjAtbGhlbWpyYUk0dm1WS1R2Z1lDMXk2R3N2X2hLeWsyTVp6YlJNc29PLTQiLCJkIjoicWgxU0E1TVhxRFNRZ1lSUm4yRVM0X1FKYTRqeExhbXFmaXVxeW1WME1uUSJ9";

    fn secret_of(json: &str) -> String {
        let key = BASE64_URL_SAFE_NO_PAD.encode(json);
        format!("secret-token:conductorone.com:v1:{key}")
    }

    #[test]
    fn a_client_id_says_who_and_where() {
        let id: ClientId = "brave-otter-12345@acme.conductor.one/ccc".parse().unwrap();
        assert_eq!(id.name(), "brave-otter-12345");
        assert_eq!(id.authority(), "acme.conductor.one");
        let id: ClientId = "a@127.0.0.1:4433/x/y".parse().unwrap();
        assert_eq!(id.authority(), "127.0.0.1:4433");
        assert_eq!(id.audience(), "127.0.0.1");
        let id: ClientId = "a@[::1]:4433/x".parse().unwrap();
        assert_eq!(id.audience(), "::1");
    }

    #[test]
    fn a_malformed_client_id_is_told_by_the_part_that_is_wrong() {
        for (text, wrong) in [
            ("", Malformed::NoName),
            ("acme.conductor.one/ccc", Malformed::NoName),
            ("a@b", Malformed::NoSuffix),
            ("a/b@c", Malformed::NoSuffix),
            ("@h/", Malformed::EmptyName),
            ("a@/x", Malformed::Host),
            ("a@b@c/d/e", Malformed::Host),
            ("a@b c/d", Malformed::Host),
            ("a@b:port/d", Malformed::Host),
            ("a@:443/d", Malformed::Host),
        ] {
            assert_eq!(text.parse::<ClientId>(), Err(wrong), "{text}");
        }
    }

    #[test]
    fn a_client_secret_is_a_key() {
        let secret = ClientSecret::parse(SECRET).unwrap();
        assert_eq!(secret.key_id(), None);
        assert_eq!(format!("{secret:?}"), "ClientSecret(***)");
        assert!(ClientSecret::parse(&format!(" {SECRET}\n")).is_ok());
    }

    #[test]
    fn a_malformed_client_secret_is_told_by_the_part_that_is_wrong() {
        let public =
            r#"{"kty":"OKP","crv":"Ed25519","x":"0-lhemjraI4vmVKTvgYC1y6Gsv_hKyk2MZzbRMsoO-4"}"#;
        let another = r#"{"kty":"OKP","crv":"Ed25519","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","d":"qh1SA5MXqDSQgYRRn2ES4_QJa4jxLamqfiuqymV0MnQ"}"#;
        for (text, wrong) in [
            ("1:2:3", Malformed::Parts),
            ("1:2:3:4", Malformed::Prefix),
            (&SECRET.replace(":v1:", ":v2:"), Malformed::Prefix),
            (&format!("{SECRET}="), Malformed::Base64),
            (&format!("{SECRET}:x"), Malformed::Base64),
            (&secret_of("{"), Malformed::Jwk),
            (&secret_of(r#"{"kty":"RSA"}"#), Malformed::Key),
            (&secret_of(public), Malformed::Key),
            (&secret_of(another), Malformed::Halves),
        ] {
            assert_eq!(ClientSecret::parse(text).err(), Some(wrong), "{text}");
        }
    }
}
