//! `POST /auth`: credentials for a token, and whether a token works.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use base64::Engine;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::answers::{Answer, JSON, odin_error, scim_error, validation_error};
use super::log::Request;
use super::settings::Settings;
use super::switches::{Expiry, MissingBearer, TokenLifetime, WrongCredentials};

/// A token that was issued.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) text: String,
    expires: Option<Instant>,
    uses_left: Option<u64>,
}

impl Token {
    fn issue(lifetime: TokenLifetime) -> Token {
        let random = || RandomState::new().hash_one(Instant::now());
        let (a, b) = (random(), random());
        let id = format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            a >> 32,
            a >> 16 & 0xFFFF,
            a & 0xFFF,
            0x8000 | b >> 48 & 0x3FFF,
            b & 0xFFFF_FFFF_FFFF
        );
        Token {
            text: base64::engine::general_purpose::STANDARD.encode(id),
            expires: match lifetime {
                TokenLifetime::For(lifetime) => Some(Instant::now() + lifetime),
                TokenLifetime::Years | TokenLifetime::Requests(_) => None,
            },
            uses_left: match lifetime {
                TokenLifetime::Requests(requests) => Some(requests),
                TokenLifetime::Years | TokenLifetime::For(_) => None,
            },
        }
    }

    pub(super) fn revoke(&mut self) {
        self.uses_left = Some(0);
    }

    fn used(&mut self) -> bool {
        let in_time = self.expires.is_none_or(|expires| Instant::now() < expires);
        match &mut self.uses_left {
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                in_time
            }
            None => in_time,
        }
    }
}

/// Answers a request for a token, and issues it.
pub(super) fn answer(settings: &Settings, tokens: &mut Vec<Token>, request: &Request) -> Answer {
    let Some(Value::Object(body)) = &request.body else {
        return validation_error("body", "", "is not a JSON object");
    };
    let mut given = [("client-id", ""), ("app-id", "")];
    for (key, value) in &mut given {
        match body.get(*key).and_then(Value::as_str) {
            Some(text) if !text.is_empty() => *value = text,
            _ => return validation_error(key, "", "is required"),
        }
    }
    let [(_, client_id), (_, app_id)] = given;
    if client_id != settings.client_id || app_id != settings.app_id {
        return match settings.wrong_credentials {
            WrongCredentials::Validation400 => {
                validation_error("app-id", app_id, "does not belong to a key")
            }
            WrongCredentials::Unprocessable422 => {
                odin_error(422, "invalid-credentials", "the credentials are not known")
            }
            WrongCredentials::Unauthorized401 => odin_error(401, "unauthorized", "Unauthorized"),
        };
    }
    let token = Token::issue(settings.token_lifetime);
    let mut body = json!({"token": token.text});
    tokens.push(token);
    match settings.expiry {
        Expiry::Hyphen => body["expires-at"] = expires_at(settings).into(),
        Expiry::Underscore => body["expires_at"] = expires_at(settings).into(),
        Expiry::Absent => {}
        Expiry::Null => body["expires-at"] = Value::Null,
        Expiry::Unparsable => body["expires-at"] = "when the cows come home".into(),
    }
    Answer::new(200, JSON, settings.layout.render(&body))
}

/// Whether the request comes with a token that works; if not, the answer that it gets.
pub(super) fn refusal(
    settings: &Settings,
    tokens: &mut [Token],
    request: &Request,
) -> Option<Answer> {
    let unauthorized = || Some(scim_error(401, Some("unauthorized"), "Unauthorized"));
    let Some(bearer) = request.bearer() else {
        return match settings.missing_bearer {
            MissingBearer::Unauthorized401 => unauthorized(),
            MissingBearer::BadRequest400 => {
                Some(odin_error(400, "", "missing Authorization: Bearer header"))
            }
        };
    };
    let token = tokens.iter_mut().find(|token| token.text == bearer);
    if token.is_some_and(Token::used) {
        None
    } else {
        unauthorized()
    }
}

fn expires_at(settings: &Settings) -> String {
    let lifetime = match settings.token_lifetime {
        TokenLifetime::For(lifetime) => lifetime,
        TokenLifetime::Years | TokenLifetime::Requests(_) => {
            Duration::from_secs(3 * 365 * 24 * 60 * 60)
        }
    };
    let skew = SignedDuration::from_secs(settings.clock_skew);
    let time = Timestamp::now()
        .saturating_add(lifetime)
        .and_then(|time| time.saturating_add(skew))
        .unwrap_or(Timestamp::MAX);
    format!("{time:.9}")
}
