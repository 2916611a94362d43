//! All that a stand-in knows.

use super::{
    checks,
    faults::Method,
    messages::{
        BatonServiceFinishTaskRequest, BatonServiceHelloRequest, Task,
        baton_service_finish_task_request::FinalState,
    },
    queue::{Finish, Place, Record},
    standin::Settings,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};
use tonic::{Code, Status};

/// A snapshot of it is what tests look at.
#[derive(Debug, Clone)]
pub struct State {
    pub(super) settings: Settings,
    pub(super) random: fastrand::Rng,
    /// What was given out, and until when it works.
    pub(super) tokens: BTreeMap<String, Instant>,
    pub(super) nonces: BTreeSet<String>,
    /// How many tokens were given out.
    pub tokens_given: u64,
    /// The last hello of each host.
    pub hellos: BTreeMap<String, BatonServiceHelloRequest>,
    /// Hellos that were heard, of all hosts.
    pub hellos_heard: u64,
    /// How often somebody has asked for a task.
    pub polls: u64,
    /// How often each method has been called, whatever came of it.
    pub calls: BTreeMap<Method, u64>,
    /// How many tasks were being worked on when most were.
    pub most_at_once: usize,
    /// Tasks, in the order in which they came.
    pub records: Vec<Record>,
    /// What a strict server would not have stood for.
    pub violations: Vec<String>,
    /// Connections so far.
    pub connections: u64,
    /// Whose each connection is.
    hosts: BTreeMap<u64, String>,
}

impl State {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            random: fastrand::Rng::with_seed(settings.seed),
            settings,
            tokens: BTreeMap::new(),
            nonces: BTreeSet::new(),
            tokens_given: 0,
            hellos: BTreeMap::new(),
            hellos_heard: 0,
            polls: 0,
            calls: BTreeMap::new(),
            most_at_once: 0,
            records: Vec::new(),
            violations: Vec::new(),
            connections: 0,
            hosts: BTreeMap::new(),
        }
    }

    pub(super) fn next_connection(&mut self) -> u64 {
        self.connections += 1;
        self.connections
    }

    /// A process has one host id, so a connection has.
    pub(super) fn recognize(&mut self, connection: u64, host: &str) -> Result<(), Status> {
        let before = self.hosts.entry(connection).or_insert_with(|| host.into());
        match before == host {
            true => Ok(()),
            false => {
                let what = format!("the host id {host} on a connection of {before}");
                Err(self.violated(what))
            }
        }
    }

    /// How often a method has been called, whatever came of it.
    pub fn calls(&self, method: Method) -> u64 {
        self.calls.get(&method).copied().unwrap_or_default()
    }

    /// The task with that id.
    pub fn record(&self, id: &str) -> Option<&Record> {
        self.records.iter().find(|record| record.task.id == id)
    }

    pub(super) fn record_mut(&mut self, id: &str) -> Option<&mut Record> {
        self.records.iter_mut().find(|record| record.task.id == id)
    }

    pub(super) fn violated(&mut self, what: String) -> Status {
        self.violated_as(Code::InvalidArgument, what)
    }

    pub(super) fn violated_as(&mut self, code: Code, what: String) -> Status {
        self.violations.push(what.clone());
        Status::new(code, what)
    }

    /// Lets those pass that bring a token that works. One that works no more is nobody's fault.
    pub(super) fn admit(&mut self, authorization: Option<&str>) -> Result<(), Status> {
        let token = authorization.and_then(|header| header.strip_prefix("Bearer "));
        let Some(until) = token.and_then(|token| self.tokens.get(token)) else {
            let what = "a call without a token that was ever given out";
            return Err(self.violated_as(Code::Unauthenticated, what.to_owned()));
        };
        match Instant::now() < *until {
            true => Ok(()),
            false => Err(Status::unauthenticated("this token is not good any more")),
        }
    }

    /// A task, for a host that has had it.
    pub(super) fn task_of(&mut self, host: &str, task: &str) -> Result<&mut Record, Status> {
        let at = self
            .records
            .iter()
            .position(|record| record.task.id == task);
        match at {
            None => Err(self.violated(format!("there is no task {task}"))),
            Some(at) if !self.records[at].was_at(host) => {
                Err(self.violated(format!("{task} was never handed out to {host}")))
            }
            Some(at) => Ok(&mut self.records[at]),
        }
    }

    /// Hands out the first task that nobody is at.
    pub(super) fn hand_out(&mut self, host: &str) -> Option<Task> {
        let now = Instant::now();
        let lease = self.settings.lease;
        let record = self.records.iter_mut().find(|record| match record.place {
            Place::Waiting(from) => from <= now,
            Place::HandedOut(heard) => now.duration_since(heard) > lease,
            Place::Finished => false,
        })?;
        record.handed_out += 1;
        record.handed_out_at = Some(now);
        record.handed_to.push(host.to_owned());
        record.place = Place::HandedOut(now);
        let task = record.task.clone();
        let at_work = |record: &&Record| matches!(record.place, Place::HandedOut(_));
        let at_once = self.records.iter().filter(at_work).count();
        self.most_at_once = self.most_at_once.max(at_once);
        Some(task)
    }

    pub(super) fn finish(&mut self, finished: BatonServiceFinishTaskRequest) -> Result<(), Status> {
        let (again, offers) = (self.settings.again_after, self.settings.offers);
        let id = finished.task_id.clone();
        let record = self.task_of(&finished.host_id, &id)?;
        let finish = Finish(finished);
        match record.place {
            Place::HandedOut(_) => {}
            // Sent again because its answer was lost.
            _ if record.finishes.last() == Some(&finish) => {
                return Err(Status::not_found("this task is finished already"));
            }
            _ => return Err(self.violated(format!("{id} is finished, and nobody was at it"))),
        }
        let unfit = checks::fits(record, &finish.0).err();
        if let Some(why) = unfit {
            return Err(self.violated(format!("{id}: {why}")));
        }
        let record = self.task_of(&finish.0.host_id, &id)?;
        let retryable = matches!(
            &finish.0.final_state,
            Some(FinalState::Error(error)) if !error.non_retryable
        );
        record.place = match retryable && !record.cancelled && record.handed_out < offers {
            true => Place::Waiting(Instant::now() + again),
            false => Place::Finished,
        };
        record.finishes.push(finish);
        record.finished_at = Some(Instant::now());
        Ok(())
    }
}
