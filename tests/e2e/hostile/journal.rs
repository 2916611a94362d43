//! All that is logged in this process.

use std::{
    io,
    sync::{Mutex, Once},
};
use tracing_subscriber::EnvFilter;

static JOURNAL: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Begins to keep it.
pub fn begin() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .with_env_filter(EnvFilter::new("warn,connector_host=debug"))
            .with_ansi(false)
            .with_writer(|| Pen)
            .init();
    });
}

/// The lines so far.
pub fn lines() -> Vec<String> {
    let journal = JOURNAL.lock().expect("a lock");
    String::from_utf8_lossy(&journal)
        .lines()
        .map(str::to_owned)
        .collect()
}

/// Bytes so far.
pub fn size() -> usize {
    JOURNAL.lock().expect("a lock").len()
}

/// Those of them that say something.
pub fn saying(text: &str) -> Vec<String> {
    let mut lines = lines();
    lines.retain(|line| line.contains(text));
    lines
}

struct Pen;

impl io::Write for Pen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        JOURNAL.lock().expect("a lock").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
