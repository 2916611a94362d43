//! The loop that takes tasks up, and its end.

use super::{
    client::{Client, words},
    condition::Condition,
    ending::{Ending, ends},
    heartbeat::Heart,
    hello::hello,
    job::{self, Bench, Invocations},
    ledger::{Entry, Ledger},
    outcome::{Failed, Outcome, message},
    place,
    retry::{self, Waits},
    work::Work,
};
use crate::{
    baton::service::{BatonServiceFinishTaskRequest, Task, task::TaskType},
    failure::{Failure, Kind, Result},
};
use backon::Retryable;
use futures::FutureExt;
use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tonic::{Code, Status};

/// Between two questions for a task when there was none. The service may ask for less, and would
/// have to bear it.
const SHORTEST_POLL: Duration = Duration::from_millis(100);
/// Between two questions, whatever the service asks for.
const LONGEST_POLL: Duration = Duration::from_secs(5 * 60);
/// Between two questions that have failed.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Between two hellos that have failed.
const LONGEST_HELLO: Duration = Duration::from_secs(5 * 60);
/// An outcome is reported so often before it is kept for later.
const REPORTS: usize = 6;
/// Between two reports of an outcome.
const LONGEST_REPORT: Duration = Duration::from_secs(15);
/// For what has to be told when there is no time left.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// A connector in ConductorOne's service.
pub struct Service {
    pub client: Arc<Client>,
    pub work: Arc<Work>,
    /// Tasks at once.
    pub concurrency: usize,
    /// How long tasks may go on after `stop`.
    pub grace: Duration,
    pub condition: Arc<Condition>,
    /// Stops asking for tasks, and comes to an end.
    pub stop: CancellationToken,
    /// Ends at once.
    pub kill: CancellationToken,
}

/// What the tasks share with the loop.
struct Shared {
    client: Arc<Client>,
    work: Arc<Work>,
    invocations: Arc<Invocations>,
    ledger: Ledger,
    condition: Arc<Condition>,
}

impl Service {
    /// Works until it is told to stop.
    ///
    /// # Errors
    ///
    /// When ConductorOne does not take the credentials, or the hello.
    pub async fn run(self) -> Result<()> {
        let temp_dir = self.work.temp_dir.clone();
        let sweeping = tokio::task::spawn_blocking(move || place::sweep(temp_dir.as_deref()));
        // A panic has been reported already.
        let _ = sweeping.await;
        if !self.register().await? {
            return Ok(());
        }
        let shared = Arc::new(Shared {
            client: Arc::clone(&self.client),
            work: Arc::clone(&self.work),
            invocations: Arc::default(),
            ledger: Ledger::default(),
            condition: Arc::clone(&self.condition),
        });
        let tasks = TaskTracker::new();
        self.take_up(&shared, &tasks).await;
        self.drain(&shared, &tasks).await;
        Ok(())
    }

    /// Says hello until it is heard; false when there is no time for it any more.
    async fn register(&self) -> Result<bool> {
        let saying = (|| self.client.hello(hello(&self.work.connector, "")))
            .retry(retry::schedule(LONGEST_HELLO))
            .when(|status| !retry::is_for_good(status))
            .notify(|status, wait| {
                let error = words(status);
                self.condition.failed(error.clone());
                tracing::warn!(
                    error,
                    wait_ms = milliseconds(wait),
                    "ConductorOne has not heard the hello; trying again"
                );
            });
        let said = tokio::select! {
            said = saying => said,
            () = self.stop.cancelled() => return Ok(false),
        };
        said.map_err(|status| refused(&status))?;
        self.condition.registered();
        tracing::info!(
            host_id = self.client.host_id(),
            "ConductorOne has heard the hello; waiting for tasks"
        );
        Ok(true)
    }

