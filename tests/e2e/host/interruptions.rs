//! Changes that are stopped from the outside.

use crate::{
    product::OPERATIONS,
    service::{Request, Service},
    support::{kill, misfit},
};
use e2e::host::{Host, Transcript, finish};
use std::{
    fs,
    io::{BufRead, BufReader, Read},
    process::Child,
};

/// Answers requests until this one arrives.
fn awaited(service: &Service, line: &str) -> Request {
    loop {
        let request = service.request();
        if request.line() == line {
            return request;
        }
        request.answer("200 OK", "");
    }
}

struct Run {
    service: Service,
    host: Host,
}

impl Run {
    fn new() -> Self {
        let service = Service::start();
        let host = misfit("well")
            .env("BATON_ORIGIN", &service.origin())
            .env("BATON_ALLOW_OUTBOUND", &service.origin());
        Self { service, host }
    }

    fn start(&self, arguments: &[&str]) -> Child {
        let arguments = [arguments, &["--receipts", "receipts.jsonl"]].concat();
        self.host.start("run", &arguments)
    }

    fn receipts(&self) -> String {
        fs::read_to_string(self.host.path("receipts.jsonl")).unwrap_or_default()
    }
}

/// Waits until the run has said that it has noticed the signal.
fn noticed(child: &mut Child, signal: &str) -> String {
    let mut stderr = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut text = String::new();
    while !text.contains(signal) {
        let read = stderr.read_line(&mut text).expect("a line");
        assert!(read > 0, "it has not been noticed\n{text}");
    }
    std::thread::spawn(move || {
        let mut rest = Vec::new();
        let _ = stderr.read_to_end(&mut rest);
    });
    text
}

fn finished(child: Child) -> Transcript {
    let transcript = finish(child);
    assert_eq!(transcript.stdout, "", "{transcript}");
    transcript
}

#[test]
fn a_signal_before_the_change_stops_it() {
    for signal in ["INT", "TERM", "HUP"] {
        for (arguments, _) in OPERATIONS {
            let run = Run::new();
            let child = run.start(arguments);
            let request = awaited(&run.service, "POST /sign-in");
            kill(&child, signal);
            let transcript = finished(child).failed_with(&[&format!("stopped by SIG{signal}")]);
            assert_eq!(transcript.code, Some(1), "{transcript}");
            drop(request);
            assert!(run.service.is_untouched());
        }
    }
}

#[test]
fn a_signal_after_the_change_waits_for_the_answer() {
    for signal in ["INT", "TERM", "HUP"] {
        for (arguments, line) in OPERATIONS {
            let run = Run::new();
            let mut child = run.start(arguments);
            let request = awaited(&run.service, line);
            kill(&child, signal);
            let _ = noticed(&mut child, &format!("SIG{signal}"));
            request.answer("200 OK", "");
            let transcript = finished(child);
            assert_eq!(transcript.code, Some(0), "{transcript}");
            let receipts = run.receipts();
            assert!(receipts.contains("\"status\":200"), "{receipts}");
            assert!(!receipts.contains("unknown"), "{receipts}");
        }
    }
}

#[test]
fn a_second_signal_stops_even_that_and_it_is_written_down() {
    let (arguments, line) = OPERATIONS[0];
    let run = Run::new();
    let mut child = run.start(arguments);
    let request = awaited(&run.service, line);
    kill(&child, "INT");
    let _ = noticed(&mut child, "SIGINT");
    kill(&child, "INT");
    let transcript = finished(child);
    assert_eq!(transcript.code, Some(1), "{transcript}");
    assert!(run.receipts().contains("unknown"), "{}", run.receipts());
    drop(request);
}

#[test]
fn a_signal_stops_a_dry_run() {
    let (arguments, _) = OPERATIONS[0];
    let run = Run::new();
    let child = run.host.start("run", &[arguments, &["--dry-run"]].concat());
    let request = awaited(&run.service, "POST /sign-in");
    kill(&child, "INT");
    let transcript = finished(child).failed_with(&["stopped by SIGINT"]);
    assert_eq!(transcript.code, Some(1), "{transcript}");
    drop(request);
}
