//! What is written down of changes that end badly.

use crate::{
    changes::each,
    operations::{ADA, GRACE, HEDY, disable, everything, member_type_body, revoke, staff},
    receipts::{FLAGS, newest, state},
    rig::{
        FAILED_PRECONDITION, NOT_FOUND, ONCE, PERMISSION_DENIED, Rig, UNAUTHENTICATED, UNAVAILABLE,
    },
};
use e2e::valimail::{Deed, ErrorBody, Fault, Faults, Moment, Rival, Script, Settings};
use serde_json::{Value, json};

/// Runs an operation that must fail, and gives what is written down of it.
fn receipt_of_failure(rig: &Rig, operation: &[String], code: i32, texts: &[&str]) -> Value {
    let flags = [&FLAGS[..2], &ONCE].concat();
    let transcript = rig.refuses_with(operation, &flags, code, texts);
    let written = newest(rig);
    let error = written["error"].as_str().expect("an error");
    assert!(transcript.error().contains(error), "{error}\n{transcript}");
    written
}

#[test]
fn what_cannot_be_known_is_written_down_as_unknown() {
    each(&everything(), |operation| {
        let rig = Rig::troubled_by_changes(Fault::Lost);
        let unreadable = || Deed::Break(Box::new(Faults::reading(Script::forever(Fault::Close))));
        rig.standin.change(|settings| {
            settings.rivals = [Moment::AfterPatch, Moment::AfterCreate]
                .map(|moment| Rival {
                    moment,
                    deed: unreadable(),
                })
                .into();
        });
        let written = receipt_of_failure(&rig, operation, UNAVAILABLE, &["not known"]);
        assert_eq!(written["outcome"], "unknown");
        assert!(written.get("after").is_none_or(Value::is_null), "{written}");
        let requests = written["requests"].as_array().expect("a list");
        assert_eq!(requests.len(), 1, "{written}");
        assert!(requests[0]["error"].is_string(), "{written}");
    });
}

#[test]
fn what_the_service_refuses_is_written_down_as_failed() {
    for operation in everything() {
        let rig = Rig::troubled_by_changes(Fault::Status(403, ErrorBody::Scim));
        let texts = ["answered 403"];
        let written = receipt_of_failure(&rig, &operation, PERMISSION_DENIED, &texts);
        assert_eq!(written["outcome"], "failed");
        assert_eq!(written["requests"][0]["status"], 403);
    }
}

#[test]
fn what_is_refused_before_anything_is_sent_is_written_down_as_failed() {
    let rig = Rig::staffed();
    let texts = ["disable_user"];
    let written = receipt_of_failure(&rig, &revoke("member", HEDY), FAILED_PRECONDITION, &texts);
    assert_eq!(written["outcome"], "failed");
    assert_eq!(written["requests"], json!([]));
    assert_eq!(written["before"], state("enabled", "member"));
    let written = receipt_of_failure(&rig, &disable("nobody"), NOT_FOUND, &["nobody"]);
    assert_eq!(written["outcome"], "failed");
    assert_eq!(written["requests"], json!([]));
}

#[test]
fn a_demotion_that_was_taken_back_is_written_down_with_both_requests() {
    let rig = Rig::synced(Settings {
        rivals: vec![Rival::gives(Moment::AfterPatch, GRACE, "member")],
        ..Settings::with(staff())
    });
    let operation = revoke("owner", ADA);
    let written = receipt_of_failure(&rig, &operation, FAILED_PRECONDITION, &["undone"]);
    let requests = written["requests"].as_array().expect("a list");
    let bodies: Vec<_> = requests.iter().map(|request| &request["body"]).collect();
    assert_eq!(
        bodies,
        [&member_type_body("member"), &member_type_body("owner")]
    );
    assert_eq!(written["before"], state("enabled", "owner"));
}

#[test]
fn a_service_that_repeats_what_it_is_told_is_quoted_without_the_secrets() {
    // `refuses_with` looks at what is printed, and `newest` at what is written.
    for operation in everything() {
        for (number, code) in [(403, PERMISSION_DENIED), (401, UNAUTHENTICATED)] {
            let echo = Fault::Status(number, ErrorBody::Echo);
            let rig = Rig::troubled_by_changes(Script::forever(echo));
            let written = receipt_of_failure(&rig, &operation, code, &["Who is ***"]);
            assert_eq!(written["requests"][0]["status"], number);
        }
        let echo = Fault::Status(422, ErrorBody::Echo);
        let rig = Rig::troubled(Faults::auth(Script::forever(echo)));
        let texts = ["and what is", "***"];
        let written = receipt_of_failure(&rig, &operation, UNAUTHENTICATED, &texts);
        assert_eq!(written["requests"], json!([]));
    }
}