    async fn take_up(&self, shared: &Arc<Shared>, tasks: &TaskTracker) {
        let slots = Arc::new(Semaphore::new(self.concurrency));
        let mut waits = Waits::new(LONGEST_WAIT);
        let mut wait = Duration::ZERO;
        loop {
            let slot = tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                slot = self.slot(&slots, wait) => slot,
            };
            // Once it is asked for, there may be a task on its way, which must not be lost.
            let mut asking = std::pin::pin!(self.client.get_task());
            let asked = tokio::select! {
                asked = &mut asking => Some(asked),
                () = self.stop.cancelled() => tokio::time::timeout(LAST_WORDS, asking).await.ok(),
            };
            wait = match asked {
                None => return,
                Some(Ok(answer)) => {
                    waits.reset();
                    self.condition.answered();
                    let asked = answer
                        .next_poll
                        .and_then(|poll| Duration::try_from(poll).ok());
                    let asked = asked.unwrap_or_default().min(LONGEST_POLL);
                    match answer.task {
                        Some(task) if !matches!(task.task_type, Some(TaskType::None(_))) => {
                            if self.stop.is_cancelled() {
                                shared.ledger.end_all(Ending::Draining);
                            }
                            tasks.spawn(Arc::clone(shared).do_task(task, slot));
                            asked
                        }
                        _ => asked.max(SHORTEST_POLL),
                    }
                }
                Some(Err(status)) => {
                    let wait = waits.next();
                    let error = words(&status);
                    self.condition.failed(error.clone());
                    tracing::warn!(
                        error,
                        wait_ms = milliseconds(wait),
                        "cannot ask ConductorOne for tasks; trying again"
                    );
                    wait
                }
            };
        }
    }

    /// A slot is there before a task is asked for: no more are fetched than can be done.
    async fn slot(&self, slots: &Arc<Semaphore>, wait: Duration) -> OwnedSemaphorePermit {
        tokio::time::sleep(wait).await;
        match Arc::clone(slots).acquire_owned().await {
            Ok(slot) => slot,
            // Nobody closes it.
            Err(_) => std::future::pending().await,
        }
    }

    /// Lets tasks come to their end, as long as there is time.
    async fn drain(&self, shared: &Shared, tasks: &TaskTracker) {
        tasks.close();
        shared.invocations.tracker.close();
        self.condition.stopping();
        shared.ledger.end_all(Ending::Draining);
        let running = shared.ledger.running();
        tracing::info!(
            running,
            grace_ms = milliseconds(self.grace),
            "stopping: no more tasks are taken up"
        );
        let all = async {
            tasks.wait().await;
            shared.invocations.tracker.wait().await;
        };
        let grace = async {
            tokio::select! {
                () = tokio::time::sleep(self.grace) => {}
                () = self.kill.cancelled() => {}
            }
        };
        tokio::select! {
            () = all => return,
            () = grace => {}
        }
        shared.ledger.end_all(Ending::Stopping);
        if tokio::time::timeout(LAST_WORDS, tasks.wait())
            .await
            .is_err()
        {
            let running = shared.ledger.running();
            tracing::warn!(
                running,
                "stopped without having told ConductorOne of all tasks; it will offer them again"
            );
        }
    }
}

