//! Changes that are shown instead of made.

use crate::{
    operations::{
        ADA, GRACE, HEDY, KAY, MARY, NEW, ZOE, active_body, create, create_with, disable, enable,
        everything, grant, member_type_body, revoke, staff, users,
    },
    rig::{ONCE, RECEIPTS, Rig},
};
use e2e::valimail::{CORE, EXTENSION, Endpoint, Settings};
use serde_json::{Value, json};
use std::fs;

const DRY: [&str; 1] = ["--dry-run"];
const END: &str = "What the connector would do after the answer is not known.\n";

/// Runs a dry run that must succeed, and gives what it shows, without the origin.
fn shown(rig: &Rig, operation: &[String]) -> String {
    let transcript = rig.tries(operation, &DRY).succeeded();
    changed_nothing(rig);
    let lines = transcript.log().into_iter();
    let outcomes = lines.filter(|line| line["outcome"].is_string());
    assert_eq!(outcomes.count(), 0, "{transcript}");
    transcript.stdout.replace(&rig.standin.origin(), "ORIGIN")
}

/// The proof is at the other end: what has arrived there.
pub fn changed_nothing(rig: &Rig) {
    assert!(rig.sent().is_empty(), "{:?}", rig.sent());
    let arrived = rig.standin.requests().into_iter();
    for request in arrived {
        let harmless = request.method == "GET" || request.endpoint == Endpoint::Auth;
        assert!(harmless, "{request:?}");
    }
    assert_eq!(rig.standin.accounts().iter().collect::<Vec<_>>(), staff());
}

/// All that is shown of a PATCH.
fn patch(what: &str, before: &str, after: &str, id: &str, body: &Value) -> String {
    let url = format!("PATCH ORIGIN{}/{id}", users());
    let body = serde_json::to_string_pretty(body).expect("JSON");
    format!(
        "Dry run: nothing has been changed.\n\n{what}\n\nBefore  {before}\nAfter   {after}\n\n\
         Held back\n{url}\n{body}\n\n{END}"
    )
}

#[test]
fn a_grant_is_shown_with_the_request_and_what_comes_of_it() {
    let rig = Rig::staffed();
    assert_eq!(
        shown(&rig, &grant("owner", HEDY)),
        patch(
            "grant member_type:owner:assigned to user hedy-0003 (Hedy Lamarr)",
            "enabled; member_type:member:assigned",
            "enabled; member_type:owner:assigned",
            HEDY,
            &member_type_body("owner"),
        )
    );
    assert_eq!(
        shown(&rig, &grant("marketer", KAY)),
        patch(
            "grant member_type:marketer:assigned to user kay-0006 (Kay McNulty)",
            "disabled; member_type:member:assigned",
            "disabled; member_type:marketer:assigned",
            KAY,
            &member_type_body("marketer"),
        )
    );
}

#[test]
fn a_first_grant_takes_nothing_away() {
    let rig = Rig::staffed();
    let text = shown(&rig, &grant("member", ZOE));
    assert!(
        text.contains("\nAfter   enabled; member_type:member:assigned\n"),
        "{text}"
    );
    let before = text.lines().find(|line| line.starts_with("Before"));
    assert!(
        before.is_some_and(|line| !line.contains("member_type")),
        "{text}"
    );
}

#[test]
fn a_revoke_is_shown_with_what_is_held_afterwards() {
    let rig = Rig::staffed();
    for (member_type, id, name) in [
        ("owner", GRACE, "Grace Hopper"),
        ("marketer", MARY, "Mary Wells"),
    ] {
        let what = format!("revoke member_type:{member_type}:assigned from user {id} ({name})");
        let before = format!("enabled; member_type:{member_type}:assigned");
        let after = "enabled; member_type:member:assigned";
        let body = member_type_body("member");
        let operation = revoke(member_type, id);
        assert_eq!(
            shown(&rig, &operation),
            patch(&what, &before, after, id, &body)
        );
    }
}

#[test]
fn an_action_is_shown_with_the_status_that_comes_of_it() {
    let rig = Rig::staffed();
    for (operation, id, before, after, active) in [
        (disable(HEDY), HEDY, "enabled", "disabled", false),
        (enable(KAY), KAY, "disabled", "enabled", true),
    ] {
        let text = shown(&rig, &operation);
        let held = "member_type:member:assigned";
        let expected = patch(
            "?",
            &format!("{before}; {held}"),
            &format!("{after}; {held}"),
            id,
            &active_body(active),
        );
        let from = |text: &str| text.split_once("\nBefore").expect("a state").1.to_owned();
        assert_eq!(from(&text), from(&expected), "{text}");
        assert!(text.contains(&operation[1]), "{text}");
        assert!(text.contains(id), "{text}");
    }
}

