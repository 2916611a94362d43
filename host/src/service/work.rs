//! All that tasks need: the connector, the way out, and what the operator has allowed.

use super::metrics::Metrics;
use crate::{
    connector::Connector,
    egress::{Gates, Operation},
    failure::Result,
    provisioning::Receipts,
    sandbox::{Limits, Variables},
    sync, validation,
};
use std::{path::PathBuf, sync::Arc};

/// Shared by all tasks.
pub struct Work {
    pub connector: Arc<Connector>,
    pub gates: Gates,
    pub variables: Arc<Variables>,
    pub limits: Limits,
    /// Syncs are built and kept there until they have been uploaded; the system's directory for
    /// temporary files if not given.
    pub temp_dir: Option<PathBuf>,
    /// How much may be wrong with what is listed.
    pub tolerance: sync::Tolerance,
    /// Only these types, where a task does not say which.
    pub resource_types: Vec<String>,
    /// Whether access may be changed.
    pub provisioning: bool,
    /// Whether syncs are empty.
    pub skip_full_sync: bool,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Where receipts of changes go.
    pub receipts: Option<PathBuf>,
}

impl Work {
    /// The configuration for one task.
    pub(super) fn variables(&self) -> Arc<Variables> {
        Arc::new(self.variables.for_one_run())
    }

    pub(super) fn receipts(&self) -> Result<Option<Receipts>> {
        self.receipts.as_deref().map(Receipts::open).transpose()
    }

    /// Signs in and reads something.
    ///
    /// # Errors
    ///
    /// What the connector says is wrong.
    pub async fn validate(&self) -> Result<String> {
        let gate = self.gates.open(Operation::Validate);
        validation::run(&self.connector, gate, self.variables(), &self.limits).await
    }
}
