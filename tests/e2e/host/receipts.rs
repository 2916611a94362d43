//! What is written down of a change.

use crate::{
    product::{ACTION, CREATE, GRANT, OPERATIONS, Product, REVOKE, Reply, succeeds},
    support::SECRET,
};
use e2e::host::Host;
use serde_json::{Value, json};
use std::fs;

/// The file that [`with_receipts`] names.
pub const FILE: &str = "receipts.jsonl";

/// The arguments, and that receipts are wanted.
pub fn with_receipts(arguments: &[&'static str]) -> Vec<&'static str> {
    [arguments, &["--receipts", FILE]].concat()
}

/// The receipts that a host has left, checked as far as they are the same for all.
pub fn receipts(host: &Host) -> Vec<Value> {
    let text = fs::read_to_string(host.path(FILE)).expect("there are receipts");
    assert!(text.ends_with('\n'), "{text:?}");
    assert!(!text.contains(&SECRET[..12]), "{text}");
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

/// The one receipt, without what differs from run to run.
pub fn receipt(host: &Host, product: &Product) -> Value {
    let mut receipts = receipts(host);
    assert_eq!(receipts.len(), 1, "{receipts:?}");
    let text = receipts.remove(0).to_string();
    let mut receipt: Value =
        serde_json::from_str(&text.replace(product.origin(), "<ORIGIN>")).expect("JSON");
    let members = receipt.as_object_mut().expect("an object");
    let time = members.shift_remove("time").expect("a time");
    let time: jiff::Timestamp = time.as_str().expect("a text").parse().expect("a time");
    assert!(time.as_second() > 1_700_000_000, "{time}");
    let connector = members.shift_remove("connector").expect("a connector");
    assert_eq!(connector["name"], "misfit");
    assert_eq!(connector["version"], env!("CARGO_PKG_VERSION"));
    let digest = connector["digest"].as_str().expect("a digest");
    assert!(
        digest.strip_prefix("sha256:").unwrap_or(digest).len() == 64,
        "{digest}"
    );
    receipt
}

/// What is written down of an operation that succeeds.
fn of(behaviour: &str, arguments: &[&'static str]) -> String {
    let product = Product::start();
    let host = product.misfit(behaviour);
    let _ = succeeds(&host, &with_receipts(arguments));
    serde_json::to_string_pretty(&receipt(&host, &product)).expect("JSON")
}

#[test]
fn a_grant_is_written_down() {
    insta::assert_snapshot!(of("well", &GRANT), @r#"
    {
      "operation": "grant",
      "entitlement": "group:g1:member",
      "principal": {
        "resource_type": "user",
        "id": "u3",
        "display_name": "User u3"
      },
      "before": {
        "exists": true,
        "status": "disabled",
        "entitlements": [
          "role:hidden:assigned",
          "role:viewer:assigned"
        ]
      },
      "after": {
        "exists": true,
        "status": "disabled",
        "entitlements": [
          "group:g1:member",
          "role:hidden:assigned",
          "role:viewer:assigned"
        ]
      },
      "requests": [
        {
          "method": "PUT",
          "url": "<ORIGIN>/grants/group:g1:member:user:u3",
          "body": {
            "entitlement": "group:g1:member",
            "principal": "user:u3"
          },
          "status": 200,
          "retries": 0
        }
      ],
      "outcome": "granted"
    }
    "#);
}

#[test]
fn a_revoke_is_written_down() {
    let arguments = ["--revoke-grant", "role:admin:assigned:user:u1"];
    insta::assert_snapshot!(of("well", &arguments), @r#"
    {
      "operation": "revoke",
      "entitlement": "role:admin:assigned",
      "principal": {
        "resource_type": "user",
        "id": "u1",
        "display_name": "User u1"
      },
      "before": {
        "exists": true,
        "status": "enabled",
        "entitlements": [
          "role:admin:assigned"
        ]
      },
      "after": {
        "exists": true,
        "status": "enabled",
        "entitlements": [
          "role:viewer:assigned"
        ]
      },
      "requests": [
        {
          "method": "DELETE",
          "url": "<ORIGIN>/grants/role:admin:assigned:user:u1",
          "body": null,
          "status": 200,
          "retries": 0
        }
      ],
      "outcome": "replaced"
    }
    "#);
}

#[test]
fn a_new_account_is_written_down() {
    let profile = r#"{"login": "new", "seats": 3, "teams": ["a", "b"], "pin": "open-sesame"}"#;
    let arguments = [&CREATE[..], &["--create-account-profile", profile]].concat();
    let receipt = of("well", &arguments);
    assert!(!receipt.contains("open-sesame"), "{receipt}");
    insta::assert_snapshot!(receipt, @r#"
    {
      "operation": "create-account",
      "account": {
        "resource_type": "user",
        "login": "new",
        "email": "new@misfit.example",
        "profile": {
          "email": "new@misfit.example",
          "login": "new",
          "seats": 3,
          "teams": [
            "a",
            "b"
          ],
          "pin": "***",
          "language": "en"
        }
      },
      "principal": {
        "resource_type": "user",
        "id": "n1",
        "display_name": "New"
      },
      "before": {
        "exists": false
      },
      "after": {
        "exists": true,
        "status": "enabled"
      },
      "requests": [
        {
          "method": "POST",
          "url": "<ORIGIN>/accounts",
          "body": {
            "login": "new",
            "email": "new@misfit.example",
            "credential": "no-password",
            "profile": {
              "email": "new@misfit.example",
              "login": "new",
              "seats": 3.0,
              "teams": [
                "a",
                "b"
              ],
              "pin": "***",
              "language": "en"
            }
          },
          "status": 200,
          "retries": 0
        }
      ],
      "outcome": "created"
    }
    "#);
}

#[test]
fn an_action_is_written_down() {
    insta::assert_snapshot!(of("well", &ACTION), @r#"
    {
      "operation": "invoke-action",
      "action": "disable_user",
      "arguments": {
        "user_id": "u2"
      },
      "principal": {
        "resource_type": "user",
        "id": "u2",
        "display_name": "User u2"
      },
      "before": {
        "exists": true,
        "status": "enabled",
        "entitlements": [
          "role:hidden:assigned",
          "role:viewer:assigned"
        ]
      },
      "after": {
        "exists": true,
        "status": "disabled",
        "entitlements": [
          "role:hidden:assigned",
          "role:viewer:assigned"
        ]
      },
      "requests": [
        {
          "method": "POST",
          "url": "<ORIGIN>/actions/disable_user",
          "body": {
            "user_id": "u2"
          },
          "status": 200,
          "retries": 0
        }
      ],
      "outcome": "complete"
    }
    "#);
}

#[test]
fn what_changes_nothing_is_written_down_too() {
    for (arguments, outcome) in [
        (&GRANT[..], "already_exists"),
        (&REVOKE, "already_revoked"),
        (&CREATE, "already_exists"),
    ] {
        let receipt: Value = serde_json::from_str(&of("already", arguments)).expect("JSON");
        assert_eq!(receipt["outcome"], outcome);
        assert_eq!(receipt["requests"], json!([]));
        assert_eq!(receipt["error"], Value::Null);
    }
}

#[test]
fn requests_that_only_read_are_not_written_down() {
    let receipt: Value = serde_json::from_str(&of("read-after-change", &GRANT)).expect("JSON");
    let requests = receipt["requests"].as_array().expect("a list");
    assert_eq!(requests.len(), 1, "{receipt}");
    assert_eq!(requests[0]["method"], "PUT");
}

#[test]
fn each_request_that_changes_something_is_written_down() {
    let receipt: Value = serde_json::from_str(&of("two-changes", &GRANT)).expect("JSON");
    let requests = receipt["requests"].as_array().expect("a list");
    assert_eq!(requests.len(), 2, "{receipt}");
    assert!(requests.iter().all(|request| request["status"] == 200));
}

#[test]
fn repetitions_are_counted() {
    for (arguments, _) in OPERATIONS {
        let busy = Reply::Status("429 Too Many Requests");
        let product = Product::with_replies(&[busy, busy]);
        let host = product.misfit("well");
        let _ = succeeds(&host, &with_receipts(arguments));
        let receipt = receipt(&host, &product);
        let requests = receipt["requests"].as_array().expect("a list");
        assert_eq!(requests.len(), 1, "{receipt}");
        assert_eq!(requests[0]["retries"], 2);
        assert_eq!(requests[0]["status"], 200);
    }
}
