//! Access tokens: asked for with a signed statement, kept until they run out.
//!
//! The request is OAuth 2.0's for client credentials (RFC 6749, section 4.4), with the statement in
//! place of a password (RFC 7523, section 2.2).

use super::{
    assertion,
    credentials::{ClientId, ClientSecret},
};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::Mutex;
use tonic::{Code, Status, metadata::AsciiMetadataValue};
use zeroize::{Zeroize, Zeroizing};

/// For the whole request.
pub(super) const DEADLINE: Duration = Duration::from_secs(30);
/// A token that has less left is not used any more: it has to get there first.
const MARGIN: Duration = Duration::from_secs(10);
/// How long a token counts whose answer does not say, or says that it has run out already. One
/// that the service does not take is dropped in any case.
const UNKNOWN: Duration = Duration::from_secs(20);
/// Clocks that differ by less have nothing to do with a refusal.
const SKEW: SignedDuration = SignedDuration::from_secs(60);
/// Bytes of an answer that are looked at.
const ANSWER: usize = 64 << 10;

/// Gets tokens, one at a time, and keeps the last one.
pub(super) struct Tokens {
    http: Client,
    url: String,
    id: ClientId,
    secret: ClientSecret,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    token: Option<Token>,
    /// How far the service's clock is ahead of ours, if that has been in the way.
    ahead: SignedDuration,
}

struct Token {
    /// `Bearer <token>`.
    header: SecretString,
    until: Instant,
}

/// What the service answers with.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    access_token: String,
    #[serde(default)]
    token_type: String,
    /// Seconds: a number, or a text that is one.
    #[serde(default)]
    expires_in: Value,
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.access_token.zeroize();
    }
}

impl Tokens {
    /// Asks the service at `authority`, a host with or without a port.
    pub(super) fn new(http: Client, authority: &str, id: ClientId, secret: ClientSecret) -> Self {
        Self {
            http,
            url: format!("https://{authority}/auth/v1/token"),
            id,
            secret,
            state: Mutex::default(),
        }
    }

    /// The value of the header `authorization`.
    ///
    /// # Errors
    ///
    /// `unauthenticated` when the service does not take the credentials, `unavailable` when it
    /// cannot be asked, or answers with something else than a token.
    pub(super) async fn header(&self) -> Result<AsciiMetadataValue, Status> {
        let mut state = self.state.lock().await;
        let fresh = |token: &Token| token.until > Instant::now();
        let token = match state.token.take().filter(fresh) {
            Some(token) => token,
            None => self.ask(&mut state).await?,
        };
        let header = AsciiMetadataValue::try_from(token.header.expose_secret());
        let mut header = header.map_err(|_| {
            unavailable("the access token holds characters that no header can hold".to_owned())
        })?;
        header.set_sensitive(true);
        state.token = Some(token);
        Ok(header)
    }

    /// The service does not take this one any more. Another one may have taken its place meanwhile.
    pub(super) async fn forget(&self, header: &AsciiMetadataValue) {
        let mut state = self.state.lock().await;
        let is_it =
            |token: &mut Token| token.header.expose_secret().as_bytes() == header.as_bytes();
        state.token.take_if(is_it);
    }

    /// Asks, and once more by the service's own clock if that is what it has been about.
    async fn ask(&self, state: &mut State) -> Result<Token, Status> {
        let asked = match self.request(state.ahead).await {
            Err(Refused {
                ahead: Some(ahead), ..
            }) if differs(ahead, state.ahead) => {
                tracing::warn!(
                    ahead_seconds = ahead.as_secs(),
                    "ConductorOne's clock differs from this machine's; going by ConductorOne's"
                );
                state.ahead = ahead;
                self.request(ahead).await
            }
            asked => asked,
        };
        asked.map_err(|refused| refused.status)
    }

