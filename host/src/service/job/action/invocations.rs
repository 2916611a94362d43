//! What has been invoked, and what has come of it.

use crate::{
    baton::connector::BatonActionStatus,
    failure::{Kind, Result},
    provisioning::{Outcome, attributes},
    service::ending::{End, Ending, Ends, ends},
};
use serde_json::{Map, Value};
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};
use svix_ksuid::{Ksuid, KsuidLike};
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

/// Those that can still be asked about. What goes on is never forgotten.
const REMEMBERED: usize = 1000;

/// All that is known, the newest first.
#[derive(Default)]
pub struct Invocations {
    known: Mutex<VecDeque<Known>>,
    /// Those that are going on.
    tracker: TaskTracker,
    /// Told whenever one of them has come to its end.
    ended: Notify,
}

struct Known {
    id: String,
    invocation: Invocation,
    /// What stops it.
    end: End,
}

/// One of them.
#[derive(Clone)]
pub struct Invocation {
    pub name: String,
    pub status: BatonActionStatus,
    pub response: Map<String, Value>,
    pub failure: Option<(Kind, String)>,
}

impl Known {
    fn is_going_on(&self) -> bool {
        self.invocation.status == BatonActionStatus::Running
    }
}

impl Invocations {
    /// Notes a new one. Gives back its id, and what tells it to stop.
    pub fn begin(&self, name: &str) -> (String, Ends) {
        let id = Ksuid::from_seconds(None, None).to_string();
        let (end, ends) = ends();
        let mut known = self.lock();
        if known.len() >= REMEMBERED
            && let Some(oldest) = known.iter().rposition(|known| !known.is_going_on())
        {
            known.remove(oldest);
        }
        known.push_front(Known {
            id: id.clone(),
            invocation: Invocation {
                name: name.to_owned(),
                status: BatonActionStatus::Running,
                response: Map::new(),
                failure: None,
            },
            end,
        });
        (id, ends)
    }

    /// Lets it go on, whoever waits for it.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.tracker.spawn(work);
    }

    /// Notes what has come of it.
    pub fn end(&self, id: &str, made: Result<Outcome>) {
        if let Some(known) = self.lock().iter_mut().find(|known| known.id == id) {
            known.invocation.end(id, made);
        }
        self.ended.notify_waiters();
    }

    /// What is known of it.
    pub fn find(&self, id: &str) -> Option<Invocation> {
        let known = self.lock();
        let mut known = known.iter();
        let known = known.find(|known| known.id == id)?;
        Some(known.invocation.clone())
    }

    /// Waits for its end.
    pub async fn ended(&self, id: &str) {
        loop {
            // Before looking, so that no end comes in between.
            let ended = self.ended.notified();
            let going_on = |known: &Known| known.id == id && known.is_going_on();
            if !self.lock().iter().any(going_on) {
                return;
            }
            ended.await;
        }
    }

    /// Tells it why to stop.
    pub fn stop(&self, id: &str, ending: Ending) {
        let known = self.lock();
        let stopped = known.iter().filter(|known| known.id == id);
        stopped.for_each(|known| known.end.tell(ending));
    }

    /// Tells all of them.
    pub fn end_all(&self, ending: Ending) {
        let known = self.lock();
        let going_on = known.iter().filter(|known| known.is_going_on());
        going_on.for_each(|known| known.end.tell(ending));
    }

    /// How many go on.
    pub fn running(&self) -> usize {
        self.tracker.len()
    }

    /// Waits until none does any more. To be called when none begins any more.
    pub async fn wait(&self) {
        self.tracker.close();
        self.tracker.wait().await;
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Invocation {
    fn end(&mut self, id: &str, made: Result<Outcome>) {
        match made {
            Ok(outcome) => {
                self.status = BatonActionStatus::Complete;
                if let Outcome::Invoked(returned) = outcome
                    && let Value::Object(values) = attributes(&returned)
                {
                    self.response = values;
                }
            }
            Err(failure) => {
                tracing::warn!(action_id = id, error = %failure, "action failed");
                self.status = BatonActionStatus::Failed;
                self.failure = Some((failure.kind, failure.to_string()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Failure;

    fn failure() -> Result<Outcome> {
        Err(Failure::new(Kind::Unavailable, "nobody answers"))
    }

    #[test]
    fn what_goes_on_is_remembered_and_what_is_over_is_not_for_ever() {
        let invocations = Invocations::default();
        let (first, _ends) = invocations.begin("first");
        let (second, _ends) = invocations.begin("second");
        invocations.end(&second, failure());
        for _ in 2..=REMEMBERED {
            let (id, _ends) = invocations.begin("another");
            invocations.end(&id, failure());
        }
        let status = |id| invocations.find(id).map(|known| known.status);
        assert_eq!(status(&first), Some(BatonActionStatus::Running));
        assert_eq!(status(&second), None);
    }

    #[tokio::test]
    async fn an_invocation_can_be_told_to_stop_and_waited_for() {
        let invocations = Invocations::default();
        let (id, mut ends) = invocations.begin("it");
        invocations.stop(&id, Ending::Stopping);
        assert_eq!(ends.at_once().await, Ending::Stopping);
        let ending = async { invocations.end(&id, failure()) };
        tokio::join!(invocations.ended(&id), ending);
        let known = invocations.find(&id).unwrap();
        assert_eq!(known.failure.unwrap().1, "nobody answers");
    }
}
