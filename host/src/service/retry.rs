//! How long to wait before something is tried again, and what is not.

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use std::time::Duration;
use tonic::{Code, Status};

/// Waits of 1 s, 2 s, 4 s and so on up to `longest`, with jitter, so that not all come at once when
/// a service is back. They do not come to an end.
pub(super) fn schedule(longest: Duration) -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_secs(1))
        .with_max_delay(longest)
        .without_max_times()
        .with_jitter()
}

/// The waits between attempts that fail one after the other.
pub(super) struct Waits {
    schedule: ExponentialBuilder,
    waits: ExponentialBackoff,
}

impl Waits {
    pub(super) fn new(longest: Duration) -> Self {
        let schedule = schedule(longest);
        Self {
            schedule,
            waits: schedule.build(),
        }
    }

    /// Another one has failed.
    pub(super) fn next(&mut self) -> Duration {
        // There is always one.
        self.waits.next().unwrap_or(Duration::from_secs(60))
    }

    /// One has not.
    pub(super) fn reset(&mut self) {
        self.waits = self.schedule.build();
    }
}

/// Whether the service means what it says: trying again would change nothing.
pub(super) fn is_for_good(status: &Status) -> bool {
    matches!(
        status.code(),
        Code::Unauthenticated
            | Code::PermissionDenied
            | Code::InvalidArgument
            | Code::Unimplemented
            | Code::FailedPrecondition
            | Code::NotFound
            | Code::AlreadyExists
            | Code::OutOfRange
    )
}
