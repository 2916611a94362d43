//! What is written down of each change: who, what, before, after, and what was sent for it.

use crate::{
    operations::{
        ADA, GRACE, HEDY, KAY, MARY, NEW, Operation, active_body, create, create_with, disable,
        enable, entitlement, grant, member_type_body, revoke, staff, users,
    },
    rig::{RECEIPTS, Rig},
};
use e2e::valimail::{Account, Fault, Faults, PatchPath, RetryAfter, Script, Settings, field};
use jiff::Timestamp;
use serde_json::{Value, json};

pub const FLAGS: [&str; 4] = ["--receipts", RECEIPTS, "--retries", "2"];

/// The newest receipt, without what is the same, or cannot be known, for all.
pub fn newest(rig: &Rig) -> Value {
    let mut receipt = rig.receipts().pop().expect("a receipt");
    let members = receipt.as_object_mut().expect("an object");
    let time = members.remove("time").expect("a time");
    let time: Result<Timestamp, _> = time.as_str().expect("a text").parse();
    assert!(time.is_ok(), "{time:?}");
    let connector = members.remove("connector").expect("a connector");
    assert_eq!(connector["name"], "valimail");
    assert_eq!(connector["version"], env!("CARGO_PKG_VERSION"));
    assert!(
        connector["digest"]
            .as_str()
            .is_some_and(|text| text.len() >= 64)
    );
    receipt
}

/// Runs an operation that must succeed, and gives what is written down of it.
pub fn receipt(rig: &Rig, operation: &[String]) -> Value {
    let _ = rig.does_with(operation, &FLAGS);
    newest(rig)
}

pub fn state(status: &str, member_type: &str) -> Value {
    json!({"exists": true, "status": status, "entitlements": [entitlement(member_type)]})
}

fn principal(id: &str, name: &str) -> Value {
    json!({"resource_type": "user", "id": id, "display_name": name})
}

/// A PATCH that has been answered with 200.
fn patch(rig: &Rig, id: &str, body: Value) -> Value {
    let url = format!("{}{}/{id}", rig.standin.origin(), users());
    json!({"method": "PATCH", "url": url, "body": body, "status": 200, "retries": 0})
}

#[test]
fn a_grant_is_written_down() {
    let rig = Rig::staffed();
    assert_eq!(
        receipt(&rig, &grant("owner", HEDY)),
        json!({
            "operation": "grant",
            "entitlement": entitlement("owner"),
            "principal": principal(HEDY, "Hedy Lamarr"),
            "before": state("enabled", "member"),
            "after": state("enabled", "owner"),
            "requests": [patch(&rig, HEDY, member_type_body("owner"))],
            "outcome": "replaced",
        })
    );
}

#[test]
fn a_revoke_is_written_down() {
    let rig = Rig::staffed();
    assert_eq!(
        receipt(&rig, &revoke("marketer", MARY)),
        json!({
            "operation": "revoke",
            "entitlement": entitlement("marketer"),
            "principal": principal(MARY, "Mary Wells"),
            "before": state("enabled", "marketer"),
            "after": state("enabled", "member"),
            "requests": [patch(&rig, MARY, member_type_body("member"))],
            "outcome": "replaced",
        })
    );
}

#[test]
fn an_action_is_written_down() {
    let rig = Rig::staffed();
    for (operation, id, name, before, after, active) in [
        (
            disable(HEDY),
            HEDY,
            "Hedy Lamarr",
            "enabled",
            "disabled",
            false,
        ),
        (enable(KAY), KAY, "Kay McNulty", "disabled", "enabled", true),
    ] {
        let written = receipt(&rig, &operation);
        assert_eq!(written["operation"], "invoke-action");
        assert_eq!(written["action"], operation[1].as_str());
        assert_eq!(written["arguments"], json!({"user_id": id}));
        assert_eq!(written["principal"], principal(id, name));
        assert_eq!(written["before"], state(before, "member"));
        assert_eq!(written["after"], state(after, "member"));
        assert_eq!(
            written["requests"],
            json!([patch(&rig, id, active_body(active))])
        );
        assert!(written.get("error").is_none(), "{written}");
        assert!(written["outcome"].is_string(), "{written}");
    }
}

