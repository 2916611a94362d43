//! Components that describe themselves in a way that cannot be.

use crate::support::{component, describing, fails, misfit_bytes};
use e2e::host::{Host, connector_host};

fn refused(how: &str, code: i32, texts: &[&str]) {
    let file = component(&describing(misfit_bytes(), how));
    let host = Host::with_component(&file.path)
        .env("BATON_BEHAVIOUR", "well")
        .env("BATON_RETRIES", "1");
    let _ = fails(host, &[], code, texts);
}

#[test]
fn a_crash_is_a_fault_in_the_connector() {
    refused(
        "trap",
        13,
        &[
            "component crashed during describe",
            "This is a fault in the connector",
        ],
    );
}

#[test]
fn a_component_that_does_not_come_to_an_end_is_stopped() {
    let file = component(&describing(misfit_bytes(), "spin"));
    let path = file.path.to_str().expect("a path");
    let transcript = connector_host(&["inspect", path]).failed_with(&[
        "component did not come to an end within 10 s (--describe-time-limit), and was stopped during describe",
        "This is a fault in the connector.",
    ]);
    assert_eq!(transcript.code, Some(4), "{transcript}");
}

#[test]
fn a_type_is_described_once() {
    let texts = ["describes the resource type group twice"];
    refused("type-twice", 9, &texts);
}

#[test]
fn a_setting_cannot_have_the_name_of_a_flag_of_the_host() {
    refused(
        "flag-of-host",
        9,
        &[
            "\"retries\"",
            "a flag of the host",
            "fault in the connector",
        ],
    );
}

#[test]
fn a_setting_is_named_in_lower_case_words_with_hyphens() {
    refused(
        "bad-name",
        9,
        &[
            "\"No Name\"",
            "lower-case words with hyphens",
            "fault in the connector",
        ],
    );
}

#[test]
fn a_template_names_settings_that_there_are() {
    refused("no-setting", 3, &["{nowhere}", "no such setting"]);
}

#[test]
fn what_changes_something_by_its_definition_cannot_be_declared_to_read() {
    let texts = ["PATCH {origin}/allowed", "changes nothing"];
    refused("reads-by-patch", 9, &texts);
    // There are services that take this for the same.
    refused(
        "small-method",
        9,
        &["\"patch\"", "no method that can be sent"],
    );
}

#[test]
fn a_template_begins_with_an_origin() {
    refused("no-url", 3, &["\"somewhere\"", "not an absolute URL"]);
}
