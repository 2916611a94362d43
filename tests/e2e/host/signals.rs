//! Runs that are stopped from the outside, and runs that get into each other's way.

use crate::{
    service::Service,
    support::{assert_left, assert_untouched, careful, kill, misfit},
};
use e2e::{
    c1z::File,
    host::{Host, Transcript, finish},
};
use std::fs;

/// A host whose sync waits for an answer of the service.
fn waiting(service: &Service) -> Host {
    careful(misfit("ask"))
        .env("BATON_ORIGIN", &service.origin())
        .env("BATON_ALLOW_OUTBOUND", &service.origin())
}

fn stopped_by(signal: &str) -> (Host, Transcript) {
    let service = Service::start();
    let host = waiting(&service);
    let child = host.start("run", &[]);
    let request = service.request();
    assert!(host.path("sync.c1z.tmp").exists());
    kill(&child, signal);
    let transcript = finish(child);
    drop(request);
    (host, transcript)
}

#[test]
fn a_signal_stops_a_sync_and_leaves_the_file_alone() {
    for signal in ["INT", "TERM", "HUP"] {
        let (host, transcript) = stopped_by(signal);
        let name = format!("stopped by SIG{signal}");
        let transcript = transcript.failed_with(&[&name, "no file has been changed"]);
        assert_eq!(transcript.code, Some(1), "{transcript}");
        assert_untouched(&host);
    }
}

#[test]
fn a_signal_stops_a_component_that_computes() {
    let host = careful(misfit("spin"));
    let child = host.start("run", &[]);
    // There is nothing else to see from here; the lock comes before the component.
    while !host.path("sync.c1z.tmp").exists() {
        std::thread::yield_now();
    }
    kill(&child, "TERM");
    let transcript = finish(child).failed_with(&["stopped by SIGTERM"]);
    assert_eq!(transcript.code, Some(1), "{transcript}");
    assert_untouched(&host);
}

#[test]
fn a_signal_stops_a_validation() {
    let service = Service::start();
    let host = waiting(&service);
    let child = host.start("validate", &[]);
    let request = service.request();
    kill(&child, "INT");
    let transcript = finish(child).failed_with(&["stopped by SIGINT"]);
    assert_eq!(transcript.code, Some(1), "{transcript}");
    drop(request);
}

#[test]
fn the_run_after_one_that_was_killed_takes_over() {
    let (host, transcript) = stopped_by("KILL");
    assert_eq!(transcript.code, None, "{transcript}");
    assert!(host.path("sync.c1z.tmp").exists());
    fs::write(host.path("sync.c1z.tmp"), "half a file").expect("a file");
    let before = File::open(&host.file()).syncs();

    let host = host.env("BATON_BEHAVIOUR", "well");
    let _ = host.run(&[]).succeeded();
    assert!(!host.path("sync.c1z.tmp").exists());
    let syncs = File::open(&host.file()).syncs();
    assert_eq!(syncs.len(), 2);
    assert_eq!(syncs[1..], before);
}

#[test]
fn a_second_run_on_the_same_file_is_refused_at_once() {
    let service = Service::start();
    let host = waiting(&service);
    let first = host.start("run", &[]);
    let request = service.request();

    let second = host
        .run(&[])
        .failed_with(&["another run is writing", "sync.c1z", "--file"]);
    assert_eq!(second.code, Some(2), "{second}");
    assert!(service.is_untouched(), "the second run asks for nothing");

    request.answer("204 No Content", "");
    let _ = finish(first).succeeded();
    let now = fs::read(host.file()).expect("a file");
    assert_eq!(File::open(&host.file()).syncs().len(), 2);
    assert_left(&host, Some(&now));
}

#[test]
fn runs_on_different_files_do_not_get_into_each_others_way() {
    let service = Service::start();
    let host = waiting(&service);
    let first = host.start("run", &[]);
    let first_request = service.request();
    let second = host.start("run", &["--file", "other.c1z"]);
    let second_request = service.request();
    second_request.answer("204 No Content", "");
    let _ = finish(second).succeeded();
    first_request.answer("204 No Content", "");
    let _ = finish(first).succeeded();
    assert_eq!(File::open(&host.path("other.c1z")).syncs().len(), 1);
}
