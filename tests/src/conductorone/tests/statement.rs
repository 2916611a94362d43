//! Requests for a token, good ones and others.

use super::ConductorOne;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// The private half of the stand-in's key.
const PRIVATE: &str = "qh1SA5MXqDSQgYRRn2ES4_QJa4jxLamqfiuqymV0MnQ";

/// A request for a token, of which a test may change anything.
pub(super) struct TokenRequest {
    pub(super) header: Value,
    pub(super) claims: Value,
    pub(super) content_type: &'static str,
    /// In place of the form that goes with them.
    pub(super) form: Option<String>,
}

impl TokenRequest {
    /// As a good client makes it.
    pub(super) fn good(service: &ConductorOne) -> TokenRequest {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let now = now.as_secs();
        let nonce: String = (0..32)
            .map(|_| fastrand::digit(16).to_ascii_lowercase())
            .collect();
        TokenRequest {
            header: json!({"alg": "EdDSA", "nonce": nonce}),
            claims: json!({
                "iss": service.client_id(),
                "sub": service.client_id(),
                "aud": "127.0.0.1",
                "exp": now + 120,
                "nbf": now - 120,
                "iat": now,
            }),
            content_type: "application/x-www-form-urlencoded",
            form: None,
        }
    }

    pub(super) fn claim(mut self, name: &str, value: impl Into<Value>) -> TokenRequest {
        self.claims[name] = value.into();
        self
    }

    pub(super) fn header(mut self, name: &str, value: impl Into<Value>) -> TokenRequest {
        self.header[name] = value.into();
        self
    }

    /// The fields of the form.
    pub(super) fn fields(&self, client_id: &str) -> Vec<(&'static str, String)> {
        let seed = BASE64_URL_SAFE_NO_PAD.decode(PRIVATE).unwrap();
        let key = SigningKey::from_bytes(seed.as_slice().try_into().unwrap());
        let part = |part: &Value| BASE64_URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", part(&self.header), part(&self.claims));
        let signature = key.sign(signed.as_bytes()).to_bytes();
        let signature = BASE64_URL_SAFE_NO_PAD.encode(signature);
        vec![
            ("client_id", client_id.to_owned()),
            ("grant_type", "client_credentials".to_owned()),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned(),
            ),
            ("client_assertion", format!("{signed}.{signature}")),
        ]
    }
}

pub(super) fn encoded(fields: &[(&str, String)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}
