//! How the service mode is doing, for whoever asks: probes and metrics.

use jiff::Timestamp;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is known at the moment.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// Whether ConductorOne has taken the first hello.
    pub registered: bool,
    /// Whether the process is about to stop.
    pub stopping: bool,
    /// What the last call of ConductorOne has failed with, unless one has succeeded since.
    pub error: Option<String>,
    /// When ConductorOne has answered last.
    pub answered: Option<Timestamp>,
}

/// Shared between the loop that works and those who ask.
#[derive(Debug, Default)]
pub struct Condition(Mutex<State>);

impl Condition {
    /// As it is now.
    pub fn state(&self) -> State {
        self.lock().clone()
    }

    pub(super) fn registered(&self) {
        self.lock().registered = true;
    }

    pub(super) fn answered(&self) {
        let mut state = self.lock();
        state.error = None;
        state.answered = Some(Timestamp::now());
    }

    pub(super) fn failed(&self, error: String) {
        self.lock().error = Some(error);
    }

    pub(super) fn stopping(&self) {
        self.lock().stopping = true;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
