//! Why a task is stopped before it has come to an end by itself.

use tokio::sync::watch;

/// A reason to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// ConductorOne does not want it any more.
    Cancelled,
    /// ConductorOne has not been heard of for too long; somebody else may be at it by now.
    Lost,
    /// The process is about to stop: what takes long, and can be begun again, is handed back.
    Draining,
    /// The process stops now.
    Stopping,
}

impl Ending {
    /// What stops a task, in words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Cancelled => "ConductorOne, which has cancelled the task",
            Self::Lost => "lost heartbeats: ConductorOne could not be reached for too long",
            Self::Draining | Self::Stopping => "the connector's shutdown",
        }
    }
}

/// Hears of a reason to stop.
#[derive(Clone)]
pub(super) struct Ends(watch::Receiver<Option<Ending>>);

/// Tells it.
#[derive(Clone)]
pub(super) struct End(watch::Sender<Option<Ending>>);

/// A pair of both.
pub(super) fn ends() -> (End, Ends) {
    let (sender, receiver) = watch::channel(None);
    (End(sender), Ends(receiver))
}

impl End {
    /// Tells a reason. One that is more urgent takes the place of one that is less so.
    pub(super) fn tell(&self, ending: Ending) {
        self.0.send_modify(|told| {
            if matches!(told, None | Some(Ending::Draining)) {
                *told = Some(ending);
            }
        });
    }
}

impl Ends {
    /// Waits for a reason to stop at once.
    pub(super) async fn at_once(&mut self) -> Ending {
        self.wait(|ending| ending != Ending::Draining).await
    }

    /// The reason that has been told, if one has.
    pub(super) fn told(&self) -> Option<Ending> {
        *self.0.borrow()
    }

    /// Waits for any reason.
    pub(super) async fn any(&mut self) -> Ending {
        self.wait(|_| true).await
    }

    async fn wait(&mut self, counts: impl Fn(Ending) -> bool) -> Ending {
        let told = self.0.wait_for(|told| told.is_some_and(&counts)).await;
        match told.map(|told| *told) {
            Ok(Some(ending)) => ending,
            // Nobody is left who could tell one.
            _ => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_drained_may_go_on_until_it_is_stopped() {
        let (end, mut ends) = ends();
        end.tell(Ending::Draining);
        assert_eq!(ends.any().await, Ending::Draining);
        end.tell(Ending::Stopping);
        assert_eq!(ends.at_once().await, Ending::Stopping);
        end.tell(Ending::Cancelled);
        assert_eq!(ends.any().await, Ending::Stopping);
    }
}
