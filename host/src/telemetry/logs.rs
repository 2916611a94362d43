//! Log records for an OpenTelemetry collector: what standard error gets, secrets blanked out.

use super::{
    Fields, caller,
    collector::{FLUSH, sending_to, unusable},
    level, resource,
};
use crate::cli::Collector;
use connector_host::{connector::Connector, failure::Result};
use opentelemetry::logs::{AnyValue, LogRecord, Logger, LoggerProvider, Severity};
use opentelemetry_otlp::LogExporter;
use opentelemetry_sdk::logs::{SdkLogger, SdkLoggerProvider};
use serde_json::Value;
use std::{
    sync::{Mutex, PoisonError},
    time::SystemTime,
};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::{Layer, layer::Context};

static LOGS: Mutex<Option<Logs>> = Mutex::new(None);

struct Logs {
    provider: SdkLoggerProvider,
    logger: SdkLogger,
}

/// Begins to send log records.
///
/// # Errors
///
/// When the collector's address or certificate is of no use.
pub fn begin(collector: &Collector, connector: &Connector) -> Result<()> {
    let exporter = sending_to(collector, LogExporter::builder().with_tonic());
    let exporter = exporter
        .build()
        .map_err(|error| unusable(collector, "logs", error))?;
    let provider = SdkLoggerProvider::builder()
        .with_resource(resource(connector))
        .with_batch_exporter(exporter)
        .build();
    let logger = provider.logger("connector-host");
    *LOGS.lock().unwrap_or_else(PoisonError::into_inner) = Some(Logs { provider, logger });
    Ok(())
}

/// Waits until everything has arrived.
pub fn end() {
    let logs = LOGS.lock().unwrap_or_else(PoisonError::into_inner).take();
    let ended = logs.map(|logs| logs.provider.shutdown_with_timeout(FLUSH));
    if let Some(Err(error)) = ended {
        tracing::warn!(%error, "not all logs have arrived at the collector");
    }
}

/// Turns events into records, once there is a collector.
pub struct Exported;

impl<S: Subscriber> Layer<S> for Exported {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        // What the libraries say may be about sending this very log.
        if !event.metadata().target().starts_with("connector_host") {
            return;
        }
        let logs = LOGS.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(Logs { logger, .. }) = &*logs else {
            return;
        };
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut record = logger.create_log_record();
        record.set_timestamp(SystemTime::now());
        record.set_severity_text(level(event));
        record.set_severity_number(severity(event));
        record.add_attribute("caller", caller(event));
        for (name, value) in fields.others {
            record.add_attribute(name, any(value));
        }
        record.set_body(fields.message.into());
        logger.emit(record);
    }
}

fn severity(event: &Event<'_>) -> Severity {
    match *event.metadata().level() {
        Level::ERROR => Severity::Error,
        Level::WARN => Severity::Warn,
        Level::INFO => Severity::Info,
        Level::DEBUG | Level::TRACE => Severity::Debug,
    }
}

fn any(value: Value) -> AnyValue {
    match value {
        Value::Bool(yes) => yes.into(),
        Value::String(text) => text.into(),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => whole.into(),
            None => number.as_f64().unwrap_or_default().into(),
        },
        other => other.to_string().into(),
    }
}
