//! Components that run, but not as they should. Whatever they do, the file of an earlier sync
//! is as it was, or a good new one.

use crate::support::{fails, misfit};
use e2e::{
    c1z::File,
    host::{Host, Transcript},
};

const LISTING: &str = "cannot list resources of the type group";
const FAULT: &str = "This is a fault in the connector";

fn crashes(behaviour: &str, texts: &[&str]) -> Transcript {
    fails(misfit(behaviour), &[], 13, texts)
}

/// A sync that succeeds all the same.
fn succeeds(behaviour: &str, arguments: &[&str]) -> (Host, Transcript, File) {
    let host = misfit(behaviour);
    let transcript = host.run(arguments).succeeded();
    let file = File::open(&host.file());
    (host, transcript, file)
}

#[test]
fn a_trap_says_during_what() {
    let _ = crashes(
        "trap",
        &[LISTING, "the connector crashed", "unreachable", FAULT],
    );
}

#[test]
fn what_a_panic_says_is_in_the_log() {
    for (behaviour, words) in [
        ("panic", "this is how it ends"),
        ("panic-at-once", "not even a page"),
        ("panic-midway", "half of it is there"),
    ] {
        let transcript = crashes(behaviour, &[LISTING, "the connector crashed", FAULT]);
        let lines = transcript.logged(words);
        assert_eq!(lines.len(), 1, "{transcript}");
        assert_eq!(lines[0]["connector"], "misfit");
    }
}

#[test]
fn a_crash_names_the_resource_that_was_asked_about() {
    let what = "cannot list entitlements on group:g1";
    let _ = crashes(
        "panic-in-entitlements",
        &[what, "the connector crashed", FAULT],
    );
}

#[test]
fn an_error_of_the_connector_names_the_resource_that_was_asked_about() {
    let what = "cannot list grants on group:g1: the key may not";
    let _ = fails(misfit("denied-grants"), &[], 7, &[what]);
}

#[test]
fn a_type_that_is_not_described_is_not_listed() {
    let what = "the connector lists unheard-of:odd, of a type that it does not describe";
    let _ = crashes("undeclared-type", &[what, FAULT]);
}

#[test]
fn users_have_details_and_nothing_else_has() {
    let _ = crashes(
        "user-without-details",
        &["user:odd without user details", FAULT],
    );
    let _ = crashes(
        "details-of-no-user",
        &["group:odd with user details", FAULT],
    );
}

#[test]
fn an_entitlement_is_on_something() {
    let what = "lists the entitlement role:nothing:held, but no role:nothing";
    let _ = crashes("entitlement-on-nothing", &[what, FAULT]);
}

#[test]
fn grants_that_wait_for_their_resource_have_a_number() {
    let what = "tells 100000 grants before the resources that they are on";
    let advice = "describe the type role before the others";
    let _ = crashes("early-grants", &[what, advice, FAULT]);
}

#[test]
fn too_many_unusable_records_would_look_like_deletions() {
    for (behaviour, records) in [
        ("empty-id", "1 of 3 records of the type group"),
        ("huge-id", "1 of 3 records of the type group"),
        ("all-unusable", "2 of 2 records of the type group"),
    ] {
        let texts = [records, "more than 5 %", "--max-unusable"];
        let _ = fails(misfit(behaviour), &[], 9, &texts);
    }
}

#[test]
fn an_unusable_id_is_skipped_where_that_is_allowed() {
    for (behaviour, reason) in [
        ("empty-id", "its id is empty"),
        ("huge-id", "its id is longer than 1,024 bytes"),
    ] {
        let (_host, transcript, file) = succeeds(behaviour, &["--max-unusable", "50"]);
        let lines = transcript.logged("skipping unusable record");
        assert_eq!(lines.len(), 1, "{transcript}");
        assert_eq!(lines[0]["reason"], reason);
        assert_eq!(file.resources("group").len(), 2);
    }
}

#[test]
fn a_huge_name_is_cut_between_characters() {
    let (_host, _, file) = succeeds("huge-name", &[]);
    let groups = file.resources("group");
    let odd = groups.iter().find(|row| row.key == "group:odd");
    let name = &odd.expect("it is there").resource.display_name;
    assert_eq!(*name, "ñ".repeat(512));
}

#[test]
fn a_resource_that_comes_twice_counts_once_and_is_reported() {
    let (_host, transcript, file) = succeeds("same-resource-twice", &[]);
    let lines = transcript.logged("skipping unusable record");
    assert_eq!(lines.len(), 1, "{transcript}");
    assert_eq!(lines[0]["reason"], "a record before it has the same id");
    assert_eq!(lines[0]["id"], "7");
    assert_eq!(lines[0]["position"], 40);
    let groups = file.resources("group");
    assert_eq!(groups.len(), 40);
    assert!(groups.iter().all(|row| row.resource.display_name == "Odd"));
}

#[test]
fn an_entitlement_that_comes_twice_is_the_same() {
    let (_host, _, file) = succeeds("same-entitlement-twice", &[]);
    let held = "select count(*) from v1_entitlements where external_id = 'group:odd:held'";
    assert_eq!(file.number(held), 1);
}

#[test]
fn grants_on_nothing_or_of_nobody_are_left_out_and_counted() {
    for behaviour in ["grant-on-nothing", "grant-of-nobody"] {
        let (_host, transcript, file) = succeeds(behaviour, &[]);
        let lines = transcript.logged("left out grants on, or of, what is not listed");
        assert_eq!(lines.len(), 1, "{transcript}");
        assert_eq!(lines[0]["grants"], 1);
        assert_eq!(file.grants().len(), 10);
    }
}
