//! Tasks: in which order, for how long, and how often.

use super::*;
use crate::conductorone::{messages::task::TaskType, queue::Place};
use prost::Message;
use std::time::Instant;

const LEASE: Duration = Duration::from_millis(200);

fn grant() -> TaskType {
    tasks::grant("role:1:member", "1")
}

/// Asks until there is a task.
fn next(service: &ConductorOne, client: &Client) -> String {
    let mut found = None;
    let begin = Instant::now();
    while found.is_none() {
        assert!(begin.elapsed() < PATIENCE, "{:#?}", service.state());
        found = client.get_task().unwrap();
        std::thread::yield_now();
    }
    found.unwrap().id
}

#[test]
fn tasks_come_one_by_one_in_their_order() {
    let service = ConductorOne::start(Settings::default());
    let client = Client::new(&service);
    let ids = [tasks::sync(), grant(), tasks::list_actions()].map(|task| service.push(task));
    let taken = [client.task(), client.task(), client.task()];
    assert_eq!(taken, ids);
    assert_eq!(client.get_task().unwrap(), None);
    assert!(ids.iter().all(|id| id.len() == 27));
    assert_eq!(service.violations(), Vec::<String>::new());
}

#[test]
fn a_task_of_which_nothing_is_heard_is_offered_again() {
    let service = ConductorOne::start(Settings {
        lease: LEASE,
        ..Settings::default()
    });
    let (first, second) = (Client::new(&service), Client::named(&service, "host-2"));
    let id = service.push(tasks::sync());
    assert_eq!(first.task(), id);
    assert_eq!(next(&service, &second), id);
    // Whoever had it before is told that it is somebody else's by now.
    assert!(first.heartbeat(&id).unwrap().cancelled);
    assert!(!second.heartbeat(&id).unwrap().cancelled);
    second.fail(&id, true).unwrap();
    assert_eq!(refused(first.fail(&id, true)), Code::InvalidArgument);
    let record = service.finished(&id);
    assert_eq!(record.handed_to, ["host-1", "host-2"]);
    assert_eq!((record.handed_out, record.finishes.len()), (2, 1));
}

#[test]
fn a_heartbeat_prolongs_the_lease() {
    let service = ConductorOne::start(Settings::default());
    let client = Client::new(&service);
    let id = service.push(tasks::sync());
    assert_eq!(client.task(), id);
    let heard = || match service.state().record(&id).unwrap().place {
        Place::HandedOut(heard) => heard,
        place => panic!("{place:?}"),
    };
    let before = heard();
    client.heartbeat(&id).unwrap();
    assert!(heard() > before);
}

#[test]
fn a_failure_that_may_pass_is_offered_again_a_few_times() {
    let service = ConductorOne::start(Settings {
        offers: 3,
        again_after: Duration::from_millis(20),
        ..Settings::default()
    });
    let client = Client::new(&service);
    let id = service.push(grant());
    for _ in 0..3 {
        assert_eq!(next(&service, &client), id);
        client.fail(&id, false).unwrap();
    }
    let record = service.finished(&id);
    assert_eq!((record.handed_out, record.finishes.len()), (3, 3));
    assert_eq!(record.end().message(), "the service is away");
    assert_eq!(
        (record.end().code(), record.end().is_for_good()),
        (14, false)
    );
}

#[test]
fn a_failure_for_good_is_the_end() {
    let service = ConductorOne::start(Settings {
        again_after: Duration::ZERO,
        ..Settings::default()
    });
    let client = Client::new(&service);
    let id = service.push(grant());
    assert_eq!(client.task(), id);
    client.fail(&id, true).unwrap();
    assert_eq!(client.get_task().unwrap(), None);
    assert!(service.finished(&id).end().is_for_good());
}

#[test]
fn nobody_is_offered_what_is_cancelled() {
    let service = ConductorOne::start(Settings {
        again_after: Duration::ZERO,
        ..Settings::default()
    });
    let client = Client::new(&service);
    let id = service.push(tasks::sync());
    assert_eq!(client.task(), id);
    assert!(!client.heartbeat(&id).unwrap().cancelled);
    service.cancel(&id);
    assert!(client.heartbeat(&id).unwrap().cancelled);
    client.fail(&id, false).unwrap();
    assert_eq!(client.get_task().unwrap(), None);
    assert_eq!(service.finished(&id).heartbeats, 2);
}

#[test]
fn every_poll_says_when_to_come_again() {
    let service = ConductorOne::start(Settings {
        next_poll: Duration::from_millis(1250),
        next_heartbeat: Duration::from_secs(7),
        ..Settings::default()
    });
    let client = Client::new(&service);
    let host_id = "host-1".to_owned();
    let request = client.request(BatonServiceGetTaskRequest { host_id });
    let mut stub = client.service.clone();
    let answer = client.runtime.block_on(stub.get_task(request)).unwrap();
    let next = answer.into_inner().next_poll.unwrap();
    assert_eq!((next.seconds, next.nanos), (1, 250_000_000));
    let id = service.push(tasks::sync());
    assert_eq!(client.task(), id);
    let next = client.heartbeat(&id).unwrap().next_heartbeat.unwrap();
    assert_eq!(next.seconds, 7);
}

#[test]
fn a_kind_of_task_that_nobody_knows_has_a_number_of_its_own() {
    let service = ConductorOne::start(Settings::default());
    let client = Client::new(&service);
    let id = service.push(tasks::unheard_of());
    let task = client.get_task().unwrap().unwrap();
    assert_eq!(task.id, id);
    // Field 150, of a length: (150 << 3) | 2, as a variable number.
    let field = [0xb2, 0x09, 0x00];
    assert!(task.encode_to_vec().ends_with(&field));
}

#[test]
#[should_panic(expected = "not yet finished")]
fn whoever_waits_in_vain_is_shown_the_state() {
    let service = ConductorOne::start(Settings::default());
    let id = service.push(grant());
    service.wait_within(Duration::ZERO, &format!("finished: {id}"), |_| false);
}
