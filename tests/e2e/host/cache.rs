//! Compiled components, kept for the next start.

use crate::support::misfit;
use e2e::host::{Host, Transcript};
use std::{
    fs::{self, Permissions},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::PathBuf,
};

/// A host with a cache of its own.
fn host() -> (Host, PathBuf) {
    let host = misfit("well");
    let base = host.path("cache");
    let host = host.env("XDG_CACHE_HOME", base.to_str().expect("a path"));
    (host, base.join("connector-host"))
}

fn run(host: &Host) -> Transcript {
    host.run(&[]).succeeded()
}

fn entries(directory: &PathBuf) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("a directory");
    entries
        .map(|entry| entry.expect("an entry").path())
        .collect()
}

#[test]
fn a_second_start_uses_what_the_first_has_compiled() {
    let (host, cache) = host();
    let _ = run(&host);
    let [entry] = &entries(&cache)[..] else {
        panic!("not one entry: {:?}", entries(&cache));
    };
    assert_eq!(
        fs::metadata(&cache).expect("it is there").mode() & 0o777,
        0o700
    );
    let first = fs::metadata(entry).expect("it is there");
    assert_eq!(first.mode() & 0o022, 0);
    // Compiling again would put another file in its place.
    let _ = run(&host);
    assert_eq!(fs::metadata(entry).expect("it is there").ino(), first.ino());
    assert_eq!(entries(&cache).len(), 1);
}

#[test]
fn a_directory_that_others_can_write_to_is_not_used() {
    let (host, cache) = host();
    fs::create_dir_all(&cache).expect("a directory");
    fs::set_permissions(&cache, Permissions::from_mode(0o777)).expect("permissions");
    let _ = run(&host);
    assert_eq!(entries(&cache), Vec::<PathBuf>::new());
}

#[test]
fn an_entry_that_others_can_write_to_is_replaced() {
    let (host, cache) = host();
    let _ = run(&host);
    let [entry] = &entries(&cache)[..] else {
        panic!("not one entry: {:?}", entries(&cache));
    };
    fs::set_permissions(entry, Permissions::from_mode(0o666)).expect("permissions");
    let _ = run(&host);
    let mode = fs::metadata(entry).expect("it is there").mode();
    assert_eq!(mode & 0o022, 0, "{mode:o}");
}

#[test]
fn a_damaged_entry_is_replaced() {
    let (host, cache) = host();
    let _ = run(&host);
    let [entry] = &entries(&cache)[..] else {
        panic!("not one entry: {:?}", entries(&cache));
    };
    let good = fs::read(entry).expect("an entry");
    for damaged in [&b"no machine code"[..], &good[..good.len() / 2], b""] {
        fs::write(entry, damaged).expect("an entry");
        let _ = run(&host);
        let now = fs::metadata(entry).expect("it is there").len();
        assert_eq!(now, good.len() as u64);
    }
}

#[test]
fn without_a_place_for_it_there_is_no_cache() {
    let (host, _) = host();
    // Nothing can be created below a device, not even by root.
    let host = host
        .env("XDG_CACHE_HOME", "/dev/null")
        .env("HOME", "/dev/null");
    let _ = run(&host);
}

#[test]
fn without_a_home_there_is_no_cache() {
    let (host, _) = host();
    let script = "unset HOME XDG_CACHE_HOME; exec \"$HOST\" run \"$COMPONENT\"";
    let _ = host.shell(script).succeeded();
}