#[test]
fn a_new_account_is_shown_with_all_that_would_be_sent() {
    let rig = Rig::staffed();
    let profile = json!({"first_name": "Joan", "last_name": "Clarke", "member_type": "marketer"});
    let text = shown(&rig, &create_with(NEW, &profile));
    let head = "Dry run: nothing has been changed.\n\ncreate";
    assert!(text.starts_with(head), "{text}");
    assert!(text.contains(NEW), "{text}");
    assert!(
        text.contains("\nBefore  ") && text.contains("\nAfter   "),
        "{text}"
    );
    let body = json!({
        "schemas": [CORE, EXTENSION],
        "userName": NEW,
        "name": {"givenName": "Joan", "familyName": "Clarke"},
        EXTENSION: {"memberType": "marketer"},
    });
    let body = serde_json::to_string_pretty(&body).expect("JSON");
    let tail = format!("\n\nHeld back\nPOST ORIGIN{}\n{body}\n\n{END}", users());
    assert!(text.ends_with(&tail), "{text}");
}

#[test]
fn what_would_change_nothing_is_said_to() {
    let rig = Rig::staffed();
    for (operation, annotation) in [
        (grant("owner", ADA), "GrantAlreadyExists"),
        (revoke("owner", HEDY), "GrantAlreadyRevoked"),
    ] {
        let text = shown(&rig, &operation);
        let says = format!("Dry run: nothing would be changed ({annotation}).");
        assert!(text.starts_with(&says), "{text}");
        assert!(!text.contains("Held back"), "{text}");
    }
    for operation in [enable(HEDY), disable(KAY), create("hedy@larkspur.example")] {
        let text = shown(&rig, &operation);
        assert!(
            text.starts_with("Dry run: nothing would be changed"),
            "{text}"
        );
        assert!(!text.contains("Held back"), "{text}");
    }
}

#[test]
fn a_dry_run_signs_in_and_reads_as_the_change_would() {
    for operation in everything() {
        let rig = Rig::staffed();
        let _ = shown(&rig, &operation);
        assert_eq!(rig.count(Endpoint::Auth), 1);
        assert!(rig.count(Endpoint::List) > 0);
        let requests = rig.standin.requests();
        assert!(requests.iter().all(|request| request.status == Some(200)));
    }
}

#[test]
fn a_dry_run_needs_no_file_and_makes_none() {
    for operation in everything() {
        let rig = Rig::new(Settings::with(staff()));
        let text = shown(&rig, &operation);
        assert!(text.contains("Held back"), "{text}");
        assert!(!rig.host.file().exists());
    }
}

#[test]
fn after_a_dry_run_the_change_can_be_made() {
    for operation in everything() {
        let rig = Rig::staffed();
        let text = shown(&rig, &operation);
        let _ = rig.does(&operation);
        let sent = rig.sent();
        assert_eq!(sent.len(), 1);
        let shown_body = text.split_once("Held back\n").expect("a request").1;
        let shown_body = shown_body.split_once('\n').expect("a body").1;
        let shown_body = shown_body.strip_suffix(END).expect("an end");
        let shown_body: Value = serde_json::from_str(shown_body).expect("JSON");
        assert_eq!(Some(shown_body), sent[0].body);
    }
}

#[test]
fn a_dry_run_leaves_no_receipt() {
    for operation in everything() {
        let rig = Rig::staffed();
        let _ = rig
            .tries(&operation, &["--dry-run", "--receipts", RECEIPTS])
            .succeeded();
        changed_nothing(&rig);
        let receipts = fs::read_to_string(rig.host.path(RECEIPTS));
        assert_eq!(receipts.unwrap_or_default(), "");
    }
}

#[test]
fn a_sync_is_the_same_after_a_dry_run() {
    let rig = Rig::staffed();
    let _ = shown(&rig, &grant("owner", HEDY));
    let synced = rig.syncs(&ONCE);
    let [new, old] = &synced.file.syncs()[..] else {
        panic!("two syncs");
    };
    assert_eq!(synced.file.contents(new), synced.file.contents(old));
}
