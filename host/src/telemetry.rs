//! Logs on standard error, in Baton's two formats, and, for a collector, logs ([`logs`]) and spans
//! ([`spans`]).

mod collector;
mod logs;
mod spans;

use crate::{
    cli::{LogFlags, LogFormat, OtelFlags},
    terminal::Terminal,
};
use connector_host::{
    connector::Connector,
    egress::Witness,
    failure::{Failure, Result},
    sandbox::{Variables, printable},
    service::Follower,
};
use jiff::Timestamp;
use opentelemetry_sdk::Resource;
use serde_json::{Map, Value, json};
use spans::Spans;
use std::{
    fmt,
    io::{self, Write},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};
use tracing::{Event, Level, Subscriber, field};
use tracing_subscriber::{
    EnvFilter,
    fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter, format::Writer},
    layer::SubscriberExt,
    registry::LookupSpan,
};

static FORMAT: OnceLock<LogFormat> = OnceLock::new();
static SPANS: Mutex<Option<Arc<Spans>>> = Mutex::new(None);
static SECRETS: Mutex<Option<Arc<Variables>>> = Mutex::new(None);

/// Blanks out the secrets among `variables` from now on, wherever they turn up: in what the
/// connector says, in a URL, in a reason.
pub fn keep_secrets(variables: Arc<Variables>) {
    *SECRETS.lock().unwrap_or_else(PoisonError::into_inner) = Some(variables);
}

/// Begins to send spans and logs, if a collector is named.
///
/// # Errors
///
/// When it cannot be reached by what is said of it.
pub fn export(flags: &OtelFlags, connector: &Connector, variables: &Variables) -> Result<()> {
    let Some(collector) = flags.collector()? else {
        return Ok(());
    };
    if !flags.otel_tracing_disabled {
        let secrets = Arc::clone(variables.secrets());
        let spans = Arc::new(Spans::begin(&collector, connector, secrets)?);
        *SPANS.lock().unwrap_or_else(PoisonError::into_inner) = Some(spans);
    }
    if !flags.otel_logging_disabled {
        logs::begin(&collector, connector)?;
    }
    Ok(())
}

/// What makes a span of each request of a run.
pub fn witness() -> Option<Arc<dyn Witness>> {
    spans().map(|spans| spans as Arc<dyn Witness>)
}

/// What makes a span of each task of a service.
pub fn follower() -> Option<Arc<dyn Follower>> {
    spans().map(|spans| spans as Arc<dyn Follower>)
}

