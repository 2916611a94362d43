//! What is logged, and how.

use crate::support::misfit;
use e2e::host::Host;
use serde_json::Value;

fn levels(host: &Host, level: &str) -> Vec<String> {
    let log = host.run(&["--log-level", level]).log();
    let levels = log.iter().filter_map(|line| line["level"].as_str());
    let mut levels: Vec<_> = levels.map(str::to_owned).collect();
    levels.sort();
    levels.dedup();
    levels
}

#[test]
fn json_lines_have_the_keys_of_baton() {
    let transcript = misfit("panic").run(&["--log-format", "json"]);
    let lines: Vec<_> = transcript.stderr.lines().collect();
    assert_eq!(lines.len(), transcript.log().len(), "{transcript}");
    for line in transcript.log() {
        let keys: Vec<_> = line.as_object().into_iter().flatten().collect();
        let names: Vec<_> = keys.iter().take(4).map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["level", "ts", "caller", "msg"]);
        assert!(line["ts"].as_f64().is_some_and(|ts| ts > 1.7e9), "{line}");
        assert!(
            line["caller"].as_str().is_some_and(|c| c.contains(".rs:")),
            "{line}"
        );
        assert!(line["msg"].is_string(), "{line}");
    }
    let error = transcript.logged(&transcript.log().last().expect("a line")["msg"].to_string());
    assert!(error.is_empty());
    assert_eq!(transcript.log().last().expect("a line")["kind"], "Internal");
}

#[test]
fn without_a_terminal_logs_are_json_and_standard_output_is_silent() {
    let transcript = misfit("well").run(&[]).succeeded();
    assert_eq!(transcript.stdout, "");
    assert_eq!(
        transcript.stderr.lines().count(),
        transcript.log().len(),
        "{transcript}"
    );
    assert_eq!(transcript.logged("Sync complete.").len(), 1);
    let saved = transcript.logged("c1z: saved");
    assert_eq!(saved[0]["output_path"], "sync.c1z");
}

#[test]
fn the_console_format_has_columns() {
    let arguments = ["--log-format", "console"];
    let transcript = misfit("well").run(&arguments).succeeded();
    assert_eq!(transcript.stdout, "");
    for line in transcript.stderr.lines() {
        let columns: Vec<_> = line.split('\t').collect();
        assert!(columns.len() >= 4, "{line:?}");
        assert!(columns[0].ends_with('Z'), "{line:?}");
        assert_eq!(columns[1], "INFO");
        assert!(columns[2].contains(".rs:"), "{line:?}");
        if let Some(fields) = columns.get(4) {
            assert!(serde_json::from_str::<Value>(fields).is_ok(), "{line:?}");
        }
    }
    let transcript = misfit("trap").run(&arguments);
    assert!(
        transcript.stderr.contains("\nError: cannot list resources"),
        "{transcript}"
    );
    assert!(transcript.stderr.contains("\n  Hint: "), "{transcript}");
}

#[test]
fn nothing_below_the_level_is_logged() {
    let host = misfit("all-unusable");
    assert_eq!(levels(&host, "error"), ["error"]);
    assert_eq!(levels(&host, "warn"), ["error", "warn"]);
    assert_eq!(levels(&host, "info"), ["error", "info", "warn"]);
}

#[test]
fn an_unknown_level_or_format_is_refused() {
    for (flag, value) in [("--log-level", "loud"), ("--log-format", "xml")] {
        let transcript =
            misfit("well")
                .run(&[flag, value])
                .failed_with(&[flag, value, "possible values"]);
        assert_eq!(transcript.code, Some(2), "{transcript}");
    }
}

#[test]
fn a_component_cannot_forge_lines_of_the_log() {
    for format in ["json", "console"] {
        let arguments = ["--log-format", format];
        let transcript = misfit("line-in-disguise").run(&arguments).succeeded();
        let stderr = &transcript.stderr;
        assert!(!stderr.contains(['\x1b', '\r', '\x07']), "{stderr:?}");
        let forged = stderr.lines().filter(|line| line.contains("forged"));
        for line in forged {
            assert!(line.contains("misfit"), "{line:?}");
            assert!(!line.starts_with("{\"level\":\"error\""), "{line:?}");
        }
    }
}
