//! What somebody sees who runs a sync by hand.

use crate::support::misfit;
use e2e::host::{Host, Transcript};

/// The same run, but on a pseudo-terminal of 100 columns, with both outputs in one.
fn on_a_terminal(host: &Host, arguments: &str) -> Transcript {
    host.shell(&format!(
        "exec script --quiet --return --command \
         \"stty cols 100; exec '$HOST' run '$COMPONENT' {arguments}\" /dev/null"
    ))
}

#[test]
fn a_summary_is_shown_at_the_end() {
    let host = misfit("well");
    let _ = on_a_terminal(&host, "").succeeded();
    let transcript = on_a_terminal(&host, "").succeeded();
    let shown = transcript.stdout.replace('\r', "");
    let rows: Vec<_> = shown
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    for row in [
        "now before",
        "group 2 2",
        "repository 2 2",
        "role 3 3",
        "user 3 3",
        "entitlements 6 6",
        "grants 10 10",
    ] {
        assert!(rows.iter().any(|line| line == row), "no {row:?} in {shown}");
    }
    assert!(shown.contains("nothing skipped; 0 requests"), "{shown}");
    assert!(shown.contains("sync.c1z written ("), "{shown}");
    assert!(shown.contains("\tINFO\t"), "logs are for people: {shown}");
}

#[test]
fn what_was_skipped_is_in_the_summary() {
    let host = misfit("same-resource-twice");
    let shown = on_a_terminal(&host, "").succeeded().stdout;
    assert!(shown.contains("1 unusable records skipped"), "{shown}");
}

#[test]
fn an_error_is_a_sentence_with_hints() {
    let host = misfit("trap");
    let transcript = on_a_terminal(&host, "");
    assert_eq!(transcript.code, Some(13), "{transcript}");
    let shown = &transcript.stdout;
    assert!(
        shown.contains("Error: cannot list resources of the type group"),
        "{shown}"
    );
    assert!(shown.contains("  Hint: "), "{shown}");
    assert!(!shown.contains("entitlements"), "no summary: {shown}");
}
