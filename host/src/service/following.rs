//! Following tasks from outside: whoever traces them is told of their beginning, of each request,
//! and of their end.

use crate::{
    egress::{Gates, Witness},
    failure::Failure,
};
use std::sync::Arc;

/// Somebody who follows tasks.
pub trait Follower: Send + Sync {
    /// A task begins. `task` is its id, empty where a probe asks; `kind` is Baton's name for what it
    /// is.
    fn begins(&self, task: &str, kind: &'static str) -> Arc<dyn Following>;
}

/// Somebody who follows one task, and is told of its requests.
pub trait Following: Witness {
    /// It has come to its end, good or bad.
    fn ends(&self, failure: Option<&str>);
}

/// A task that is followed, if anybody wants to.
#[derive(Clone)]
pub(super) struct Followed {
    /// The way out for this task.
    pub gates: Gates,
    following: Option<Arc<dyn Following>>,
}

impl Followed {
    pub(super) fn new(gates: &Gates, following: Option<Arc<dyn Following>>) -> Self {
        let mut gates = gates.clone();
        let witness = following
            .clone()
            .map(|following| following as Arc<dyn Witness>);
        gates.witnesses.extend(witness);
        Self { gates, following }
    }

    pub(super) fn ends(&self, failure: Option<&Failure>) {
        if let Some(following) = &self.following {
            following.ends(failure.map(Failure::to_string).as_deref());
        }
    }
}
