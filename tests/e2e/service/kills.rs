//! A process that is killed in the middle of something. The next one finds everything as the
//! service and Valimail have it, and every task comes to one end.

use crate::rig::{MEMBER, OWNER, Rig};
use e2e::{
    conductorone::{CallFault, Faults as ServiceFaults, Method, Record, Settings, tasks},
    host::holds_only,
    valimail::{Endpoint, Fault, Faults},
};
use std::time::Duration;

/// A service that offers a task again soon.
fn with(service: ServiceFaults, valimail: Faults) -> Rig {
    Rig::faulty(
        Settings {
            lease: Duration::from_secs(1),
            faults: service,
            ..Settings::default()
        },
        valimail,
    )
}

/// Starts another process, which brings a task that has been begun to its end.
fn ends_with_the_next(rig: &Rig, task: &str) -> Record {
    let running = rig.start(&[]);
    let record = rig.conductor.finished(task);
    assert!(record.end().is_success(), "{record:?}");
    assert_eq!((record.handed_out, record.finishes.len()), (2, 1));
    let _ = running.stop().succeeded();
    rig.assert_clean();
    record
}

#[test]
fn killed_while_it_says_hello() {
    let rig = with(
        ServiceFaults::calls(Method::Hello, &[CallFault::Hang]),
        Faults::default(),
    );
    let running = rig.start(&[]);
    rig.called(Method::Hello, 1);
    let _ = running.kill();
    let running = rig.started();
    let task = rig.conductor.push(tasks::list_actions());
    assert!(rig.conductor.finished(&task).end().is_success());
    let _ = running.stop().succeeded();
    assert_eq!(rig.conductor.state().hellos_heard, 1);
    rig.assert_clean();
}

#[test]
fn killed_while_it_says_hello_again() {
    let at_once = CallFault::Slow(Duration::ZERO);
    let rig = with(
        ServiceFaults::calls(Method::Hello, &[at_once, CallFault::Hang]),
        Faults::default(),
    );
    let running = rig.started();
    let task = rig.conductor.push(tasks::hello());
    rig.called(Method::Hello, 2);
    let _ = running.kill();
    let running = rig.start(&[]);
    let record = rig.conductor.finished(&task);
    assert_eq!(record.handed_out, 2);
    assert!(record.finishes.is_empty(), "{record:?}");
    let _ = running.stop().succeeded();
    rig.assert_clean();
}

#[test]
fn killed_while_it_uploads() {
    let rig = with(
        ServiceFaults::calls(Method::UploadAsset, &[CallFault::Hang]),
        Faults::default(),
    );
    let running = rig.started();
    let task = rig.conductor.push(tasks::sync());
    rig.called(Method::UploadAsset, 1);
    let _ = running.kill();
    assert!(
        !holds_only(&rig.host.path("tmp"), &[]),
        "there would be nothing to sweep"
    );
    let record = ends_with_the_next(&rig, &task);
    assert_eq!(rig.uploaded(&record).resources("user").len(), 42);
}

#[test]
fn killed_before_a_change_has_worked() {
    let rig = with(ServiceFaults::default(), Faults::patch(Fault::Hang));
    let (running, task) = rig.asking(Endpoint::Patch, tasks::grant(OWNER, MEMBER));
    let _ = running.kill();
    assert_eq!(rig.member_type(MEMBER).as_deref(), Some("member"));
    let record = ends_with_the_next(&rig, &task);
    assert_eq!(record.end().annotations(), ["GrantReplaced"]);
    assert_eq!(rig.member_type(MEMBER).as_deref(), Some("owner"));
}

#[test]
fn killed_after_a_change_has_worked() {
    // It is made, and the answer comes to no end.
    let rig = with(
        ServiceFaults::default(),
        Faults::patch(Fault::HangMidBody(5)),
    );
    let (running, task) = rig.asking(Endpoint::Patch, tasks::grant(OWNER, MEMBER));
    rig.conductor.wait_until("an owner", |_| {
        rig.member_type(MEMBER).as_deref() == Some("owner")
    });
    let _ = running.kill();
    let record = ends_with_the_next(&rig, &task);
    assert_eq!(record.end().annotations(), ["GrantAlreadyExists"]);
    assert_eq!(rig.valimail.count(Endpoint::Patch), 1);
}

#[test]
fn killed_while_it_creates_an_account() {
    let email = "ada@larkspur.example";
    let rig = with(
        ServiceFaults::default(),
        Faults::create(Fault::HangMidBody(5)),
    );
    let task = tasks::create_account(email, &[]);
    let (running, task) = rig.asking(Endpoint::Create, task);
    rig.conductor
        .wait_until("an account", |_| rig.valimail.account(email).is_some());
    let _ = running.kill();
    ends_with_the_next(&rig, &task);
    assert_eq!(rig.valimail.accounts().len(), 43);
}

#[test]
fn killed_while_it_reports() {
    let rig = with(
        ServiceFaults::calls(Method::FinishTask, &[CallFault::Hang]),
        Faults::default(),
    );
    let running = rig.started();
    let task = rig.conductor.push(tasks::grant(OWNER, MEMBER));
    rig.called(Method::FinishTask, 1);
    let _ = running.kill();
    let record = ends_with_the_next(&rig, &task);
    assert_eq!(record.end().annotations(), ["GrantAlreadyExists"]);
    assert_eq!(rig.valimail.count(Endpoint::Patch), 1);
}