impl Shared {
    /// Does a task, and says what has come of it.
    async fn do_task(self: Arc<Self>, task: Task, _slot: OwnedSemaphorePermit) {
        let name = task.task_type.as_ref().map_or("unknown", job::name);
        if matches!(task.task_type, Some(TaskType::Hello(_))) {
            tracing::info!(task_id = task.id, task_type = name, "task");
            return job::say_hello(&self.work, &self.client, &task.id).await;
        }
        let (end, ends) = ends();
        let finished = match self.ledger.take_up(&task.id, &end) {
            Entry::Running => {
                tracing::info!(
                    task_id = task.id,
                    task_type = name,
                    "offered again while it is being worked on"
                );
                return;
            }
            Entry::Done(finished) => {
                tracing::info!(
                    task_id = task.id,
                    task_type = name,
                    "offered again although it is done; reporting it again"
                );
                *finished
            }
            Entry::New => {
                tracing::info!(task_id = task.id, task_type = name, "task");
                let began = Instant::now();
                let first = job::first_heartbeat(task.task_type.as_ref());
                let followed = self.work.follow(&task.id, name);
                let bench = Bench {
                    gates: followed.gates.clone(),
                    work: Arc::clone(&self.work),
                    client: Arc::clone(&self.client),
                    invocations: Arc::clone(&self.invocations),
                    task: task.id.clone(),
                    ends,
                };
                let heart = Heart {
                    client: &self.client,
                    task: &task.id,
                    end: &end,
                };
                // A task that has been cancelled meanwhile is not begun.
                let first = match first.is_zero() {
                    true => heart.beat().await.unwrap_or(Duration::from_secs(1)),
                    false => first,
                };
                let job = AssertUnwindSafe(job::run(bench, task.task_type)).catch_unwind();
                let outcome = tokio::select! {
                    outcome = job => outcome.unwrap_or_else(|_| Err(panicked())),
                    never = heart.keep(first) => never,
                };
                self.work.metrics.task(name, outcome.is_ok());
                followed.ends(outcome.as_ref().err().map(|failed| &failed.failure));
                told(&task.id, name, &outcome, began.elapsed());
                message(&task.id, outcome)
            }
        };
        let unreported = self.report(finished).await;
        self.ledger.put_down(&task.id, unreported);
    }

    /// Tells an outcome; gives back one that could not be told.
    async fn report(
        &self,
        finished: BatonServiceFinishTaskRequest,
    ) -> Option<BatonServiceFinishTaskRequest> {
        let told = (|| self.client.finish(&finished))
            .retry(retry::schedule(LONGEST_REPORT).with_max_times(REPORTS))
            .when(|status| !retry::is_for_good(status))
            .notify(|status, wait| {
                tracing::warn!(
                    task_id = finished.task_id,
                    error = words(status),
                    wait_ms = milliseconds(wait),
                    "cannot report what a task has come to; trying again"
                );
            })
            .await;
        let Err(status) = told else {
            self.condition.answered();
            return None;
        };
        let error = words(&status);
        match status.code() {
            // An earlier report has arrived, and its answer has not.
            Code::NotFound | Code::AlreadyExists => {
                tracing::info!(
                    task_id = finished.task_id,
                    error,
                    "ConductorOne does not wait for this task any more"
                );
                None
            }
            Code::InvalidArgument => {
                tracing::error!(
                    task_id = finished.task_id,
                    error,
                    "ConductorOne does not take what a task has come to"
                );
                None
            }
            _ => {
                self.condition.failed(error.clone());
                tracing::error!(
                    task_id = finished.task_id,
                    error,
                    "cannot report what a task has come to; keeping it until it is offered again"
                );
                Some(finished)
            }
        }
    }
}

/// The first hello has come to nothing.
fn refused(status: &Status) -> Failure {
    let kind = match status.code() {
        Code::Unauthenticated => Kind::Unauthenticated,
        Code::PermissionDenied => Kind::PermissionDenied,
        Code::InvalidArgument => Kind::InvalidArgument,
        Code::NotFound => Kind::NotFound,
        Code::Unimplemented => Kind::Unimplemented,
        _ => Kind::FailedPrecondition,
    };
    Failure::new(kind, words(status))
        .context("ConductorOne has refused the connector")
        .hint("Look at BATON_CLIENT_ID and BATON_CLIENT_SECRET: ConductorOne shows them once, when they are made (Connectors, Settings, Rotate).")
}

fn panicked() -> Failed {
    Failed::for_now(Failure::new(
        Kind::Internal,
        "the host has failed at this task; its log says where",
    ))
}

fn told(task: &str, name: &str, outcome: &Outcome, took: Duration) {
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

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
