//! What the units of systemd promise.

use crate::{
    manifests::{directory, files, text},
    unit::Unit,
};
use std::{fs, process::Command};

const SERVICE: &str = "baton-valimail.service";
const SYNC: &str = "baton-valimail-sync.service";

#[test]
fn a_unit_runs_as_nobody_and_gains_nothing() {
    for name in [SERVICE, SYNC] {
        let unit = Unit::of(name);
        for (key, value) in [
            ("DynamicUser", "yes"),
            ("NoNewPrivileges", "yes"),
            ("CapabilityBoundingSet", ""),
            ("AmbientCapabilities", ""),
            ("RestrictSUIDSGID", "yes"),
            ("RestrictNamespaces", "yes"),
        ] {
            assert_eq!(unit.value("Service", key), value, "{name}");
        }
    }
}

#[test]
fn a_unit_writes_only_into_directories_of_its_own() {
    for name in [SERVICE, SYNC] {
        let unit = Unit::of(name);
        for (key, value) in [
            ("ProtectSystem", "strict"),
            ("ProtectHome", "yes"),
            ("PrivateTmp", "yes"),
            ("PrivateDevices", "yes"),
            ("CacheDirectoryMode", "0700"),
        ] {
            assert_eq!(unit.value("Service", key), value, "{name}");
        }
        assert_eq!(unit.values("Service", "ReadWritePaths").next(), None);
        let cache = format!(
            "XDG_CACHE_HOME=%C/{}",
            unit.value("Service", "CacheDirectory")
        );
        assert!(
            unit.values("Service", "Environment")
                .any(|set| set == cache)
        );
    }
}

#[test]
fn both_units_are_hardened_alike() {
    let hardening = |name: &str| {
        let lines = Unit::of(name).lines.into_iter();
        let mut lines = lines.skip_while(|line| line.1 != "DynamicUser");
        let hardening: Vec<_> = lines
            .by_ref()
            .take_while(|line| line.0 == "Service")
            .collect();
        assert!(hardening.len() > 20, "{name}");
        hardening
    };
    assert_eq!(hardening(SERVICE), hardening(SYNC));
}

#[test]
fn memory_may_become_executable_because_components_are_compiled() {
    for name in [SERVICE, SYNC] {
        let unit = Unit::of(name);
        assert_eq!(
            unit.values("Service", "MemoryDenyWriteExecute").next(),
            None
        );
    }
}

#[test]
fn no_secret_is_in_the_environment() {
    let environment = text("systemd/environment");
    let named = environment.lines().filter_map(|line| line.split_once('='));
    for (name, _) in named {
        assert!(
            ["CLIENT_SECRET", "APP_ID", "VALIMAIL_CLIENT_ID"]
                .iter()
                .all(|secret| !name.contains(secret)),
            "{name}"
        );
    }
    for name in [SERVICE, SYNC] {
        let unit = Unit::of(name);
        let files = unit
            .values("Service", "Environment")
            .filter_map(|set| set.split_once("_FILE=%d/"));
        let files: Vec<_> = files.map(|(_, credential)| credential.to_owned()).collect();
        let credentials = unit.values("Service", "LoadCredential");
        let credentials: Vec<_> = credentials
            .map(|credential| credential.split_once(':').expect("a path").0)
            .collect();
        assert_eq!(files, credentials, "{name}");
    }
}

#[test]
fn a_service_is_started_again_unless_it_is_not_configured() {
    let unit = Unit::of(SERVICE);
    assert_eq!(unit.value("Service", "Restart"), "always");
    assert_eq!(unit.value("Service", "RestartSec"), "10");
    assert_eq!(unit.value("Service", "RestartPreventExitStatus"), "3");
}

/// What systemd has to say of a unit, where there is a systemd.
fn verified(name: &str, text: &str) -> Option<String> {
    let units = tempfile::tempdir().expect("a directory");
    for file in files("systemd") {
        let copy = units.path().join(file.rsplit('/').next().expect("a name"));
        fs::copy(directory().join(&file), copy).expect("a copy");
    }
    // The program itself is not installed here.
    let text = text.replace("/usr/local/bin/baton-valimail ", "/bin/true ");
    let path = units.path().join(name);
    fs::write(&path, text).expect("a file");
    let verify = Command::new("systemd-analyze")
        .arg("verify")
        .arg(&path)
        .output();
    let said = String::from_utf8_lossy(&verify.ok()?.stderr).into_owned();
    // Other units of this machine are not at issue.
    let ours = said.lines().filter(|line| line.contains("baton-valimail"));
    Some(ours.map(|line| format!("{line}\n")).collect())
}

#[test]
fn systemd_has_nothing_to_say_against_them() {
    for file in files("systemd") {
        let name = file.rsplit('/').next().expect("a name");
        if name != "environment" {
            let said = verified(name, &text(&file));
            assert_eq!(said.unwrap_or_default(), "", "{name}");
        }
    }
}

#[test]
fn a_misspelt_key_is_found_where_there_is_a_systemd() {
    let bad = text(&format!("systemd/{SERVICE}")).replace("NoNewPrivileges", "NoNewPrivilege");
    if let Some(said) = verified(SERVICE, &bad) {
        assert!(said.contains("NoNewPrivilege"), "{said}");
    }
}
