//! Tells ConductorOne that a task is being worked on, and hears whether it still wants it.

use super::{
    client::{Client, words},
    ending::{End, Ending},
};
use std::time::Duration;

/// Between two heartbeats, where the service does not say.
const USUAL: Duration = Duration::from_secs(30);
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(5 * 60);
/// In a row; then the task counts as lost.
const FAILURES: u32 = 10;

/// The heart of one task.
pub(super) struct Heart<'a> {
    pub client: &'a Client,
    pub task: &'a str,
    pub end: &'a End,
}

impl Heart<'_> {
    /// Beats once, and says when to do so again; nothing where that has failed.
    pub(super) async fn beat(&self) -> Option<Duration> {
        match self.client.heartbeat(self.task).await {
            Ok(answer) => {
                if answer.cancelled {
                    self.end.tell(Ending::Cancelled);
                }
                Some(interval(answer.next_heartbeat))
            }
            Err(status) => {
                tracing::warn!(
                    task_id = self.task,
                    error = words(&status),
                    "heartbeat failed"
                );
                None
            }
        }
    }

    /// Beats for as long as it is polled, for the first time after `first`.
    pub(super) async fn keep(&self, first: Duration) -> ! {
        let (mut wait, mut failures) = (first, 0);
        loop {
            tokio::time::sleep(wait).await;
            match self.beat().await {
                Some(next) => (wait, failures) = (next, 0),
                None => failures += 1,
            }
            if failures >= FAILURES {
                self.end.tell(Ending::Lost);
            }
        }
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