    async fn request(&self, ahead: SignedDuration) -> Result<Token, Refused> {
        let now = Timestamp::now().saturating_add(ahead);
        // Only a calendar's end is in the way.
        let now = now.unwrap_or(Timestamp::MAX);
        let assertion = assertion::make(&self.id, &self.secret, now).map_err(unavailable)?;
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("client_assertion", &assertion)
            .append_pair(
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            )
            .append_pair("client_id", self.id.as_str())
            .append_pair("grant_type", "client_credentials")
            .finish();
        let request = self
            .http
            .post(&self.url)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .timeout(DEADLINE)
            .body(form);
        let asked = Instant::now();
        let mut response = request.send().await.map_err(|error| {
            unavailable(format!("no answer from {}: {}", self.url, reason(&error)))
        })?;
        let status = response.status();
        if status != StatusCode::OK {
            let ahead = status.is_client_error().then(|| ahead_by(&response));
            return Err(Refused {
                status: self.refusal(status),
                ahead: ahead.flatten(),
            });
        }
        let mut body = Zeroizing::new(Vec::new());
        while let Some(piece) = response
            .chunk()
            .await
            .map_err(|error| unavailable(format!("{} broke off: {}", self.url, reason(&error))))?
        {
            body.extend_from_slice(&piece);
            if body.len() > ANSWER {
                return Err(unavailable(format!("{} answered with too much", self.url)).into());
            }
        }
        // What it says instead may hold anything, so it is not repeated.
        let answer: Answer = serde_json::from_slice(&body)
            .map_err(|_| unavailable(format!("{} did not answer with a token", self.url)))?;
        if answer.access_token.is_empty() {
            return Err(unavailable(format!("{} answered with an empty token", self.url)).into());
        }
        Ok(answer.token(asked))
    }

    fn refusal(&self, status: StatusCode) -> Status {
        let what = format!("{} answered {status}", self.url);
        match status.as_u16() {
            400 | 401 | 403 => Status::new(
                Code::Unauthenticated,
                format!("{what}: the client id or the client secret is not (or not any more) good"),
            ),
            // Whatever else answers there is not, or not yet, the service.
            _ => unavailable(what),
        }
    }
}

/// A request for a token has come to nothing.
struct Refused {
    status: Status,
    /// How far the service's clock is ahead, where that may be the reason.
    ahead: Option<SignedDuration>,
}

impl From<Status> for Refused {
    fn from(status: Status) -> Self {
        Self {
            status,
            ahead: None,
        }
    }
}

impl Answer {
    fn token(&self, asked: Instant) -> Token {
        let kind = match self.token_type.to_ascii_lowercase().as_str() {
            "" | "bearer" => "Bearer",
            _ => &self.token_type,
        };
        let seconds = match &self.expires_in {
            Value::String(text) => text.trim().parse().ok(),
            number => number.as_f64(),
        };
        let seconds = seconds.filter(|seconds| (1.0..1e9).contains(seconds));
        let lasts = seconds.map(Duration::from_secs_f64);
        // Where there is hardly more than the margin, half of it is kept back.
        let lasts = lasts.map_or(UNKNOWN, |lasts| lasts.saturating_sub(MARGIN.min(lasts / 2)));
        let token = self.access_token.as_str();
        Token {
            header: format!("{kind} {token}").into(),
            until: asked + lasts,
        }
    }
}

fn unavailable(what: String) -> Status {
    Status::unavailable(what)
}

/// How far the clock of whoever answered is ahead of ours.
fn ahead_by(response: &reqwest::Response) -> Option<SignedDuration> {
    let date = response.headers().get(header::DATE)?.to_str().ok()?;
    let theirs: SystemTime = httpdate::parse_http_date(date).ok()?;
    let theirs = Timestamp::try_from(theirs).ok()?;
    Some(theirs.duration_since(Timestamp::now()))
}

fn differs(one: SignedDuration, other: SignedDuration) -> bool {
    (one - other).abs() > SKEW
}

/// The last cause, which says most.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("timed out after {} s", DEADLINE.as_secs());
    }
    let mut last: &dyn std::error::Error = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}
