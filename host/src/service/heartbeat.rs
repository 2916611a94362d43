//! Tells ConductorOne that a task is being worked on, and hears whether it still wants it.

use super::{
    client::{Client, words},
    ending::{End, Ending},
    retry::is_for_good,
};
use std::time::{Duration, Instant};
use tonic::Status;

/// Between two heartbeats, where the service does not say.
const USUAL: Duration = Duration::from_secs(30);
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(5 * 60);
/// Without a heartbeat that got through; then the task counts as lost.
const LOST: Duration = Duration::from_secs(5 * 60);

/// The heart of one task.
pub(super) struct Heart<'a> {
    pub client: &'a Client,
    pub task: &'a str,
    pub end: &'a End,
    /// Whether ConductorOne waits for heartbeats. Of the original, it gets them for syncs only, so
    /// it may refuse them for other tasks.
    pub is_needed: bool,
}

impl Heart<'_> {
    /// Beats once, and says when to do so again.
    async fn beat(&self) -> Result<Duration, Status> {
        let answer = self.client.heartbeat(self.task).await?;
        if answer.cancelled {
            self.end.tell(Ending::Cancelled);
        }
        Ok(interval(answer.next_heartbeat))
    }

    /// Beats for the first time, and says when to do so again.
    pub(super) async fn begin(&self) -> Duration {
        match self.beat().await {
            Ok(next) => next,
            Err(status) => {
                self.failed(&status);
                SHORTEST
            }
        }
    }

    /// Beats for as long as it is polled, for the first time after `first`.
    pub(super) async fn keep(&self, first: Duration) -> ! {
        let (mut wait, mut heard) = (first, Instant::now());
        loop {
            tokio::time::sleep(wait).await;
            match self.beat().await {
                Ok(next) => (wait, heard) = (next, Instant::now()),
                Err(status) => {
                    self.failed(&status);
                    if !self.is_needed && is_for_good(&status) {
                        std::future::pending::<()>().await;
                    }
                    if heard.elapsed() >= LOST {
                        self.end.tell(Ending::Lost);
                    }
                }
            }
        }
    }

    fn failed(&self, status: &Status) {
        tracing::warn!(
            task_id = self.task,
            error = words(status),
            "heartbeat failed"
        );
    }
}

fn interval(asked: Option<prost_types::Duration>) -> Duration {
    let asked = asked.and_then(|asked| Duration::try_from(asked).ok());
    match asked {
        None | Some(Duration::ZERO) => USUAL,
        Some(asked) => asked.clamp(SHORTEST, LONGEST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_says_when_within_bounds() {
        let seconds = |seconds| interval(Some(prost_types::Duration { seconds, nanos: 0 }));
        assert_eq!(interval(None), USUAL);
        assert_eq!(seconds(0), USUAL);
        assert_eq!(seconds(-5), USUAL);
        assert_eq!(seconds(7), Duration::from_secs(7));
        assert_eq!(seconds(10_000), LONGEST);
    }
}
