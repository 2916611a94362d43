//! Requests to Valimail's API, and what its statuses mean.

use crate::{
    contract::identity::connector::types::{Error, RateLimit},
    scim,
    secrets::Secrets,
    session::Token,
    settings::Settings,
    transport::{self, Body, Failure, Transport},
};
use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, header};
use std::time::SystemTime;

/// As much of an error's body as is worth reading.
const ERROR_BODY: usize = 16 << 10;
/// More than any answer to `POST /auth` has.
const AUTH_BODY: usize = 64 << 10;

/// Signs in when it must, and sends requests.
pub struct Client<T> {
    transport: T,
    settings: Settings,
    token: Option<Token>,
}

impl<T: Transport> Client<T> {
    pub fn new(transport: T, settings: Settings) -> Self {
        Self {
            transport,
            settings,
            token: None,
        }
    }

    /// What the service might repeat, and no message may: the credentials and the token.
    pub fn secrets(&self) -> Secrets {
        let credentials = [&self.settings.app_id, &self.settings.client_id];
        let token = self.token.as_ref().map(|token| &token.value);
        Secrets::new(credentials.into_iter().chain(token).map(String::as_str))
    }

    /// `GET /accounts/{slug}/scim/v2/Users`, with the query `query` (without its `?`).
    ///
    /// # Errors
    ///
    /// Whatever keeps a body from arriving, a status other than 200 included.
    pub async fn users(&mut self, query: &str) -> Result<Response<T::Body>, Error> {
        let mut url = self.settings.users_url();
        if !query.is_empty() {
            url = format!("{url}?{query}");
        }
        let mut response = self.get(&url).await?;
        if response.status() == StatusCode::UNAUTHORIZED {
            // The token may have been taken back before its time: once more, with a new one.
            self.token = None;
            response = self.get(&url).await?;
        }
        if response.status() == StatusCode::OK {
            return Ok(response);
        }
        let slug = &self.settings.slug;
        Err(error(&format!("GET {url}"), response, &self.secrets(), |status, what| match status {
            401 => Error::Unauthenticated(format!(
                "{what}, although the sign-in has just been accepted; check that the API key has not been revoked"
            )),
            403 => Error::PermissionDenied(format!(
                "{what}; check that valimail-slug is the account's ({slug:?} is configured) and that the API key may read its users"
            )),
            404 => Error::NotFound(format!(
                "{what}; check valimail-slug ({slug:?} is configured) and base-url"
            )),
            _ => Error::Internal(what),
        })
        .await)
    }

    async fn get(&mut self, url: &str) -> Result<Response<T::Body>, Error> {
        let bearer = format!("Bearer {}", self.token().await?);
        let request = Request::get(url)
            .header(header::ACCEPT, "application/scim+json, application/json")
            .header(header::AUTHORIZATION, bearer)
            .body(Bytes::new())
            .map_err(|e| Error::Internal(format!("GET {url} cannot be written: {e}")))?;
        let sent = self.transport.send(request).await;
        sent.map_err(|failure| unanswered(&format!("GET {url}"), failure))
    }

    /// A token that should be good, from memory or from `POST /auth`.
    async fn token(&mut self) -> Result<&str, Error> {
        if !matches!(&self.token, Some(token) if token.is_fresh(SystemTime::now())) {
            self.token = None;
        }
        let token = match self.token.take() {
            Some(token) => token,
            None => self.sign_in().await?,
        };
        Ok(&self.token.insert(token).value)
    }

    async fn sign_in(&self) -> Result<Token, Error> {
        let url = self.settings.auth_url();
        let what = format!("POST {url}");
        let body = serde_json::json!({
            "client-id": self.settings.client_id,
            "app-id": self.settings.app_id,
        });
        let request = Request::post(&url)
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Bytes::from(body.to_string()))
            .map_err(|e| Error::Internal(format!("{what} cannot be written: {e}")))?;
        let sent = self.transport.send(request).await;
        let mut response = sent.map_err(|failure| unanswered(&what, failure))?;
        if response.status() != StatusCode::OK {
            // No 401 is documented here: wrong credentials come back as 400 or 422.
            return Err(error(&what, response, &self.secrets(), |status, what| match status {
                400 | 401 | 403 | 422 => Error::Unauthenticated(format!(
                    "{what}; check valimail-app-id and valimail-client-id (Account Settings > API Keys)"
                )),
                404 => Error::NotFound(format!("{what}; check base-url")),
                _ => Error::Internal(what),
            })
            .await);
        }
        let body = transport::beginning(response.body_mut(), AUTH_BODY).await;
        let body = body.map_err(|failure| unanswered(&what, failure))?;
        Token::from_answer(&body).ok_or_else(|| {
            Error::Internal(format!(
                "{what} answered 200, but without a token; check that base-url is Valimail's API"
            ))
        })
    }
}

/// What a status means wherever it comes from; `otherwise` judges the rest.
async fn error<B: Body>(
    request: &str,
    response: Response<B>,
    secrets: &Secrets,
    otherwise: impl FnOnce(u16, String) -> Error,
) -> Error {
    let (head, mut body) = response.into_parts();
    let detail = transport::beginning(&mut body, ERROR_BODY).await;
    let detail = detail
        .ok()
        .and_then(|body| scim::error_detail(&body, secrets));
    let what = match detail {
        Some(detail) => format!("{request} answered {}: {detail}", head.status),
        None => format!("{request} answered {}", head.status),
    };
    match head.status.as_u16() {
        429 => Error::RateLimited(RateLimit {
            message: what,
            retry_after_milliseconds: retry_after(&head.headers, SystemTime::now()),
        }),
        500.. => Error::Unavailable(what),
        300..400 => {
            let location = head.headers.get(header::LOCATION);
            let location = location.and_then(|location| location.to_str().ok());
            let location = secrets.blank(location.unwrap_or("nowhere"));
            Error::Internal(format!(
                "{what}: redirected to {location:?}, which is not followed; check base-url"
            ))
        }
        status => otherwise(status, what),
    }
}

fn unanswered(request: &str, failure: Failure) -> Error {
    let message = format!("{request}: {}", failure.message);
    if failure.refused {
        Error::FailedPrecondition(message)
    } else {
        Error::Unavailable(message)
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
