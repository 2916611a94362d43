//! The audit file: a line of JSON for each attempt of a request, allowed or refused.

use super::exchange::{Exchange, Witness};
use crate::{
    connector::Connector,
    failure::{Failure, Kind, Result},
    json_lines::JsonLines,
    secrets::Secrets,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

/// Writes the file. Where that is not possible, nothing is sent any more.
pub struct Audit {
    lines: Mutex<Lines>,
    connector: Value,
    digest: String,
    secrets: Arc<Secrets>,
}

struct Lines {
    file: JsonLines,
    broken: Option<String>,
}

impl Audit {
    /// Opens the file, or makes one that nobody else can read.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn open(path: &Path, connector: &Connector, secrets: Arc<Secrets>) -> Result<Self> {
        let file = JsonLines::open(path).map_err(|error| {
            Failure::of(Kind::Other, error)
                .context(format!("cannot write the audit file {}", path.display()))
                .hint("Nothing has been sent: there is no request without its line.")
        })?;
        let description = &connector.description;
        Ok(Self {
            lines: Mutex::new(Lines { file, broken: None }),
            connector: json!({
                "name": description.name,
                "version": description.version,
            }),
            digest: connector.file.digest.to_string(),
            secrets,
        })
    }

    fn line(&self, exchange: &Exchange) -> Value {
        let shown = |text: &str| self.secrets.redact(text).into_owned();
        let began = Timestamp::try_from(exchange.began).unwrap_or_default();
        json!({
            "time": format!("{began:.3}"),
            "connector": self.connector,
            "digest": self.digest,
            "operation": exchange.operation.to_string(),
            "method": exchange.method.as_str(),
            "url": shown(&exchange.url),
            "verdict": exchange.verdict.name(),
            "rule": exchange.rule,
            "reason": exchange.reason.as_deref().map(shown),
            "address": exchange.address.map(|address| address.to_string()),
            "status": exchange.status,
            "sentBytes": exchange.sent,
            "receivedBytes": exchange.received,
            "durationMs": (exchange.milliseconds() * 1e3).round() / 1e3,
            "attempt": exchange.attempt,
        })
    }
}

impl Witness for Audit {
    fn ready(&self) -> std::result::Result<(), String> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        match &lines.broken {
            None => Ok(()),
            Some(error) => Err(format!(
                "the audit file {} cannot be written ({error})",
                lines.file.path().display()
            )),
        }
    }

    fn saw(&self, exchange: &Exchange) {
        let line = self.line(exchange);
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = lines.file.append(&line) {
            tracing::error!("line.json" = %line, %error, "audit line that could not be written");
            lines.broken = Some(error.to_string());
        }
    }
}

impl Drop for Audit {
    fn drop(&mut self) {
        let lines = self.lines.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = lines.file.sync() {
            tracing::error!(%error, path = %lines.file.path().display(), "the audit file may not be on the disk");
        }
    }
}
