//! The gate itself: every request of a component arrives at [`Gate::send_request`].

use super::{
    changes::{Answer as ChangeAnswer, Changes},
    client::Clients,
    policy::{self, Operation, Policy, Refusal},
    resolver,
    retry::Retries,
};
use crate::{contract::describe::Effect, failure::Failure};
use http_body_util::{BodyExt, Limited};
use std::{
    error::Error as _,
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};
use url::Url;
use wasmtime_wasi_http::{Error, RequestOptions, Result, WasiBody, WasiHttpHooks};

/// Refused requests that are logged, of one operation.
const LOGGED: u64 = 100;
/// Bytes that a request may carry. Connectors send forms, not files.
const REQUEST_BODY: usize = 1 << 20;

/// What has passed through a gate.
#[derive(Debug, Default)]
pub struct Traffic {
    requests: AtomicU64,
    received: AtomicU64,
    exhausted: AtomicBool,
    refused: AtomicU64,
    last_refusal: Mutex<Option<Refusal>>,
}

impl Traffic {
    /// Requests that have been sent, without repetitions.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Bytes of bodies that have been received, after decompression.
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    /// Whether the last request has failed for good: after as many attempts as there may be.
    pub fn exhausted(&self) -> bool {
        self.exhausted.load(Ordering::Relaxed)
    }

    fn take_refusal(&self) -> Option<Refusal> {
        self.last_refusal
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// Adds to a failure of a component what it rarely says itself: that it has been refused a
    /// request, and why.
    pub fn explain(&self, failure: Failure) -> Failure {
        match self.take_refusal() {
            Some(refusal) => failure.hint(format!("The sandbox refused a request: {refusal}.")),
            None => failure,
        }
    }

    fn refuse(&self, refusal: Refusal) -> Error {
        match self.refused.fetch_add(1, Ordering::Relaxed) + 1 {
            1..LOGGED => tracing::warn!(reason = %refusal, "refused request"),
            LOGGED => {
                tracing::warn!(reason = %refusal, "refused request; further ones are not logged");
            }
            _ => {}
        }
        let code = match refusal {
            Refusal::NotPublic { .. } => Error::DestinationIpProhibited,
            Refusal::NotAUrl { .. } => Error::HttpRequestUriInvalid,
            _ => Error::HttpRequestDenied,
        };
        *self
            .last_refusal
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(refusal);
        code
    }
}

/// Lets through what the policy permits to one operation.
#[derive(Clone)]
pub struct Gate {
    /// What may pass at all.
    pub policy: Arc<Policy>,
    /// How it is sent.
    pub clients: Arc<Clients>,
    /// How often it is sent.
    pub retries: Retries,
    /// What the component has been called for.
    pub operation: Operation,
    /// What has passed.
    pub traffic: Arc<Traffic>,
    /// What of it changes something.
    pub changes: Arc<Changes>,
    /// Whether requests that change something are held back rather than sent.
    pub dry_run: bool,
}

impl Gate {
    /// A gate that nothing has passed yet.
    pub fn new(operation: Operation, policy: Arc<Policy>, clients: Arc<Clients>) -> Self {
        Self {
            policy,
            clients,
            retries: Retries::default(),
            operation,
            traffic: Arc::default(),
            changes: Arc::default(),
            dry_run: false,
        }
    }
}

type Answer = (
    http::Response<WasiBody>,
    Box<dyn Future<Output = Result<()>> + Send>,
);

impl WasiHttpHooks for Gate {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        _options: Option<RequestOptions>,
        _processed: Box<dyn Future<Output = Result<()>> + Send>,
    ) -> Box<dyn Future<Output = Result<Answer>> + Send> {
        let gate = self.clone();
        Box::new(async move {
            let response = gate.send(request).await?;
            let done: Box<dyn Future<Output = Result<()>> + Send> = Box::new(async { Ok(()) });
            Ok((response, done))
        })
    }
}

