//! The product behind the small listing: whoever answers at `origin`.

use crate::{
    component::setting,
    contract::identity::connector::types::{Error, RateLimit},
};
use bytes::Bytes;
use spin_sdk::{
    http::{FullBody, Response},
    wasip3::http::types::ErrorCode,
};
use std::cell::Cell;

thread_local! {
    static SIGNED_IN: Cell<bool> = const { Cell::new(false) };
}

/// A request, and what it is called in messages.
#[derive(Clone)]
pub struct Request {
    pub method: &'static str,
    /// After the origin, perhaps with a query.
    pub path: String,
    pub body: String,
}

/// Sends a request, after signing in where that has not been done.
pub async fn send(request: &Request) -> Result<(), Error> {
    if !SIGNED_IN.get() {
        let key = setting("api_secret").await;
        let body = serde_json::json!({ "key": key }).to_string();
        post("POST", "/sign-in", body).await?;
        SIGNED_IN.set(true);
    }
    post(request.method, &request.path, request.body.clone()).await
}

async fn post(method: &str, path: &str, body: String) -> Result<(), Error> {
    let name = path.split('?').next().unwrap_or_default();
    let request = http::Request::builder()
        .method(method)
        .uri(format!("{}{path}", setting("origin").await))
        .header("content-type", "application/json")
        .body(FullBody::new(Bytes::from(body)))
        .map_err(|error| Error::InvalidArgument(error.to_string()))?;
    let response: Response = spin_sdk::http::send(request).await.map_err(failed)?;
    let status = response.status();
    let message = format!("{method} {name} was answered with {status}");
    Err(match status.as_u16() {
        200..300 => return Ok(()),
        401 => Error::Unauthenticated(message),
        403 => Error::PermissionDenied(message),
        404 => Error::NotFound(message),
        409 => Error::AlreadyExists(message),
        412 => Error::FailedPrecondition(message),
        429 => Error::RateLimited(RateLimit {
            message,
            retry_after_milliseconds: None,
        }),
        500.. => Error::Unavailable(message),
        _ => Error::Internal(message),
    })
}

fn failed(code: ErrorCode) -> Error {
    let message = format!("the request failed: {code:?}");
    match code {
        ErrorCode::HttpRequestDenied | ErrorCode::DestinationIpProhibited => {
            Error::PermissionDenied(message)
        }
        _ => Error::Unavailable(message),
    }
}
