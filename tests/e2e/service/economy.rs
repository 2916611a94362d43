//! How little is asked of ConductorOne, and of this machine.

use crate::rig::{MEMBER, OWNER, Rig};
use e2e::{
    conductorone::{Settings, tasks},
    valimail::{Fault, Faults, Script},
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
    let rig = Rig::faulty(Settings::default(), Faults::list(Script::forever(slow)))
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

#[test]
fn connections_are_used_again_although_lists_are_given_up_when_somebody_is_found() {
    let rig = Rig::provisioning();
    let running = rig.started();
    let grants = 10;
    for number in 0..grants {
        let entitlement = [OWNER, "member_type:marketer:assigned"][number % 2];
        let task = rig.conductor.push(tasks::grant(entitlement, MEMBER));
        assert!(rig.conductor.finished(&task).end().is_success());
    }
    let _ = running.stop().succeeded();
    // Each grant gives up one list, and those that take an owner away three.
    let connections = rig.valimail.connections();
    assert!(connections <= grants, "{connections}");
}
