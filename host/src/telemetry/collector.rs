//! Setting up what sends to a collector, whatever it sends.

use crate::cli::Collector;
use connector_host::failure::{Failure, Kind};
use opentelemetry_otlp::{ExporterBuildError, WithExportConfig, WithTonicConfig};
use std::time::Duration;

/// How long the last spans and logs may take to arrive.
pub const FLUSH: Duration = Duration::from_secs(5);

/// An exporter that sends there.
pub fn sending_to<B: WithExportConfig + WithTonicConfig>(collector: &Collector, exporter: B) -> B {
    let exporter = exporter
        .with_endpoint(collector.endpoint.clone())
        .with_timeout(FLUSH);
    match &collector.tls {
        Some(tls) => exporter.with_tls_config(tls.clone()),
        None => exporter,
    }
}

/// Why `what` cannot be sent there.
pub fn unusable(collector: &Collector, what: &str, error: ExporterBuildError) -> Failure {
    Failure::of(Kind::InvalidArgument, error)
        .context(format!("cannot send {what} to {}", collector.endpoint))
        .hint("Look at --otel-collector-endpoint.")
}
