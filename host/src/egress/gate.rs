//! The gate itself: every request of a component arrives at [`Gate::send_request`].

use super::{
    changes::{self, Answer as ChangeAnswer, Changes, Place},
    client::Clients,
    exchange::{Record, Verdict, Witness},
    incoming::{self, Answer, Pending},
    operation::Operation,
    outgoing,
    policy::{self, Permit, Policy},
    quota::{Bounds, Excess, Quota},
    refusal::Refusal,
    resolver,
    retry::{Attempt, Retries, Watch},
    rule::Rule,
};
use crate::{contract::describe::Effect, failure::Failure, secrets::Secrets};
use http_body_util::{BodyExt, Limited};
use std::{
    error::Error as _,
    future::Future,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};
use tokio::sync::OwnedSemaphorePermit;
use url::Url;
use wasmtime_wasi_http::{Error, RequestOptions, Result, WasiBody, WasiHttpHooks};

/// Refused requests that are logged, of one operation.
const LOGGED: u64 = 100;

/// Why an answer is of no use whose bytes cannot be judged.
const CODED: &str = "the answer is in a content coding that was not asked for";

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

    pub(super) fn receive(&self, bytes: u64) {
        self.received.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn refuse(&self, refusal: Refusal) -> Error {
        match self.refused.fetch_add(1, Ordering::Relaxed) + 1 {
            1..LOGGED => {
                tracing::warn!(reason = %refusal, allow = refusal.allow(), "refused request");
            }
            LOGGED => {
                tracing::warn!(reason = %refusal, "refused request; further ones are not logged");
            }
            _ => {}
        }
        let code = match refusal {
            Refusal::NotPublic { .. } => Error::DestinationIpProhibited,
            Refusal::NotAUrl { .. } => Error::HttpRequestUriInvalid,
            Refusal::Excess(Excess::Request { limit }) => {
                Error::HttpRequestBodySize(Some(limit as u64))
            }
            Refusal::Excess(Excess::Response { limit }) => Error::HttpResponseBodySize(Some(limit)),
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
    /// How much may pass.
    pub quota: Arc<Quota>,
    /// What is filled in on the way out, and taken out on the way in.
    pub secrets: Arc<Secrets>,
    /// What the component has been called for.
    pub operation: Operation,
    /// What has passed.
    pub traffic: Arc<Traffic>,
    /// What of it changes something.
    pub changes: Arc<Changes>,
    /// Whether requests that change something are held back rather than sent.
    pub dry_run: bool,
    /// Who is told of each request.
    pub witnesses: Vec<Arc<dyn Witness>>,
}

impl Gate {
    /// A gate that nothing has passed yet.
    pub fn new(operation: Operation, policy: Arc<Policy>, clients: Arc<Clients>) -> Self {
        Self {
            policy,
            clients,
            retries: Retries::default(),
            quota: Arc::new(Quota::new(Bounds::default())),
            secrets: Arc::default(),
            operation,
            traffic: Arc::default(),
            changes: Arc::default(),
            dry_run: false,
            witnesses: Vec::new(),
        }
    }
}

type Sent = (
    http::Response<WasiBody>,
    Box<dyn Future<Output = Result<()>> + Send>,
);

impl WasiHttpHooks for Gate {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        _options: Option<RequestOptions>,
        _processed: Box<dyn Future<Output = Result<()>> + Send>,
    ) -> Box<dyn Future<Output = Result<Sent>> + Send> {
        let gate = self.clone();
        Box::new(async move {
            let response = gate.send(request).await?;
            let done: Box<dyn Future<Output = Result<()>> + Send> = Box::new(async { Ok(()) });
            Ok((response, done))
        })
    }

    fn is_forbidden_header(&mut self, _: &http::HeaderName) -> bool {
        // The gate judges them when the request is there, and says what it thinks of them.
        false
    }
}

impl Gate {
    async fn send(&self, request: http::Request<WasiBody>) -> Result<http::Response<WasiBody>> {
        // What a component goes on to ask for would fill logs and audit files.
        if self.quota.is_used_up() {
            return Err(Error::HttpRequestDenied);
        }
        let (head, body) = request.into_parts();
        let uri = head.uri.to_string();
        let url = Url::parse(&uri);
        let shown = url.as_ref().map_or(uri, Url::to_string);
        let witnesses = self.witnesses.clone();
        let mut record = Record::begin(self.operation, &head.method, shown, witnesses);
        let counted = self.quota.count().map_err(Refusal::from);
        let admitted = counted.and_then(|()| match url {
            Ok(url) => self.admit(&head, url, &mut record),
            Err(_) => Err(Refusal::NotAUrl {
                uri: head.uri.path().to_owned(),
            }),
        });
        let (permit, url, admitted) =
            admitted.map_err(|refusal| self.refuse(&mut record, refusal))?;
        let limit = self.quota.bounds().request;
        let body = Limited::new(body, limit).collect().await;
        let body = body.map_err(|error| match error.downcast::<Error>() {
            Ok(error) => *error,
            Err(_) => self.refuse(&mut record, Excess::Request { limit }.into()),
        })?;
        let body = body.to_bytes();
        record.exchange.sent = body.len() as u64;
        let client = self
            .clients
            .get(&url, permit.named_by_operator)
            .map_err(|failure| Error::InternalError(Some(failure.to_string())))?;
        let headers = outgoing::headers(head.headers, permit.rule, &self.secrets)
            .map_err(|refusal| self.refuse(&mut record, refusal))?;

        let change = (permit.rule.effect == Effect::Change)
            .then(|| self.changes.begin(&head.method, &url, &body));
        if let Some(change) = change.filter(|_| self.dry_run) {
            record.exchange.verdict = Verdict::HeldBack;
            drop(record);
            self.changes.hold_back(change);
            // Any answer would be made up. The instance is dropped while it waits.
            return std::future::pending().await;
        }
        let mut outgoing = reqwest::Request::new(head.method, url);
        *outgoing.headers_mut() = headers;
        let body = outgoing::body(body, permit.rule, &self.secrets);
        if !body.is_empty() {
            *outgoing.body_mut() = Some(body.into());
        }
        self.traffic.requests.fetch_add(1, Ordering::Relaxed);
        let attempts = Attempts {
            gate: self,
            record: Mutex::new(record),
            change,
        };
        let sent = self
            .retries
            .send(client, permit.rule, &outgoing, &attempts)
            .await;
        let mut record = attempts.into_record();
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
            Some(refusal) => self.refuse(&mut record, refusal.clone().of(outgoing.url())),
            None => {
                record.failed(reason(&error));
                // The component gets the reason as text: the codes of `wasi:http` say less.
                Error::InternalError(Some(reason(&error)))
            }
        })?;
        let pending = Pending {
            record,
            traffic: Arc::clone(&self.traffic),
            _admitted: admitted,
        };
        self.answer(response, permit.rule, pending).await
    }

    /// Decides on everything that there is to decide before the body.
    fn admit(
        &self,
        head: &http::request::Parts,
        url: Url,
        record: &mut Record,
    ) -> std::result::Result<(Permit<'_>, Url, OwnedSemaphorePermit), Refusal> {
        let permit = self.policy.decide(self.operation, &head.method, &url)?;
        record.exchange.rule = Some(permit.rule.to_string());
        outgoing::check(&head.headers, self.quota.bounds().headers)?;
        if permit.rule.effect == Effect::Change && self.changes.are_many() {
            let limit = changes::MOST;
            return Err(Excess::Changes { limit }.into());
        }
        if !permit.named_by_operator {
            resolver::literal(&url)?;
        }
        record.check()?;
        let admitted = self.quota.admit()?;
        Ok((permit, url, admitted))
    }

    /// An answer as the component gets it.
    async fn answer(
        &self,
        response: reqwest::Response,
        rule: &Rule,
        mut pending: Pending,
    ) -> Result<http::Response<WasiBody>> {
        let exchange = &mut pending.record.exchange;
        exchange.status = Some(response.status().as_u16());
        exchange.address = response.remote_addr();
        tracing::debug!(
            method = %exchange.method,
            url = policy::shown(response.url()),
            status = exchange.status,
            rule = %rule,
            "request"
        );
        if incoming::is_empty(&response) {
            pending.record.end();
        }
        let response: http::Response<reqwest::Body> = response.into();
        let (mut head, body) = response.into_parts();
        let bounds = self.quota.bounds();
        if outgoing::size(&head.headers) > bounds.headers {
            let limit = bounds.headers;
            let excess = Excess::ResponseHeaders { limit };
            pending.record.failed(excess.to_string());
            return Err(self.traffic.refuse(excess.into()));
        }
        if incoming::is_coded(&head.headers) {
            pending.record.failed(CODED.to_owned());
            return Err(Error::HttpResponseContentCoding(None));
        }
        let mask = self.secrets.mask();
        let success = head.status.is_success();
        let answer = Answer::new(body, bounds.response, mask, pending);
        let body = match rule.returns.is_empty() {
            true => answer.boxed_unsync(),
            false => {
                let (secrets, traffic) = (&self.secrets, &self.traffic);
                incoming::without_secrets(answer, rule, secrets, success, traffic).await?
            }
        };
        // They may repeat what the body has just brought.
        incoming::headers(&mut head.headers, self.secrets.mask().as_ref());
        Ok(http::Response::from_parts(head, body))
    }

    fn refuse(&self, record: &mut Record, refusal: Refusal) -> Error {
        record.refused(&refusal);
        self.traffic.refuse(refusal)
    }
}

/// The attempts of one request, as they come and go.
struct Attempts<'a> {
    gate: &'a Gate,
    record: Mutex<Record>,
    change: Option<Place>,
}

impl Attempts<'_> {
    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn into_record(self) -> Record {
        let record = self.record.into_inner();
        record.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch for Attempts<'_> {
    async fn before(&self) {
        self.gate.quota.pace().await;
        self.record().leave();
    }

    fn again(&self, attempt: &Attempt) {
        let mut record = self.record();
        match attempt {
            Attempt::Answered(response) => {
                record.exchange.status = Some(response.status().as_u16());
                record.exchange.address = response.remote_addr();
            }
            Attempt::Failed(error) => record.failed(reason(error)),
        }
        record.again();
        if let Some(change) = self.change {
            self.gate.changes.repeat(change);
        }
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
        if let Some(hyper) = last.downcast_ref::<hyper::Error>()
            && hyper.is_parse_too_large()
        {
            return "the answer's headers are more than 100, or too large (--header-size-limit)"
                .to_owned();
        }
    }
    last.to_string()
}
