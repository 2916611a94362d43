//! Tasks that ask for a hello, on a bad day.

use crate::rig::Rig;
use e2e::conductorone::{CallFault, Faults, Method, Settings, tasks};
use std::time::Duration;
use tonic::Code;

/// The hello at the start is heard, and this befalls those after it.
fn with(faults: &[CallFault]) -> Rig {
    let fine = CallFault::Slow(Duration::ZERO);
    Rig::with(Settings {
        offers: 1,
        faults: Faults::calls(Method::Hello, &[&[fine], faults].concat()),
        ..Settings::default()
    })
}

#[test]
fn a_hello_is_said_until_it_is_heard() {
    let rig = with(&[
        CallFault::Refuse(Code::Unavailable),
        CallFault::CutBefore,
        CallFault::Refuse(Code::Unauthenticated),
    ]);
    let running = rig.started();
    let task = rig.conductor.push(tasks::hello());
    let record = rig.conductor.finished(&task);
    assert!(record.finishes.is_empty(), "{record:?}");
    assert_eq!(record.handed_out, 1);
    assert_eq!(rig.conductor.state().hellos_heard, 2);
    let _ = running.stop().succeeded();
    rig.assert_clean();
}

#[test]
fn a_hello_that_is_refused_is_not_left_hanging() {
    let rig = with(&[CallFault::Refuse(Code::InvalidArgument)]);
    let running = rig.started();
    let task = rig.conductor.push(tasks::hello());
    let record = rig.conductor.finished(&task);
    assert_eq!(record.finishes.len(), 1, "{record:?}");
    assert!(!record.end().is_success(), "{record:?}");
    assert!(record.end().message().contains("a bad day"), "{record:?}");
    let _ = running.stop().succeeded();
    rig.assert_clean();
}

#[test]
fn a_hello_that_is_asked_for_again_while_it_is_said_is_said_once() {
    let slow = CallFault::Slow(Duration::from_secs(2));
    let fine = CallFault::Slow(Duration::ZERO);
    let rig = Rig::with(Settings {
        lease: Duration::from_millis(300),
        faults: Faults::calls(Method::Hello, &[fine, slow]),
        ..Settings::default()
    });
    let running = rig.started();
    let task = rig.conductor.push(tasks::hello());
    running.wait_for_log("offered again while it is being worked on", 1);
    let record = rig.conductor.finished(&task);
    assert!(record.handed_out > 1, "{record:?}");
    assert_eq!(rig.conductor.state().calls(Method::Hello), 2);
    let _ = running.stop().succeeded();
    rig.assert_clean();
}

#[test]
fn a_hello_that_is_not_answered_does_not_keep_the_process() {
    let rig = with(&[CallFault::Hang]).env("BATON_SHUTDOWN_GRACE", "1");
    let running = rig.started();
    let task = rig.conductor.push(tasks::hello());
    rig.called(Method::Hello, 2);
    let _ = running.stop_at_once().succeeded();
    let record = rig.record(&task);
    assert_eq!(record.finishes.len(), 1, "{record:?}");
    assert_eq!(record.end().code(), 1, "{record:?}");
    rig.assert_clean();
}
