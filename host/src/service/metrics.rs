//! Numbers for Prometheus.

use super::{ending::Ending, outcome::Outcome};
use crate::{
    egress::{Exchange, Verdict, Witness},
    failure::Kind,
    sandbox,
    sync::Summary,
};
use jiff::Timestamp;
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::{Registry, Unit},
};
use std::sync::atomic::AtomicU64;

/// All of them. Names follow Prometheus' conventions, and begin with `connector_host_`. What is not
/// known yet is absent, rather than 0.
pub struct Metrics {
    registry: Registry,
    tasks: Family<Task, Counter>,
    requests: Family<Request, Counter>,
    refused: Counter,
    sync_duration: Seconds,
    synced: Family<Object, Gauge>,
    last_sync: Seconds,
    last_answer: Seconds,
    memory: Gauge,
}

/// A number that may not be known.
type Seconds = Family<[(&'static str, &'static str); 0], Gauge<f64, AtomicU64>>;

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
        let tasks = Family::default();
        registry.register("tasks", "Tasks by type and outcome", tasks.clone());
        let requests = Family::default();
        registry.register(
            "outbound_requests",
            "Requests that were sent for the connector, by status",
            requests.clone(),
        );
        let refused = Counter::default();
        registry.register(
            "refused_requests",
            "Requests of the connector that the policy has refused",
            refused.clone(),
        );
        let synced = Family::default();
        registry.register(
            "last_sync_objects",
            "What the last sync holds that was uploaded",
            synced.clone(),
        );
        let mut seconds = |name, help| {
            let seconds = Seconds::default();
            registry.register_with_unit(name, help, Unit::Seconds, seconds.clone());
            seconds
        };
        let sync_duration = seconds(
            "last_sync_duration",
            "How long the last sync took that was uploaded, without the upload",
        );
        let last_sync = seconds(
            "last_sync_timestamp",
            "When the last sync had been uploaded, since 1970",
        );
        let last_answer = seconds(
            "last_answer_timestamp",
            "When ConductorOne answered last, since 1970",
        );
        let memory = Gauge::default();
        registry.register_with_unit(
            "sandbox_memory",
            "Linear memory of all running components",
            Unit::Bytes,
            memory.clone(),
        );
        Self {
            registry,
            tasks,
            requests,
            refused,
            sync_duration,
            synced,
            last_sync,
            last_answer,
            memory,
        }
    }
}

impl Metrics {
    /// In the text format of OpenMetrics. `answered` is when ConductorOne answered last.
    pub fn text(&self, answered: Option<Timestamp>) -> String {
        let memory = i64::try_from(sandbox::memory_in_use()).unwrap_or(i64::MAX);
        self.memory.set(memory);
        if let Some(answered) = answered {
            set(&self.last_answer, since_1970(answered));
        }
        let mut text = String::new();
        match encode(&mut text, &self.registry) {
            Ok(()) => text,
            // Writing to a text does not fail.
            Err(_) => String::new(),
        }
    }

    /// A task has come to its end, after it was told why to stop if it was.
    pub(super) fn task(&self, name: &'static str, outcome: &Outcome, told: Option<Ending>) {
        let outcome = match (outcome, told) {
            (Ok(_), _) => "success",
            (Err(failed), Some(ending)) if failed.failure.kind == Kind::Canceled => match ending {
                Ending::Cancelled => "cancelled",
                Ending::Draining | Ending::Stopping => "handed_back",
                Ending::Lost => "failure",
            },
            (Err(_), _) => "failure",
        };
        let task = Task {
            r#type: name,
            outcome,
        };
        self.tasks.get_or_create(&task).inc();
    }

    /// A sync has been uploaded.
    pub(super) fn synced(&self, summary: &Summary) {
        set(&self.sync_duration, summary.elapsed.as_secs_f64());
        let counts = &summary.recorded.finished.counts;
        for (object, number) in [
            ("resources", counts.resources),
            ("entitlements", counts.entitlements),
            ("grants", counts.grants),
        ] {
            let number = i64::try_from(number).unwrap_or(i64::MAX);
            self.synced.get_or_create(&Object { object }).set(number);
        }
        set(&self.last_sync, since_1970(Timestamp::now()));
    }
}

fn set(seconds: &Seconds, value: f64) {
    seconds.get_or_create(&[]).set(value);
}

fn since_1970(time: Timestamp) -> f64 {
    time.as_duration().as_secs_f64()
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

#[cfg(test)]
mod tests {
    use super::{
        super::outcome::{Done, Failed},
        *,
    };

    #[test]
    fn what_is_not_known_is_absent() {
        let metrics = Metrics::default();
        let text = metrics.text(None);
        assert!(!text.contains("timestamp_seconds "), "{text}");
        let text = metrics.text(Some(Timestamp::constant(1_800_000_000, 0)));
        let line = "connector_host_last_answer_timestamp_seconds 1800000000.0\n";
        assert!(text.contains(line), "{text}");
        assert!(!text.contains("last_sync_timestamp_seconds "), "{text}");
    }

    #[test]
    fn tasks_that_were_stopped_are_no_failures() {
        let metrics = Metrics::default();
        let ended = |ending| Err(Failed::ended(ending));
        metrics.task("grant", &Ok(Done::default()), Some(Ending::Draining));
        metrics.task("grant", &ended(Ending::Stopping), Some(Ending::Stopping));
        metrics.task("grant", &ended(Ending::Cancelled), Some(Ending::Cancelled));
        metrics.task("grant", &ended(Ending::Lost), Some(Ending::Lost));
        metrics.task("grant", &Err(Failed::malformed("it lacks all")), None);
        let text = metrics.text(None);
        for (outcome, number) in [
            ("success", 1),
            ("handed_back", 1),
            ("cancelled", 1),
            ("failure", 2),
        ] {
            let line = format!(
                "connector_host_tasks_total{{type=\"grant\",outcome=\"{outcome}\"}} {number}\n"
            );
            assert!(text.contains(&line), "{line} {text}");
        }
    }
}
