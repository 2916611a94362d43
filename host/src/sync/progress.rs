//! How far a sync has come, for whoever watches.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Counts that grow while a sync runs.
#[derive(Debug, Default)]
pub struct Progress {
    resources: AtomicU64,
    grants: AtomicU64,
    completing: AtomicBool,
}

impl Progress {
    pub(super) fn set(&self, resources: u64, grants: u64) {
        self.resources.store(resources, Ordering::Relaxed);
        self.grants.store(grants, Ordering::Relaxed);
    }

    pub(super) fn completing(&self) {
        self.completing.store(true, Ordering::Relaxed);
    }

    /// Whether everything has been listed, and the file is being replaced. It is too late to
    /// stop then.
    pub fn is_completing(&self) -> bool {
        self.completing.load(Ordering::Relaxed)
    }

    /// Resources of all types so far.
    pub fn resources(&self) -> u64 {
        self.resources.load(Ordering::Relaxed)
    }

    /// Grants so far.
    pub fn grants(&self) -> u64 {
        self.grants.load(Ordering::Relaxed)
    }
}
