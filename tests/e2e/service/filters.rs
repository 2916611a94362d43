//! Syncs of some types only.

use crate::rig::Rig;
use e2e::{
    c1z::File,
    conductorone::{
        messages::task::{SyncFullTask, TaskType},
        tasks,
    },
};

fn synced(rig: &Rig, task: TaskType) -> File {
    let running = rig.started();
    let task = rig.conductor.push(task);
    let record = rig.conductor.finished(&task);
    let _ = running.stop().succeeded();
    rig.assert_clean();
    rig.uploaded(&record)
}

fn of_type(ty: &str) -> TaskType {
    TaskType::SyncFull(SyncFullTask {
        sync_resource_type_ids: vec![ty.to_owned()],
        ..SyncFullTask::default()
    })
}

fn holds(file: &File, users: usize, member_types: usize) {
    assert_eq!(file.resources("user").len(), users);
    assert_eq!(file.resources("member_type").len(), member_types);
}

#[test]
fn a_task_may_say_which_types_it_is_about() {
    holds(&synced(&Rig::new(), of_type("user")), 42, 0);
}

#[test]
fn the_operator_may_say_it_where_the_task_does_not() {
    let rig = Rig::new().env("BATON_SYNC_RESOURCE_TYPES", "user");
    holds(&synced(&rig, tasks::sync()), 42, 0);
}

#[test]
fn what_the_task_says_counts() {
    let rig = Rig::new().env("BATON_SYNC_RESOURCE_TYPES", "spaceship");
    holds(&synced(&rig, of_type("user")), 42, 0);
}
