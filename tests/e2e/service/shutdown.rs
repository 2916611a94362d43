//! Coming to an end.

use crate::rig::{MEMBER, OWNER, Rig, each};
use e2e::{
    conductorone::{
        CallFault, Faults as ServiceFaults, Method, Settings as ServiceSettings, tasks,
    },
    valimail::{Endpoint, Fault, Faults, Script, Settings},
};
use std::time::Duration;

/// Nobody waits so long in a test.
const AN_HOUR: &str = "3600";

/// Valimail with faults, and each task offered once.
fn with(faults: Faults) -> Rig {
    of(ServiceFaults::default(), faults)
}

/// The same, and a service with faults of its own.
fn of(service: ServiceFaults, valimail: Faults) -> Rig {
    Rig::of(
        ServiceSettings {
            offers: 1,
            faults: service,
            ..ServiceSettings::default()
        },
        Settings {
            faults: valimail,
            ..Settings::company()
        },
    )
    .env("BATON_PROVISIONING", "true")
    .env("BATON_SHUTDOWN_GRACE", AN_HOUR)
}

/// That a task was handed back because of the shutdown, and once.
fn is_handed_back(rig: &Rig, task: &str) {
    let record = rig.record(task);
    assert_eq!(record.finishes.len(), 1, "{record:?}");
    assert_eq!(record.end().code(), 1, "{record:?}");
    assert!(!record.end().is_for_good());
    assert!(record.end().message().contains("shutdown"), "{record:?}");
}

#[test]
fn an_idle_service_stops_at_once_at_each_signal() {
    each(&["TERM", "INT", "HUP"], |&signal| {
        let rig = with(Faults::default());
        let running = rig.started();
        running.signal(signal);
        let _ = running.ends_at_once().succeeded();
        rig.assert_clean();
    });
}

#[test]
fn a_service_that_nobody_has_heard_yet_stops_at_once() {
    let mut rig = with(Faults::default());
    rig.conductor.down();
    let running = rig.start(&[]);
    running.wait_for_log("ConductorOne has not heard the hello; trying again", 1);
    let _ = running.stop_at_once().succeeded();
}

#[test]
fn a_service_whose_hello_is_not_answered_stops_at_once() {
    let rig = of(
        ServiceFaults::calls(Method::Hello, &[CallFault::Hang]),
        Faults::default(),
    );
    let running = rig.start(&[]);
    rig.called(Method::Hello, 1);
    let _ = running.stop_at_once().succeeded();
}

#[test]
fn a_sync_is_handed_back() {
    let rig = with(Faults::list(Script::forever(Fault::Hang)));
    let (running, task) = rig.asking(Endpoint::List, tasks::sync());
    let _ = running.stop_at_once().succeeded();
    is_handed_back(&rig, &task);
    rig.assert_clean();
}

#[test]
fn a_sync_whose_first_heartbeat_is_not_answered_is_handed_back() {
    let rig = of(
        ServiceFaults::calls(Method::Heartbeat, &[CallFault::Hang]),
        Faults::default(),
    );
    let running = rig.started();
    let task = rig.conductor.push(tasks::sync());
    rig.called(Method::Heartbeat, 1);
    let _ = running.stop_at_once().succeeded();
    is_handed_back(&rig, &task);
    rig.assert_clean();
}

#[test]
fn an_upload_that_has_begun_is_brought_to_its_end() {
    let slow = CallFault::Slow(Duration::from_secs(1));
    let rig = of(
        ServiceFaults::calls(Method::UploadAsset, &[slow]),
        Faults::default(),
    );
    let running = rig.started();
    let task = rig.conductor.push(tasks::sync());
    rig.called(Method::UploadAsset, 1);
    let _ = running.stop_at_once().succeeded();
    let record = rig.record(&task);
    assert_eq!(rig.uploaded(&record).resources("user").len(), 42);
    rig.assert_clean();
}

