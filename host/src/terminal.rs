//! What people see who run a sync by hand: progress while it goes on, a summary at its end.

use comfy_table::{CellAlignment, Table, presets};
use connector_host::sync::{Progress, Summary};
use indicatif::{HumanBytes, HumanCount, HumanDuration, ProgressBar, ProgressStyle};
use std::{
    io::{self, IsTerminal},
    sync::Arc,
    time::Duration,
};

/// The terminal, if there is one. Elsewhere nothing of this is shown.
#[derive(Clone)]
pub struct Terminal {
    /// Whether standard output is a terminal, which is Baton's criterion.
    shown: bool,
    bar: ProgressBar,
}

impl Terminal {
    pub fn new() -> Self {
        Self {
            shown: io::stdout().is_terminal(),
            bar: ProgressBar::hidden(),
        }
    }

    pub fn is_one(&self) -> bool {
        self.shown
    }

    /// The same terminal, with a progress bar that can be shown on it.
    pub fn with_bar(self) -> Self {
        if !(self.shown && io::stderr().is_terminal()) {
            return self;
        }
        // A list does not say how long it will be, so this turns and counts.
        let style = ProgressStyle::with_template("{spinner} {msg} [{elapsed}]");
        let bar = ProgressBar::new_spinner()
            .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        Self { bar, ..self }
    }

    /// Does something to the terminal while the bar is out of the way.
    pub fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }

    /// Shows progress until the future that this returns is dropped.
    pub async fn watch(&self, name: &str, progress: Arc<Progress>) {
        if self.bar.is_hidden() {
            std::future::pending::<()>().await;
        }
        loop {
            self.bar.set_message(format!(
                "{name}: {} resources, {} grants",
                HumanCount(progress.resources()),
                HumanCount(progress.grants())
            ));
            self.bar.tick();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }

    /// Shows what a sync came to.
    pub fn summarize(&self, summary: &Summary) {
        if self.shown {
            println!("{}", table(summary));
        }
    }
}

fn table(summary: &Summary) -> String {
    let recorded = &summary.recorded;
    let finished = &recorded.finished;
    let mut table = Table::new();
    table.load_preset(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["", "now", "before"]);
    let before = recorded.previous.as_ref();
    let mut row = |what: String, now: u64, before: Option<u64>| {
        let before = before.map_or_else(|| "-".to_owned(), |n| HumanCount(n).to_string());
        table.add_row([what, HumanCount(now).to_string(), before]);
    };
    for (ty, &now) in &finished.counts.resources_by_type {
        let before = before.map(|counts| counts.resources_by_type.get(ty).copied().unwrap_or(0));
        row(ty.clone(), now, before);
    }
    row(
        "entitlements".to_owned(),
        finished.counts.entitlements,
        before.map(|counts| counts.entitlements),
    );
    row(
        "grants".to_owned(),
        finished.counts.grants,
        before.map(|counts| counts.grants),
    );
    for column in [1, 2] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let skipped: u64 = recorded
        .unusable
        .iter()
        .map(|unusable| unusable.unusable)
        .sum();
    let skipped = match skipped {
        0 => "nothing skipped".to_owned(),
        number => format!(
            "{} unusable records skipped (see above)",
            HumanCount(number)
        ),
    };
    format!(
        "{table}\n{skipped}; {} requests, {} received, {}\n{} written ({})",
        HumanCount(summary.traffic.requests()),
        HumanBytes(summary.traffic.received()),
        duration(summary.elapsed),
        finished.path.display(),
        HumanBytes(finished.file_bytes),
    )
}

fn duration(elapsed: Duration) -> String {
    match elapsed.as_secs() {
        0..10 => format!("{:.2} s", elapsed.as_secs_f64()),
        _ => HumanDuration(elapsed).to_string(),
    }
}
