//! Probes and numbers.

use crate::rig::{Rig, Running};
use e2e::{conductorone::tasks, host::Transcript};
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
};

/// A service that answers probes, and its port.
pub fn probed(rig: Rig) -> (Rig, String) {
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = free.local_addr().expect("an address").port().to_string();
    let rig = rig
        .env("BATON_HEALTH_CHECK", "true")
        .env("BATON_HEALTH_CHECK_PORT", &port);
    (rig, port)
}

/// Waits until somebody listens.
pub fn started(rig: &Rig, port: &str) -> Running {
    let running = rig.start(&[]);
    let start = std::time::Instant::now();
    while TcpStream::connect(format!("127.0.0.1:{port}")).is_err() {
        assert!(start.elapsed().as_secs() < 60, "nobody listens");
    }
    running
}

pub fn get(port: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).expect("a connection");
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it is taken");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

fn ask(rig: &Rig, endpoint: &str) -> Transcript {
    rig.host.run(&["health-check", "--endpoint", endpoint])
}

#[test]
fn a_service_that_is_well_says_so() {
    let (rig, port) = probed(Rig::new());
    let running = started(&rig, &port);
    rig.conductor.wait_until("a poll", |state| state.polls > 0);
    for (path, status) in [("live", "alive"), ("ready", "ready"), ("health", "healthy")] {
        let answer = get(&port, &format!("/{path}"));
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(
            answer.contains(&format!("\"status\":\"{status}\"")),
            "{answer}"
        );
        let _ = ask(&rig, path).succeeded();
    }
    assert!(get(&port, "/else").starts_with("HTTP/1.1 404"));
    let _ = running.stop().succeeded();
    rig.assert_clean();
}

#[test]
fn a_service_that_nobody_has_heard_of_is_alive_and_not_ready() {
    let (mut rig, port) = probed(Rig::new());
    rig.conductor.down();
    let running = started(&rig, &port);
    assert!(get(&port, "/live").starts_with("HTTP/1.1 200"));
    let answer = get(&port, "/ready");
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(
        answer.contains("ConductorOne has not heard of the connector"),
        "{answer}"
    );
    let asked = ask(&rig, "ready").failed_with(&["503", "not_ready"]);
    assert_eq!(asked.code, Some(14));
    let _ = running.stop().succeeded();
}

#[test]
fn a_service_whose_credentials_are_no_good_is_unhealthy() {
    let wrong = "0badc0de-0000-4000-8000-000000000bad";
    let (rig, port) = probed(Rig::new().env("BATON_VALIMAIL_CLIENT_ID", wrong));
    let running = started(&rig, &port);
    let answer = get(&port, "/health");
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains("connector validation failed"), "{answer}");
    assert!(!answer.contains(wrong), "{answer}");
    let _ = running.stop().succeeded();
}

#[test]
fn where_nobody_listens_a_health_check_says_so() {
    let (rig, _) = probed(Rig::new());
    let _ = ask(&rig, "live").failed_with(&["no answer from http://127.0.0.1:", "--health-check"]);
}

#[test]
fn a_port_that_is_taken_is_an_error() {
    let (rig, port) = probed(Rig::new());
    let _taken = TcpListener::bind(format!("127.0.0.1:{port}")).expect("the port");
    let transcript = rig.start(&[]).wait();
    let _ = transcript.failed_with(&["cannot answer probes", "--health-check-port"]);
}

#[test]
fn numbers_tell_what_has_been_done() {
    let (rig, port) = probed(Rig::new());
    let running = started(&rig, &port);
    let sync = rig.conductor.push(tasks::sync());
    let grant = tasks::grant("member_type:owner:assigned", "1");
    let grant = rig.conductor.push(grant);
    rig.conductor.finished(&sync);
    rig.conductor.finished(&grant);
    let numbers = get(&port, "/metrics");
    for line in [
        r#"connector_host_tasks_total{type="sync_full",outcome="success"} 1"#,
        r#"connector_host_tasks_total{type="grant",outcome="failure"} 1"#,
        r#"connector_host_outbound_requests_total{status="200"} 2"#,
        "connector_host_refused_requests_total 0",
        r#"connector_host_last_sync_objects{object="grants"} 40"#,
        "connector_host_sandbox_memory_bytes 0",
        "connector_host_last_sync_timestamp_seconds ",
    ] {
        assert!(numbers.contains(line), "{line}\n{numbers}");
    }
    let _ = running.stop().succeeded();
    rig.assert_clean();
}
