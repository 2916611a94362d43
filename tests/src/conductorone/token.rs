//! `POST /auth/v1/token`: a token for a statement that is signed as it should be.

use super::{
    NAME,
    assertion::{self, Expected, Wrong},
    faults::TokenFault,
    server::{Connection, Shared},
    state::State,
};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, body::Incoming};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{
    future::pending,
    time::{Duration, Instant, SystemTime},
};
use tonic::body::Body;

/// Where tokens are asked for.
pub(super) const PATH: &str = "/auth/v1/token";
/// The form of the request, and nothing else.
const FORM: [&str; 4] = [
    "client_assertion",
    "client_assertion_type",
    "client_id",
    "grant_type",
];

/// Why there is no token.
enum Refused {
    /// What no client may ask for, or in no such way.
    Violation(String),
    /// The statement is good at another time.
    Time,
}

impl<T: Into<String>> From<T> for Refused {
    fn from(what: T) -> Self {
        Self::Violation(what.into())
    }
}

/// Answers a request; `authority` is what the stand-in is called at.
pub(super) async fn answer(
    request: hyper::Request<Incoming>,
    authority: &str,
    shared: &Shared,
    connection: &Connection,
) -> hyper::Response<Body> {
    let (head, body) = request.into_parts();
    let body = match body.collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => Bytes::new(),
    };
    let fault = shared.change(|state| state.settings.faults.tokens.pop_front());
    match &fault {
        Some(TokenFault::Cut) => connection.cut().await,
        Some(TokenFault::Hang) => pending().await,
        Some(TokenFault::Slow(time)) => tokio::time::sleep(*time).await,
        _ => {}
    }
    let (status, text, now) = shared.change(|state| {
        let (status, text) = match fault {
            Some(TokenFault::Status(status)) => (status, "a bad day".to_owned()),
            Some(TokenFault::Body(body)) => (200, body.to_owned()),
            Some(TokenFault::ExpiresIn(seconds)) => {
                judged(state, authority, &head.headers, &body, seconds)
            }
            _ => {
                let seconds = state.settings.token_seconds.into();
                judged(state, authority, &head.headers, &body, seconds)
            }
        };
        (status, text, state.settings.clock_ahead)
    });
    hyper::Response::builder()
        .status(status)
        .header("date", httpdate::fmt_http_date(shifted(now)))
        .body(Body::new(Full::from(text)))
        .expect("an answer")
}

/// This machine's time, so many seconds later.
fn shifted(seconds: i64) -> SystemTime {
    let shift = Duration::from_secs(seconds.unsigned_abs());
    match seconds.is_negative() {
        true => SystemTime::now() - shift,
        false => SystemTime::now() + shift,
    }
}

/// A status and a body. `seconds` is how long a token is said to be good.
fn judged(
    state: &mut State,
    authority: &str,
    headers: &HeaderMap,
    body: &[u8],
    seconds: Value,
) -> (u16, String) {
    let refused = match check(state, authority, headers, body) {
        Ok(()) => {
            let answer = json!({
                "access_token": state.issue(),
                "token_type": "bearer",
                "expires_in": seconds,
            });
            return (200, answer.to_string());
        }
        // A clock that is off is a bad day, and no fault of the protocol's.
        Err(Refused::Time) => "this statement is good at another time".to_owned(),
        Err(Refused::Violation(what)) => {
            state.violations.push(format!("token: {what}"));
            what
        }
    };
    (
        401,
        json!({ "error": "invalid_client", "error_description": refused }).to_string(),
    )
}

fn check(
    state: &mut State,
    authority: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(), Refused> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if header("content-type") != Some("application/x-www-form-urlencoded") {
        return Err(format!("content type {:?}", header("content-type")).into());
    }
    if let Some(name) = ["authorization", "dpop"]
        .into_iter()
        .find(|name| headers.contains_key(*name))
    {
        return Err(format!("a header {name}").into());
    }
    let mut form: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
    form.sort();
    if !form.iter().map(|(name, _)| name.as_str()).eq(FORM) {
        let names: Vec<_> = form.iter().map(|(name, _)| name).collect();
        return Err(format!("the form holds {names:?}").into());
    }
    let client_id = format!("{NAME}@{authority}/ccc");
    let assertion_type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    for ((name, value), expected) in
        form[1..]
            .iter()
            .zip([assertion_type, &client_id, "client_credentials"])
    {
        if value != expected {
            return Err(format!("{name} is {value}").into());
        }
    }
    let host = authority.rsplit_once(':');
    let expected = Expected {
        client_id: &client_id,
        audience: host.map_or(authority, |(host, _)| host),
        now: Timestamp::now().as_second() + state.settings.clock_ahead,
    };
    assertion::judge(&form[0].1, &expected, &mut state.nonces).map_err(|wrong| match wrong {
        Wrong::Statement(what) => Refused::Violation(what),
        Wrong::Time => Refused::Time,
    })
}

impl State {
    /// A new token, which works from now on.
    fn issue(&mut self) -> String {
        self.tokens_given += 1;
        let token = format!("token-{}-{:032x}", self.tokens_given, self.random.u128(..));
        let until = Instant::now() + self.settings.tokens_last;
        self.tokens.insert(token.clone(), until);
        token
    }
}
