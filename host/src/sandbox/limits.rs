//! How much a component may use.

use std::time::Duration;
use wasmtime::ResourceLimiter;

/// Bounds for one operation.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of linear memory.
    pub memory: usize,
    /// From the first call to the last.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 64 << 20,
            time: Duration::from_secs(60 * 60),
        }
    }
}

/// Table entries of all tables: functions, for the most part.
const TABLE: usize = 100_000;
/// Core instances, memories and tables that a component may be made of.
const PARTS: usize = 64;

/// Holds a component to its limits.
pub struct Meter {
    memory: usize,
    /// Bytes in use, of all memories together.
    in_use: usize,
}

impl Meter {
    pub fn new(limits: &Limits) -> Self {
        Self {
            memory: limits.memory,
            in_use: 0,
        }
    }
}

impl ResourceLimiter for Meter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let in_use = self.in_use.saturating_add(desired.saturating_sub(current));
        if in_use > self.memory {
            // A component that is told so dies without a word, so it is not told.
            return Err(wasmtime::Error::msg(format!(
                "it needs more than {} MiB of memory (--memory-limit)",
                self.memory >> 20
            )));
        }
        self.in_use = in_use;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if desired > TABLE {
            return Err(wasmtime::Error::msg(format!(
                "it needs a table of more than {TABLE} entries"
            )));
        }
        Ok(true)
    }

    fn instances(&self) -> usize {
        PARTS
    }

    fn tables(&self) -> usize {
        PARTS
    }

    fn memories(&self) -> usize {
        PARTS
    }
}
