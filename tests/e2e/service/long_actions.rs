//! Actions that go on behind their answer.

use crate::rig::{MEMBER, Rig, Running};
use e2e::{
    conductorone::{Settings, connector::BatonActionStatus, tasks},
    valimail::{Endpoint, Fault, Faults, Script},
};
use serde_json::Value;
use std::{fs, time::Duration};

fn with(patch: impl Into<Script>) -> Rig {
    Rig::faulty(Settings::default(), Faults::patch(patch)).env("BATON_RECEIPTS", "receipts.jsonl")
}

/// So often at most, with a pause of a tenth of a second in between.
const ASKED: usize = 200;

/// Longer than anybody is kept waiting.
fn slow() -> Fault {
    Fault::Delay(Duration::from_secs(3))
}

fn hanging() -> Script {
    Script::forever(Fault::Hang)
}

/// Disables somebody, which takes long; gives the id of the action.
fn disabling(rig: &Rig) -> (Running, String) {
    let disable = tasks::invoke("disable_user", &[("user_id", MEMBER)]);
    let (running, task) = rig.asking(Endpoint::Patch, disable);
    let record = rig.conductor.finished(&task);
    let invoked = record.end().invoked();
    assert_eq!(invoked.status(), BatonActionStatus::Running);
    (running, invoked.id)
}

fn is_disabled(rig: &Rig) -> bool {
    let account = rig.valimail.account(MEMBER).expect("an account");
    !account.is_active()
}

/// What the one receipt says has come of it.
fn outcome(rig: &Rig) -> Value {
    let receipts = fs::read_to_string(rig.host.path("receipts.jsonl")).expect("receipts");
    let receipt: Value = serde_json::from_str(&receipts).expect("one receipt");
    receipt["outcome"].clone()
}

#[test]
fn it_can_be_asked_how_far_they_are() {
    let rig = with(slow());
    let (running, action) = disabling(&rig);
    let status = || {
        let task = rig.conductor.push(tasks::action_status(&action));
        rig.conductor.finished(&task).end().action_status().status()
    };
    assert_eq!(status(), BatonActionStatus::Running);
    let mut answers = (0..ASKED).map(|_| status());
    let now = answers.find(|status| *status != BatonActionStatus::Running);
    assert_eq!(now, Some(BatonActionStatus::Complete));
    assert!(is_disabled(&rig));
    assert_eq!(outcome(&rig), "complete");
    let _ = running.stop().succeeded();
    rig.assert_clean();
}

#[test]
fn those_that_fail_say_why() {
    let rig = with(hanging()).env("BATON_HTTP_TIMEOUT_SECONDS", "2");
    let (running, action) = disabling(&rig);
    let status = || {
        let task = rig.conductor.push(tasks::action_status(&action));
        rig.conductor.finished(&task).end().action_status()
    };
    let mut answers = (0..ASKED).map(|_| status());
    let now = answers.find(|answer| answer.status() != BatonActionStatus::Running);
    let now = now.expect("an end");
    assert_eq!(now.status(), BatonActionStatus::Failed);
    let response = now.response.expect("a response");
    assert!(response.fields.contains_key("error"), "{response:?}");
    let _ = running.stop().succeeded();
    rig.assert_clean();
}

#[test]
fn they_count_towards_the_tasks_at_once_until_they_end() {
    let rig = with(slow()).env("BATON_TASK_CONCURRENCY", "1");
    let (running, _) = disabling(&rig);
    let task = rig.conductor.push(tasks::list_actions());
    rig.conductor.finished(&task);
    assert!(is_disabled(&rig), "the other task has not waited");
    let _ = running.stop().succeeded();
    rig.assert_clean();
}

#[test]
fn they_may_come_to_their_end_within_the_grace() {
    let rig = with(slow()).env("BATON_SHUTDOWN_GRACE", "3600");
    let (running, _) = disabling(&rig);
    let _ = running.stop_at_once().succeeded();
    assert!(is_disabled(&rig));
    assert_eq!(outcome(&rig), "complete");
    rig.assert_clean();
}

#[test]
fn those_that_take_too_long_are_stopped_and_written_down_as_unknown() {
    let rig = with(hanging()).env("BATON_SHUTDOWN_GRACE", "1");
    let (running, _) = disabling(&rig);
    let _ = running.stop_at_once().succeeded();
    assert_eq!(outcome(&rig), "unknown");
    rig.assert_clean();
}
