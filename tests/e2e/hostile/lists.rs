//! Listing, and saying, too much.

use crate::{arena::attack, journal};
use std::time::Duration;

#[test]
fn a_list_without_an_end_is_cut() {
    let outcome = attack("endless-list")
        .limits(|limits| limits.items = 5000)
        .run();
    outcome.fails_with(&["the connector lists more than 5000 records (--item-limit)"]);
}

#[test]
fn a_list_that_would_fill_the_disk_is_cut() {
    let attack = attack("endless-complaints");
    let outcome = attack.limits(|limits| limits.listed = 10 << 20).run();
    outcome.fails_with(&["the connector lists more than 10 MiB (--list-size-limit)"]);
}

#[test]
fn complaints_are_cut_in_the_log() {
    let before = journal::size();
    let attack = attack("endless-complaints");
    let outcome = attack.limits(|limits| limits.items = 500).run();
    outcome.fails_with(&["(--item-limit)"]);
    let lines = journal::saying("skipping unusable record");
    assert!(lines.iter().all(|line| line.len() < 10_000));
    // Others write meanwhile. It would be 100 MiB.
    assert!(journal::size() - before < 10 << 20);
}

#[test]
fn an_item_of_100_mib_is_refused() {
    let attack = attack("item-of-100-mib");
    let outcome = attack.limits(|limits| limits.memory = 512 << 20).run();
    outcome.fails_with(&["(--item-size-limit)"]);
}

#[test]
fn an_item_of_2_mib_is_refused() {
    let outcome = attack("item-of-2-mib").run();
    outcome.fails_with(&["a record of more than 1024 KiB (--item-size-limit)"]);
}

#[test]
fn an_item_of_very_many_parts_is_refused() {
    let outcome = attack("item-of-many-parts").run();
    outcome.fails_with(&["(--item-size-limit)"]);
}

#[test]
fn a_page_without_an_end_is_stopped() {
    let attack = attack("page-without-end");
    let outcome = attack
        .limits(|limits| limits.call_time = Duration::from_secs(1))
        .run();
    outcome.fails_with(&["did not come to an end within 1 s (--call-time-limit)"]);
}

#[test]
fn cursors_that_lead_in_a_circle_are_found_out() {
    for name in ["same-cursor-twice", "cursors-in-a-circle"] {
        let outcome = attack(name).run();
        outcome.fails_with(&["the same cursor twice, which would go on for ever"]);
    }
}

#[test]
fn cursors_that_lead_on_for_ever_are_stopped() {
    let attack = attack("cursors-for-ever");
    let outcome = attack
        .limits(|limits| limits.time = Duration::from_secs(1))
        .run();
    outcome.fails_with(&["(--time-limit)"]);
}

#[test]
fn a_cursor_of_2_mib_is_refused() {
    let outcome = attack("cursor-of-2-mib").run();
    outcome.fails_with(&["a cursor of more than 1 MiB"]);
}

#[test]
fn a_long_error_is_cut() {
    let outcome = attack("long-error").run();
    outcome.fails_with(&["wrong wrong"]);
    assert!(outcome.error().len() < 10_000);
}

#[test]
fn a_million_lines_are_not_logged() {
    let attack = attack("a-million-lines");
    let outcome = attack.limits(|limits| limits.log_lines = 200).run();
    let _ = outcome.succeeds();
    assert_eq!(journal::saying("nothing to see here").len(), 200);
    let last = journal::saying("further lines of the connector are not logged (--log-limit)");
    assert_eq!(last.len(), 1);
}

#[test]
fn a_line_without_an_end_is_cut() {
    let _ = attack("endless-line").run().succeeds();
    let lines = journal::saying("and and and");
    assert!(lines.len() == 1 && lines[0].len() < 5000, "{}", lines.len());
}
