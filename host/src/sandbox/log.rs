//! What a component prints becomes lines of the log.

use super::Variables;
use crate::egress::Operation;
use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};

/// Bytes of a line; what is longer is cut.
const LINE: usize = 4 << 10;
/// Bytes of a line that are kept until it is cut: a secret across the cut has to be seen whole.
const KEPT: usize = 2 * LINE;

/// Collects bytes into lines and logs these.
#[derive(Clone)]
pub struct LogLines {
    connector: Arc<str>,
    operation: Operation,
    variables: Arc<Variables>,
    /// Lines that are logged.
    limit: usize,
    state: Arc<Mutex<Lines>>,
}

#[derive(Default)]
struct Lines {
    current: Vec<u8>,
    logged: usize,
}

impl LogLines {
    pub fn new(
        connector: &str,
        operation: Operation,
        variables: Arc<Variables>,
        limit: usize,
    ) -> Self {
        Self {
            connector: connector.into(),
            operation,
            variables,
            limit,
            state: Arc::default(),
        }
    }

    fn push(&self, bytes: &[u8]) {
        let mut lines = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        for part in bytes.split_inclusive(|&b| b == b'\n') {
            let room = KEPT.saturating_sub(lines.current.len());
            lines
                .current
                .extend_from_slice(&part[..part.len().min(room)]);
            if part.ends_with(b"\n") {
                let line = std::mem::take(&mut lines.current);
                self.log(&mut lines.logged, &line);
            }
        }
    }

    fn log(&self, logged: &mut usize, line: &[u8]) {
        *logged += 1;
        if *logged > self.limit {
            return;
        }
        let (connector, operation) = (&*self.connector, self.operation.to_string());
        let line = String::from_utf8_lossy(line);
        let line: String = line.trim_end().chars().map(super::printable).collect();
        let line = self.variables.redact(&line);
        let line = &line[..line.floor_char_boundary(LINE)];
        tracing::info!(connector, operation, "{line}");
        if *logged == self.limit {
            tracing::warn!(
                connector,
                operation,
                "further lines of the connector are not logged (--log-limit)"
            );
        }
    }
}

impl Drop for LogLines {
    fn drop(&mut self) {
        // The last line may have no end.
        if Arc::strong_count(&self.state) == 1 {
            let mut lines = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if !lines.current.is_empty() {
                let line = std::mem::take(&mut lines.current);
                self.log(&mut lines.logged, &line);
            }
        }
    }
}

impl IsTerminal for LogLines {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for LogLines {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }
}

impl AsyncWrite for LogLines {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.push(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
