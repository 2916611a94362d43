//! What all gates of a program have in common.

use super::{
    client::Clients,
    exchange::Witness,
    gate::Gate,
    operation::Operation,
    policy::Policy,
    quota::{Bounds, Quota},
    retry::Retries,
};
use std::sync::Arc;

/// Makes a gate for each run, with bounds of its own.
#[derive(Clone)]
pub struct Gates {
    /// What may pass at all.
    pub policy: Arc<Policy>,
    /// How it is sent.
    pub clients: Arc<Clients>,
    /// How often it is sent.
    pub retries: Retries,
    /// How much may pass in a run.
    pub bounds: Bounds,
    /// Who is told of each request.
    pub witnesses: Vec<Arc<dyn Witness>>,
}

impl Gates {
    /// A gate that nothing has passed yet.
    pub fn open(&self, operation: Operation) -> Gate {
        Gate {
            retries: self.retries,
            quota: Arc::new(Quota::new(self.bounds)),
            witnesses: self.witnesses.clone(),
            ..Gate::new(
                operation,
                Arc::clone(&self.policy),
                Arc::clone(&self.clients),
            )
        }
    }
}
