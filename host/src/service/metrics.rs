//! Numbers for Prometheus.

use crate::{
    egress::{Exchange, Verdict, Witness},
    failure::Result,
    sandbox,
    sync::Summary,
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::{Registry, Unit},
};
use std::{sync::atomic::AtomicU64, time::SystemTime};

/// All of them. Names follow Prometheus' conventions, and begin with `connector_host_`.
pub struct Metrics {
    registry: Registry,
    tasks: Family<Task, Counter>,
    requests: Family<Request, Counter>,
    refused: Counter,
    sync_duration: Gauge<f64, AtomicU64>,
    synced: Family<Object, Gauge>,
    last_sync: Gauge<f64, AtomicU64>,
    memory: Gauge,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Task {
    r#type: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    /// The status code, or `none` where no answer has arrived.
    status: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Object {
    object: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("connector_host");
        let metrics = Self {
            tasks: Family::default(),
            requests: Family::default(),
            refused: Counter::default(),
            sync_duration: Gauge::default(),
            synced: Family::default(),
            last_sync: Gauge::default(),
            memory: Gauge::default(),
            registry: Registry::default(),
        };
        registry.register("tasks", "Tasks by type and outcome", metrics.tasks.clone());
        registry.register(
            "outbound_requests",
            "Requests that were sent for the connector, by status",
            metrics.requests.clone(),
        );
        registry.register(
            "refused_requests",
            "Requests of the connector that the policy has refused",
            metrics.refused.clone(),
        );
        registry.register_with_unit(
            "last_sync_duration",
            "How long the last successful sync took",
            Unit::Seconds,
            metrics.sync_duration.clone(),
        );
        registry.register(
            "last_sync_objects",
            "What the last successful sync holds",
            metrics.synced.clone(),
        );
        registry.register_with_unit(
            "last_sync_timestamp",
            "When the last successful sync ended, since 1970",
            Unit::Seconds,
            metrics.last_sync.clone(),
        );
        registry.register_with_unit(
            "sandbox_memory",
            "Linear memory of all running components",
            Unit::Bytes,
            metrics.memory.clone(),
        );
        Self {
            registry,
            ..metrics
        }
    }
}

impl Metrics {
    /// In the text format of OpenMetrics.
    pub fn text(&self) -> String {
        let memory = i64::try_from(sandbox::memory_in_use()).unwrap_or(i64::MAX);
        self.memory.set(memory);
        let mut text = String::new();
        match encode(&mut text, &self.registry) {
            Ok(()) => text,
            // Writing to a text does not fail.
            Err(_) => String::new(),
        }
    }

    pub(super) fn task(&self, name: &'static str, done: bool) {
        let outcome = if done { "success" } else { "failure" };
        let task = Task {
            r#type: name,
            outcome,
        };
        self.tasks.get_or_create(&task).inc();
    }

    pub(super) fn synced(&self, summary: &Result<Summary>) {
        let Ok(summary) = summary else { return };
        self.sync_duration.set(summary.elapsed.as_secs_f64());
        let counts = &summary.recorded.finished.counts;
        for (object, number) in [
            ("resources", counts.resources),
            ("entitlements", counts.entitlements),
            ("grants", counts.grants),
        ] {
            let number = i64::try_from(number).unwrap_or(i64::MAX);
            self.synced.get_or_create(&Object { object }).set(number);
        }
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        self.last_sync.set(now.unwrap_or_default().as_secs_f64());
    }
}

impl Witness for Metrics {
    fn saw(&self, exchange: &Exchange) {
        match exchange.verdict {
            Verdict::Refused => {
                self.refused.inc();
            }
            Verdict::HeldBack => {}
            Verdict::Allowed => {
                let status = exchange.status.map(|status| status.to_string());
                let status = status.unwrap_or_else(|| "none".to_owned());
                self.requests.get_or_create(&Request { status }).inc();
            }
        }
    }
}
