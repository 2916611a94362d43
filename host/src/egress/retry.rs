//! Trying again what failed for the moment.

use super::rule::Rule;
use crate::contract::describe::Effect;
use backon::{ExponentialBuilder, Retryable};
use http::{StatusCode, header};
use reqwest::{Client, Request, Response};
use std::time::{Duration, SystemTime};

/// How often, and how patiently.
#[derive(Debug, Clone, Copy)]
pub struct Retries {
    /// Attempts after the first.
    pub times: usize,
    /// Before the second attempt; doubles with each, with jitter.
    pub delay: Duration,
    /// No wait is longer. A service that asks for more is taken at its word: there is no
    /// further attempt.
    pub longest: Duration,
}

impl Default for Retries {
    fn default() -> Self {
        Self {
            times: 4,
            delay: Duration::from_millis(500),
            longest: Duration::from_secs(60),
        }
    }
}

/// An attempt that may be worth another one.
#[derive(Debug)]
pub(super) enum Attempt {
    Answered(Response),
    Failed(reqwest::Error),
}

/// Somebody who is there with each attempt.
pub(super) trait Watch: Sync {
    /// Before it leaves.
    fn before(&self) -> impl Future<Output = ()> + Send;

    /// When it is followed by another one.
    fn again(&self, attempt: &Attempt);
}

impl Retries {
    /// Sends a request, again and again if need be. Answers with whatever the last attempt came to.
    ///
    /// # Errors
    ///
    /// When no attempt has been answered.
    pub(super) async fn send(
        self,
        client: &Client,
        rule: &Rule,
        request: &Request,
        watch: &impl Watch,
    ) -> reqwest::Result<Response> {
        let attempt = || async {
            watch.before().await;
            match client.execute(copy(request)).await {
                Ok(response) if for_the_moment(response.status()) => {
                    Err(Attempt::Answered(response))
                }
                Ok(response) => Ok(response),
                Err(error) => Err(Attempt::Failed(error)),
            }
        };
        let schedule = ExponentialBuilder::default()
            .with_min_delay(self.delay)
            .with_max_delay(self.longest)
            .with_max_times(self.times)
            .with_jitter();
        let result = attempt
            .retry(schedule)
            .when(|attempt| worth_another(attempt, rule.effect))
            .adjust(|attempt, planned| self.wait(attempt, planned?))
            .notify(|attempt, wait| {
                log(request, attempt, wait);
                watch.again(attempt);
            })
            .await;
        match result {
            Ok(response) | Err(Attempt::Answered(response)) => Ok(response),
            Err(Attempt::Failed(error)) => Err(error),
        }
    }

    /// Whether a result of [`Retries::send`] is one that further attempts might have changed,
    /// had there been any left.
    pub(super) fn exhausted(self, result: &reqwest::Result<Response>) -> bool {
        match result {
            Ok(response) => for_the_moment(response.status()),
            Err(_) => true,
        }
    }

    /// How long to wait: as long as the service asks, if it does and if that is bearable.
    fn wait(&self, attempt: &Attempt, planned: Duration) -> Option<Duration> {
        // Jitter comes on top of what the schedule has.
        let planned = planned.min(self.longest);
        let Attempt::Answered(response) = attempt else {
            return Some(planned);
        };
        let asked = response
            .headers()
            .get(header::RETRY_AFTER)
            .and_then(|value| retry_after(value.to_str().ok()?, SystemTime::now()));
        match asked {
            Some(asked) if asked > self.longest => None,
            Some(asked) => Some(asked.max(planned)),
            None => Some(planned),
        }
    }
}

/// The same request, to be sent once. Its body is bytes in memory.
fn copy(request: &Request) -> Request {
    let mut copy = Request::new(request.method().clone(), request.url().clone());
    *copy.headers_mut() = request.headers().clone();
    if let Some(body) = request.body().and_then(|body| body.as_bytes()) {
        *copy.body_mut() = Some(body.to_vec().into());
    }
    copy
}

fn for_the_moment(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 502 | 503 | 504)
}

/// A request that reads, or signs in, can be sent twice. One that changes something can only
/// be sent again when it is certain that the service has not acted on it.
fn worth_another(attempt: &Attempt, effect: Effect) -> bool {
    let harmless = effect != Effect::Change;
    match attempt {
        Attempt::Answered(response) => {
            harmless || response.status() == StatusCode::TOO_MANY_REQUESTS
        }
        // A refused address stays refused.
        Attempt::Failed(error) if super::gate::refusal(error).is_some() => false,
        Attempt::Failed(error) => {
            error.is_connect() || (harmless && (error.is_timeout() || error.is_request()))
        }
    }
}

fn log(request: &Request, attempt: &Attempt, wait: Duration) {
    let why = match attempt {
        Attempt::Answered(response) => response.status().to_string(),
        Attempt::Failed(error) => super::gate::reason(error),
    };
    tracing::warn!(
        method = %request.method(),
        url = super::policy::shown(request.url()),
        why,
        wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
        "retrying request"
    );
}

/// Reads `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date.
fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777); // 06 Nov 1994 08:49:37
        assert_eq!(retry_after(" 120", now), Some(Duration::from_secs(120)));
        assert_eq!(
            retry_after("Sun, 06 Nov 1994 08:49:40 GMT", now),
            Some(Duration::from_secs(3))
        );
        assert_eq!(
            retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now),
            Some(Duration::ZERO)
        );
        assert_eq!(retry_after("soon", now), None);
        assert_eq!(retry_after("-1", now), None);
    }
}
