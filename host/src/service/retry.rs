//! How long to wait before something is tried again, and what is not.

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use std::time::Duration;
use tonic::{Code, Status};

/// Waits of 1 s, 2 s, 4 s and so on, none longer than `longest`. Each is made up to twice as long by
/// chance, so that not all come at once when a service is back. They do not come to an end.
pub(super) fn schedule(longest: Duration) -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_secs(1))
        .with_max_delay(longest / 2)
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

/// Up to a tenth more, by chance: replicas that were started together do not stay together.
pub(super) fn spread(wait: Duration) -> Duration {
    wait.mul_f64(1.0 + fastrand::f64() / 10.0)
}

/// Whether the service means what it says: trying again would change nothing. Those of Baton's SDK
/// (`isRetryableHelloError`).
pub(super) fn is_for_good(status: &Status) -> bool {
    matches!(
        status.code(),
        Code::Unauthenticated
            | Code::PermissionDenied
            | Code::InvalidArgument
            | Code::Unimplemented
            | Code::FailedPrecondition
            | Code::NotFound
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_wait_is_longer_than_it_may_be() {
        let longest = Duration::from_secs(60);
        let mut waits = Waits::new(longest);
        let waited: Vec<_> = std::iter::repeat_with(|| waits.next()).take(50).collect();
        assert!(waited.iter().all(|wait| *wait <= longest), "{waited:?}");
        assert!(
            waited[40..].iter().all(|wait| *wait >= longest / 2),
            "{waited:?}"
        );
    }

    #[test]
    fn two_that_start_together_do_not_try_again_together() {
        let waits = || {
            let mut waits = Waits::new(Duration::from_secs(60));
            (0..10).map(|_| waits.next()).collect::<Vec<_>>()
        };
        assert_ne!(waits(), waits());
    }

    #[test]
    fn a_wait_is_spread_over_a_tenth_of_itself() {
        let wait = Duration::from_secs(10);
        for _ in 0..100 {
            let spread = spread(wait);
            assert!(
                (wait..=Duration::from_secs(11)).contains(&spread),
                "{spread:?}"
            );
        }
    }
}
