//! Sending and receiving too much, too often, or without an end.

use crate::{
    arena::attack,
    journal,
    service::{Canary, Heard, Service, empty, endless, hold, whole},
};
use flate2::{Compression, write::GzEncoder};
use std::{
    io::Write,
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

const SECOND: Duration = Duration::from_secs(1);

fn service(answer: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> Service {
    Service::start(move |_: &Heard, connection| answer(connection))
}

#[test]
fn answers_that_are_never_read_hold_up_nobody_else() {
    let service = service(endless);
    let attack = attack("never-reading").at(&service.origin());
    let outcome = attack.bounds(|bounds| bounds.at_once = 4).run();
    outcome.fails_with(&[
        "there are 4 requests already",
        "(--concurrent-requests-limit)",
    ]);
    assert_eq!(service.heard().len(), 4);
}

#[test]
fn an_answer_that_is_never_read_is_given_up() {
    let service = service(endless);
    let attack = attack("waiting-before-reading").at(&service.origin());
    let outcome = attack.limits(|limits| limits.call_time = SECOND).run();
    outcome.fails_with(&["within 1 s (--call-time-limit)"]);
}

#[test]
fn a_body_that_is_never_finished_is_given_up() {
    let canary = Canary::new();
    let attack = attack("body-without-end").at(&canary.origin());
    let outcome = attack.limits(|limits| limits.call_time = SECOND).run();
    outcome.fails_with(&["within 1 s (--call-time-limit)"]);
    // It is read as a whole before anything leaves.
    canary.is_untouched();
}

#[test]
fn a_body_without_an_end_is_refused() {
    let canary = Canary::new();
    let outcome = attack("endless-body").at(&canary.origin()).run();
    outcome.fails_with(&["the request's body is larger than 1024 KiB (--request-size-limit)"]);
    canary.is_untouched();
}

#[test]
fn a_head_of_100_kib_is_refused() {
    let canary = Canary::new();
    for name in ["long-head", "longish-head"] {
        let outcome = attack(name).at(&canary.origin()).run();
        let texts: &[&str] = match name {
            // The sandbox does not let it be written down.
            "long-head" => &["SizeExceeded"],
            _ => &["the request's headers are larger than 64 KiB (--header-size-limit)"],
        };
        outcome.fails_with(texts);
    }
    canary.is_untouched();
}

#[test]
fn ten_thousand_requests_at_once_are_refused() {
    let service = service(hold);
    let attack = attack("requests-all-at-once").at(&service.origin());
    let attack = attack.limits(|limits| limits.handles = 100_000);
    let outcome = attack.bounds(|bounds| bounds.at_once = 8).run();
    outcome.fails_with(&[
        "there are 8 requests already",
        "(--concurrent-requests-limit)",
    ]);
    assert!(service.heard().len() <= 8);
    assert!(outcome.refusals().len() > 1000);
}

#[test]
fn ten_thousand_requests_at_once_take_too_many_handles() {
    let service = service(hold);
    let outcome = attack("requests-all-at-once").at(&service.origin()).run();
    outcome.fails_with(&["(--handle-limit)"]);
    assert!(service.heard().len() <= 32);
}

#[test]
fn requests_have_a_number() {
    let service = service(empty);
    let attack = attack("requests-for-ever").at(&service.origin());
    let outcome = attack.bounds(|bounds| bounds.in_all = 20).run();
    outcome.fails_with(&["there have been 20 requests already in this run (--request-limit)"]);
    assert_eq!(service.heard().len(), 20);
}

#[test]
fn requests_do_not_leave_faster_than_they_may() {
    let service = service(empty);
    let attack = attack("requests-for-ever").at(&service.origin());
    let attack = attack.limits(|limits| limits.call_time = 2 * SECOND);
    let outcome = attack.bounds(|bounds| bounds.per_second = 3).run();
    outcome.fails_with(&["within 2 s (--call-time-limit)"]);
    // Those of the first second at once, and three in each second after that.
    let heard = service.heard().len();
    assert!((3..=10).contains(&heard), "{heard}");
    assert!(!journal::saying("(--request-rate-limit)").is_empty());
}

#[test]
fn refused_requests_have_a_number_too() {
    let (origin, canary) = (Canary::new(), Canary::new());
    let attack = attack("refused-again-and-again").at(&origin.origin());
    let attack = attack.set("canary", &canary.origin());
    let outcome = attack.bounds(|bounds| bounds.in_all = 300).run();
    outcome.fails_with(&["there have been 300 requests already in this run (--request-limit)"]);
    // What comes after that does not fill an audit file.
    assert_eq!(outcome.exchanges.len(), 301);
    // Nor is the log filled.
    let url = format!("{}/allowed", canary.origin());
    assert_eq!(journal::saying(&url).len(), 100);
    canary.is_untouched();
}

/// A gzip file of that many zeros.
fn bomb(bytes: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let zeros = vec![0; 1 << 20];
    for _ in 0..bytes >> 20 {
        encoder.write_all(&zeros).expect("it is written");
    }
    encoder.finish().expect("it is written")
}

#[test]
fn a_decompression_bomb_is_defused() {
    let bomb = bomb(64 << 20);
    let service = service(move |connection| {
        whole(connection, "content-encoding: gzip\r\n", &bomb);
    });
    let attack = attack("read").at(&service.origin());
    let outcome = attack.bounds(|bounds| bounds.response = 4 << 20).run();
    outcome.fails_with(&["the answer is larger than 4 MiB (--response-size-limit)"]);
}

#[test]
fn an_answer_without_an_end_is_cut() {
    let service = service(endless);
    let attack = attack("read").at(&service.origin());
    let outcome = attack.bounds(|bounds| bounds.response = 4 << 20).run();
    outcome.fails_with(&["the answer is larger than 4 MiB (--response-size-limit)"]);
}

#[test]
fn a_head_without_an_end_is_cut() {
    let service = service(|connection| {
        let mut sent = connection.write_all(b"HTTP/1.1 200 OK\r\nx-long: ");
        while sent.is_ok() {
            sent = connection.write_all(&[b'x'; 4096]);
        }
    });
    let outcome = attack("read").at(&service.origin()).run();
    outcome.fails_with(&["(--header-size-limit)"]);
}

#[test]
fn headers_without_an_end_are_cut() {
    let service = service(|connection| {
        let mut sent = connection.write_all(b"HTTP/1.1 200 OK\r\n");
        while sent.is_ok() {
            sent = connection.write_all(b"x-more: and more\r\n");
        }
    });
    let outcome = attack("read").at(&service.origin()).run();
    outcome.fails_with(&["(--header-size-limit)"]);
}

#[test]
fn a_long_head_of_an_answer_is_refused() {
    let service = service(|connection| {
        let headers = format!("x-long: {}\r\n", "x".repeat(100 << 10));
        whole(connection, &headers, b"");
    });
    let outcome = attack("read").at(&service.origin()).run();
    outcome.fails_with(&["the answer's headers are larger than 64 KiB (--header-size-limit)"]);
}

/// Sends a byte now and then.
fn drip(connection: &mut TcpStream, first: &[u8]) {
    let mut sent = connection.write_all(first);
    while sent.is_ok() {
        thread::sleep(Duration::from_millis(20));
        sent = connection.write_all(b"x");
    }
}

#[test]
fn a_slow_answer_is_given_up() {
    for first in [
        &b"HTTP/1.1 200 OK\r\nx-slow: "[..],
        b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n",
    ] {
        let service = service(move |connection| drip(connection, first));
        let outcome = attack("read").at(&service.origin()).timeout(SECOND).run();
        outcome.fails_with(&["timed out (--http-timeout-seconds allows more)"]);
        let attack = attack("read").at(&service.origin());
        let outcome = attack.limits(|limits| limits.call_time = SECOND).run();
        outcome.fails_with(&["within 1 s (--call-time-limit)"]);
    }
}

#[test]
fn a_service_that_never_answers_is_given_up() {
    let service = service(hold);
    let began = Instant::now();
    let outcome = attack("read").at(&service.origin()).timeout(SECOND).run();
    outcome.fails_with(&["timed out (--http-timeout-seconds allows more)"]);
    assert!(began.elapsed() >= SECOND);
}
