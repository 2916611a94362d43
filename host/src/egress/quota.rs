//! How many requests there may be, and how large they and their answers may be.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

/// Bounds for the requests of one run.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Bytes of the body of a request. Connectors send forms, not files.
    pub request: usize,
    /// Bytes of the body of an answer, after decompression. A list may be one answer.
    pub response: u64,
    /// Bytes of all headers of a request or an answer.
    pub headers: usize,
    /// Requests that have not been answered to the end.
    pub at_once: usize,
    /// Requests in a second, repetitions included. What is more has to wait.
    pub per_second: u32,
    /// Requests of a run, refused ones included, without repetitions.
    pub in_all: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            request: 1 << 20,
            response: 2 << 30,
            headers: 64 << 10,
            at_once: 32,
            per_second: 100,
            in_all: 100_000,
        }
    }
}

/// A bound that a component has run into.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Excess {
    #[error(
        "there are {limit} requests already that wait for their answers' end (--concurrent-requests-limit)"
    )]
    AtOnce { limit: usize },
    #[error("there have been {limit} requests already in this run (--request-limit)")]
    InAll { limit: u64 },
    #[error("the request's body is larger than {} (--request-size-limit)", kib(*.limit))]
    Request { limit: usize },
    #[error("the request's headers are larger than {} (--header-size-limit)", kib(*.limit))]
    RequestHeaders { limit: usize },
    #[error("the answer's headers are larger than {} (--header-size-limit)", kib(*.limit))]
    ResponseHeaders { limit: usize },
    #[error("the answer is larger than {} MiB (--response-size-limit)", .limit >> 20)]
    Response { limit: u64 },
    #[error("{limit} requests that change something have been sent already in this operation")]
    Changes { limit: usize },
    #[error("{limit} secrets have come in already in this run, so that this answer is not let in")]
    Secrets { limit: usize },
}

fn kib(bytes: usize) -> String {
    format!("{} KiB", bytes >> 10)
}

/// Counts requests against their bounds.
#[derive(Debug)]
pub struct Quota {
    bounds: Bounds,
    at_once: Arc<Semaphore>,
    counted: AtomicU64,
    /// When a request may leave, were there no burst.
    next: Mutex<Option<Instant>>,
}

impl Quota {
    /// Nothing has been sent yet.
    pub fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            at_once: Arc::new(Semaphore::new(bounds.at_once)),
            counted: AtomicU64::new(0),
            next: Mutex::new(None),
        }
    }

    /// The bounds.
    pub fn bounds(&self) -> Bounds {
        self.bounds
    }

    /// Counts a request, whatever becomes of it.
    ///
    /// # Errors
    ///
    /// When there have been too many.
    pub(super) fn count(&self) -> Result<(), Excess> {
        let limit = self.bounds.in_all;
        match self.counted.fetch_add(1, Ordering::Relaxed) {
            counted if counted >= limit => Err(Excess::InAll { limit }),
            _ => Ok(()),
        }
    }

    /// Whether there have been so many that the component is not heeded any more: it has been told.
    pub(super) fn is_used_up(&self) -> bool {
        self.counted.load(Ordering::Relaxed) > self.bounds.in_all
    }

    /// Admits a request, until what this answers with is dropped.
    ///
    /// # Errors
    ///
    /// When there are too many.
    pub(super) fn admit(&self) -> Result<OwnedSemaphorePermit, Excess> {
        let limit = self.bounds.at_once;
        let admitted = Arc::clone(&self.at_once).try_acquire_owned();
        admitted.map_err(|_| Excess::AtOnce { limit })
    }

    /// Waits until the next request may leave. As many as may leave in a second may leave at once.
    pub(super) async fn pace(&self) {
        let wait = self.wait(Instant::now());
        if !wait.is_zero() {
            tracing::debug!(
                wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
                "request waits: there are many (--request-rate-limit)"
            );
            tokio::time::sleep(wait).await;
        }
    }

    /// The generic cell rate algorithm (ITU-T I.371): each request moves the next one's time on by
    /// its share of a second, and may be a second ahead of it.
    fn wait(&self, now: Instant) -> Duration {
        let share = Duration::from_secs(1) / self.bounds.per_second.max(1);
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let due = next.map_or(now, |next| next.max(now));
        *next = Some(due + share);
        (due + share).saturating_duration_since(now + Duration::from_secs(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quota() -> Quota {
        Quota::new(Bounds {
            at_once: 2,
            per_second: 10,
            in_all: 3,
            ..Bounds::default()
        })
    }

    #[test]
    fn an_answer_makes_room_for_the_next_request() {
        let quota = quota();
        let first = quota.admit().unwrap();
        let _second = quota.admit().unwrap();
        assert_eq!(quota.admit().unwrap_err(), Excess::AtOnce { limit: 2 });
        drop(first);
        assert!(quota.admit().is_ok());
    }

    #[test]
    fn the_first_request_too_many_is_told_and_no_other() {
        let quota = quota();
        for _ in 0..3 {
            assert!(!quota.is_used_up());
            assert_eq!(quota.count(), Ok(()));
        }
        assert!(!quota.is_used_up());
        assert_eq!(quota.count(), Err(Excess::InAll { limit: 3 }));
        assert!(quota.is_used_up());
    }

    #[test]
    fn a_burst_goes_at_once_and_what_follows_is_spread() {
        let (quota, now) = (quota(), Instant::now());
        for _ in 0..10 {
            assert_eq!(quota.wait(now), Duration::ZERO);
        }
        assert_eq!(quota.wait(now), Duration::from_millis(100));
        assert_eq!(quota.wait(now), Duration::from_millis(200));
        let later = now + Duration::from_secs(5);
        assert_eq!(quota.wait(later), Duration::ZERO);
    }
}
