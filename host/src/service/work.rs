//! All that tasks need: the connector, the way out, and what the operator has allowed.

use super::{
    following::{Followed, Follower},
    metrics::Metrics,
};
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
    /// Who follows each task.
    pub follower: Option<Arc<dyn Follower>>,
}

impl Work {
    /// The configuration for one task.
    pub(super) fn variables(&self) -> Arc<Variables> {
        Arc::new(self.variables.for_one_run())
    }

    /// Gates for one task, which tell whoever follows it.
    pub(super) fn follow(&self, task: &str, kind: &'static str) -> Followed {
        let follower = self.follower.as_ref();
        Followed::new(
            &self.gates,
            follower.map(|follower| follower.begins(task, kind)),
        )
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
        let following = self.follow("", "validate");
        let gate = following.gates.open(Operation::Validate);
        let valid = validation::run(&self.connector, gate, self.variables(), &self.limits).await;
        following.ends(valid.as_ref().err());
        valid
    }
}