#[test]
fn an_upload_that_takes_too_long_is_handed_back_when_the_grace_is_over() {
    let rig = of(
        ServiceFaults::calls(Method::UploadAsset, &[CallFault::Hang]),
        Faults::default(),
    )
    .env("BATON_SHUTDOWN_GRACE", "1");
    let running = rig.started();
    let task = rig.conductor.push(tasks::sync());
    rig.called(Method::UploadAsset, 1);
    let _ = running.stop_at_once().succeeded();
    is_handed_back(&rig, &task);
    rig.assert_clean();
}

#[test]
fn a_change_that_has_begun_is_brought_to_its_end() {
    let rig = with(Faults::patch(Fault::Delay(Duration::from_secs(1))));
    let (running, task) = rig.asking(Endpoint::Patch, tasks::grant(OWNER, MEMBER));
    let _ = running.stop_at_once().succeeded();
    let record = rig.record(&task);
    assert_eq!(record.end().annotations(), ["GrantReplaced"]);
    rig.assert_clean();
}

#[test]
fn a_change_that_takes_too_long_is_handed_back_when_the_grace_is_over() {
    let rig = with(Faults::patch(Script::forever(Fault::Hang))).env("BATON_SHUTDOWN_GRACE", "0");
    let (running, task) = rig.asking(Endpoint::Patch, tasks::grant(OWNER, MEMBER));
    let _ = running.stop_at_once().succeeded();
    is_handed_back(&rig, &task);
    rig.assert_clean();
}

#[test]
fn a_second_signal_ends_what_the_first_one_waits_for() {
    let rig = with(Faults::patch(Script::forever(Fault::Hang)));
    let (running, task) = rig.asking(Endpoint::Patch, tasks::grant(OWNER, MEMBER));
    running.signal("TERM");
    running.wait_for_log("stopping: no more tasks are taken up", 1);
    let _ = running.stop_at_once().succeeded();
    is_handed_back(&rig, &task);
    rig.assert_clean();
}

#[test]
fn a_task_that_is_on_its_way_already_comes_to_an_end() {
    // The first question for a task is answered late, with a task that comes meanwhile.
    let late = CallFault::Slow(Duration::from_secs(3));
    each(&[tasks::grant(OWNER, MEMBER), tasks::sync()], |task| {
        let rig = of(
            ServiceFaults::calls(Method::GetTask, &[late]),
            Faults::default(),
        );
        let running = rig.started();
        rig.called(Method::GetTask, 1);
        let task = rig.conductor.push(task.clone());
        let _ = running.stop_at_once().succeeded();
        let record = rig.record(&task);
        assert_eq!(record.handed_out, 1, "{record:?}");
        assert_eq!(record.finishes.len(), 1, "{record:?}");
        assert!(
            record.end().is_success() || !record.end().is_for_good(),
            "{record:?}"
        );
        rig.assert_clean();
    });
}

#[test]
fn a_report_that_is_not_answered_does_not_keep_the_process_and_the_next_one_makes_up_for_it() {
    let rig = Rig::with(ServiceSettings {
        lease: Duration::from_secs(1),
        faults: ServiceFaults::calls(Method::FinishTask, &[CallFault::Hang]),
        ..ServiceSettings::default()
    })
    .env("BATON_PROVISIONING", "true")
    .env("BATON_SHUTDOWN_GRACE", "1");
    let running = rig.started();
    let task = rig.conductor.push(tasks::grant(OWNER, MEMBER));
    rig.called(Method::FinishTask, 1);
    let _ = running.stop_at_once().succeeded();
    let running = rig.start(&[]);
    let record = rig.conductor.finished(&task);
    assert!(record.end().is_success(), "{record:?}");
    assert_eq!(record.finishes.len(), 1);
    assert_eq!(rig.member_type(MEMBER).as_deref(), Some("owner"));
    assert_eq!(rig.valimail.count(Endpoint::Patch), 1);
    let _ = running.stop().succeeded();
    rig.assert_clean();
}
