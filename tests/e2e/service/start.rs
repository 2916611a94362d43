//! The first moments of the process.

use crate::rig::Rig;
use e2e::host::holds_only;
use std::{
    fs, thread,
    time::{Duration, Instant},
};

/// Nothing takes so long when all is well.
const PATIENCE: Duration = Duration::from_secs(60);
/// SIGTERM among the signals that a process handles, in `/proc/<id>/status`.
const TERM: u64 = 1 << 14;

fn hears_of_it(id: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let mut lines = status.lines();
    let caught = lines.find_map(|line| line.strip_prefix("SigCgt:"));
    let caught = caught.map(|mask| u64::from_str_radix(mask.trim(), 16).expect("a mask"));
    caught.is_some_and(|mask| mask & TERM != 0)
}

#[test]
fn a_signal_is_heard_while_the_component_is_compiled() {
    // Nothing has been compiled for this one yet.
    let rig = Rig::new();
    let cache = rig.host.path("cache");
    fs::create_dir(&cache).expect("a directory");
    let rig = rig.env("XDG_CACHE_HOME", &cache.display().to_string());
    let running = rig.start(&[]);
    let start = Instant::now();
    while !hears_of_it(running.id()) {
        assert!(start.elapsed() < PATIENCE, "it does not hear of signals");
        thread::yield_now();
    }
    let transcript = running.stop_at_once();
    // The signal itself would have ended it without a code.
    assert!(transcript.code.is_some(), "{transcript}");
    assert_eq!(rig.conductor.state().hellos_heard, 0);
    assert!(holds_only(&cache, &[]), "it has waited for the compiler");
    rig.assert_clean();
}