#[test]
fn a_new_account_is_written_down() {
    let rig = Rig::staffed();
    let profile = json!({"first_name": "Joan", "last_name": "Clarke"});
    let written = receipt(&rig, &create_with(NEW, &profile));
    let id = rig.account(NEW).text(field::ID).expect("an id").to_owned();
    assert_eq!(written["operation"], "create-account");
    assert_eq!(written["outcome"], "created");
    assert_eq!(written["account"]["email"], NEW);
    assert_eq!(written["account"]["profile"]["first_name"], "Joan");
    assert_eq!(written["account"]["profile"]["last_name"], "Clarke");
    assert_eq!(written["before"], json!({"exists": false}));
    assert_eq!(
        written["after"],
        json!({"exists": true, "status": "enabled"})
    );
    assert_eq!(written["principal"]["id"], id, "{written}");
    let request = &written["requests"][0];
    assert_eq!(request["method"], "POST");
    assert_eq!(
        request["url"],
        format!("{}{}", rig.standin.origin(), users())
    );
    assert_eq!(Some(&request["body"]), rig.sent()[0].body.as_ref());
    assert_eq!(
        (&request["status"], &request["retries"]),
        (&json!(201), &json!(0))
    );
}

#[test]
fn what_has_changed_nothing_is_written_down_without_requests() {
    let rig = Rig::staffed();
    for (operation, outcome) in [
        (grant("owner", ADA), "already_exists"),
        (revoke("owner", HEDY), "already_revoked"),
        (create("hedy@larkspur.example"), "already_exists"),
    ] {
        let written = receipt(&rig, &operation);
        assert_eq!(written["outcome"], outcome, "{written}");
        assert_eq!(written["requests"], json!([]));
        assert!(written.get("error").is_none(), "{written}");
    }
    let written = receipt(&rig, &disable(KAY));
    assert_eq!(written["requests"], json!([]));
    assert_eq!(written["before"], state("disabled", "member"));
    assert_eq!(rig.receipts().len(), 4);
}

/// What undoes what is written down.
fn undoing(written: &Value) -> Operation {
    let id = written["principal"]["id"].as_str().expect("an id");
    let (before, after) = (&written["before"], &written["after"]);
    if before["status"] != after["status"] {
        return match before["status"].as_str() {
            Some("enabled") => enable(id),
            _ => disable(id),
        };
    }
    let held = before["entitlements"][0].as_str().expect("an entitlement");
    grant(held.split(':').nth(1).expect("a member type"), id)
}

#[test]
fn a_receipt_is_enough_to_undo_a_change() {
    for operation in [
        grant("owner", HEDY),
        grant("member", MARY),
        revoke("owner", GRACE),
        revoke("marketer", MARY),
        disable(GRACE),
        enable(KAY),
    ] {
        let rig = Rig::staffed();
        let written = receipt(&rig, &operation);
        let _ = rig.does(&undoing(&written));
        let without_time = |account: &Account| account.clone().without(field::LAST_MODIFIED);
        let accounts: Vec<_> = rig
            .standin
            .accounts()
            .iter()
            .map(|a| without_time(&a))
            .collect();
        let before: Vec<_> = staff().iter().map(without_time).collect();
        assert_eq!(accounts, before, "{operation:?}");
    }
}

#[test]
fn repetitions_after_429_are_counted() {
    for operation in [grant("owner", HEDY), disable(HEDY), create(NEW)] {
        let rig =
            Rig::troubled_by_changes(Script::times(2, Fault::TooManyRequests(RetryAfter::Absent)));
        let written = receipt(&rig, &operation);
        let requests = written["requests"].as_array().expect("a list");
        assert_eq!(requests.len(), 1, "{written}");
        assert_eq!(requests[0]["retries"], 2, "{written}");
        assert!(
            requests[0]["status"]
                .as_u64()
                .is_some_and(|status| status < 300)
        );
    }
}

#[test]
fn each_request_that_was_sent_is_written_down() {
    let rig = Rig::synced(Settings {
        patch_path: PatchPath::Colon,
        ..Settings::with(staff())
    });
    let written = receipt(&rig, &grant("owner", HEDY));
    let requests = written["requests"].as_array().expect("a list");
    let statuses: Vec<_> = requests.iter().map(|request| &request["status"]).collect();
    assert_eq!(statuses, [400, 200]);
    assert_eq!(written["outcome"], "replaced");
}

#[test]
fn an_answer_that_was_lost_and_made_up_for_is_written_down_as_such() {
    let rig = Rig::troubled(Faults::patch(Fault::Lost));
    let written = receipt(&rig, &grant("owner", HEDY));
    assert_eq!(written["outcome"], "replaced");
    assert_eq!(written["after"], state("enabled", "owner"));
    let request = &written["requests"][0];
    assert!(request.get("status").is_none(), "{written}");
    assert!(request["error"].is_string(), "{written}");
}
