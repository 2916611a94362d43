//! What a task has come to, as ConductorOne is told.

use super::ending::Ending;
use crate::{
    baton::{
        any,
        service::{
            BatonServiceFinishTaskRequest,
            baton_service_finish_task_request::{Error, FinalState, Success},
        },
        status::Status,
    },
    failure::{Failure, Kind},
};
use prost::{Message, Name};
use prost_types::Any;

/// Annotations that a message may hold.
const ANNOTATIONS: usize = 16;

/// It is done.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub annotations: Vec<Any>,
    pub response: Option<Any>,
}

impl Done {
    /// With the response of the method that Baton would have called.
    pub(super) fn with<M: Message + Name>(response: &M, annotations: Vec<Any>) -> Self {
        Self {
            annotations,
            response: Some(any(response)),
        }
    }
}

/// It has come to nothing.
#[derive(Debug)]
pub(super) struct Failed {
    pub failure: Failure,
    /// Trying again is of no use, or not safe.
    pub for_good: bool,
}

impl Failed {
    /// Not to be tried again.
    pub(super) fn for_good(failure: Failure) -> Self {
        Self {
            failure,
            for_good: true,
        }
    }

    /// To be tried again.
    pub(super) fn for_now(failure: Failure) -> Self {
        Self {
            failure,
            for_good: false,
        }
    }

    /// A task that lacks something.
    pub(super) fn malformed(what: &str) -> Self {
        let what = format!("malformed task: {what}");
        Self::for_good(Failure::new(Kind::InvalidArgument, what))
    }

    /// It was stopped before it was over.
    pub(super) fn ended(ending: Ending) -> Self {
        let what = format!("stopped by {}", ending.words());
        Self::for_now(Failure::new(Kind::Canceled, what))
    }
}

/// What a task comes to.
pub(super) type Outcome = Result<Done, Failed>;

/// Puts an outcome into the words of the service.
pub(super) fn message(task: &str, outcome: Outcome) -> BatonServiceFinishTaskRequest {
    let (status, state) = match outcome {
        Ok(mut done) => {
            done.annotations.truncate(ANNOTATIONS);
            let success = Success {
                annotations: done.annotations,
                response: done.response,
            };
            (None, FinalState::Success(success))
        }
        Err(Failed { failure, for_good }) => {
            let hints = failure.hints.iter().map(|hint| format!(" {hint}"));
            let status = Status {
                code: failure.kind as i32,
                message: format!("{failure}.{}", hints.collect::<String>()),
                details: Vec::new(),
            };
            let error = Error {
                non_retryable: for_good,
                ..Error::default()
            };
            (Some(status), FinalState::Error(error))
        }
    };
    BatonServiceFinishTaskRequest {
        // The client fills it in.
        host_id: String::new(),
        task_id: task.to_owned(),
        status,
        final_state: Some(state),
    }
}
