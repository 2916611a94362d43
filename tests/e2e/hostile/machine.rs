//! Reaching for the machine around the sandbox.

use crate::{arena::attack, service::Canary};
use e2e::c1z::{File, text};
use std::path::Path;

/// What has been found, by name.
pub fn found(file: &File, name: &str) -> String {
    let things = file.resources("thing");
    let [thing] = &things[..] else {
        panic!("{things:?}");
    };
    let found = text(thing.resource.profile.as_ref(), name);
    found
        .unwrap_or_else(|| panic!("there is no {name}"))
        .to_owned()
}

#[test]
fn there_are_no_files_no_environment_no_arguments_and_no_sockets() {
    let canary = Canary::new();
    let file = attack("looking-around")
        .at(&canary.origin())
        .run()
        .succeeds();
    assert_eq!(found(&file, "arguments"), "0");
    assert_eq!(found(&file, "environment"), "0");
    assert_eq!(found(&file, "input"), "ok: 0");
    for name in [
        "working_directory",
        "root_directory",
        "password_file",
        "own_memory",
        "new_file",
        "relative_file",
        "tcp",
        "listening",
        "udp",
        "names",
    ] {
        let found = found(&file, name);
        assert!(found.starts_with("failed: "), "{name}: {found}");
    }
    canary.is_untouched();
    assert!(!Path::new("/tmp/hostile").exists());
}

#[test]
fn nothing_but_its_own_settings_can_be_read() {
    let file = attack("reading-variables").run().succeeds();
    for name in [
        "home",
        "path",
        "baton_api_secret",
        "client_secret",
        "../env",
    ] {
        assert_eq!(found(&file, name), "nothing");
    }
}

#[test]
fn clocks_tell_milliseconds_only() {
    let file = attack("reading-clocks").run().succeeds();
    for clock in ["monotonic", "system", "instant", "system_time"] {
        let step: i128 = found(&file, clock).parse().expect("a number");
        assert!(step >= 1_000_000, "{clock}: {step} ns");
    }
    assert_eq!(found(&file, "monotonic_resolution"), "1000000");
    assert_eq!(found(&file, "system_resolution"), "1000000");
}
