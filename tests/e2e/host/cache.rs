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

/// That what was there has not been used, and that this has been said.
fn compiled_again(transcript: &Transcript) {
    let said = transcript.logged("compiled component is not used, and compiled again");
    assert_eq!(said.len(), 1, "{transcript}");
    assert_eq!(said[0]["level"], "warn", "{transcript}");
}

fn entries(directory: &PathBuf) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("a directory");
    entries
        .map(|entry| entry.expect("an entry").path())
        .collect()
}

/// The only entry there is.
fn entry(directory: &PathBuf) -> PathBuf {
    let mut entries = entries(directory);
    assert_eq!(entries.len(), 1, "not one entry: {entries:?}");
    entries.remove(0)
}

fn mode(path: &PathBuf) -> u32 {
    fs::metadata(path).expect("it is there").mode() & 0o777
}

#[test]
fn a_second_start_uses_what_the_first_has_compiled() {
    let (host, cache) = host();
    let _ = run(&host);
    let entry = entry(&cache);
    assert_eq!(mode(&cache), 0o700);
    assert_eq!(mode(&entry), 0o600);
    assert_eq!(mode(&cache.with_extension("key")), 0o600);
    let first = fs::metadata(&entry).expect("it is there").ino();
    // Compiling again would put another file in its place.
    let _ = run(&host);
    let second = fs::metadata(&entry).expect("it is there").ino();
    assert_eq!(second, first);
    assert_eq!(entries(&cache).len(), 1);
}

#[test]
fn a_directory_that_others_can_write_to_is_not_used() {
    let (host, cache) = host();
    fs::create_dir_all(&cache).expect("a directory");
    fs::set_permissions(&cache, Permissions::from_mode(0o777)).expect("permissions");
    compiled_again(&run(&host));
    assert_eq!(entries(&cache), Vec::<PathBuf>::new());
}

#[test]
fn an_entry_that_others_can_write_to_is_replaced() {
    let (host, cache) = host();
    let _ = run(&host);
    let entry = entry(&cache);
    fs::set_permissions(&entry, Permissions::from_mode(0o666)).expect("permissions");
    compiled_again(&run(&host));
    assert_eq!(mode(&entry), 0o600);
}

#[test]
fn a_damaged_entry_is_replaced() {
    let (host, cache) = host();
    let _ = run(&host);
    let entry = entry(&cache);
    let good = fs::read(&entry).expect("an entry");
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 1;
    for damaged in [&good[..good.len() / 2], &flipped] {
        fs::write(&entry, damaged).expect("an entry");
        compiled_again(&run(&host));
        let now = fs::read(&entry).expect("an entry");
        assert!(now == good, "it has not been replaced");
    }
}

#[test]
fn machine_code_that_comes_from_elsewhere_is_not_run() {
    // The same component, compiled by the same program for the same machine: the name is the same,
    // the key is not.
    let (elsewhere, foreign) = host();
    let _ = run(&elsewhere);
    let (host, cache) = host();
    let _ = run(&host);
    let (foreign, entry) = (entry(&foreign), entry(&cache));
    assert_eq!(foreign.file_name(), entry.file_name());
    fs::copy(&foreign, &entry).expect("an entry");
    compiled_again(&run(&host));
    let (foreign, now) = (fs::read(foreign), fs::read(&entry));
    assert_ne!(foreign.expect("an entry"), now.expect("an entry"));
    let warm = run(&host);
    assert_eq!(warm.log().iter().find(|line| line["level"] == "warn"), None);
}

#[test]
fn machine_code_is_not_run_when_others_know_the_key() {
    let (host, cache) = host();
    let _ = run(&host);
    let key = cache.with_extension("key");
    fs::set_permissions(&key, Permissions::from_mode(0o640)).expect("permissions");
    let transcript = run(&host);
    compiled_again(&transcript);
    assert!(transcript.stderr.contains("remove it"), "{transcript}");
    fs::remove_file(&key).expect("a key");
    let _ = run(&host);
    assert_eq!(mode(&key), 0o600);
}

#[test]
fn an_entry_that_no_key_vouches_for_is_replaced() {
    let (host, cache) = host();
    let _ = run(&host);
    let key = cache.with_extension("key");
    fs::remove_file(&key).expect("a key");
    compiled_again(&run(&host));
    assert_eq!(mode(&key), 0o600);
    let warm = run(&host);
    assert_eq!(warm.log().iter().find(|line| line["level"] == "warn"), None);
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
