//! Connectors that fail, or have no end: the task has one, and the service goes on.

use crate::rig::{Rig, Running, each};
use e2e::conductorone::{Record, Settings, tasks};

fn attacked(attack: &str) -> Rig {
    let settings = Settings {
        offers: 1,
        ..Settings::default()
    };
    Rig::around_component(settings, "hostile").env("BATON_ATTACK", attack)
}

/// A sync that fails, after which there is another task.
fn fails(rig: &Rig) -> Record {
    let running = rig.started();
    let task = rig.conductor.push(tasks::sync());
    let record = rig.conductor.finished(&task);
    assert_eq!(record.finishes.len(), 1, "{record:?}");
    goes_on(rig, running);
    record
}

fn goes_on(rig: &Rig, running: Running) {
    let task = rig.conductor.push(tasks::list_actions());
    assert!(rig.conductor.finished(&task).end().is_success());
    let _ = running.stop_at_once().succeeded();
    rig.assert_clean();
}

#[test]
fn a_crash_fails_the_sync() {
    each(
        &[
            ("trap", "the connector crashed"),
            ("panic", "the connector crashed"),
            ("exit", "it has ended itself"),
            ("endless-recursion", "call stack exhausted"),
            ("memory-bomb", "--memory-limit"),
        ],
        |&(attack, text)| {
            let record = fails(&attacked(attack));
            assert_eq!(record.end().code(), 13, "{record:?}");
            assert!(record.end().message().contains(text), "{record:?}");
        },
    );
}

#[test]
fn an_endless_loop_fails_the_sync_when_its_time_is_over() {
    each(
        &[
            ("endless-loop", "BATON_CPU_LIMIT", "more than 1 s"),
            ("endless-waiting", "BATON_CALL_TIME_LIMIT", "within 1 s"),
        ],
        |&(attack, limit, text)| {
            let record = fails(&attacked(attack).env(limit, "1"));
            assert_eq!(record.end().code(), 13, "{record:?}");
            assert!(record.end().message().contains(text), "{record:?}");
        },
    );
}

#[test]
fn an_endless_loop_keeps_neither_other_tasks_nor_heartbeats_waiting() {
    let rig = attacked("endless-loop");
    let running = rig.started();
    let task = rig.conductor.push(tasks::sync());
    rig.conductor.wait_until("some heartbeats", |state| {
        let record = state.record(&task);
        record.is_some_and(|record| record.heartbeats >= 3)
    });
    let other = rig.conductor.push(tasks::list_actions());
    assert!(rig.conductor.finished(&other).end().is_success());
    assert!(!rig.record(&task).is_finished());
    rig.conductor.cancel(&task);
    assert_eq!(rig.conductor.finished(&task).end().code(), 1);
    goes_on(&rig, running);
}

#[test]
fn an_endless_loop_does_not_keep_the_process() {
    let rig = attacked("endless-loop").env("BATON_SHUTDOWN_GRACE", "3600");
    let running = rig.started();
    let task = rig.conductor.push(tasks::sync());
    rig.conductor.wait_until("two heartbeats", |state| {
        let record = state.record(&task);
        record.is_some_and(|record| record.heartbeats >= 2)
    });
    let _ = running.stop_at_once().succeeded();
    let record = rig.record(&task);
    assert_eq!(record.end().code(), 1, "{record:?}");
    assert!(!record.end().is_for_good());
    rig.assert_clean();
}
