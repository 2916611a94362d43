//! The loop that takes tasks up, and its end.

use super::{
    client::{Client, words},
    condition::Condition,
    ending::Ending,
    hello::hello,
    place,
    retry::{self, Waits, spread},
    task::Desk,
    work::Work,
};
use crate::{
    baton::service::{BatonServiceGetTaskResponse, task::TaskType},
    failure::{Failure, Kind, Result},
};
use backon::Retryable;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tonic::{Code, Status};

/// Between two questions for a task, at least.
const SHORTEST_POLL: Duration = Duration::from_millis(100);
/// Between two questions, whatever the service asks for.
const LONGEST_POLL: Duration = Duration::from_secs(5 * 60);
/// Between two questions that have failed.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Between two hellos that have failed.
const LONGEST_HELLO: Duration = Duration::from_secs(5 * 60);
/// For what has to be heard or told when there is no time left.
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
    /// Ends the grace.
    pub kill: CancellationToken,
}

impl Service {
    /// Works until it is told to stop.
    ///
    /// # Errors
    ///
    /// When ConductorOne does not take the credentials, or the hello.
    pub async fn run(self) -> Result<()> {
        let temp_dir = self.work.temp_dir.clone();
        // Nothing depends on it, and the disk may take its time.
        tokio::task::spawn_blocking(move || place::sweep(temp_dir.as_deref()));
        if !self.register().await? {
            return Ok(());
        }
        let desk = Arc::new(Desk::new(&self.client, &self.work));
        let tasks = TaskTracker::new();
        let stopped = async {
            self.stop.cancelled().await;
            self.condition.stopping();
            desk.end_all(Ending::Draining);
            Instant::now()
        };
        let (stopped, ()) = tokio::join!(stopped, self.take_up(&desk, &tasks));
        self.drain(&desk, &tasks, stopped).await;
        Ok(())
    }

    /// Says hello until it is heard; false when there is no time for it any more.
    async fn register(&self) -> Result<bool> {
        let saying = (|| self.client.hello(hello(&self.work.connector, "")))
            .retry(retry::schedule(LONGEST_HELLO))
            .when(|status| !retry::is_for_good(status))
            .notify(|status, wait| {
                tracing::warn!(
                    error = words(status),
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

    async fn take_up(&self, desk: &Arc<Desk>, tasks: &TaskTracker) {
        let slots = Arc::new(Semaphore::new(self.concurrency));
        let mut failing = Waits::new(LONGEST_WAIT);
        let mut wait = Duration::ZERO;
        loop {
            let slot = tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                slot = slot(&slots, wait) => slot,
            };
            wait = match self.ask().await {
                None => return,
                Some(Ok(answer)) => {
                    failing.reset();
                    let wait = pause(&answer);
                    self.hand_out(answer, slot, desk, tasks);
                    wait
                }
                Some(Err(status)) => {
                    let wait = failing.next();
                    tracing::warn!(
                        error = words(&status),
                        wait_ms = milliseconds(wait),
                        "cannot ask ConductorOne for tasks; trying again"
                    );
                    wait
                }
            };
        }
    }

    /// Asks for a task. When it is time to stop, there may be one on its way, and it is waited for,
    /// but not for long.
    async fn ask(&self) -> Option<std::result::Result<BatonServiceGetTaskResponse, Status>> {
        let mut asking = std::pin::pin!(self.client.get_task());
        tokio::select! {
            asked = &mut asking => return Some(asked),
            () = self.stop.cancelled() => {}
        }
        tokio::select! {
            asked = timeout(LAST_WORDS, asking) => asked.ok(),
            () = self.kill.cancelled() => None,
        }
    }

    /// Has a task done, if there is one.
    fn hand_out(
        &self,
        answer: BatonServiceGetTaskResponse,
        slot: OwnedSemaphorePermit,
        desk: &Arc<Desk>,
        tasks: &TaskTracker,
    ) {
        // It can be reached, so it can be told now what could not be reported.
        if let Some(reporting) = desk.report_again() {
            tasks.spawn(reporting);
        }
        match answer.task {
            None => {}
            Some(task) if matches!(task.task_type, Some(TaskType::None(_))) => {}
            Some(task) => drop(tasks.spawn(Arc::clone(desk).take(task, slot))),
        }
    }

    /// Lets tasks come to their end, as long as there is time.
    async fn drain(&self, desk: &Desk, tasks: &TaskTracker, stopped: Instant) {
        tasks.close();
        tracing::info!(
            running = desk.running(),
            grace_ms = milliseconds(self.grace),
            "stopping: no more tasks are taken up"
        );
        let all = || async {
            tasks.wait().await;
            desk.wait_for_actions().await;
        };
        let done = tokio::select! {
            () = all() => true,
            () = tokio::time::sleep(self.grace.saturating_sub(stopped.elapsed())) => false,
            () = self.kill.cancelled() => false,
        };
        let last_words = async {
            if !done {
                desk.end_all(Ending::Stopping);
                all().await;
            }
            desk.report_all().await;
        };
        let _ = timeout(LAST_WORDS, last_words).await;
        let (running, unreported) = (desk.running(), desk.unreported());
        if running + unreported > 0 {
            tracing::warn!(
                running,
                unreported,
                "stopped without having reported what tasks have come to; ConductorOne will offer them again"
            );
        }
    }
}

/// A slot is there before a task is asked for: no more are fetched than can be done.
async fn slot(slots: &Arc<Semaphore>, wait: Duration) -> OwnedSemaphorePermit {
    tokio::time::sleep(wait).await;
    match Arc::clone(slots).acquire_owned().await {
        Ok(slot) => slot,
        // Nobody closes it.
        Err(_) => std::future::pending().await,
    }
}

/// Until the next question: as the service asks, within bounds.
fn pause(answer: &BatonServiceGetTaskResponse) -> Duration {
    let asked = answer.next_poll.and_then(|poll| poll.try_into().ok());
    let asked: Duration = asked.unwrap_or_default();
    spread(asked.clamp(SHORTEST_POLL, LONGEST_POLL))
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
    let hint = match kind {
        Kind::Unauthenticated | Kind::PermissionDenied | Kind::NotFound => {
            "Look at BATON_CLIENT_ID and BATON_CLIENT_SECRET: ConductorOne shows them once, when they are made (Connectors, Settings, Rotate)."
        }
        _ => {
            "Look at the host in BATON_CLIENT_ID; if it is right, this version of the connector does not fit ConductorOne's service."
        }
    };
    Failure::new(kind, words(status))
        .context("ConductorOne has refused the connector")
        .hint(hint)
}

pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paused(seconds: i64, nanos: i32) -> Duration {
        pause(&BatonServiceGetTaskResponse {
            next_poll: Some(prost_types::Duration { seconds, nanos }),
            ..BatonServiceGetTaskResponse::default()
        })
    }

    #[test]
    fn the_service_says_when_to_ask_again_within_bounds() {
        let about = |wait: Duration| wait..=wait.mul_f64(1.1);
        assert!(about(Duration::from_secs(7)).contains(&paused(7, 0)));
        assert!(about(SHORTEST_POLL).contains(&paused(0, 0)));
        assert!(about(SHORTEST_POLL).contains(&paused(-3, 0)));
        assert!(about(LONGEST_POLL).contains(&paused(86_400, 0)));
        let silent = BatonServiceGetTaskResponse::default();
        assert!(about(SHORTEST_POLL).contains(&pause(&silent)));
    }
}