fn spans() -> Option<Arc<Spans>> {
    SPANS.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Sends what has not been sent yet.
pub async fn stop_exporting(failure: Option<&Failure>) {
    let spans = SPANS.lock().unwrap_or_else(PoisonError::into_inner).take();
    let failure = failure.map(Failure::to_string);
    let spans = tokio::task::spawn_blocking(move || {
        if let Some(spans) = spans {
            spans.end(failure.as_deref());
        }
    });
    let logs = tokio::task::spawn_blocking(logs::end);
    // A panic has been reported already.
    let _ = tokio::join!(spans, logs);
}

/// Who sends: Baton's name for a connector's process.
fn resource(connector: &Connector) -> Resource {
    let service = format!("{}-server", connector.description.name);
    Resource::builder().with_service_name(service).build()
}

/// What an event's level is called.
fn level(event: &Event<'_>) -> &'static str {
    match *event.metadata().level() {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG | Level::TRACE => "debug",
    }
}

/// Where an event comes from: `file.rs:line`.
fn caller(event: &Event<'_>) -> String {
    let metadata = event.metadata();
    match (metadata.file(), metadata.line()) {
        (Some(file), Some(line)) => format!(
            "{}:{line}",
            file.rsplit_once("src/").map_or(file, |(_, file)| file)
        ),
        _ => metadata.target().to_owned(),
    }
}

/// What the name of a field ends with whose value is a JSON document.
const JSON: &str = ".json";

/// Starts logging.
pub fn start(flags: &LogFlags, terminal: &Terminal) {
    let format = flags.log_format.unwrap_or(match terminal.is_one() {
        true => LogFormat::Console,
        false => LogFormat::Json,
    });
    let _ = FORMAT.set(format);
    // Libraries have nothing to say to the operator below a warning.
    let filter = format!("warn,connector_host={}", flags.log_level);
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(Stderr(terminal.clone()))
        .event_format(Zap(format));
    let subscriber = tracing_subscriber::registry()
        .with(EnvFilter::new(filter))
        .with(lines)
        .with(logs::Exported);
    // Only a second call could fail, and there is one.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// Tells what a run has ended with.
pub fn report(failure: &Failure) {
    if FORMAT.get() == Some(&LogFormat::Json) {
        tracing::error!(
            kind = ?failure.kind,
            hints = failure.hints.join(" "),
            "{failure}"
        );
    } else {
        eprintln!("Error: {failure}");
        for hint in &failure.hints {
            eprintln!("  Hint: {hint}");
        }
    }
}

/// Formats events as zap does, Baton's logger: JSON with the keys `level`, `ts` (seconds since
/// 1970), `caller`, `msg` and then the fields; or the same in columns with tabs in between.
struct Zap(LogFormat);

impl<S, N> FormatEvent<S, N> for Zap
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let (level, caller) = (level(event), caller(event));
        let now = Timestamp::now();
        match self.0 {
            LogFormat::Json => {
                let mut line = Map::new();
                line.insert("level".to_owned(), json!(level));
                line.insert("ts".to_owned(), json!(now.as_microsecond() as f64 / 1e6));
                line.insert("caller".to_owned(), json!(caller));
                line.insert("msg".to_owned(), json!(fields.message));
                line.extend(fields.others);
                writeln!(writer, "{}", Value::Object(line))
            }
            LogFormat::Console => {
                let level = level.to_uppercase();
                write!(writer, "{now:.3}\t{level}\t{caller}\t{}", fields.message)?;
                match fields.others.is_empty() {
                    true => writeln!(writer),
                    false => writeln!(writer, "\t{}", Value::Object(fields.others)),
                }
            }
        }
    }
}

#[derive(Default)]
struct Fields {
    message: String,
    others: Map<String, Value>,
}

impl Fields {
    fn redacted(&self, text: &str) -> String {
        let secrets = SECRETS.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = |text: &str| text.chars().map(printable).collect();
        match secrets.as_ref() {
            Some(variables) => shown(&variables.redact(text)),
            // Nothing is configured yet.
            None => shown(text),
        }
    }

    fn add(&mut self, field: &field::Field, value: Value) {
        self.others.insert(field.name().to_owned(), value);
    }
}

impl field::Visit for Fields {
    fn record_f64(&mut self, field: &field::Field, value: f64) {
        self.add(field, json!(value));
    }

    fn record_i64(&mut self, field: &field::Field, value: i64) {
        self.add(field, json!(value));
    }

    fn record_u64(&mut self, field: &field::Field, value: u64) {
        self.add(field, json!(value));
    }

    fn record_bool(&mut self, field: &field::Field, value: bool) {
        self.add(field, json!(value));
    }

    fn record_str(&mut self, field: &field::Field, value: &str) {
        self.add(field, json!(self.redacted(value)));
    }

    fn record_debug(&mut self, field: &field::Field, value: &dyn fmt::Debug) {
        let value = self.redacted(&format!("{value:?}"));
        match field.name() {
            "message" => self.message = value,
            // A document, which is shown as one and not as a text.
            name if name.ends_with(JSON) => {
                let name = name.trim_end_matches(JSON).to_owned();
                let document = serde_json::from_str(&value);
                self.others.insert(name, document.unwrap_or(json!(value)));
            }
            _ => self.add(field, json!(value)),
        }
    }
}

/// Standard error, out of the way of a progress bar.
struct Stderr(Terminal);

impl<'a> MakeWriter<'a> for Stderr {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}

impl Write for &Stderr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.aside(|| io::stderr().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
