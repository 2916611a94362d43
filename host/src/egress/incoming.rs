//! An answer as it enters the sandbox: bounded, counted, and with placeholders for its secrets.

use super::{
    exchange::Record,
    gate::{Traffic, reason},
    quota::Excess,
    rule::Rule,
};
use crate::secrets::{Mask, Secrets};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, Full, Limited};
use secrecy::SecretString;
use serde_json::Value;
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{runtime::Handle, sync::OwnedSemaphorePermit, time::timeout};
use wasmtime_wasi_http::{Error, WasiBody};
use zeroize::{Zeroize, Zeroizing};

/// Bytes of an answer that brings a secret. It has to be read as a whole.
const SECRET_ANSWER: usize = 1 << 20;
/// Bytes of an answer that are read although it has been given up. It takes longer to make a
/// connection.
const REST: usize = 64 << 10;
/// How long that may take.
const REST_TIME: Duration = Duration::from_secs(1);
/// Secrets of one run. A connector that signs in for each request has misunderstood something, and
/// each of them is looked for in all that comes in.
const SECRETS: usize = 100;
/// Bytes of a secret that an answer brings.
const SECRET: usize = 16 << 10;

/// Replaces secrets in the headers, and takes out what does not hold for the body any more.
pub(super) fn headers(headers: &mut HeaderMap, mask: Option<&Mask>) {
    headers.remove(header::CONTENT_LENGTH);
    let Some(mask) = mask else { return };
    for value in headers.values_mut() {
        let masked = mask.whole(value.as_bytes());
        if masked != value.as_bytes() {
            *value = HeaderValue::from_maybe_shared(masked)
                .unwrap_or_else(|_| HeaderValue::from_static("***"));
        }
    }
}

/// Whether there is no body, which nobody reads then.
pub(super) fn is_empty(response: &reqwest::Response) -> bool {
    let bodiless = [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED];
    bodiless.contains(&response.status()) || response.content_length() == Some(0)
}

/// Whether the body is still in a coding, after the client has decoded those that it has asked for.
/// Neither secrets nor sizes can be seen in it.
pub(super) fn is_coded(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(header::CONTENT_ENCODING).iter();
    codings.any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// An exchange whose answer is on its way.
pub(super) struct Pending {
    pub record: Record,
    pub traffic: Arc<Traffic>,
    /// One less may be under way.
    pub _admitted: OwnedSemaphorePermit,
}

/// The body of an answer, as the component reads it.
pub(super) struct Answer {
    body: reqwest::Body,
    limit: u64,
    mask: Option<Mask>,
    pending: Option<Pending>,
}

impl Answer {
    pub(super) fn new(
        body: reqwest::Body,
        limit: u64,
        mask: Option<Mask>,
        pending: Pending,
    ) -> Self {
        Self {
            body,
            limit,
            mask,
            pending: Some(pending),
        }
    }

    /// Counts what has arrived.
    fn take(&mut self, length: usize) -> Result<(), Error> {
        let Some(Pending {
            record, traffic, ..
        }) = &mut self.pending
        else {
            return Ok(());
        };
        traffic.receive(length as u64);
        record.exchange.received += length as u64;
        if record.exchange.received <= self.limit {
            return Ok(());
        }
        let excess = Excess::Response { limit: self.limit };
        record.failed(excess.to_string());
        let error = traffic.refuse(excess.into());
        self.pending = None;
        Err(error)
    }
}

impl Drop for Answer {
    /// Reads a short rest that nobody wants any more, because the connection can be used again then.
    fn drop(&mut self) {
        if let (Some(_), Ok(runtime)) = (self.pending.take(), Handle::try_current()) {
            let rest = Limited::new(std::mem::take(&mut self.body), REST).collect();
            runtime.spawn(timeout(REST_TIME, rest));
        }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        loop {
            if self.pending.is_none() {
                return Poll::Ready(None);
            }
            let data = match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => data,
                    // Trailers say nothing that a connector needs.
                    Err(_) => continue,
                },
                Some(Err(error)) => {
                    let reason = reason(&error);
                    if let Some(mut pending) = self.pending.take() {
                        pending.record.failed(reason.clone());
                    }
                    return Poll::Ready(Some(Err(Error::InternalError(Some(reason)))));
                }
                None => {
                    if let Some(mut pending) = self.pending.take() {
                        pending.record.end();
                    }
                    let rest = self.mask.as_mut().map(Mask::finish).unwrap_or_default();
                    return Poll::Ready((!rest.is_empty()).then(|| Ok(Frame::data(rest))));
                }
            };
            if let Err(error) = self.take(data.len()) {
                return Poll::Ready(Some(Err(error)));
            }
            let data = match &mut self.mask {
                Some(mask) => mask.push(data),
                None => data,
            };
            // All of it may have been held back, as the beginning of a secret.
            if !data.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(data))));
            }
        }
    }
}

