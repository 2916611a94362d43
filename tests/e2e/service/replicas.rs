//! Several processes with one credential.

use crate::rig::{MEMBER, OWNER, Rig};
use e2e::{
    conductorone::{Settings, messages::task::TaskType, tasks},
    valimail::{Endpoint, Fault, Faults, Script},
};
use std::time::Duration;

const FIRST: &str = "a-pod";
const OTHER: &str = "another-pod";

fn with(valimail: Faults) -> Rig {
    Rig::faulty(
        Settings {
            lease: Duration::from_secs(2),
            ..Settings::default()
        },
        valimail,
    )
}

#[test]
fn they_share_the_work() {
    // Two look-ups are held until both are there, and each process does one task at a time.
    let together = Script::times(2, Fault::Together(2));
    let rig = with(Faults::lookup(together)).env("BATON_TASK_CONCURRENCY", "1");
    let people = ["21fa9be304", "c60d18b5f9"];
    let grants = people.map(|id| rig.conductor.push(tasks::grant(OWNER, id)));
    let others = (0..8).map(|_| rig.conductor.push(tasks::sync()));
    let others: Vec<_> = others.collect();
    let running = [rig.start(&[]), rig.start(&["--host-id", OTHER])];
    let mut workers = grants.map(|task| {
        let record = rig.conductor.finished(&task);
        assert_eq!(record.end().annotations(), ["GrantReplaced"]);
        assert_eq!((record.handed_out, record.finishes.len()), (1, 1));
        record.handed_to[0].clone()
    });
    workers.sort();
    assert_eq!(workers, [FIRST, OTHER]);
    for task in others {
        let record = rig.conductor.finished(&task);
        assert_eq!(rig.uploaded(&record).resources("user").len(), 42);
        assert_eq!((record.handed_out, record.finishes.len()), (1, 1));
    }
    for replica in running {
        let _ = replica.stop().succeeded();
    }
    rig.assert_clean();
}

/// One process is killed in the middle of a task, and the other one takes it over.
fn is_taken_over(faults: Faults, endpoint: Endpoint, task: TaskType) -> Rig {
    let rig = with(faults);
    let (running, task) = rig.asking(endpoint, task);
    let other = rig.start(&["--host-id", OTHER]);
    rig.conductor
        .wait_until("two hellos", |state| state.hellos.len() == 2);
    let _ = running.kill();
    let record = rig.conductor.finished(&task);
    assert!(record.end().is_success(), "{record:?}");
    assert_eq!(record.handed_to, [FIRST, OTHER]);
    assert_eq!(record.finishes.len(), 1, "{record:?}");
    let _ = other.stop().succeeded();
    rig
}

#[test]
fn a_grant_of_one_that_is_killed_is_taken_over() {
    let hanging = Faults::patch(Fault::Hang);
    let rig = is_taken_over(hanging, Endpoint::Patch, tasks::grant(OWNER, MEMBER));
    assert_eq!(rig.member_type(MEMBER).as_deref(), Some("owner"));
    rig.assert_clean();
}

#[test]
fn a_sync_of_one_that_is_killed_is_taken_over() {
    let hanging = Faults::list(Fault::Hang);
    let rig = is_taken_over(hanging, Endpoint::List, tasks::sync());
    assert_eq!(rig.conductor.violations(), Vec::<String>::new());
    // What the one has left, it sweeps itself when it is started again.
    let _ = rig.started().stop().succeeded();
    rig.assert_clean();
}
