//! How often it is said that a task is being worked on.

use crate::rig::Rig;
use e2e::{
    conductorone::{Record, Settings, tasks},
    valimail::{self, Fault, Faults},
};
use std::time::Duration;

/// A sync of some seconds, with heartbeats as the service wants them.
fn sync(next_heartbeat: Duration, takes: Duration) -> Record {
    let rig = Rig::of(
        Settings {
            next_heartbeat,
            ..Settings::default()
        },
        valimail::Settings {
            faults: Faults::list(Fault::Delay(takes)),
            ..valimail::Settings::company()
        },
    );
    let running = rig.started();
    let task = rig.conductor.push(tasks::sync());
    let record = rig.conductor.finished(&task);
    assert_eq!(rig.uploaded(&record).resources("user").len(), 42);
    let _ = running.stop().succeeded();
    rig.assert_clean();
    record
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
