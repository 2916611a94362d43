//! A stand-in for an OpenTelemetry collector: takes spans and log records, and shows them to a test.

use hyper::service::service_fn;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use opentelemetry_proto::tonic::{
    collector::{
        logs::v1::{
            ExportLogsServiceRequest, ExportLogsServiceResponse,
            logs_service_server::{LogsService, LogsServiceServer},
        },
        trace::v1::{
            ExportTraceServiceRequest, ExportTraceServiceResponse,
            trace_service_server::{TraceService, TraceServiceServer},
        },
    },
    common::v1::{AnyValue, KeyValue, any_value},
    trace::v1,
};
use prost::Message;
use std::{
    collections::BTreeMap,
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex},
    thread,
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};
use tonic::{Request, Response, Status, codegen::Service};

/// What has arrived, as it has arrived.
#[derive(Clone, Default)]
struct Arrived {
    spans: Arc<Mutex<Vec<ExportTraceServiceRequest>>>,
    logs: Arc<Mutex<Vec<ExportLogsServiceRequest>>>,
}

/// A collector that takes spans for as long as the test runs.
pub struct Collector {
    address: SocketAddr,
    arrived: Arrived,
}

/// A span, with its attributes as texts.
#[derive(Debug)]
pub struct Span {
    pub span: v1::Span,
    pub attributes: BTreeMap<String, String>,
    /// `service.name` of the resource.
    pub service: String,
}

/// A log record, with its attributes as texts.
#[derive(Debug)]
pub struct Log {
    /// `error`, `warn`, `info` or `debug`.
    pub severity: String,
    pub message: String,
    pub attributes: BTreeMap<String, String>,
}

impl Collector {
    /// Starts without TLS.
    pub fn start() -> Self {
        Self::listen(None)
    }

    /// Starts with TLS.
    pub fn with_tls(tls: Arc<ServerConfig>) -> Self {
        Self::listen(Some(tls.into()))
    }

    fn listen(tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("it can be set");
        let address = listener.local_addr().expect("an address");
        let arrived = Arrived::default();
        let list = arrived.clone();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.expect("a runtime").block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                while let Ok((stream, _)) = listener.accept().await {
                    let (tls, list) = (tls.clone(), list.clone());
                    tokio::spawn(async move {
                        match tls {
                            None => serve(stream, list).await,
                            // Whoever does not trust the certificate ends it here.
                            Some(tls) => {
                                if let Ok(stream) = tls.accept(stream).await {
                                    serve(stream, list).await;
                                }
                            }
                        }
                    });
                }
            });
        });
        Self { address, arrived }
    }

    /// `127.0.0.1:PORT`.
    pub fn endpoint(&self) -> String {
        self.address.to_string()
    }

    /// Every span that has arrived.
    pub fn spans(&self) -> Vec<Span> {
        let arrived = self.arrived.spans.lock().expect("a list");
        let resources = arrived.iter().flat_map(|request| &request.resource_spans);
        let spans = resources.flat_map(|spans| {
            let resource = spans.resource.clone().unwrap_or_default();
            let service = texts(&resource.attributes);
            let scopes = spans.scope_spans.iter();
            scopes.flat_map(|scope| &scope.spans).map(move |span| Span {
                attributes: texts(&span.attributes),
                span: span.clone(),
                service: service.get("service.name").cloned().unwrap_or_default(),
            })
        });
        spans.collect()
    }

    /// Every log record that has arrived.
    pub fn logs(&self) -> Vec<Log> {
        let arrived = self.arrived.logs.lock().expect("a list");
        let resources = arrived.iter().flat_map(|request| &request.resource_logs);
        let scopes = resources.flat_map(|logs| &logs.scope_logs);
        let records = scopes.flat_map(|scope| &scope.log_records);
        let logs = records.map(|record| Log {
            severity: record.severity_text.clone(),
            message: text(&record.body).unwrap_or_default(),
            attributes: texts(&record.attributes),
        });
        logs.collect()
    }

    /// Everything that has arrived, in bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let spans = self.arrived.spans.lock().expect("a list");
        let logs = self.arrived.logs.lock().expect("a list");
        let spans = spans.iter().flat_map(Message::encode_to_vec);
        spans
            .chain(logs.iter().flat_map(Message::encode_to_vec))
            .collect()
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static, arrived: Arrived) {
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let arrived = arrived.clone();
        async move {
            match request.uri().path().contains(".logs.") {
                true => LogsServiceServer::new(arrived).call(request).await,
                false => TraceServiceServer::new(arrived).call(request).await,
            }
        }
    });
    let builder = auto::Builder::new(TokioExecutor::new());
    // A client that is gone has said everything.
    let _ = builder
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

#[tonic::async_trait]
impl TraceService for Arrived {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.spans
            .lock()
            .expect("a list")
            .push(request.into_inner());
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl LogsService for Arrived {
    async fn export(
        &self,
        request: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        self.logs.lock().expect("a list").push(request.into_inner());
        Ok(Response::new(ExportLogsServiceResponse::default()))
    }
}

fn text(value: &Option<AnyValue>) -> Option<String> {
    match value.as_ref()?.value.as_ref()? {
        any_value::Value::StringValue(text) => Some(text.clone()),
        any_value::Value::IntValue(number) => Some(number.to_string()),
        other => Some(format!("{other:?}")),
    }
}

fn texts(attributes: &[KeyValue]) -> BTreeMap<String, String> {
    let attributes = attributes.iter();
    attributes
        .filter_map(|attribute| Some((attribute.key.clone(), text(&attribute.value)?)))
        .collect()
}
