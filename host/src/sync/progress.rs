//! How far a sync has come, for whoever watches.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts that grow while a sync runs.
#[derive(Debug, Default)]
pub struct Progress {
    resources: AtomicU64,
    grants: AtomicU64,
}

impl Progress {
    pub(super) fn set(&self, resources: u64, grants: u64) {
        self.resources.store(resources, Ordering::Relaxed);
        self.grants.store(grants, Ordering::Relaxed);
    }

    /// Resources of all types so far.
    pub fn resources(&self) -> u64 {
        self.resources.load(Ordering::Relaxed)
    }

    pub fn grants(&self) -> u64 {
        self.grants.load(Ordering::Relaxed)
    }
}