impl Gate {
    async fn send(&self, request: http::Request<WasiBody>) -> Result<http::Response<WasiBody>> {
        let (head, body) = request.into_parts();
        let url = Url::parse(&head.uri.to_string()).map_err(|_| {
            let uri = head.uri.path().to_owned();
            self.traffic.refuse(Refusal::NotAUrl { uri })
        })?;
        let permit = self
            .policy
            .decide(self.operation, &head.method, &url)
            .map_err(|refusal| self.traffic.refuse(refusal))?;
        if !permit.named_by_operator {
            resolver::literal(&url).map_err(|refusal| self.traffic.refuse(refusal))?;
        }
        let client = self
            .clients
            .get(permit.named_by_operator)
            .map_err(|failure| Error::InternalError(Some(failure.to_string())))?;

        let body = Limited::new(body, REQUEST_BODY)
            .collect()
            .await
            .map_err(|_| Error::HttpRequestBodySize(Some(REQUEST_BODY as u64)))?;
        let mut outgoing = reqwest::Request::new(head.method, url);
        *outgoing.headers_mut() = head.headers;
        // What is sent is addressed to what has been decided on.
        outgoing.headers_mut().remove(http::header::HOST);
        outgoing.headers_mut().remove(http::header::CONTENT_LENGTH);
        let body = body.to_bytes();
        let change = (permit.rule.effect == Effect::Change)
            .then(|| self.changes.begin(outgoing.method(), outgoing.url(), &body));
        if let Some(change) = change.filter(|_| self.dry_run) {
            self.changes.hold_back(change);
            // Any answer would be made up. The instance is dropped while it waits.
            std::future::pending::<()>().await;
        }
        if !body.is_empty() {
            *outgoing.body_mut() = Some(body.into());
        }

        self.traffic.requests.fetch_add(1, Ordering::Relaxed);
        let again = || {
            if let Some(change) = change {
                self.changes.repeat(change);
            }
        };
        let sent = self
            .retries
            .send(client, permit.rule, &outgoing, again)
            .await;
        let exhausted = self.retries.exhausted(&sent);
        self.traffic.exhausted.store(exhausted, Ordering::Relaxed);
        if let Some(change) = change {
            self.changes.end(
                change,
                match &sent {
                    Ok(response) => ChangeAnswer::Status(response.status().as_u16()),
                    Err(error) if error.is_connect() => ChangeAnswer::Unsent(reason(error)),
                    Err(error) => ChangeAnswer::Failed(reason(error)),
                },
            );
        }
        let response = sent.map_err(|error| match refusal(&error) {
            Some(refusal) => self.traffic.refuse(refusal.clone().of(outgoing.url())),
            None => failed(&error),
        })?;
        tracing::debug!(
            method = %outgoing.method(),
            url = policy::shown(outgoing.url()),
            status = response.status().as_u16(),
            rule = %permit.rule,
            "request"
        );
        let traffic = Arc::clone(&self.traffic);
        let response: http::Response<reqwest::Body> = response.into();
        Ok(response.map(|body| {
            body.map_frame(move |frame| {
                if let Some(data) = frame.data_ref() {
                    let length = data.len() as u64;
                    traffic.received.fetch_add(length, Ordering::Relaxed);
                }
                frame
            })
            .map_err(|error| failed(&error))
            .boxed_unsync()
        }))
    }
}

/// The refusal inside an error, when it comes from the resolver.
pub(super) fn refusal(error: &reqwest::Error) -> Option<&Refusal> {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(refusal) = error.downcast_ref() {
            return Some(refusal);
        }
        source = error.source();
    }
    None
}

/// The last cause: `connection refused` rather than that a request could not be sent.
pub(super) fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "timed out (--http-timeout-seconds allows more)".to_owned();
    }
    let mut last: &dyn std::error::Error = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}

/// The component gets the reason as text: the codes of `wasi:http` say less.
fn failed(error: &reqwest::Error) -> Error {
    Error::InternalError(Some(reason(error)))
}
