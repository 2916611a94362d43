//! How often it is said that a task is being worked on.

use crate::rig::{MEMBER, OWNER, Rig};
use e2e::{
    conductorone::{CallFault, Faults as ServiceFaults, Method, Record, Settings, tasks},
    valimail::{Fault, Faults},
};
use std::time::Duration;
use tonic::Code;

/// A sync of some seconds, with heartbeats as the service wants them.
fn sync(next_heartbeat: Duration, takes: Duration) -> Record {
    let rig = Rig::faulty(
        Settings {
            next_heartbeat,
            ..Settings::default()
        },
        Faults::list(Fault::Delay(takes)),
    );
    let running = rig.started();
    let task = rig.conductor.push(tasks::sync());
    let record = rig.conductor.finished(&task);
    assert_eq!(rig.uploaded(&record).resources("user").len(), 42);
    let _ = running.stop().succeeded();
    rig.assert_clean();
    record
}

/// How a service answers the first heartbeats.
fn with(heartbeats: &[CallFault], valimail: Faults) -> Rig {
    Rig::faulty(
        Settings {
            faults: ServiceFaults::calls(Method::Heartbeat, heartbeats),
            ..Settings::default()
        },
        valimail,
    )
}

#[test]
fn heartbeats_come_as_often_as_the_service_asks_for() {
    let record = sync(Duration::from_secs(1), Duration::from_secs(5));
    let took = record.took().expect("an end").as_secs();
    let heartbeats = u64::from(record.heartbeats);
    // One at the beginning, and one each second; a machine that is busy may be late.
    assert!((4..=took + 2).contains(&heartbeats), "{took} s: {record:?}");
}

#[test]
fn heartbeats_come_no_more_often_than_the_service_asks_for() {
    let record = sync(Duration::from_secs(300), Duration::from_secs(3));
    assert_eq!(record.heartbeats, 1, "{record:?}");
}

#[test]
fn a_sync_outlives_heartbeats_that_fail_for_some_time() {
    let refused = CallFault::Refuse(Code::Unavailable);
    let slow = Fault::Delay(Duration::from_secs(14));
    let rig = with(&[refused; 12], Faults::list(slow));
    let running = rig.started();
    let task = rig.conductor.push(tasks::sync());
    let record = rig.conductor.finished(&task);
    assert_eq!(rig.uploaded(&record).resources("user").len(), 42);
    let calls = rig.conductor.state().calls(Method::Heartbeat);
    assert!(calls >= 12, "{calls} heartbeats");
    assert_eq!((record.handed_out, record.finishes.len()), (1, 1));
    let _ = running.stop().succeeded();
    rig.assert_clean();
}

#[test]
fn heartbeats_of_a_change_that_nobody_wants_are_sent_no_more() {
    // The first one comes after a quarter of a minute, and others after a second each.
    let fine = CallFault::Slow(Duration::ZERO);
    let refused = CallFault::Refuse(Code::Unimplemented);
    let slow = Fault::Delay(Duration::from_secs(19));
    let rig = with(&[fine, refused, refused, refused], Faults::patch(slow));
    let running = rig.started();
    let task = rig.conductor.push(tasks::grant(OWNER, MEMBER));
    let record = rig.conductor.finished(&task);
    assert_eq!(record.end().annotations(), ["GrantReplaced"]);
    assert_eq!(rig.conductor.state().calls(Method::Heartbeat), 2);
    let _ = running.stop().succeeded();
    rig.assert_clean();
}
