//! Faults and compression.

use std::io::Read;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::super::*;
use super::*;

#[test]
fn faults_instead_of_an_answer_befall_one_request_each() {
    let standin = Standin::start(Settings {
        faults: Faults::list([
            Fault::Status(503, ErrorBody::Html),
            Fault::TooManyRequests(RetryAfter::Date(5)),
            Fault::Reset,
            Fault::Close,
            Fault::NotHttp,
            Fault::Hang,
            Fault::Shape(Shape::Deep),
            Fault::Redirect(302, "http://127.0.0.1:1/".into()),
        ]),
        ..Settings::company()
    });
    let client = Client::new(&standin);
    assert_eq!(client.get("").status, 503);
    assert!(
        client
            .get("")
            .header("retry-after")
            .unwrap()
            .ends_with(" GMT")
    );
    let reset = client.get("");
    assert_eq!(
        (reset.status, reset.error),
        (0, Some(std::io::ErrorKind::ConnectionReset))
    );
    let closed = client.get("");
    assert_eq!((closed.status, closed.error), (0, None));
    assert!(client.get("").head.starts_with("220 "));
    assert_eq!(client.get("").error, Some(std::io::ErrorKind::WouldBlock));
    assert_eq!(client.get("").body.len(), 40_000);
    assert_eq!(
        client.get("").header("location"),
        Some("http://127.0.0.1:1/")
    );
    assert_eq!(
        (client.get("").status, standin.count(Endpoint::List)),
        (200, 9)
    );
    assert_eq!(standin.requests_to(Endpoint::List)[2].status, None);
}

#[test]
fn faults_within_a_body_leave_its_beginning() {
    for framing in [Framing::Chunked, Framing::ContentLength] {
        let faults = [
            Fault::CutBody(5000),
            Fault::HangMidBody(5000),
            Fault::Truncated(5000),
        ];
        let faults = Faults::list(faults);
        let standin = Standin::start(Settings {
            framing,
            faults,
            ..Settings::company()
        });
        let client = Client::new(&standin);
        let replies = [0; 4].map(|_| client.get(""));
        for reply in &replies[..3] {
            assert_eq!((reply.status, reply.body.len()), (200, 5000));
            assert_eq!(reply.body, replies[3].body[..5000]);
        }
        assert_eq!(
            replies.each_ref().map(|reply| reply.whole),
            [false, false, true, true]
        );
        let hung = Some(std::io::ErrorKind::WouldBlock);
        assert_eq!(
            replies.each_ref().map(|reply| reply.error),
            [None, hung, None, None]
        );
    }
}

#[test]
fn bodies_can_be_slow_endless_or_swell() {
    let slow = Fault::Trickle(Duration::from_millis(1));
    let faults = Faults::list([slow, Fault::EndlessAccounts, Fault::GzipBomb(64 << 20)]);
    let standin = Standin::start(Settings {
        faults,
        ..Settings::with([])
    });
    let client = Client::new(&standin);
    let begin = Instant::now();
    let reply = client.get("");
    assert!(reply.whole && begin.elapsed() >= Duration::from_millis(reply.body.len() as u64));
    let path = format!("/accounts/{SLUG}/scim/v2/Users");
    let endless = client.limited("GET", &path, "", "", 3 << 20);
    assert!(!endless.whole && endless.body.len() > 2 << 20);
    let bomb = client.get("");
    assert!(
        bomb.whole && bomb.body.len() < 200_000,
        "{}",
        bomb.body.len()
    );
    let mut inflated = Vec::new();
    flate2::read::GzDecoder::new(&bomb.body[..])
        .read_to_end(&mut inflated)
        .unwrap();
    let name = &serde_json::from_slice::<Value>(&inflated).unwrap()["Resources"][0]["displayName"];
    assert_eq!(name.as_str().unwrap().len(), 64 << 20);
}

#[test]
fn gzip_is_used_when_asked_for() {
    let standin = Standin::start(Settings {
        gzip: true,
        ..Settings::company()
    });
    let client = Client::new(&standin);
    let plain = client.get("");
    let path = format!("/accounts/{SLUG}/scim/v2/Users");
    let zipped = client.send("GET", &path, "Accept-Encoding: br, gzip\r\n", "");
    assert_eq!(
        (
            plain.header("content-encoding"),
            zipped.header("content-encoding")
        ),
        (None, Some("gzip"))
    );
    let mut inflated = Vec::new();
    flate2::read::GzDecoder::new(&zipped.body[..])
        .read_to_end(&mut inflated)
        .unwrap();
    assert_eq!(inflated, plain.body);
}

#[test]
fn headers_can_be_huge_or_wrong_and_an_answer_can_wait() {
    let standin = Standin::start(Settings {
        faults: Faults {
            auth: Fault::Status(500, ErrorBody::Empty).into(),
            ..Faults::list([
                Fault::HugeHeader(300_000),
                Fault::ContentType("text/plain".into()),
                Fault::Delay(Duration::from_millis(100)),
                Fault::Body(b"\xFF\xFE".into()),
            ])
        },
        ..Settings::company()
    });
    let client = Client::new(&standin);
    assert_eq!(client.token, "");
    let client = Client::new(&standin);
    assert_eq!(
        client.get("").header("x-padding").map(str::len),
        Some(300_000)
    );
    assert_eq!(client.get("").header("content-type"), Some("text/plain"));
    let begin = Instant::now();
    assert_eq!(client.get("").json()["totalResults"], 42);
    assert!(begin.elapsed() >= Duration::from_millis(100));
    assert_eq!(client.get("").body, b"\xFF\xFE");
}
