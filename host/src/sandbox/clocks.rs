//! Clocks that are too coarse to measure what other programs on the machine are doing.

use std::time::{Duration, Instant, SystemTime};
use wasmtime_wasi::{HostMonotonicClock, HostWallClock};

/// What a component can tell apart.
const STEP: Duration = Duration::from_millis(1);

/// The time of day.
pub struct WallClock;

impl HostWallClock for WallClock {
    fn resolution(&self) -> Duration {
        STEP
    }

    fn now(&self) -> Duration {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        coarse(since.unwrap_or_default())
    }
}

/// Time that passes, since the component was made.
pub struct MonotonicClock(Instant);

impl MonotonicClock {
    pub fn new() -> Self {
        Self(Instant::now())
    }
}

impl HostMonotonicClock for MonotonicClock {
    fn resolution(&self) -> u64 {
        nanoseconds(STEP)
    }

    fn now(&self) -> u64 {
        nanoseconds(coarse(self.0.elapsed()))
    }
}

fn coarse(time: Duration) -> Duration {
    // Also for the seconds of 584 million years.
    Duration::from_millis(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_go_and_tell_milliseconds_only() {
        let clock = MonotonicClock::new();
        while clock.now() == 0 {
            std::hint::spin_loop();
        }
        assert_eq!(clock.now() % 1_000_000, 0);
        assert_eq!(clock.resolution(), 1_000_000);
        let now = WallClock.now();
        assert!(now > Duration::from_secs(1_700_000_000));
        assert_eq!(now.subsec_nanos() % 1_000_000, 0);
    }
}
