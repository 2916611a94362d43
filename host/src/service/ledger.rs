//! Which tasks are being worked on, and which have come to something that ConductorOne does not
//! know yet.

use super::ending::{End, Ending, ends};
use crate::baton::service::BatonServiceFinishTaskRequest;
use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Outcomes that are kept until they can be reported.
const KEPT: usize = 1000;

/// Shared by the loop and the tasks.
#[derive(Default)]
pub(super) struct Ledger(Mutex<Pages>);

#[derive(Default)]
struct Pages {
    running: HashMap<String, End>,
    /// The newest first.
    unreported: VecDeque<BatonServiceFinishTaskRequest>,
    /// Told to all tasks, and to those that come later.
    ending: Option<Ending>,
}

/// What is known of a task that is offered.
pub(super) enum Entry {
    /// Nothing: it is to be done.
    New,
    /// It is being worked on. The service has lost patience, or an answer.
    Running,
    /// It has been done, and nobody could be told.
    Done(Box<BatonServiceFinishTaskRequest>),
}

impl Ledger {
    /// Takes a task up, unless it is known.
    pub(super) fn take_up(&self, task: &str, end: &End) -> Entry {
        let mut pages = self.lock();
        if pages.running.contains_key(task) {
            return Entry::Running;
        }
        let mut known = pages.unreported.iter();
        if let Some(at) = known.position(|finished| finished.task_id == task)
            && let Some(finished) = pages.unreported.remove(at)
        {
            pages.running.insert(task.to_owned(), end.clone());
            return Entry::Done(Box::new(finished));
        }
        if let Some(ending) = pages.ending {
            end.tell(ending);
        }
        pages.running.insert(task.to_owned(), end.clone());
        Entry::New
    }

    /// Takes up the oldest outcome that could not be reported, to do so now.
    pub(super) fn take_unreported(&self) -> Option<BatonServiceFinishTaskRequest> {
        let mut pages = self.lock();
        let finished = pages.unreported.pop_back()?;
        let (end, _) = ends();
        pages.running.insert(finished.task_id.clone(), end);
        Some(finished)
    }

    /// Puts a task down. What could not be reported is kept.
    pub(super) fn put_down(&self, task: &str, unreported: Option<BatonServiceFinishTaskRequest>) {
        let mut pages = self.lock();
        pages.running.remove(task);
        let Some(finished) = unreported else { return };
        if pages.unreported.len() >= KEPT
            && let Some(forgotten) = pages.unreported.pop_back()
        {
            tracing::error!(
                task_id = forgotten.task_id,
                "forgetting what a task has come to: there are too many that ConductorOne has not heard of"
            );
        }
        pages.unreported.push_front(finished);
    }

    /// How many outcomes could not be reported.
    pub(super) fn unreported(&self) -> usize {
        self.lock().unreported.len()
    }

    /// Tells all tasks why to stop.
    pub(super) fn end_all(&self, ending: Ending) {
        let mut pages = self.lock();
        pages.ending = Some(ending);
        for end in pages.running.values() {
            end.tell(ending);
        }
    }

    /// How many tasks are being worked on.
    pub(super) fn running(&self) -> usize {
        self.lock().running.len()
    }

    fn lock(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_worked_on_once_at_a_time_and_reported_again_where_nobody_heard() {
        let ledger = Ledger::default();
        let (end, _ends) = ends();
        assert!(matches!(ledger.take_up("a", &end), Entry::New));
        assert!(matches!(ledger.take_up("a", &end), Entry::Running));
        let finished = BatonServiceFinishTaskRequest {
            task_id: "a".to_owned(),
            ..BatonServiceFinishTaskRequest::default()
        };
        ledger.put_down("a", Some(finished.clone()));
        assert_eq!(ledger.running(), 0);
        assert!(matches!(ledger.take_up("b", &end), Entry::New));
        assert!(matches!(ledger.take_up("a", &end), Entry::Done(told) if *told == finished));
        ledger.put_down("a", None);
        assert!(matches!(ledger.take_up("a", &end), Entry::New));
    }

    #[test]
    fn what_could_not_be_reported_comes_up_again_the_oldest_first() {
        let ledger = Ledger::default();
        let finished = |task: &str| BatonServiceFinishTaskRequest {
            task_id: task.to_owned(),
            ..BatonServiceFinishTaskRequest::default()
        };
        ledger.put_down("a", Some(finished("a")));
        ledger.put_down("b", Some(finished("b")));
        assert_eq!(ledger.unreported(), 2);
        assert_eq!(ledger.take_unreported(), Some(finished("a")));
        let (end, _ends) = ends();
        assert!(matches!(ledger.take_up("a", &end), Entry::Running));
        // Which has failed again.
        ledger.put_down("a", Some(finished("a")));
        assert_eq!(ledger.take_unreported(), Some(finished("b")));
    }

    #[tokio::test]
    async fn all_tasks_hear_of_an_ending() {
        let ledger = Ledger::default();
        let (early, mut hears_early) = ends();
        let (late, mut hears_late) = ends();
        ledger.take_up("early", &early);
        ledger.end_all(Ending::Draining);
        ledger.take_up("late", &late);
        assert_eq!(hears_early.any().await, Ending::Draining);
        assert_eq!(hears_late.any().await, Ending::Draining);
    }
}
