//! The flags of OpenTelemetry, which are Baton's. Their doc comments are the help.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use clap::{Args, builder::BoolishValueParser};
use connector_host::failure::{Failure, Kind, Result};
use opentelemetry_otlp::tonic_types::transport::{Certificate, ClientTlsConfig};
use std::path::PathBuf;

/// Where spans and logs go.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Logging")]
pub struct OtelFlags {
    /// Send logs, and a span for the run, or each task, and each request, to the OpenTelemetry
    /// collector at this address (host:port, OTLP over gRPC)
    #[arg(long, value_name = "ADDRESS")]
    pub otel_collector_endpoint: Option<String>,
    /// Trust the certificate authority in this file (PEM) for the collector
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "otel_collector_endpoint_tls_cert"
    )]
    pub otel_collector_endpoint_tls_cert_path: Option<PathBuf>,
    /// Trust this certificate authority for the collector (PEM, as base64 for URLs)
    #[arg(long, value_name = "BASE64", hide = true)]
    pub otel_collector_endpoint_tls_cert: Option<String>,
    /// Talk to the collector without TLS
    #[arg(long, value_parser = BoolishValueParser::new())]
    pub otel_collector_endpoint_tls_insecure: bool,
    /// Send no spans
    #[arg(long, hide = true, value_parser = BoolishValueParser::new())]
    pub otel_tracing_disabled: bool,
    /// Send no logs
    #[arg(long, hide = true, value_parser = BoolishValueParser::new())]
    pub otel_logging_disabled: bool,
}

/// A collector.
#[derive(Debug)]
pub struct Collector {
    /// As a URL.
    pub endpoint: String,
    /// None without TLS.
    pub tls: Option<ClientTlsConfig>,
}

impl OtelFlags {
    /// The collector, if there is one.
    ///
    /// # Errors
    ///
    /// When its certificate cannot be read.
    pub fn collector(&self) -> Result<Option<Collector>> {
        let Some(endpoint) = &self.otel_collector_endpoint else {
            return Ok(None);
        };
        let insecure = self.otel_collector_endpoint_tls_insecure;
        let scheme = if insecure { "http" } else { "https" };
        let endpoint = match endpoint.split_once("://") {
            Some(_) => endpoint.clone(),
            None => format!("{scheme}://{endpoint}"),
        };
        let tls = match endpoint.starts_with("https:") {
            true => Some(self.tls()?),
            false => None,
        };
        Ok(Some(Collector { endpoint, tls }))
    }

    fn tls(&self) -> Result<ClientTlsConfig> {
        let wrong = |what: String| {
            Failure::new(
                Kind::InvalidArgument,
                format!("cannot use the collector's certificate: {what}"),
            )
        };
        let pem = match (
            &self.otel_collector_endpoint_tls_cert_path,
            &self.otel_collector_endpoint_tls_cert,
        ) {
            (Some(path), _) => std::fs::read(path)
                .map_err(|error| wrong(format!("{}: {error}", path.display())))?,
            (None, Some(text)) => BASE64_URL_SAFE_NO_PAD
                .decode(text)
                .map_err(|error| wrong(error.to_string()))?,
            (None, None) => return Ok(ClientTlsConfig::new().with_enabled_roots()),
        };
        Ok(ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem)))
    }
}
