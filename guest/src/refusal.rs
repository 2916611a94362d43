//! Answers that are not what was asked for: what their statuses and bodies mean.

use crate::{
    contract::identity::connector::types::{Error, RateLimit},
    scim,
    secrets::Secrets,
    transport::{self, Body, Failure},
};
use http::{HeaderMap, Response, StatusCode, header};
use std::time::SystemTime;

/// As much of an error's body as is worth reading.
const ERROR_BODY: usize = 16 << 10;

/// A status other than the one hoped for. Holds no secret.
#[derive(Debug)]
pub struct Refusal {
    pub status: StatusCode,
    /// `PATCH … answered 400 Bad Request: …`
    pub what: String,
    /// What the service says of it.
    pub detail: Option<String>,
    pub scim_type: Option<String>,
    /// Whether it is SCIM that answers, and not something in front of it.
    pub is_scim: bool,
    location: String,
    retry_after: Option<u64>,
}

impl Refusal {
    /// Reads what the service says of it.
    pub async fn read<B: Body>(request: &str, response: Response<B>, secrets: &Secrets) -> Self {
        let (head, mut body) = response.into_parts();
        let body = transport::beginning(&mut body, ERROR_BODY).await;
        let body = body.unwrap_or_default();
        let detail = scim::error_detail(&body, secrets);
        let location = head.headers.get(header::LOCATION);
        let location = location.and_then(|location| location.to_str().ok());
        Self {
            status: head.status,
            what: match &detail {
                Some(detail) => format!("{request} answered {}: {detail}", head.status),
                None => format!("{request} answered {}", head.status),
            },
            detail,
            scim_type: scim::scim_type(&body),
            is_scim: scim::is_error(&body),
            location: secrets.blank(location.unwrap_or("nowhere")),
            retry_after: retry_after(&head.headers, SystemTime::now()),
        }
    }

    /// What a status means wherever it comes from; `otherwise` judges the rest.
    pub fn into_error(self, otherwise: impl FnOnce(u16, String) -> Error) -> Error {
        let what = self.what;
        match self.status.as_u16() {
            429 => Error::RateLimited(RateLimit {
                message: what,
                retry_after_milliseconds: self.retry_after,
            }),
            500.. => Error::Unavailable(what),
            300..400 => Error::Internal(format!(
                "{what}: redirected to {:?}, which is not followed; check base-url",
                self.location
            )),
            status => otherwise(status, what),
        }
    }
}

/// No answer, or not all of it.
pub fn unanswered(request: &str, failure: Failure) -> Error {
    let message = format!("{request}: {}", failure.message);
    if failure.refused {
        Error::FailedPrecondition(message)
    } else {
        Error::Unavailable(message)
    }
}

/// The second token has been refused as well.
pub fn unauthenticated(what: &str) -> Error {
    Error::Unauthenticated(format!(
        "{what}, although the sign-in has just been accepted; check that the API key has not been revoked"
    ))
}

/// What an error says, whatever its kind.
pub fn message(error: &Error) -> &str {
    match error {
        Error::RateLimited(limit) => &limit.message,
        Error::Unauthenticated(message)
        | Error::PermissionDenied(message)
        | Error::NotFound(message)
        | Error::AlreadyExists(message)
        | Error::InvalidArgument(message)
        | Error::FailedPrecondition(message)
        | Error::Unavailable(message)
        | Error::Internal(message) => message,
    }
}

/// `Retry-After` (RFC 9110, section 10.2.3), in milliseconds from `now`.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<u64> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return seconds.checked_mul(1000);
    }
    let date = jiff::fmt::rfc2822::parse(value).ok()?;
    let wait = SystemTime::from(date.timestamp()).duration_since(now);
    u64::try_from(wait.unwrap_or_default().as_millis()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777); // 06 Nov 1994 08:49:37
        let wait = |value: &'static str| {
            let headers = HeaderMap::from_iter([(
                header::RETRY_AFTER,
                http::HeaderValue::from_static(value),
            )]);
            retry_after(&headers, now)
        };
        assert_eq!(wait("2"), Some(2000));
        assert_eq!(wait("Sun, 06 Nov 1994 08:49:40 GMT"), Some(3000));
        assert_eq!(wait("Sun, 06 Nov 1994 08:49:00 GMT"), Some(0));
        assert_eq!(wait("later"), None);
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }
}
