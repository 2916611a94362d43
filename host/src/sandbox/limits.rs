//! How much a component may use.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};
use wasmtime::ResourceLimiter;

/// Bounds for one run.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of linear memory, of all memories together.
    pub memory: usize,
    /// Entries of a table: functions, for the most part.
    pub table: usize,
    /// Core instances, memories and tables that a component may be made of, each.
    pub instances: usize,
    /// Handles that it may hold at once: streams, requests, clocks. What the host keeps for one of
    /// them is not in the component's own memory.
    pub handles: usize,
    /// Time that it computes.
    pub cpu: Duration,
    /// From the beginning of a call of one of its functions to its end, streams included.
    pub call_time: Duration,
    /// From the first call to the end of the last.
    pub time: Duration,
    /// Lines that it may print.
    pub log_lines: usize,
    /// Records that it may list.
    pub items: u64,
    /// Bytes of one of them, and of 32 that arrive together on average.
    pub item: usize,
    /// Bytes of all of them.
    pub listed: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 64 << 20,
            table: 100_000,
            instances: 64,
            handles: 1000,
            cpu: Duration::from_secs(10 * 60),
            call_time: Duration::from_secs(30 * 60),
            time: Duration::from_secs(60 * 60),
            log_lines: 1000,
            items: 10_000_000,
            item: 1 << 20,
            listed: 8 << 30,
        }
    }
}

/// Records of the largest size that are taken at once, rather than many smaller ones.
const AT_ONCE: usize = 32;

impl Limits {
    /// Bytes that a component hands over in one step.
    pub(super) fn handed_over(&self) -> usize {
        self.item.saturating_mul(AT_ONCE)
    }
}

/// Holds a component's memories and tables to their limits.
pub struct Meter {
    limits: Limits,
    /// Bytes in use, of all memories together.
    in_use: usize,
}

impl Meter {
    pub fn new(limits: &Limits) -> Self {
        Self {
            limits: *limits,
            in_use: 0,
        }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        MEMORY.fetch_sub(self.in_use, Ordering::Relaxed);
    }
}

/// Bytes of linear memory that all running components have at the moment.
pub fn memory_in_use() -> usize {
    MEMORY.load(Ordering::Relaxed)
}

static MEMORY: AtomicUsize = AtomicUsize::new(0);

impl ResourceLimiter for Meter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let in_use = self.in_use.saturating_add(desired.saturating_sub(current));
        if in_use > self.limits.memory {
            // A component that is told so dies without a word, so it is not told.
            return Err(wasmtime::Error::msg(format!(
                "it needs more than {} MiB of memory (--memory-limit)",
                self.limits.memory >> 20
            )));
        }
        MEMORY.fetch_add(in_use - self.in_use, Ordering::Relaxed);
        self.in_use = in_use;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if desired > self.limits.table {
            return Err(wasmtime::Error::msg(format!(
                "it needs a table of more than {} entries (--table-limit)",
                self.limits.table
            )));
        }
        Ok(true)
    }

    fn instances(&self) -> usize {
        self.limits.instances
    }

    fn tables(&self) -> usize {
        self.limits.instances
    }

    fn memories(&self) -> usize {
        self.limits.instances
    }
}