/// Reads an answer whose secrets are declared, and puts placeholders in their places.
///
/// A success that is not JSON, or too large to be read as a whole, is empty for the component: its
/// secret could be anywhere. So is a value that is not the text that was declared.
///
/// # Errors
///
/// When it breaks off, or there have been too many secrets.
pub(super) async fn without_secrets(
    answer: Answer,
    rule: &Rule,
    secrets: &Secrets,
    success: bool,
    traffic: &Traffic,
) -> Result<WasiBody, Error> {
    if secrets.count() >= SECRETS {
        return Err(traffic.refuse(Excess::Secrets { limit: SECRETS }.into()));
    }
    let body = match Limited::new(answer, SECRET_ANSWER).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => match error.downcast::<Error>() {
            Ok(error) => return Err(*error),
            Err(_) => return Ok(withheld(rule, "it is larger than 1 MiB")),
        },
    };
    Ok(match kept(body, rule, secrets) {
        Ok(body) => whole(body),
        Err(body) if success && !body.is_empty() => withheld(rule, "it is not JSON"),
        Err(body) => whole(body),
    })
}

/// Keeps the secrets that a body brings at the places that `rule` names. Gives it back with
/// placeholders in these places and wherever else it repeats them, and null where there is something
/// else than a text that this host could keep; byte by byte as it came, where there is nothing.
///
/// # Errors
///
/// The body itself, when it is not JSON.
pub fn kept(body: Bytes, rule: &Rule, secrets: &Secrets) -> Result<Bytes, Bytes> {
    let Ok(mut json) = serde_json::from_slice::<Value>(&body) else {
        return Err(body);
    };
    let mut any = false;
    for returned in &rule.returns {
        let Some(value) = json.pointer_mut(&returned.pointer) else {
            continue;
        };
        *value = match &mut *value {
            Value::String(text) if (1..=SECRET).contains(&text.len()) => {
                let secret = SecretString::from(std::mem::take(text));
                Value::String(secrets.keep(&returned.name, secret))
            }
            Value::String(text) if text.is_empty() => continue,
            // No secret that this host could keep.
            _ => Value::Null,
        };
        any = true;
    }
    if !any {
        return Ok(body);
    }
    // Where nobody else holds on to these bytes.
    if let Ok(mut body) = body.try_into_mut() {
        body.zeroize();
    }
    let written = Zeroizing::new(json.to_string());
    // What has just been kept may stand elsewhere in it, too.
    Ok(match secrets.mask() {
        Some(mask) => mask.whole(written.as_bytes()),
        None => Bytes::copy_from_slice(written.as_bytes()),
    })
}

fn withheld(rule: &Rule, why: &str) -> WasiBody {
    tracing::warn!(
        rule = %rule,
        why,
        "an answer that should bring a secret is kept from the connector"
    );
    whole(Bytes::new())
}

fn whole(body: Bytes) -> WasiBody {
    Full::new(body)
        .map_err(|never| match never {})
        .boxed_unsync()
}

#[cfg(test)]
mod tests;
