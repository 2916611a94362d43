//! Tasks: waiting, handed out, finished.

use super::{
    connector::{
        CreateAccountResponse, GetActionStatusResponse, InvokeActionResponse,
        ListActionSchemasResponse,
    },
    messages::{
        BatonServiceFinishTaskRequest, Task, baton_service_finish_task_request::FinalState,
    },
};
use prost::Message;
use std::time::{Duration, Instant};

/// A task, and all that has been heard of it.
#[derive(Debug, Clone)]
pub struct Record {
    pub task: Task,
    pub place: Place,
    /// How often it was handed out.
    pub handed_out: u32,
    /// The ids of the hosts that it was handed to, in this order.
    pub handed_to: Vec<String>,
    pub heartbeats: u32,
    /// Whether the next heartbeat is told that nobody wants it any more.
    pub cancelled: bool,
    /// All that was said to be the end of it; the last one counts.
    pub finishes: Vec<Finish>,
    /// When it was handed out for the last time.
    pub handed_out_at: Option<Instant>,
    /// When the last word about it has arrived.
    pub finished_at: Option<Instant>,
    /// Files of which a beginning has arrived.
    pub uploads_begun: u32,
    /// Files that have arrived whole.
    pub uploads: Vec<Upload>,
}

/// Where a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// To be handed out from then on.
    Waiting(Instant),
    /// Somebody is at it, and was last heard of then.
    HandedOut(Instant),
    Finished,
}

/// An end.
#[derive(Debug, Clone, PartialEq)]
pub struct Finish(pub BatonServiceFinishTaskRequest);

/// A file, and how many bytes each piece had in which it came.
#[derive(Clone, PartialEq)]
pub struct Upload(pub Vec<u8>, pub Vec<usize>);

impl std::fmt::Debug for Upload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl Finish {
    /// Whether it is said to be done.
    pub fn is_success(&self) -> bool {
        matches!(self.0.final_state, Some(FinalState::Success(_)))
    }

    /// The code that it ended with; 0 for a success.
    pub fn code(&self) -> i32 {
        self.0.status.as_ref().map_or(0, |status| status.code)
    }

    /// What it says about a failure.
    pub fn message(&self) -> &str {
        self.0.status.as_ref().map_or("", |status| &status.message)
    }

    /// Whether it says that trying again is of no use.
    pub fn is_for_good(&self) -> bool {
        matches!(&self.0.final_state, Some(FinalState::Error(error)) if error.non_retryable)
    }

    /// Names of the annotations of a success.
    pub fn annotations(&self) -> Vec<&str> {
        let Some(FinalState::Success(success)) = &self.0.final_state else {
            return Vec::new();
        };
        let urls = success.annotations.iter().map(|any| any.type_url.as_str());
        urls.filter_map(|url| url.rsplit('.').next()).collect()
    }

    fn response<M: Message + Default>(&self, name: &str) -> M {
        let Some(FinalState::Success(success)) = &self.0.final_state else {
            panic!("it has failed: {self:?}");
        };
        let any = success.response.as_ref().expect("a response");
        assert_eq!(
            any.type_url,
            format!("type.googleapis.com/c1.connector.v2.{name}")
        );
        M::decode(any.value.as_slice()).expect("a response that can be read")
    }

    pub fn created(&self) -> CreateAccountResponse {
        self.response("CreateAccountResponse")
    }

    pub fn actions(&self) -> ListActionSchemasResponse {
        self.response("ListActionSchemasResponse")
    }

    pub fn invoked(&self) -> InvokeActionResponse {
        self.response("InvokeActionResponse")
    }

    pub fn action_status(&self) -> GetActionStatusResponse {
        self.response("GetActionStatusResponse")
    }
}

impl Record {
    pub(super) fn new(task: Task) -> Self {
        Self {
            task,
            place: Place::Waiting(Instant::now()),
            handed_out: 0,
            handed_to: Vec::new(),
            heartbeats: 0,
            cancelled: false,
            finishes: Vec::new(),
            handed_out_at: None,
            finished_at: None,
            uploads_begun: 0,
            uploads: Vec::new(),
        }
    }

    /// Whether this host has ever had it.
    pub(super) fn was_at(&self, host: &str) -> bool {
        self.handed_to.iter().any(|known| known == host)
    }

    /// The end that counts.
    pub fn end(&self) -> &Finish {
        self.finishes.last().expect("it has come to an end")
    }

    /// From its last handing out to its end.
    pub fn took(&self) -> Option<Duration> {
        let (from, to) = self.handed_out_at.zip(self.finished_at)?;
        Some(to.duration_since(from))
    }

    /// Whether it is over.
    pub fn is_finished(&self) -> bool {
        self.place == Place::Finished
    }
}
