//! One task, from when it is offered until ConductorOne has heard what has come of it.

use super::{
    client::{Client, words},
    ending::{End, Ending, Ends, ends},
    heartbeat::Heart,
    job::{self, Bench, Invocations},
    ledger::{Entry, Ledger},
    outcome::{self, Failed, Outcome},
    poll::milliseconds,
    retry,
    work::Work,
};
use crate::{
    baton::service::{BatonServiceFinishTaskRequest, Task, task::TaskType},
    failure::{Failure, Kind},
};
use backon::Retryable;
use futures::FutureExt;
use prost::Message;
use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::OwnedSemaphorePermit;
use tonic::{Code, Status};

/// Before a task that is not a sync tells that it is being worked on: few take so long.
const FIRST_HEARTBEAT: Duration = Duration::from_secs(15);
/// After so many more attempts to report an outcome, it is kept for later.
const RETRIES: usize = 6;
/// Between two of them.
const LONGEST_WAIT: Duration = Duration::from_secs(15);
/// Bytes of an outcome; one that has more, and is refused for want of resources, is too large.
const LARGE: usize = 1 << 20;

/// Where tasks are worked on.
pub(super) struct Desk {
    client: Arc<Client>,
    work: Arc<Work>,
    invocations: Arc<Invocations>,
    ledger: Ledger,
}

impl Desk {
    pub(super) fn new(client: &Arc<Client>, work: &Arc<Work>) -> Self {
        Self {
            client: Arc::clone(client),
            work: Arc::clone(work),
            invocations: Arc::default(),
            ledger: Ledger::default(),
        }
    }

    /// Does a task, unless that is happening or has happened already, and reports what has come of it.
    pub(super) async fn take(self: Arc<Self>, task: Task, slot: OwnedSemaphorePermit) {
        let name = task.task_type.as_ref().map_or("unknown", job::name);
        let note = |what| tracing::info!(task_id = task.id, task_type = name, "{what}");
        let (end, ends) = ends();
        match self.ledger.take_up(&task.id, &end) {
            Entry::Running => note("offered again while it is being worked on"),
            Entry::Done(finished) => {
                note("offered again although it is done; reporting it again");
                self.report(*finished).await;
            }
            Entry::New => {
                note("task");
                self.begin(task, name, Arc::new(slot), &end, ends).await;
            }
        }
    }

    async fn begin(
        &self,
        task: Task,
        name: &'static str,
        slot: Arc<OwnedSemaphorePermit>,
        end: &End,
        ends: Ends,
    ) {
        let began = Instant::now();
        let followed = self.work.follow(&task.id, name);
        let bench = Bench {
            gates: followed.gates.clone(),
            work: Arc::clone(&self.work),
            client: Arc::clone(&self.client),
            invocations: Arc::clone(&self.invocations),
            task: task.id.clone(),
            ends: ends.clone(),
            _slot: Arc::clone(&slot),
        };
        let is_hello = matches!(task.task_type, Some(TaskType::Hello(_)));
        let working = self.work_on(bench, task.task_type, end);
        let outcome = AssertUnwindSafe(working).catch_unwind().await;
        let outcome = outcome.unwrap_or_else(|_| Err(panicked()));
        self.work.metrics.task(name, &outcome, ends.told());
        followed.ends(outcome.as_ref().err().map(|failed| &failed.failure));
        log(&task.id, name, &outcome, began.elapsed());
        match is_hello && outcome.is_ok() {
            // ConductorOne has heard it.
            true => self.ledger.put_down(&task.id, None),
            false => self.report(outcome::message(&task.id, outcome)).await,
        }
    }

    /// Does a task, and lets ConductorOne know meanwhile that somebody is at it.
    async fn work_on(&self, bench: Bench, task: Option<TaskType>, end: &End) -> Outcome {
        let heart = Heart {
            client: &self.client,
            task: &bench.task.clone(),
            end,
            is_needed: matches!(task, Some(TaskType::SyncFull(_))),
        };
        let first = match heart.is_needed {
            false => FIRST_HEARTBEAT,
            // A task that has been cancelled meanwhile is not begun.
            true => {
                let mut ends = bench.ends.clone();
                tokio::select! {
                    ending = ends.any() => return Err(Failed::ended(ending)),
                    next = heart.begin() => next,
                }
            }
        };
        tokio::select! {
            outcome = job::run(bench, task) => outcome,
            never = heart.keep(first) => never,
        }
    }

