//! What there is to read of each request afterwards, in the audit file.

use crate::{
    product::{GRANT, Product, Reply, succeeds},
    service::{Service, asking},
    support::{SECRET, misfit_bytes},
};
use e2e::host::{Host, Transcript};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{fs, os::unix::fs::MetadataExt, thread};

/// Where tests have it written.
pub const AUDIT: [&str; 2] = ["--audit", "audit.jsonl"];

/// What a line says, in this order.
const FIELDS: [&str; 15] = [
    "time",
    "connector",
    "digest",
    "operation",
    "method",
    "url",
    "verdict",
    "rule",
    "reason",
    "address",
    "status",
    "sentBytes",
    "receivedBytes",
    "durationMs",
    "attempt",
];

/// The lines of a host's audit file.
pub fn audited(host: &Host) -> Vec<Value> {
    let text = fs::read_to_string(host.path("audit.jsonl")).expect("an audit file");
    let lines = text.lines().map(serde_json::from_str::<Value>);
    let lines: Vec<_> = lines.map(|line| line.expect("JSON")).collect();
    for line in &lines {
        let fields = line.as_object().expect("an object").keys();
        assert_eq!(fields.collect::<Vec<_>>(), FIELDS, "{line}");
    }
    lines
}

fn digest() -> String {
    let digest = Sha256::digest(misfit_bytes());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digest}")
}

/// Runs while a service answers one request, and gives the host's own words.
fn answered(host: &Host, service: &Service, arguments: &[&str], status: &str) -> Transcript {
    thread::scope(|scope| {
        let running = scope.spawn(|| host.run(arguments));
        service.request().answer(status, "");
        running.join().expect("a transcript")
    })
}

#[test]
fn a_request_that_is_sent_leaves_a_line() {
    let service = Service::start();
    let host = asking(&service, "GET", "{origin}/allowed?page=2");
    let _ = answered(&host, &service, &AUDIT, "204 No Content").succeeded();
    let [line] = &audited(&host)[..] else {
        panic!("{:?}", audited(&host));
    };
    let origin = service.origin();
    assert_eq!(line["connector"]["name"], "misfit");
    assert_eq!(line["digest"], digest());
    assert_eq!(line["operation"], "sync");
    assert_eq!(line["method"], "GET");
    assert_eq!(line["url"], format!("{origin}/allowed?page=2"));
    assert_eq!(line["verdict"], "allowed");
    assert_eq!(line["rule"], "GET {origin}/allowed");
    assert_eq!(line["reason"], Value::Null);
    assert_eq!(line["address"], origin.trim_start_matches("http://"));
    assert_eq!(line["status"], 204);
    assert_eq!(line["sentBytes"], 0);
    assert_eq!(line["receivedBytes"], 0);
    assert_eq!(line["attempt"], 1);
    assert!(line["durationMs"].as_f64().is_some_and(|time| time > 0.0));
    let time = line["time"].as_str().expect("a time");
    let age = jiff::Timestamp::now().duration_since(time.parse().expect("RFC 3339"));
    assert!(age.unsigned_abs().as_secs() < 600, "{time}");
}

#[test]
fn a_request_that_is_refused_leaves_a_line() {
    let service = Service::start();
    let host = asking(&service, "GET", "{origin}/elsewhere");
    let refused = host.run(&AUDIT);
    let _ = refused.failed_with(&["The sandbox refused a request"]);
    let [line] = &audited(&host)[..] else {
        panic!("{:?}", audited(&host));
    };
    assert_eq!(line["verdict"], "refused");
    assert_eq!(line["url"], format!("{}/elsewhere", service.origin()));
    let reason = line["reason"].as_str().expect("a reason");
    assert!(reason.contains("none of the requests"), "{reason}");
    for field in ["rule", "address", "status"] {
        assert_eq!(line[field], Value::Null, "{line}");
    }
    assert!(service.is_untouched());
}

