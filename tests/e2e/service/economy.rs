//! How little is asked of ConductorOne, and of this machine.

use crate::rig::{MEMBER, OWNER, Rig};
use e2e::{
    conductorone::{Settings, tasks},
    valimail::{self, Fault, Faults, Script},
};
use std::time::Duration;

#[test]
fn one_connection_is_enough_for_everything() {
    let rig = Rig::provisioning();
    let running = rig.started();
    let all = [
        tasks::hello(),
        tasks::sync(),
        tasks::grant(OWNER, MEMBER),
        tasks::list_actions(),
    ];
    for task in all {
        let task = rig.conductor.push(task);
        rig.conductor.finished(&task);
    }
    let _ = running.stop().succeeded();
    let state = rig.conductor.state();
    // Tokens are asked for on connections of their own.
    assert_eq!(state.connections - state.tokens_given, 1);
    rig.assert_clean();
}

#[test]
fn no_more_tasks_are_worked_on_at_once_than_the_operator_wants() {
    let slow = Fault::Delay(Duration::from_millis(500));
    let rig = Rig::of(
        Settings::default(),
        valimail::Settings {
            faults: Faults::list(Script::forever(slow)),
            ..valimail::Settings::company()
        },
    )
    .env("BATON_TASK_CONCURRENCY", "2");
    let running = rig.started();
    let syncs: Vec<_> = (0..6).map(|_| rig.conductor.push(tasks::sync())).collect();
    for sync in syncs {
        assert!(rig.conductor.finished(&sync).end().is_success());
    }
    assert_eq!(rig.conductor.state().most_at_once, 2);
    let _ = running.stop().succeeded();
    rig.assert_clean();
}

#[test]
fn there_is_a_pause_after_each_question_for_a_task() {
    let rig = Rig::with(Settings {
        next_poll: Duration::ZERO,
        ..Settings::default()
    });
    let tasks: Vec<_> = (0..6)
        .map(|_| rig.conductor.push(tasks::list_actions()))
        .collect();
    let running = rig.start(&[]);
    let mut times = tasks.iter().map(|task| {
        let record = rig.conductor.finished(task);
        record.handed_out_at.expect("it was handed out")
    });
    let first = times.next().expect("a first one");
    let last = times.next_back().expect("a last one");
    let pauses = last.duration_since(first);
    assert!(pauses >= Duration::from_millis(5 * 90), "{pauses:?}");
    let _ = running.stop().succeeded();
    rig.assert_clean();
}
