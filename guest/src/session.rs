//! Signing in (`POST /auth`): an app id and a client id become a bearer token.

use crate::{
    contract::identity::connector::types::Error,
    refusal::{Refusal, unanswered},
    secrets::Secrets,
    settings::Settings,
    transport::{self, Transport},
};
use bytes::Bytes;
use http::{Request, StatusCode, header};
use serde::Deserialize;
use std::time::{Duration, SystemTime};

/// More than any answer to `POST /auth` has.
const ANSWER: usize = 64 << 10;

/// How long before its end a token counts as expired: as long as a request may take to arrive.
const MARGIN: Duration = Duration::from_secs(30);

/// An access token. It has no `Debug`, because it must not be printed.
pub struct Token {
    /// Opaque, whatever it looks like.
    pub value: String,
    expires_at: Option<SystemTime>,
}

impl Token {
    /// Whether the service will still accept it. A token without an end is good until the
    /// service says otherwise.
    pub fn is_fresh(&self, now: SystemTime) -> bool {
        self.expires_at
            .is_none_or(|expires_at| now + MARGIN < expires_at)
    }

    /// Reads the answer to `POST /auth`; `None` when there is no token in it.
    ///
    /// The end is spelled `expires-at` in the API's description and `expires_at` in its
    /// documentation.
    pub fn from_answer(body: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Answer {
            token: String,
            #[serde(alias = "expires_at", rename = "expires-at", default)]
            expires_at: Option<serde_json::Value>,
        }
        let answer: Answer = serde_json::from_slice(body).ok()?;
        if answer.token.is_empty() || !answer.token.bytes().all(|b| b.is_ascii_graphic()) {
            return None;
        }
        let expires_at = answer
            .expires_at
            .as_ref()
            .and_then(|at| at.as_str()?.parse::<jiff::Timestamp>().ok());
        Some(Self {
            value: answer.token,
            expires_at: expires_at.map(SystemTime::from),
        })
    }
}

/// `POST /auth`.
///
/// # Errors
///
/// When there is no answer, or no token in it.
pub async fn sign_in(
    transport: &impl Transport,
    settings: &Settings,
    secrets: &Secrets,
) -> Result<Token, Error> {
    let url = settings.auth_url();
    let what = format!("POST {url}");
    let body = serde_json::json!({
        "client-id": settings.client_id,
        "app-id": settings.app_id,
    });
    let request = Request::post(&url)
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Bytes::from(body.to_string()))
        .map_err(|e| Error::Internal(format!("{what} cannot be written: {e}")))?;
    let sent = transport.send(request).await;
    let mut response = sent.map_err(|failure| unanswered(&what, failure))?;
    if response.status() != StatusCode::OK {
        let refusal = Refusal::read(&what, response, secrets).await;
        // No 401 is documented here: wrong credentials come back as 400 or 422.
        return Err(refusal.into_error(|status, what| match status {
            400 | 401 | 403 | 422 => Error::Unauthenticated(format!(
                "{what}; check valimail-app-id and valimail-client-id (Account Settings > API Keys)"
            )),
            404 => Error::NotFound(format!("{what}; check base-url")),
            _ => Error::Internal(what),
        }));
    }
    let body = transport::beginning(response.body_mut(), ANSWER).await;
    let body = body.map_err(|failure| unanswered(&what, failure))?;
    Token::from_answer(&body).ok_or_else(|| {
        Error::Internal(format!(
            "{what} answered 200, but without a token; check that base-url is Valimail's API"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(answer: &str) -> Option<Token> {
        Token::from_answer(answer.as_bytes())
    }

    #[test]
    fn both_spellings_of_the_end_are_read() {
        let end = SystemTime::from(jiff::Timestamp::constant(1_900_000_000, 0));
        for spelling in ["expires-at", "expires_at"] {
            let answer =
                format!(r#"{{"token":"t","{spelling}":"2030-03-17T17:46:40.000000001Z"}}"#);
            let token = token(&answer).unwrap_or_else(|| panic!("{answer}"));
            assert!(token.is_fresh(end - Duration::from_secs(31)), "{answer}");
            assert!(!token.is_fresh(end - Duration::from_secs(29)), "{answer}");
        }
    }

    #[test]
    fn a_token_without_a_readable_end_is_good_until_it_is_refused() {
        for answer in [
            r#"{"token":"t"}"#,
            r#"{"token":"t","expires-at":"soon"}"#,
            r#"{"token":"t","expires-at":12}"#,
        ] {
            assert!(
                token(answer).is_some_and(|token| token.is_fresh(SystemTime::now())),
                "{answer}"
            );
        }
    }

    #[test]
    fn an_answer_without_a_token_is_none() {
        for answer in [
            "",
            "{}",
            "[]",
            r#"{"token":""}"#,
            r#"{"token":7}"#,
            r#"{"token":"a\nb"}"#,
        ] {
            assert!(token(answer).is_none(), "{answer}");
        }
    }
}
