//! Which tasks are being worked on, and which have come to something that ConductorOne does not
//! know yet.

use super::ending::{End, Ending};
use crate::baton::service::BatonServiceFinishTaskRequest;
use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Outcomes that are kept for when they are asked for again.
const KEPT: usize = 1000;

/// Shared by the loop and the tasks.
#[derive(Default)]
pub(super) struct Ledger(Mutex<Pages>);

#[derive(Default)]
struct Pages {
    running: HashMap<String, End>,
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

    /// Puts a task down. What could not be reported is kept.
    pub(super) fn put_down(&self, task: &str, unreported: Option<BatonServiceFinishTaskRequest>) {
        let mut pages = self.lock();
        pages.running.remove(task);
        if let Some(finished) = unreported {
            pages.unreported.truncate(KEPT - 1);
            pages.unreported.push_front(finished);
        }
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
    use super::{super::ending::ends, *};

    #[test]
    fn a_task_is_worked_on_once_at_a_time_and_told_again_where_nobody_heard() {
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
