//! The way out: HTTP requests, as the rest of the connector wants them.

use bytes::Bytes;
use http_body_util::BodyExt;
use spin_sdk::{
    http::{FullBody, Response},
    wasip3::{clocks::monotonic_clock, http::types::ErrorCode, http_compat::IncomingResponseBody},
};
use std::{future::Future, time::Duration};

/// Why no answer arrived, or not all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The host does not let this request through. Trying again is of no use.
    pub refused: bool,
    pub message: String,
}

/// Sends requests.
pub trait Transport {
    type Body: Body;

    /// Sends a request and waits for the head of the answer.
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> impl Future<Output = Result<http::Response<Self::Body>, Failure>>;

    /// Lets time pass.
    fn pause(&self, time: Duration) -> impl Future<Output = ()>;
}

/// The body of an answer.
pub trait Body {
    /// The next bytes, or `None` at the end.
    fn chunk(&mut self) -> impl Future<Output = Result<Option<Bytes>, Failure>>;
}

/// Reads a short body to its end, or as far as `limit` bytes.
pub async fn beginning(body: &mut impl Body, limit: usize) -> Result<Vec<u8>, Failure> {
    let mut read = Vec::new();
    while read.len() < limit {
        match body.chunk().await? {
            Some(chunk) => read.extend_from_slice(&chunk),
            None => break,
        }
    }
    read.truncate(limit);
    Ok(read)
}

/// `wasi:http`, and `wasi:clocks`.
pub struct WasiHttp;

impl Transport for WasiHttp {
    type Body = IncomingResponseBody;

    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Self::Body>, Failure> {
        let response: Response = spin_sdk::http::send(request.map(FullBody::new)).await?;
        Ok(response)
    }

    async fn pause(&self, time: Duration) {
        monotonic_clock::wait_for(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)).await;
    }
}

impl Body for IncomingResponseBody {
    async fn chunk(&mut self) -> Result<Option<Bytes>, Failure> {
        while let Some(frame) = self.frame().await {
            if let Ok(data) = frame?.into_data() {
                return Ok(Some(data));
            }
        }
        Ok(None)
    }
}

impl From<ErrorCode> for Failure {
    fn from(code: ErrorCode) -> Self {
        let refused = matches!(
            code,
            ErrorCode::HttpRequestDenied
                | ErrorCode::DestinationIpProhibited
                | ErrorCode::HttpRequestUriInvalid
        );
        let message = match code {
            ErrorCode::InternalError(Some(message)) => message,
            code => code.to_string(),
        };
        Self { refused, message }
    }
}
