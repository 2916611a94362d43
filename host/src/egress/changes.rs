//! The requests of an operation that change something: what a dry run shows and a receipt keeps.

use bytes::Bytes;
use http::Method;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use url::Url;

/// A changing request. There may be secrets in it, so it cannot be printed as it is.
#[derive(Clone)]
pub struct ChangingRequest {
    pub method: Method,
    pub url: Url,
    pub body: Bytes,
    /// What became of it.
    pub answer: Answer,
    /// How often it was sent again, because it had certainly not been acted on.
    pub retries: u32,
}

/// What became of a changing request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Nothing yet.
    Awaited,
    /// It has never been sent: this is a dry run.
    HeldBack,
    /// It has never arrived, for this reason.
    Unsent(String),
    /// A status arrived.
    Status(u16),
    /// No answer arrived, for this reason.
    Failed(String),
}

impl ChangingRequest {
    /// Whether it may have changed something: unless it has been refused, or has not arrived.
    pub fn may_have_worked(&self) -> bool {
        match self.answer {
            Answer::Awaited | Answer::Failed(_) => true,
            Answer::HeldBack | Answer::Unsent(_) => false,
            // Who says so has not acted (RFC 9110, section 15.5), but for a timeout.
            Answer::Status(status) => !(400..500).contains(&status) || status == 408,
        }
    }
}

/// No operation needs so many, and each is kept for the receipt, with its body.
pub(super) const MOST: usize = 100;

/// All of them, in the order in which they were sent.
#[derive(Default)]
pub struct Changes {
    requests: Mutex<Vec<ChangingRequest>>,
    held: Notify,
}

/// One of them.
#[derive(Clone, Copy)]
pub(super) struct Place(usize);

impl Changes {
    /// What has been sent, or held back, so far.
    pub fn requests(&self) -> Vec<ChangingRequest> {
        self.lock().clone()
    }

    /// Whether anything has been sent.
    pub fn has_begun(&self) -> bool {
        let sent = |request: &ChangingRequest| request.answer != Answer::HeldBack;
        self.lock().iter().any(sent)
    }

    /// Waits until a request has been held back.
    pub async fn held_back(&self) {
        self.held.notified().await;
    }

    /// Whether there must not be another one.
    pub(super) fn are_many(&self) -> bool {
        self.lock().len() >= MOST
    }

    pub(super) fn begin(&self, method: &Method, url: &Url, body: &Bytes) -> Place {
        let mut requests = self.lock();
        requests.push(ChangingRequest {
            method: method.clone(),
            url: url.clone(),
            body: body.clone(),
            answer: Answer::Awaited,
            retries: 0,
        });
        Place(requests.len() - 1)
    }

    pub(super) fn hold_back(&self, place: Place) {
        self.end(place, Answer::HeldBack);
        self.held.notify_one();
    }

    pub(super) fn repeat(&self, place: Place) {
        if let Some(request) = self.lock().get_mut(place.0) {
            request.retries += 1;
        }
    }

    pub(super) fn end(&self, place: Place, answer: Answer) {
        if let Some(request) = self.lock().get_mut(place.0) {
            request.answer = answer;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<ChangingRequest>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
