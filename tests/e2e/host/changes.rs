//! Changes that go as they should, and what is said of them.

use crate::{
    product::{ACTION, CREATE, GRANT, OPERATIONS, Product, REVOKE, fails, logged, succeeds},
    support::{assert_untouched, careful},
};
use serde_json::{Value, json};

/// What stands in a line of the log beside what stands in every one.
fn fields(line: &Value) -> Value {
    let mut fields = line.as_object().expect("an object").clone();
    for name in ["level", "ts", "caller", "msg"] {
        fields.remove(name);
    }
    Value::Object(fields)
}

/// Runs what must succeed with this message and these fields, and gives what has been changed.
fn comes_to(behaviour: &str, arguments: &[&str], message: &str, expected: Value) -> Vec<String> {
    let product = Product::start();
    let transcript = succeeds(&product.misfit(behaviour), arguments);
    let line = logged(&transcript, message);
    assert_eq!(fields(&line), expected, "{transcript}");
    let changes = product.changes().into_iter();
    changes.map(|change| change.line).collect()
}

fn granting(entitlement: &'static str, principal: &'static str) -> [&'static str; 6] {
    let [flag, _, to, _, of, ty] = GRANT;
    [flag, entitlement, to, principal, of, ty]
}

#[test]
fn a_grant_is_one_request() {
    let product = Product::start();
    let transcript = succeeds(&product.misfit("well"), &GRANT);
    assert_eq!(
        fields(&logged(&transcript, "Granted.")),
        json!({ "entitlement": "group:g1:member", "principal": "user:u3", "outcome": "granted" })
    );
    let change = product.change();
    assert_eq!(change.line, "PUT /grants/group:g1:member:user:u3");
    assert_eq!(
        change.json(),
        json!({ "entitlement": "group:g1:member", "principal": "user:u3" })
    );
}

#[test]
fn a_grant_in_place_of_another_names_that_one() {
    let changes = comes_to(
        "well",
        &granting("role:viewer:assigned", "u1"),
        "Granted in place of another.",
        json!({
            "entitlement": "role:viewer:assigned",
            "principal": "user:u1",
            "outcome": "replaced",
            "annotation": "GrantReplaced",
            "replaced_grant_id": "role:admin:assigned:user:u1",
        }),
    );
    assert_eq!(changes, ["PUT /grants/role:viewer:assigned:user:u1"]);
}

#[test]
fn a_grant_of_what_is_held_changes_nothing() {
    let changes = comes_to(
        "well",
        &granting("group:g1:member", "u1"),
        "Already granted: nothing has been changed.",
        json!({
            "entitlement": "group:g1:member",
            "principal": "user:u1",
            "outcome": "already_exists",
            "annotation": "GrantAlreadyExists",
        }),
    );
    assert!(changes.is_empty(), "{changes:?}");
}

#[test]
fn a_revoke_is_one_request() {
    let changes = comes_to(
        "well",
        &REVOKE,
        "Revoked.",
        json!({ "entitlement": "group:g1:member", "principal": "user:u1", "outcome": "revoked" }),
    );
    assert_eq!(changes, ["DELETE /grants/group:g1:member:user:u1"]);
}

#[test]
fn a_revoke_that_leaves_something_else_behind_says_what() {
    let changes = comes_to(
        "well",
        &["--revoke-grant", "role:admin:assigned:user:u1"],
        "Revoked, and another takes its place.",
        json!({
            "entitlement": "role:admin:assigned",
            "principal": "user:u1",
            "outcome": "replaced",
            "now_holds": "role:viewer:assigned",
        }),
    );
    assert_eq!(changes, ["DELETE /grants/role:admin:assigned:user:u1"]);
}

#[test]
fn a_revoke_of_what_is_not_held_changes_nothing() {
    let changes = comes_to(
        "well",
        &["--revoke-grant", "group:g1:owner:user:u2"],
        "Already revoked: nothing has been changed.",
        json!({
            "entitlement": "group:g1:owner",
            "principal": "user:u2",
            "outcome": "already_revoked",
            "annotation": "GrantAlreadyRevoked",
        }),
    );
    assert!(changes.is_empty(), "{changes:?}");
}

