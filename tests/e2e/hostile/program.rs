//! The same through the program itself: what it says, writes and ends with.

use crate::{
    machine::found,
    raw::raw,
    service::{Canary, Service, whole},
};
use e2e::{
    artifacts::artifacts,
    c1z::{File, decompressed},
    host::{Host, Transcript, holds_only},
};
use std::fs;

const SECRET: &str = "correct-horse-battery-staple";

fn attacked(name: &str) -> Host {
    Host::with_component(artifacts().component("hostile"))
        .env("BATON_ATTACK", name)
        .env("BATON_API_SECRET", SECRET)
}

/// That an attack ends like that, and leaves nothing.
fn fails(name: &str, arguments: &[&str], code: i32, texts: &[&str]) -> Transcript {
    let host = attacked(name);
    let transcript = host.run(arguments).failed_with(texts);
    assert_eq!(transcript.code, Some(code), "{transcript}");
    assert_eq!(transcript.stdout, "", "{transcript}");
    assert!(holds_only(host.directory.path(), &[]), "{transcript}");
    transcript
}

#[test]
fn limits_are_set_by_the_flags_that_errors_name() {
    let listing = "cannot list resources of the type thing";
    for (name, flag, value, code, text) in [
        ("endless-loop", "--cpu-limit", "1", 13, "more than 1 s"),
        (
            "endless-waiting",
            "--call-time-limit",
            "1",
            13,
            "within 1 s",
        ),
        (
            "endless-recursion",
            "--stack-limit",
            "128",
            13,
            "call stack exhausted",
        ),
        (
            "memory-bomb",
            "--memory-limit",
            "16",
            13,
            "more than 16 MiB",
        ),
        (
            "handle-bomb",
            "--handle-limit",
            "200",
            13,
            "handle limit exceeded",
        ),
        (
            "endless-list",
            "--item-limit",
            "300",
            8,
            "more than 300 records",
        ),
        (
            "item-of-2-mib",
            "--item-size-limit",
            "100",
            8,
            "more than 100 KiB",
        ),
        (
            "endless-complaints",
            "--list-size-limit",
            "3",
            8,
            "more than 3 MiB",
        ),
    ] {
        let flag_in_text = format!("({flag})");
        let texts: &[&str] = match code {
            13 => &[listing, text, &flag_in_text],
            _ => &[text, &flag_in_text],
        };
        let _ = fails(name, &[flag, value], code, texts);
    }
    let texts = [
        "hostile did not come to an end within 1 s (--time-limit)",
        "during sync",
    ];
    let _ = fails("endless-loop", &["--time-limit", "1"], 4, &texts);
}

#[test]
fn a_description_has_the_limits_of_a_run() {
    let bytes = raw(&[("memory", r#"(memory (export "memory") 1600)"#)]);
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("large.wasm");
    fs::write(&path, bytes).expect("a file");
    let host = Host::with_component(&path);
    let texts = [
        "large crashed during describe",
        "more than 64 MiB of memory (--memory-limit)",
    ];
    let _ = host.run(&[]).failed_with(&texts);
    let _ = host.run(&["--memory-limit", "128"]).succeeded();
}

#[test]
fn there_is_nothing_of_the_machine_to_be_seen() {
    let canary = Canary::new();
    let host = attacked("looking-around")
        .env("BATON_ORIGIN", &canary.origin())
        .env("BATON_ALLOW_OUTBOUND", &canary.origin());
    fs::write(host.path("treasure"), "gold").expect("a file");
    let _ = host.run(&[]).succeeded();
    let file = File::open(&host.file());
    assert_eq!(found(&file, "arguments"), "0");
    assert_eq!(found(&file, "environment"), "0");
    for name in [
        "working_directory",
        "root_directory",
        "relative_file",
        "tcp",
    ] {
        assert!(found(&file, name).starts_with("failed: "));
    }
    canary.is_untouched();
    assert!(holds_only(host.directory.path(), &["treasure", "sync.c1z"]));
}

#[test]
fn a_component_that_prints_too_much_is_not_listened_to_for_ever() {
    let transcript = attacked("a-million-lines").run(&[]).succeeded();
    assert_eq!(transcript.logged("nothing to see here").len(), 1000);
    let end = transcript.logged("further lines of the connector are not logged (--log-limit)");
    assert_eq!(end.len(), 1);
}

#[test]
fn a_line_that_is_too_long_is_cut() {
    let transcript = attacked("endless-line").run(&[]).succeeded();
    let log = transcript.log();
    let lines = log.iter().filter_map(|line| line["msg"].as_str());
    let cut: Vec<_> = lines.filter(|line| line.starts_with("and and ")).collect();
    let [cut] = &cut[..] else {
        panic!("{} lines", cut.len());
    };
    assert!((4000..=4096).contains(&cut.len()), "{}", cut.len());
}

#[test]
fn a_long_answer_to_a_validation_is_cut() {
    let transcript = attacked("long-answer").command("validate", &[]).succeeded();
    assert!(transcript.stdout.starts_with("Hostile: good good"));
    assert!(transcript.stdout.len() < 3000);
}

#[test]
fn a_secret_is_in_nothing_that_is_said_or_written() {
    let service = Service::start(|heard, connection| {
        let body = match heard.body.is_empty() {
            true => "{}".to_owned(),
            false => heard.body.clone(),
        };
        whole(connection, "", body.as_bytes());
    });
    for name in [
        "secret-in-url",
        "secret-where-not-declared",
        "secret-in-disguise",
        "secret-that-comes-back",
        "secret-in-resource",
        "secret-in-log",
        "secret-in-error",
        "secret-in-panic",
    ] {
        for format in ["json", "console"] {
            let host = attacked(name)
                .env("BATON_ORIGIN", &service.origin())
                .env("BATON_ALLOW_OUTBOUND", &service.origin());
            let transcript = host.run(&[
                "--log-level",
                "debug",
                "--log-format",
                format,
                "--audit",
                "audit.jsonl",
                "--max-unusable",
                "50",
            ]);
            let mut said = format!("{}{}", transcript.stdout, transcript.stderr).into_bytes();
            said.extend(fs::read(host.path("audit.jsonl")).unwrap_or_default());
            if host.file().exists() {
                said.extend(decompressed(&host.file()));
            }
            // The one that goes for the file has to get there, or nothing is shown.
            assert!(
                host.file().exists() || name != "secret-in-resource",
                "{transcript}"
            );
            let part = &SECRET.as_bytes()[..12];
            let found = said.windows(part.len()).any(|window| window == part);
            assert!(!found, "{name}: {transcript}");
        }
    }
}
