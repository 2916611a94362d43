//! Bad days, as they are scripted.

use super::uploads::{syncing, whole};
use super::*;
use crate::conductorone::{CallFault, Faults, Method, State, TokenFault};
use serde_json::{Value, json};
use std::time::Instant;

fn with(faults: Faults) -> ConductorOne {
    ConductorOne::start(Settings {
        faults,
        ..Settings::default()
    })
}

/// A call that gets no answer within a moment.
fn hangs<T>(client: &Client, call: impl Future<Output = T>) -> bool {
    let moment = Duration::from_millis(300);
    let waiting = async { tokio::time::timeout(moment, call).await.is_err() };
    client.runtime.block_on(waiting)
}

async fn poll(client: &Client) -> Result<(), Status> {
    let host_id = client.host_id.clone();
    let request = client.request(BatonServiceGetTaskRequest { host_id });
    client.service.clone().get_task(request).await.map(drop)
}

#[test]
fn tokens_fail_as_they_are_told_to() {
    let service = with(Faults::tokens(&[
        TokenFault::Status(503),
        TokenFault::Body("{\"access_token\": "),
        TokenFault::ExpiresIn(json!("soon")),
        TokenFault::Cut,
        TokenFault::Slow(Duration::from_millis(50)),
    ]));
    let client = Client::stranger(&service);
    let ask = || client.ask(&TokenRequest::good(&service));
    assert_eq!(ask().unwrap().0, 503);
    assert_eq!(ask().unwrap(), (200, "{\"access_token\": ".into()));
    let (status, body) = ask().unwrap();
    assert_eq!(status, 200);
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["expires_in"], "soon");
    assert!(ask().is_err());
    let begin = Instant::now();
    assert_eq!(ask().unwrap().0, 200);
    assert!(begin.elapsed() >= Duration::from_millis(50));
    assert_eq!(ask().unwrap().0, 200);
    assert_eq!(service.violations(), Vec::<String>::new());
}

#[test]
fn every_method_fails_with_every_code() {
    for number in 1..=16 {
        let code = Code::from_i32(number);
        let service = with(Faults {
            calls: Method::ALL
                .map(|method| (method, [CallFault::Refuse(code)].into()))
                .into(),
            ..Faults::default()
        });
        let mut client = Client::stranger(&service);
        client.sign_in(&service);
        assert_eq!(refused(client.hello("")), code);
        client.hello("").unwrap();
        let id = service.push(tasks::sync());
        assert_eq!(refused(client.get_task()), code);
        assert_eq!(client.task(), id);
        assert_eq!(refused(client.heartbeat(&id)), code);
        client.heartbeat(&id).unwrap();
        assert_eq!(refused(client.upload(whole(&id))), code);
        client.upload(whole(&id)).unwrap();
        assert_eq!(refused(client.succeed(&id, None)), code);
        client.succeed(&id, None).unwrap();
        let record = service.finished(&id);
        assert_eq!((record.handed_out, record.finishes.len()), (1, 1));
        assert_eq!(record.uploads.len(), 1);
        assert_eq!(service.violations(), Vec::<String>::new());
    }
}

#[test]
fn what_is_cut_before_has_no_effect_and_what_is_cut_after_has() {
    for (fault, effect) in [
        (CallFault::CutBefore, false),
        (CallFault::CutAfter, true),
        (CallFault::Acted(Code::Internal), true),
    ] {
        let service = ConductorOne::start(Settings::default());
        let (client, id) = syncing(&service);
        service.set_faults(Faults::calls(Method::FinishTask, &[fault]));
        client.fail(&id, true).unwrap_err();
        let record = service.state().record(&id).cloned().unwrap();
        assert_eq!(record.is_finished(), effect, "{fault:?}");
        // Said again, it counts once.
        let again = client.fail(&id, true);
        match effect {
            true => assert_eq!(refused(again), Code::NotFound),
            false => again.unwrap(),
        }
        assert_eq!(service.finished(&id).finishes.len(), 1);
        assert_eq!(service.violations(), Vec::<String>::new());
    }
}

#[test]
fn an_upload_is_cut_where_it_is_told_to_be() {
    let service = with(Faults {
        cut_uploads: [5, 20].into(),
        ..Faults::default()
    });
    let (client, id) = syncing(&service);
    client.upload(whole(&id)).unwrap_err();
    client.upload(whole(&id)).unwrap_err();
    client.upload(whole(&id)).unwrap();
    let record = service.state().record(&id).cloned().unwrap();
    assert_eq!((record.uploads_begun, record.uploads.len()), (3, 1));
    assert_eq!(service.violations(), Vec::<String>::new());
}

#[test]
fn a_slow_answer_comes() {
    let slow = CallFault::Slow(Duration::from_millis(50));
    let service = with(Faults::calls(Method::GetTask, &[slow]));
    let client = Client::new(&service);
    let begin = Instant::now();
    assert_eq!(client.get_task().unwrap(), None);
    assert!(begin.elapsed() >= Duration::from_millis(50));
}

#[test]
fn an_answer_that_hangs_lets_others_pass() {
    let service = with(Faults::calls(Method::GetTask, &[CallFault::Hang]));
    let client = Client::new(&service);
    assert!(hangs(&client, poll(&client)));
    assert_eq!(client.get_task().unwrap(), None);
}

#[test]
fn chance_is_decided_by_the_seed() {
    let faults = |seed| {
        let mut state = State::new(Settings {
            seed,
            faults: Faults {
                share: 0.25,
                ..Faults::default()
            },
            ..Settings::default()
        });
        let mut next = || format!("{:?}", state.next_fault(Method::GetTask));
        (0..400).map(|_| next()).collect::<Vec<_>>()
    };
    let first = faults(7);
    assert_eq!(first, faults(7));
    assert_ne!(first, faults(8));
    let well = first.iter().filter(|fault| *fault == "None").count();
    assert!((250..=350).contains(&well), "{well} of 400");
    for fault in [
        "CutBefore",
        "CutAfter",
        "Acted(Internal)",
        "Refuse(Unavailable)",
    ] {
        let fault = format!("Some({fault})");
        assert!(first.contains(&fault), "{fault}");
    }
}

#[test]
fn a_service_that_is_down_comes_back_with_what_it_knew() {
    let mut service = ConductorOne::start(Settings::default());
    let (client, id) = syncing(&service);
    let address = service.address();
    service.down();
    client.heartbeat(&id).unwrap_err();
    assert_eq!(
        std::net::TcpStream::connect(address).unwrap_err().kind(),
        std::io::ErrorKind::ConnectionRefused
    );
    service.up();
    assert_eq!(service.address(), address);
    assert!(!client.heartbeat(&id).unwrap().cancelled);
    client.fail(&id, true).unwrap();
    assert_eq!(service.violations(), Vec::<String>::new());
}

#[test]
fn a_service_may_swallow_whatever_comes() {
    let service = ConductorOne::start(Settings::default());
    let client = Client::new(&service);
    service.swallow(true);
    assert!(hangs(&client, poll(&client)));
    let newcomer = Client::stranger(&service);
    assert!(hangs(&newcomer, poll(&newcomer)));
    service.swallow(false);
    assert_eq!(client.get_task().unwrap(), None);
}
