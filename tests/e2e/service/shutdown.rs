//! Coming to an end.

use crate::rig::{Rig, Running};
use e2e::{
    conductorone::{Record, Settings as ServiceSettings, messages::task::TaskType, tasks},
    valimail::{Fault, Faults, Script, Settings},
};
use std::time::Duration;

const MEMBER: &str = "2906d4927bf178077519";

/// Valimail with faults, and each task offered once.
fn with(faults: Faults) -> Rig {
    Rig::of(
        ServiceSettings {
            offers: 1,
            ..ServiceSettings::default()
        },
        Settings {
            faults,
            ..Settings::company()
        },
    )
    .env("BATON_PROVISIONING", "true")
}

/// A service that has begun a task, and the task's id.
fn at_work(rig: &Rig, task: TaskType) -> (Running, String) {
    let running = rig.started();
    let task = rig.conductor.push(task);
    rig.conductor.wait_until("at work", |state| {
        let record = state.record(&task);
        record.is_some_and(|record| record.handed_out > 0)
    });
    (running, task)
}

/// All that has been heard of a task.
fn record(rig: &Rig, task: &str) -> Record {
    rig.conductor.state().record(task).cloned().expect("a task")
}

#[test]
fn an_idle_service_stops_at_once_at_each_signal() {
    for signal in ["TERM", "INT", "HUP"] {
        let rig = Rig::new();
        let running = rig.started();
        running.signal(signal);
        let _ = running.wait().succeeded();
        rig.assert_clean();
    }
}

#[test]
fn a_service_that_nobody_has_heard_yet_stops_at_once() {
    let mut rig = Rig::new();
    rig.conductor.down();
    let running = rig.start(&[]);
    std::thread::sleep(Duration::from_millis(300));
    let _ = running.stop().succeeded();
}

#[test]
fn a_sync_is_handed_back() {
    let rig = with(Faults::list(Script::forever(Fault::Hang)));
    let (running, task) = at_work(&rig, tasks::sync());
    let _ = running.stop().succeeded();
    let record = record(&rig, &task);
    assert_eq!(record.end().code(), 1, "{record:?}");
    assert!(!record.end().is_for_good());
    assert!(record.end().message().contains("shutdown"), "{record:?}");
    rig.assert_clean();
}

#[test]
fn a_change_that_has_begun_is_brought_to_its_end() {
    let rig = with(Faults::patch(Fault::Delay(Duration::from_millis(500))));
    let (running, task) = at_work(&rig, tasks::grant("member_type:owner:assigned", MEMBER));
    let _ = running.stop().succeeded();
    let record = record(&rig, &task);
    assert_eq!(record.end().annotations(), ["GrantReplaced"]);
    rig.assert_clean();
}

#[test]
fn a_change_that_takes_too_long_is_handed_back_when_the_grace_is_over() {
    let rig = with(Faults::patch(Script::forever(Fault::Hang))).env("BATON_SHUTDOWN_GRACE", "0");
    let (running, task) = at_work(&rig, tasks::grant("member_type:owner:assigned", MEMBER));
    let _ = running.stop().succeeded();
    let record = record(&rig, &task);
    assert_eq!(record.end().code(), 1, "{record:?}");
    assert!(!record.end().is_for_good());
    rig.assert_clean();
}

#[test]
fn a_second_signal_ends_what_the_first_one_waits_for() {
    let rig = with(Faults::patch(Script::forever(Fault::Hang))).env("BATON_SHUTDOWN_GRACE", "3600");
    let (running, task) = at_work(&rig, tasks::grant("member_type:owner:assigned", MEMBER));
    running.signal("TERM");
    std::thread::sleep(Duration::from_millis(200));
    running.signal("TERM");
    let _ = running.wait().succeeded();
    assert_eq!(record(&rig, &task).end().code(), 1);
    rig.assert_clean();
}
