//! ConductorOne is not there for a while, or does not want to know the connector.

use crate::rig::{MEMBER, OWNER, Rig};
use e2e::{
    conductorone::{Faults as ServiceFaults, Method, Settings, TokenFault, tasks},
    valimail::{Endpoint, Fault, Faults, Request},
};
use std::{io::Write, net::TcpStream, time::Duration};

/// Waits for others.
const HELD: Fault = Fault::Together(3);
const NO_TASKS: &str = "cannot ask ConductorOne for tasks; trying again";

#[test]
fn a_service_that_is_gone_for_a_while_finds_everything_as_it_was() {
    // A list and a change are held until a third request is there.
    let mut rig = Rig::faulty(
        Settings::default(),
        Faults {
            list: [HELD, HELD].into(),
            ..Faults::patch(HELD)
        },
    );
    let running = rig.started();
    let sync = rig.conductor.push(tasks::sync());
    let grant = rig.conductor.push(tasks::grant(OWNER, MEMBER));
    are_held(&rig, 2);
    rig.conductor.down();
    running.wait_for_log(NO_TASKS, 1);
    let _third = list(&rig);
    are_held(&rig, 3);
    running.wait_for_log("cannot report what a task has come to; trying again", 1);
    rig.conductor.up();
    let record = rig.conductor.finished(&grant);
    assert_eq!(record.end().annotations(), ["GrantReplaced"]);
    assert_eq!(record.finishes.len(), 1);
    assert_eq!(rig.valimail.count(Endpoint::Patch), 1);
    let record = rig.conductor.finished(&sync);
    assert_eq!(rig.uploaded(&record).resources("user").len(), 42);
    let _ = running.stop().succeeded();
    rig.assert_clean();
}

/// Waits until so many requests have got this far.
fn are_held(rig: &Rig, number: usize) {
    let is_held = |request: &Request| request.fault == HELD;
    rig.conductor.wait_until("held requests", |_| {
        let requests = rig.valimail.requests();
        requests.into_iter().filter(is_held).count() == number
    });
}

/// Asks Valimail for a list.
fn list(rig: &Rig) -> TcpStream {
    let mut stream = TcpStream::connect(rig.valimail.address()).expect("a connection");
    let request = b"GET /accounts/any/scim/v2/Users HTTP/1.1\r\nhost: x\r\n\r\n";
    stream.write_all(request).expect("it is taken");
    stream
}

#[test]
fn a_service_in_which_everything_disappears_is_noticed_and_found_again() {
    let rig = Rig::with(Settings {
        lease: Duration::from_secs(2),
        ..Settings::default()
    });
    let running = rig.started();
    // The answer to the hello must not be lost.
    rig.called(Method::GetTask, 2);
    rig.conductor.swallow(true);
    running.wait_for_log(NO_TASKS, 1);
    rig.conductor.swallow(false);
    let task = rig.conductor.push(tasks::sync());
    let record = rig.conductor.finished(&task);
    assert_eq!(rig.uploaded(&record).resources("user").len(), 42);
    let _ = running.stop().succeeded();
    rig.assert_clean();
}

#[test]
fn a_service_in_which_everything_disappears_does_not_keep_the_process() {
    let rig = Rig::faulty(Settings::default(), Faults::list(Fault::Hang))
        .env("BATON_SHUTDOWN_GRACE", "1");
    let (running, task) = rig.asking(Endpoint::List, tasks::sync());
    rig.conductor.swallow(true);
    let _ = running.stop_at_once().succeeded();
    assert!(!rig.record(&task).is_finished(), "nobody could be told");
    rig.assert_clean();
}

#[test]
fn credentials_that_are_revoked_and_restored_are_tried_until_they_are_good_again() {
    let rig = Rig::provisioning();
    let running = rig.started();
    let refused = vec![TokenFault::Status(401); 1000];
    rig.conductor.set_faults(ServiceFaults::tokens(&refused));
    rig.conductor.revoke_tokens();
    running.wait_for_log(NO_TASKS, 2);
    rig.conductor.set_faults(ServiceFaults::default());
    let task = rig.conductor.push(tasks::grant(OWNER, MEMBER));
    let record = rig.conductor.finished(&task);
    assert_eq!(record.end().annotations(), ["GrantReplaced"]);
    let transcript = running.stop().succeeded();
    let told = transcript.logged(NO_TASKS);
    let error = told[0]["error"].as_str().expect("an error");
    assert!(error.contains("client secret"), "{error}");
    rig.assert_clean();
}

#[test]
fn an_outcome_is_kept_while_credentials_are_revoked() {
    let rig = Rig::faulty(
        Settings {
            lease: Duration::from_secs(1),
            ..Settings::default()
        },
        Faults::patch(Fault::Delay(Duration::from_secs(1))),
    );
    let (running, task) = rig.asking(Endpoint::Patch, tasks::grant(OWNER, MEMBER));
    let refused = vec![TokenFault::Status(401); 1000];
    rig.conductor.set_faults(ServiceFaults::tokens(&refused));
    rig.conductor.revoke_tokens();
    rig.conductor.wait_until("an owner", |_| {
        rig.member_type(MEMBER).as_deref() == Some("owner")
    });
    running.wait_for_log(NO_TASKS, 2);
    rig.conductor.set_faults(ServiceFaults::default());
    let record = rig.conductor.finished(&task);
    assert_eq!(record.end().annotations(), ["GrantReplaced"]);
    assert_eq!(record.finishes.len(), 1);
    let _ = running.stop().succeeded();
    rig.assert_clean();
}