#[test]
fn a_change_that_is_held_back_leaves_a_line() {
    let product = Product::start();
    let host = product.misfit("well");
    let _ = host.run(&[&GRANT[..], &AUDIT, &["--dry-run"]].concat());
    assert!(product.changes().is_empty());
    let lines = audited(&host);
    let verdicts: Vec<_> = lines.iter().map(|line| &line["verdict"]).collect();
    let (last, before) = verdicts.split_last().expect("a line");
    assert_eq!(*last, "held back");
    assert!(before.iter().all(|verdict| *verdict == "allowed"));
    let line = lines.last().expect("a line");
    let url = format!("{}/grants/group:g1:member:user:u3", product.origin());
    assert_eq!(line["operation"], "grant");
    assert_eq!(line["method"], "PUT");
    assert_eq!(line["url"], url);
    assert!(line["sentBytes"].as_u64().is_some_and(|bytes| bytes > 0));
    assert_eq!(line["address"], Value::Null);
    // As many lines as requests, and the one that has not arrived.
    assert_eq!(lines.len(), product.requests().len() + 1);
}

#[test]
fn each_attempt_leaves_a_line() {
    let busy = Reply::Status("429 Too Many Requests");
    let product = Product::with_replies(&[busy, busy]);
    let host = product.misfit("well");
    let _ = succeeds(&host, &[&GRANT[..], &AUDIT].concat());
    let lines = audited(&host);
    assert_eq!(lines.len(), product.requests().len());
    let attempts = lines.iter().filter(|line| line["method"] == "PUT");
    let attempts: Vec<_> = attempts
        .map(|line| (line["attempt"].as_u64(), line["status"].as_u64()))
        .collect();
    let expected = [(1, 429), (2, 429), (3, 200)];
    assert_eq!(attempts, expected.map(|(a, b)| (Some(a), Some(b))));
}

#[test]
fn a_connection_that_is_cut_leaves_a_line() {
    let product = Product::with_replies(&[Reply::Cut]);
    let host = product.misfit("well");
    assert_ne!(host.run(&[&GRANT[..], &AUDIT].concat()).code, Some(0));
    let lines = audited(&host);
    let cut = lines.iter().find(|line| line["method"] == "PUT");
    let cut = cut.expect("a line");
    assert_eq!(cut["verdict"], "allowed");
    assert_eq!(cut["status"], Value::Null);
    assert!(cut["reason"].is_string(), "{cut}");
}

#[test]
fn a_secret_in_a_url_is_blanked_out() {
    let product = Product::start();
    let host = product.misfit("secret-in-request");
    let _ = host.run(&[&GRANT[..], &AUDIT].concat());
    let lines = audited(&host);
    let url = format!(
        "{}/grants/group:g1:member:user:u3?key=***",
        product.origin()
    );
    assert!(lines.iter().any(|line| line["url"] == url), "{lines:?}");
    let text = fs::read_to_string(host.path("audit.jsonl")).expect("an audit file");
    assert!(!text.contains(SECRET) && !text.contains("secret-api-secret"));
}

#[test]
fn nobody_else_can_read_an_audit_file_and_it_grows() {
    let service = Service::start();
    let host = asking(&service, "GET", "");
    for lines in 1..=2 {
        let _ = answered(&host, &service, &AUDIT, "204 No Content").succeeded();
        assert_eq!(audited(&host).len(), lines);
    }
    let metadata = fs::metadata(host.path("audit.jsonl")).expect("a file");
    assert_eq!(metadata.mode() & 0o777, 0o600);
}

#[test]
fn without_a_place_for_its_lines_nothing_is_sent() {
    let service = Service::start();
    let host = asking(&service, "GET", "");
    fs::create_dir(host.path("directory")).expect("a directory");
    fs::write(host.path("notes"), "not JSON\n").expect("a file");
    for file in ["directory", "no/where", "notes"] {
        let transcript = host.run(&["--audit", file]);
        let texts = ["cannot write the audit file", file, "Nothing has been sent"];
        let _ = transcript.failed_with(&texts);
    }
    assert!(service.is_untouched());
}

#[test]
fn when_a_line_cannot_be_written_nothing_more_is_sent() {
    let product = Product::start();
    let host = product.misfit("well");
    let transcript = host.run(&[&GRANT[..], &["--audit", "/dev/full"]].concat());
    let texts = ["the audit file /dev/full cannot be written"];
    let transcript = transcript.failed_with(&texts);
    // What has been sent before that is known is told in the log.
    let sent = product.requests().len();
    assert!(sent <= 1, "{:?}", product.lines());
    let told = transcript.logged("audit line that could not be written");
    let told: Vec<_> = told.iter().map(|line| &line["line"]["verdict"]).collect();
    assert_eq!(
        told.iter().filter(|verdict| **verdict == "allowed").count(),
        sent
    );
    assert!(product.changes().is_empty());
}
