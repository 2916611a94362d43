//! All that a stand-in knows.

use super::{
    messages::{
        BatonServiceFinishTaskRequest, BatonServiceHelloRequest, Task,
        baton_service_finish_task_request::FinalState, task::TaskType,
    },
    queue::{Finish, Place, Record},
    standin::Settings,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};
use tonic::Status;

/// A snapshot of it is what tests look at.
#[derive(Debug, Clone)]
pub struct State {
    pub(super) settings: Settings,
    pub(super) random: fastrand::Rng,
    pub(super) tokens: BTreeSet<String>,
    pub(super) nonces: BTreeSet<String>,
    /// How many tokens were given out.
    pub tokens_given: u64,
    /// The last hello of each host.
    pub hellos: BTreeMap<String, BatonServiceHelloRequest>,
    /// Hellos that were heard, of all hosts.
    pub hellos_heard: u64,
    /// How often somebody has asked for a task.
    pub polls: u64,
    /// Tasks, in the order in which they came.
    pub records: Vec<Record>,
    /// What a strict server would not have stood for.
    pub violations: Vec<String>,
}

impl State {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            random: fastrand::Rng::with_seed(settings.seed),
            settings,
            tokens: BTreeSet::new(),
            nonces: BTreeSet::new(),
            tokens_given: 0,
            hellos: BTreeMap::new(),
            hellos_heard: 0,
            polls: 0,
            records: Vec::new(),
            violations: Vec::new(),
        }
    }

    /// The task with that id.
    pub fn record(&self, id: &str) -> Option<&Record> {
        self.records.iter().find(|record| record.task.id == id)
    }

    pub(super) fn record_mut(&mut self, id: &str) -> Option<&mut Record> {
        self.records.iter_mut().find(|record| record.task.id == id)
    }

    pub(super) fn violated(&mut self, what: String) -> Status {
        self.violations.push(what.clone());
        Status::invalid_argument(what)
    }

    /// Hands out the first task that nobody is at.
    pub(super) fn hand_out(&mut self) -> Option<Task> {
        let now = Instant::now();
        let lease = self.settings.lease;
        let record = self.records.iter_mut().find(|record| match record.place {
            Place::Waiting(from) => from <= now,
            Place::HandedOut(heard) => now.duration_since(heard) > lease,
            Place::Finished => false,
        })?;
        record.handed_out += 1;
        // A hello is all the answer that there is to it.
        record.place = match record.task.task_type {
            Some(TaskType::Hello(_)) => Place::Waiting(now + lease),
            _ => Place::HandedOut(now),
        };
        Some(record.task.clone())
    }

    pub(super) fn finish(&mut self, finished: BatonServiceFinishTaskRequest) -> Result<(), Status> {
        let (again, offers) = (self.settings.again_after, self.settings.offers);
        let id = finished.task_id.clone();
        let Some(record) = self.record_mut(&id) else {
            return Err(self.violated(format!("{id} is finished, and there is no such task")));
        };
        let finish = Finish(finished);
        match record.place {
            Place::HandedOut(_) => {}
            // Sent again because its answer was lost.
            _ if record.finishes.last() == Some(&finish) => {
                return Err(Status::not_found("this task is finished already"));
            }
            _ => return Err(self.violated(format!("{id} is finished, and nobody was at it"))),
        }
        let retryable = matches!(
            &finish.0.final_state,
            Some(FinalState::Error(error)) if !error.non_retryable
        );
        record.place = match retryable && record.handed_out < offers {
            true => Place::Waiting(Instant::now() + again),
            false => Place::Finished,
        };
        record.finishes.push(finish);
        Ok(())
    }
}
