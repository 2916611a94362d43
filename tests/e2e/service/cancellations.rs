//! Tasks that ConductorOne does not want any more.

use crate::rig::{MEMBER, OWNER, Rig};
use e2e::{
    conductorone::{
        CallFault, Faults as ServiceFaults, Method, Record, Settings, connector::BatonActionStatus,
        tasks,
    },
    valimail::{Endpoint, Fault, Faults, Script},
};
use serde_json::Value;
use std::{fs, time::Duration};

fn with(service: ServiceFaults, valimail: Faults) -> Rig {
    Rig::faulty(
        Settings {
            faults: service,
            ..Settings::default()
        },
        valimail,
    )
}

/// Cancels a task that would never come to an end.
fn cancelled(rig: &Rig, task: &str) -> Record {
    rig.conductor.cancel(task);
    let record = rig.conductor.finished(task);
    assert_eq!(record.finishes.len(), 1, "{record:?}");
    assert_eq!(record.end().code(), 1, "{record:?}");
    assert!(record.end().message().contains("cancelled"), "{record:?}");
    record
}

#[test]
fn a_sync_stops() {
    let hanging = Faults::list(Script::forever(Fault::Hang));
    let rig = with(ServiceFaults::default(), hanging);
    let (running, task) = rig.asking(Endpoint::List, tasks::sync());
    let record = cancelled(&rig, &task);
    assert_eq!((record.uploads_begun, record.handed_out), (0, 1));
    let _ = running.stop().succeeded();
    rig.assert_clean();
}

#[test]
fn an_upload_stops() {
    let rig = with(
        ServiceFaults::calls(Method::UploadAsset, &[CallFault::Hang]),
        Faults::default(),
    );
    let running = rig.started();
    let task = rig.conductor.push(tasks::sync());
    rig.called(Method::UploadAsset, 1);
    let record = cancelled(&rig, &task);
    assert!(record.uploads.is_empty(), "{record:?}");
    let _ = running.stop().succeeded();
    rig.assert_clean();
}

#[test]
fn a_change_stops_and_it_is_written_down_that_nobody_knows_what_it_has_come_to() {
    let hanging = Faults::patch(Script::forever(Fault::Hang));
    let rig = with(ServiceFaults::default(), hanging).env("BATON_RECEIPTS", "receipts.jsonl");
    let (running, task) = rig.asking(Endpoint::Patch, tasks::grant(OWNER, MEMBER));
    cancelled(&rig, &task);
    let _ = running.stop().succeeded();
    let receipts = fs::read_to_string(rig.host.path("receipts.jsonl")).expect("receipts");
    let receipt: Value = serde_json::from_str(&receipts).expect("one receipt");
    assert_eq!(receipt["outcome"], "unknown", "{receipt:#}");
    rig.assert_clean();
}

#[test]
fn an_action_that_has_been_answered_goes_on() {
    let slow = Fault::Delay(Duration::from_secs(3));
    let rig = with(ServiceFaults::default(), Faults::patch(slow));
    let disable = tasks::invoke("disable_user", &[("user_id", MEMBER)]);
    let (running, task) = rig.asking(Endpoint::Patch, disable);
    rig.conductor.cancel(&task);
    let invoked = rig.conductor.finished(&task).end().invoked();
    assert_eq!(invoked.status(), BatonActionStatus::Running);
    rig.conductor.wait_until("a disabled account", |_| {
        let account = rig.valimail.account(MEMBER);
        account.is_some_and(|account| !account.is_active())
    });
    let _ = running.stop().succeeded();
    rig.assert_clean();
}