#[test]
fn what_cannot_be_taken_away_is_not() {
    let product = Product::start();
    let _ = fails(
        &product.misfit("well"),
        &["--revoke-grant", "role:viewer:assigned:user:u2"],
        9,
        &["viewer is the least that one can be"],
    );
    assert!(product.changes().is_empty());
}

#[test]
fn an_account_is_one_request() {
    let changes = comes_to(
        "well",
        &CREATE,
        "Account created.",
        json!({
            "outcome": "created",
            "resource": "user:n1",
            "login": "new@misfit.example",
            "status": "enabled",
        }),
    );
    assert_eq!(changes, ["POST /accounts"]);
}

#[test]
fn an_account_that_is_there_is_left_alone() {
    let changes = comes_to(
        "well",
        &["--create-account-email", "u1@misfit.example"],
        "Account exists already: nothing has been changed.",
        json!({
            "outcome": "already_exists",
            "resource": "user:u1",
            "login": "u1",
            "status": "enabled",
        }),
    );
    assert!(changes.is_empty(), "{changes:?}");
}

#[test]
fn an_account_that_is_not_ready_is_a_warning_with_what_to_do() {
    let product = Product::start();
    let transcript = succeeds(&product.misfit("action-required"), &CREATE);
    let line = logged(&transcript, "Account created, but not ready for use.");
    assert_eq!(line["level"], "warn", "{transcript}");
    assert_eq!(line["outcome"], "action_required");
    let to_do = line["to_do"].as_str().unwrap_or_default();
    assert!(to_do.starts_with("confirm the address"), "{transcript}");
    let _ = product.change();
}

#[test]
fn an_action_is_one_request() {
    let product = Product::start();
    let transcript = succeeds(&product.misfit("well"), &ACTION);
    let line = logged(&transcript, "ActionInvoke response");
    assert_eq!(line["name"], "disable_user");
    assert_eq!(line["status"], "BATON_ACTION_STATUS_COMPLETE");
    assert_eq!(line["response"], json!({ "success": true }));
    let id = line["action_id"].as_str().unwrap_or_default();
    assert!(!id.is_empty(), "{transcript}");
    let change = product.change();
    assert_eq!(change.line, "POST /actions/disable_user");
    assert_eq!(change.json(), json!({ "user_id": "u2" }));
}

#[test]
fn a_connector_may_need_several_requests() {
    for (arguments, line) in OPERATIONS {
        let product = Product::start();
        let _ = succeeds(&product.misfit("two-changes"), arguments);
        let changes = product.changes();
        let lines: Vec<_> = changes.iter().map(|change| change.line.as_str()).collect();
        assert_eq!(lines, [line, &format!("{line}?again")]);
    }
}

#[test]
fn nothing_of_a_change_is_written_into_the_file() {
    for (arguments, line) in OPERATIONS {
        let product = Product::start();
        let host = careful(product.misfit("well"));
        let _ = succeeds(&host, arguments);
        assert_eq!(product.change().line, line);
        assert_untouched(&host);
    }
}

#[test]
fn each_error_of_the_connector_has_its_exit_code() {
    let product = Product::start();
    for (kind, code) in [
        ("unauthenticated", 16),
        ("permission-denied", 7),
        ("not-found", 5),
        ("already-exists", 6),
        ("invalid-argument", 3),
        ("failed-precondition", 9),
        ("rate-limited", 14),
        ("unavailable", 14),
        ("internal", 13),
    ] {
        for (arguments, _) in OPERATIONS {
            let host = product.misfit(&format!("error-{kind}"));
            let _ = fails(&host, arguments, code, &["it does not want to"]);
        }
    }
    assert!(product.changes().is_empty());
}

#[test]
fn an_answer_that_cannot_be_is_a_fault_in_the_connector() {
    let revoke = ["--revoke-grant", "role:admin:assigned:user:u1"];
    for arguments in [&GRANT[..], &revoke, &CREATE] {
        let product = Product::start();
        let host = product.misfit("undescribed-answer");
        let texts = ["unheard-of", "fault in the connector"];
        let _ = fails(&host, arguments, 13, &texts);
        let _ = product.change();
    }
}
