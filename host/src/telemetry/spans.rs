//! Spans for an OpenTelemetry collector: one for the run, or for each task of a service, and below
//! it one for each request.
//!
//! Names of attributes are those of OpenTelemetry's conventions for HTTP clients, version 1.23;
//! what these do not have begins with `connector.`.

mod exporter;

use super::{
    collector::{FLUSH, sending_to, unusable},
    resource,
};
use crate::cli::Collector;
use connector_host::{
    connector::Connector,
    egress::{Exchange, Verdict, Witness},
    failure::Result,
    secrets::Secrets,
    service::{Follower, Following},
};
use exporter::Exporter;
use opentelemetry::{
    Context, KeyValue,
    trace::{Span as _, SpanKind, Status, TraceContextExt, Tracer, TracerProvider},
};
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use std::sync::Arc;

/// Sends spans.
pub struct Spans {
    provider: SdkTracerProvider,
    maker: Arc<Maker>,
    run: Context,
}

/// Makes spans.
struct Maker {
    tracer: SdkTracer,
    connector: [KeyValue; 3],
    secrets: Arc<Secrets>,
}

/// The span of a task.
struct TaskSpan {
    maker: Arc<Maker>,
    context: Context,
}

impl Spans {
    /// Begins the span of a run.
    ///
    /// # Errors
    ///
    /// When the collector's address or certificate is of no use.
    pub fn begin(
        collector: &Collector,
        connector: &Connector,
        secrets: Arc<Secrets>,
    ) -> Result<Self> {
        let exporter = sending_to(collector, SpanExporter::builder().with_tonic());
        let exporter = exporter
            .build()
            .map_err(|error| unusable(collector, "spans", error))?;
        let description = &connector.description;
        let provider = SdkTracerProvider::builder()
            .with_resource(resource(connector))
            .with_batch_exporter(Exporter::new(exporter))
            .build();
        let tracer = provider.tracer("connector-host");
        let connector = [
            KeyValue::new("connector.name", description.name.clone()),
            KeyValue::new("connector.version", description.version.clone()),
            KeyValue::new("connector.digest", connector.file.digest.to_string()),
        ];
        let maker = Maker {
            tracer,
            connector,
            secrets,
        };
        Ok(Self {
            run: maker.root("run", &[]),
            provider,
            maker: Arc::new(maker),
        })
    }

    /// Ends the span of the run, and waits until everything has arrived.
    pub fn end(&self, failure: Option<&str>) {
        self.maker.end(&self.run, failure);
        if let Err(error) = self.provider.shutdown_with_timeout(FLUSH) {
            tracing::warn!(%error, "not all spans have arrived at the collector");
        }
    }
}

impl Maker {
    /// Begins a span that has none above it.
    fn root(&self, name: &'static str, attributes: &[KeyValue]) -> Context {
        let attributes = [&self.connector, attributes].concat();
        let span = self.tracer.span_builder(name).with_attributes(attributes);
        Context::new().with_span(span.start_with_context(&self.tracer, &Context::new()))
    }

    fn end(&self, context: &Context, failure: Option<&str>) {
        let span = context.span();
        if let Some(failure) = failure {
            let failure = self.secrets.redact(failure).into_owned();
            span.set_status(Status::error(failure));
        }
        span.end();
    }

    /// Makes the span of a request, which is over.
    fn request(&self, exchange: &Exchange, parent: &Context) {
        let mut span = self
            .tracer
            .span_builder(exchange.method.as_str().to_owned())
            .with_kind(SpanKind::Client)
            .with_start_time(exchange.began)
            .with_attributes(self.attributes(exchange))
            .start_with_context(&self.tracer, parent);
        let failed = exchange.status.is_none_or(|status| status >= 400);
        if failed && exchange.verdict != Verdict::HeldBack {
            let why = exchange.reason.as_deref().unwrap_or_default();
            span.set_status(Status::error(self.secrets.redact(why).into_owned()));
        }
        span.end();
    }

    fn attributes(&self, exchange: &Exchange) -> Vec<KeyValue> {
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let shown = |text: &str| self.secrets.redact(text).into_owned();
        let mut attributes = self.connector.to_vec();
        let mut add = |name: &'static str, value: opentelemetry::Value| {
            attributes.push(KeyValue::new(name, value));
        };
        add(
            "http.request.method",
            exchange.method.as_str().to_owned().into(),
        );
        add("url.full", shown(&exchange.url).into());
        add(
            "http.request.resend_count",
            i64::from(exchange.attempt - 1).into(),
        );
        add("http.request.body.size", number(exchange.sent).into());
        add("http.response.body.size", number(exchange.received).into());
        if let Some(status) = exchange.status {
            add("http.response.status_code", i64::from(status).into());
        }
        if let Some(address) = exchange.address {
            add("network.peer.address", address.ip().to_string().into());
            add("network.peer.port", i64::from(address.port()).into());
        }
        add("connector.operation", exchange.operation.to_string().into());
        add("connector.verdict", exchange.verdict.name().into());
        if let Some(rule) = &exchange.rule {
            add("connector.rule", rule.clone().into());
        }
        if let Some(reason) = &exchange.reason {
            add("connector.reason", shown(reason).into());
        }
        attributes
    }
}

impl Witness for Spans {
    fn saw(&self, exchange: &Exchange) {
        self.maker.request(exchange, &self.run);
    }
}

impl Follower for Spans {
    fn begins(&self, task: &str, kind: &'static str) -> Arc<dyn Following> {
        let id = (!task.is_empty()).then(|| KeyValue::new("connector.task.id", task.to_owned()));
        let attributes: Vec<_> = id.into_iter().collect();
        Arc::new(TaskSpan {
            context: self.maker.root(kind, &attributes),
            maker: Arc::clone(&self.maker),
        })
    }
}

impl Witness for TaskSpan {
    fn saw(&self, exchange: &Exchange) {
        self.maker.request(exchange, &self.context);
    }
}

impl Following for TaskSpan {
    fn ends(&self, failure: Option<&str>) {
        self.maker.end(&self.context, failure);
    }
}
