//! Sending spans, and saying when they do not arrive.

use opentelemetry_otlp::SpanExporter as Otlp;
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{SpanData, SpanExporter},
};
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

/// Sends spans to a collector. The libraries keep quiet when that fails.
#[derive(Debug)]
pub struct Exporter {
    otlp: Otlp,
    /// Once is enough.
    told: AtomicBool,
}

impl Exporter {
    pub fn new(otlp: Otlp) -> Self {
        Self {
            otlp,
            told: AtomicBool::new(false),
        }
    }
}

impl SpanExporter for Exporter {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let exported = self.otlp.export(batch).await;
        if let Err(error) = &exported
            && !self.told.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(%error, "spans do not arrive at the collector");
        }
        exported
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.otlp.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.otlp.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.otlp.set_resource(resource);
    }
}
