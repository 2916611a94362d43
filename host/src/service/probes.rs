//! Answers to probes: `/health`, `/ready`, `/live`, and `/metrics`.
//!
//! Paths, statuses and bodies are Baton's; `/metrics` is Prometheus'. They are answered from the
//! start on, before ConductorOne has heard of the connector, and say so.

use super::{condition::Condition, work::Work};
use crate::failure::{Failure, Kind, Result};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Request, Response, StatusCode, body::Incoming, header::CONTENT_TYPE, server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{net::TcpListener, sync::Mutex, time::timeout};

/// How long the service may take to be looked at.
const VALIDATION: Duration = Duration::from_secs(30);
/// What has been found out counts for so long: probes come every few seconds, and each look costs
/// the product a sign-in.
const COUNTS_FOR: Duration = Duration::from_secs(30);
/// For the head of a request.
const HEAD: Duration = Duration::from_secs(10);
/// After this, accepting may work again: there may have been too many open files.
const PAUSE: Duration = Duration::from_millis(100);

/// What probes are told.
pub struct Probes {
    condition: Arc<Condition>,
    work: Arc<Work>,
    /// Whether the connector could do its work, and when that was found out.
    validated: Mutex<Option<(Instant, Option<String>)>>,
}

/// Takes an address.
///
/// # Errors
///
/// When it is taken already.
pub async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::of(Kind::Other, error)
            .context(format!("cannot answer probes on {address}"))
            .hint("See --health-check-port and --health-check-bind-address.")
    })
}

impl Probes {
    /// Nothing has been looked at yet.
    pub fn new(condition: Arc<Condition>, work: Arc<Work>) -> Self {
        Self {
            condition,
            work,
            validated: Mutex::default(),
        }
    }

    /// Answers whoever asks, for ever.
    pub async fn serve(self: Arc<Self>, listener: TcpListener) -> ! {
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            let probes = Arc::clone(&self);
            tokio::spawn(async move {
                let service = service_fn(|request| {
                    let probes = Arc::clone(&probes);
                    async move { Ok::<_, Infallible>(probes.answer(&request).await) }
                });
                // A connection that breaks is the other side's affair.
                let _ = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(HEAD)
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    }

    async fn answer(self: &Arc<Self>, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        match request.uri().path() {
            "/live" => document("alive", None),
            "/ready" => match self.not_ready() {
                None => document("ready", None),
                Some(error) => document("not_ready", Some(error)),
            },
            "/health" => match self.unhealthy().await {
                None => document("healthy", None),
                Some(error) => document("unhealthy", Some(error)),
            },
            "/metrics" => {
                let text = "application/openmetrics-text; version=1.0.0; charset=utf-8";
                let answered = self.condition.state().answered;
                response(StatusCode::OK, text, self.work.metrics.text(answered))
            }
            _ => response(
                StatusCode::NOT_FOUND,
                "text/plain",
                "not found\n".to_owned(),
            ),
        }
    }

    fn not_ready(&self) -> Option<String> {
        let state = self.condition.state();
        match (state.stopping, state.registered) {
            (true, _) => Some("the connector is stopping".to_owned()),
            (false, true) => None,
            (false, false) => {
                let why = state
                    .error
                    .map_or_else(String::new, |error| format!(": {error}"));
                Some(format!(
                    "ConductorOne has not heard of the connector yet{why}"
                ))
            }
        }
    }

    /// Whoever asks may hang up before it is known; the next one is told then.
    async fn unhealthy(self: &Arc<Self>) -> Option<String> {
        let probes = Arc::clone(self);
        let looking = tokio::spawn(async move { probes.look().await });
        looking
            .await
            .unwrap_or_else(|error| Some(format!("connector validation failed: {error}")))
    }

    /// One look serves all who ask meanwhile.
    async fn look(&self) -> Option<String> {
        let mut validated = self.validated.lock().await;
        if let Some((when, known)) = &*validated
            && when.elapsed() < COUNTS_FOR
        {
            return known.clone();
        }
        let looked = timeout(VALIDATION, self.work.validate()).await;
        let found = match looked {
            Ok(Ok(_)) => None,
            Ok(Err(failure)) => Some(format!("connector validation failed: {failure}")),
            Err(_) => Some(format!(
                "connector validation failed: it took longer than {} s",
                VALIDATION.as_secs()
            )),
        };
        *validated = Some((Instant::now(), found.clone()));
        found
    }
}

fn document(status: &str, error: Option<String>) -> Response<Full<Bytes>> {
    let mut body = Map::new();
    body.insert("status".to_owned(), json!(status));
    body.insert(
        "timestamp".to_owned(),
        json!(format!("{:.0}", Timestamp::now())),
    );
    let code = match error {
        None => StatusCode::OK,
        Some(error) => {
            body.insert("details".to_owned(), json!({ "error": error }));
            StatusCode::SERVICE_UNAVAILABLE
        }
    };
    response(code, "application/json", Value::Object(body).to_string())
}

fn response(status: StatusCode, content_type: &'static str, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status;
    let value = hyper::header::HeaderValue::from_static(content_type);
    response.headers_mut().insert(CONTENT_TYPE, value);
    response
}
