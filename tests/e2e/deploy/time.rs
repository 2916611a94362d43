//! Whether there is time for what takes time.

use crate::{
    manifests::{cron_job, pods, source, text},
    unit::Unit,
};
use e2e::host::Host;

/// What Kubernetes gives a pod that says nothing (terminationGracePeriodSeconds of PodSpec).
const KUBERNETES: i64 = 30;

/// The default of a flag, in seconds.
pub fn default_of(flag: &str) -> i64 {
    let help = Host::unconfigured().run(&["--help"]).succeeded().stdout;
    let words: Vec<_> = help.split_whitespace().collect();
    let at = words.iter().position(|word| *word == flag);
    let mut after = words[at.expect("a flag")..].iter();
    after.find(|word| **word == "[default:").expect("a default");
    let value = after.next().expect("a value").trim_end_matches(']');
    value.parse().expect("a number")
}

/// A constant of the host, in seconds.
fn constant(name: &str) -> i64 {
    let source = source();
    let begins = format!("const {name}: Duration = Duration::from_secs(");
    let mut found = source.split(&begins).skip(1);
    let value = found.next().unwrap_or_else(|| panic!("no {name}"));
    assert_eq!(found.next(), None, "{name} is there twice");
    let value = value.split(')').next().expect("a value");
    value.parse().expect("a number")
}

/// How long it takes at the longest from SIGTERM to the end: the grace, last words to ConductorOne,
/// and what an OpenTelemetry collector has not had yet.
fn to_stop() -> i64 {
    default_of("--shutdown-grace") + constant("LAST_WORDS") + constant("FLUSH")
}

/// A time in a unit, in seconds.
fn seconds(unit: &Unit, key: &str) -> i64 {
    unit.value("Service", key).parse().expect("a number")
}

#[test]
fn a_service_is_not_killed_before_its_grace_is_over() {
    let needed = to_stop();
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
fn a_pod_that_says_nothing_about_it_has_time_to_stop() {
    assert!(to_stop() < KUBERNETES, "{}", to_stop());
}

#[test]
fn the_guide_says_how_long_stopping_takes() {
    let guide = text("README.md");
    let (_, part) = guide.split_once("\n## Stopping\n").expect("a part");
    let part = part.split("\n## ").next().expect("its end");
    let all = to_stop();
    let grace = default_of("--shutdown-grace");
    for said in [
        format!("`BATON_SHUTDOWN_GRACE` seconds, {grace} if"),
        format!("{all} s in all"),
    ] {
        assert!(part.contains(&said), "{said}: {part}");
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
