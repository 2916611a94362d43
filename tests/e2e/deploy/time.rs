//! Whether there is time for what takes time.

use crate::{
    manifests::{cron_job, pods},
    unit::Unit,
};
use e2e::host::Host;

/// For the last words to ConductorOne: twice five seconds.
const LAST_WORDS: i64 = 10;

/// The default of a flag, in seconds.
fn default_of(flag: &str) -> i64 {
    let help = Host::unconfigured().run(&["--help"]).succeeded().stdout;
    let words: Vec<_> = help.split_whitespace().collect();
    let at = words.iter().position(|word| *word == flag);
    let mut after = words[at.expect("a flag")..].iter();
    after.find(|word| **word == "[default:").expect("a default");
    let value = after.next().expect("a value").trim_end_matches(']');
    value.parse().expect("a number")
}

/// A time in a unit, in seconds.
fn seconds(unit: &Unit, key: &str) -> i64 {
    unit.value("Service", key).parse().expect("a number")
}

#[test]
fn a_service_is_not_killed_before_its_grace_is_over() {
    let needed = default_of("--shutdown-grace") + LAST_WORDS;
    for (what, pod) in pods() {
        let given = pod.termination_grace_period_seconds;
        assert!(
            what == "the reader" || given.is_some_and(|given| given > needed),
            "{what}"
        );
    }
    for name in ["baton-valimail.service", "baton-valimail-sync.service"] {
        assert!(
            seconds(&Unit::of(name), "TimeoutStopSec") > needed,
            "{name}"
        );
    }
}

#[test]
fn a_sync_has_all_the_time_that_the_program_gives_it() {
    let needed = default_of("--time-limit");
    let job = cron_job().spec.expect("a spec").job_template.spec;
    let deadline = job.expect("a job").active_deadline_seconds;
    assert!(deadline.expect("a deadline") > needed);
    let unit = Unit::of("baton-valimail-sync.service");
    assert!(seconds(&unit, "TimeoutStartSec") > needed);
}