    /// Reports what a task has come to, and puts it down.
    async fn report(&self, finished: BatonServiceFinishTaskRequest) {
        let task = finished.task_id.clone();
        let unreported = match self.finish(&finished).await {
            Ok(()) => None,
            Err(status) if is_refused(&status, &finished) => {
                tracing::error!(
                    task_id = task,
                    error = words(&status),
                    "ConductorOne does not take what a task has come to; reporting that instead"
                );
                let bare = outcome::message(&task, Err(unreportable(&status)));
                let reported = self.finish(&bare).await;
                reported
                    .is_err_and(|status| !is_refused(&status, &bare))
                    .then_some(bare)
            }
            Err(_) => Some(finished),
        };
        if unreported.is_some() {
            tracing::error!(
                task_id = task,
                "cannot report what a task has come to; keeping it until ConductorOne answers"
            );
        }
        self.ledger.put_down(&task, unreported);
    }

    /// Reports an outcome, again and again if need be.
    async fn finish(&self, finished: &BatonServiceFinishTaskRequest) -> Result<(), Status> {
        let told = (|| self.client.finish(finished))
            .retry(retry::schedule(LONGEST_WAIT).with_max_times(RETRIES))
            .when(|status| !retry::is_for_good(status) && !is_refused(status, finished))
            .notify(|status, wait| {
                tracing::warn!(
                    task_id = finished.task_id,
                    error = words(status),
                    wait_ms = milliseconds(wait),
                    "cannot report what a task has come to; trying again"
                );
            })
            .await;
        match told {
            // An earlier attempt has arrived, and its answer has not.
            Err(status) if matches!(status.code(), Code::NotFound | Code::AlreadyExists) => {
                tracing::info!(
                    task_id = finished.task_id,
                    error = words(&status),
                    "ConductorOne does not wait for this task any more"
                );
                Ok(())
            }
            told => told,
        }
    }

    /// Reports the oldest outcome that could not be reported, if there is one.
    pub(super) fn report_again(
        self: &Arc<Self>,
    ) -> Option<impl Future<Output = ()> + Send + 'static> {
        let finished = self.ledger.take_unreported()?;
        let desk = Arc::clone(self);
        Some(async move { desk.report(finished).await })
    }

    /// Tries to report all of them, once.
    pub(super) async fn report_all(&self) {
        for _ in 0..self.unreported() {
            let Some(finished) = self.ledger.take_unreported() else {
                return;
            };
            let task = finished.task_id.clone();
            let told = self.client.finish(&finished).await;
            self.ledger
                .put_down(&task, told.is_err().then_some(finished));
        }
    }

    /// How many outcomes could not be reported.
    pub(super) fn unreported(&self) -> usize {
        self.ledger.unreported()
    }

    /// How many tasks are being worked on, actions that go on behind their answers included.
    pub(super) fn running(&self) -> usize {
        self.ledger.running() + self.invocations.running()
    }

    /// Tells all that is being worked on why to stop.
    pub(super) fn end_all(&self, ending: Ending) {
        self.ledger.end_all(ending);
        self.invocations.end_all(ending);
    }

    /// Waits until no action goes on any more. To be called when no task does.
    pub(super) async fn wait_for_actions(&self) {
        self.invocations.wait().await;
    }
}

/// Whether an outcome is refused for what it says: it would be the next time, too.
fn is_refused(status: &Status, finished: &BatonServiceFinishTaskRequest) -> bool {
    match status.code() {
        Code::InvalidArgument | Code::OutOfRange | Code::FailedPrecondition => true,
        Code::ResourceExhausted => finished.encoded_len() > LARGE,
        _ => false,
    }
}

/// What is reported in place of an outcome that is refused.
fn unreportable(status: &Status) -> Failed {
    Failed::for_good(Failure::new(
        Kind::Internal,
        format!(
            "the task has been worked on, but ConductorOne does not take what it has come to ({}); the connector's log says what that is",
            words(status)
        ),
    ))
}

fn panicked() -> Failed {
    Failed::for_now(Failure::new(
        Kind::Internal,
        "the host has failed at this task; its log says where",
    ))
}

fn log(task: &str, name: &str, outcome: &Outcome, took: Duration) {
    let elapsed_ms = milliseconds(took);
    match outcome {
        Ok(_) => tracing::info!(task_id = task, task_type = name, elapsed_ms, "task done"),
        Err(Failed { failure, for_good }) => tracing::warn!(
            task_id = task,
            task_type = name,
            elapsed_ms,
            kind = ?failure.kind,
            non_retryable = for_good,
            hints = failure.hints.join(" "),
            error = %failure,
            "task failed"
        ),
    }
}
