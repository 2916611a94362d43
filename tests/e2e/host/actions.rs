//! What the connector can do by name.

use crate::{
    product::{Product, fails, logged, succeeds, warnings},
    support::{careful, component, describing, misfit_bytes},
};
use e2e::host::{Host, Transcript};
use serde_json::{Value, json};

fn invoke<'a>(name: &'a str, arguments: &'a str) -> [&'a str; 4] {
    ["--invoke-action", name, "--invoke-action-args", arguments]
}

/// What arrives at the service when an action is invoked.
fn sent(name: &str, arguments: &str) -> (Value, Transcript) {
    let product = Product::start();
    let transcript = succeeds(&product.misfit("well"), &invoke(name, arguments));
    let change = product.change();
    assert_eq!(change.line, format!("POST /actions/{name}"));
    (change.json(), transcript)
}

fn refused(arguments: &[&str], code: i32, texts: &[&str]) -> Transcript {
    let product = Product::start();
    let transcript = fails(&product.misfit("well"), arguments, code, texts);
    assert!(product.requests().is_empty(), "{:?}", product.lines());
    transcript
}

fn response(transcript: &Transcript) -> Value {
    logged(transcript, "ActionInvoke response")["response"].clone()
}

#[test]
fn arguments_of_every_kind_arrive_as_such() {
    let arguments = r#"{"note": "hü", "distance": -4, "exactly": true, "places": ["a", "b,c"]}"#;
    let (sent, _) = sent("measure", arguments);
    assert_eq!(sent["note"], "hü");
    assert_eq!(sent["distance"], -4.0);
    assert_eq!(sent["exactly"], true);
    assert_eq!(sent["places"], json!(["a", "b,c"]));
}

#[test]
fn results_of_every_kind_are_logged() {
    let (_, transcript) = sent("measure", r#"{"distance": 1}"#);
    let response = response(&transcript);
    assert_eq!(response["note"], "done");
    assert_eq!(response["distance"], 2.5);
    assert_eq!(response["exactly"], false);
    assert_eq!(response["places"], json!(["a", "b"]));
}

#[test]
fn what_is_already_as_wanted_is_a_success() {
    let product = Product::start();
    let arguments = invoke("enable_user", r#"{"user_id": "u1"}"#);
    let transcript = succeeds(&product.misfit("well"), &arguments);
    assert_eq!(response(&transcript), json!({ "success": true }));
    assert!(product.changes().is_empty());
}

#[test]
fn arguments_that_are_not_given_are_none() {
    let texts = ["user_id", "What user_id is"];
    let _ = refused(&["--invoke-action", "disable_user"], 3, &texts);
    let _ = refused(&invoke("disable_user", ""), 3, &texts);
    let _ = refused(&invoke("disable_user", "{}"), 3, &texts);
    let _ = refused(&invoke("disable_user", r#"{"user_id": ""}"#), 3, &texts);
}

#[test]
fn arguments_that_are_no_json_say_where() {
    let texts = ["invoke-action-args", "line 1 column 12"];
    let _ = refused(&invoke("disable_user", r#"{"user_id":"#), 3, &texts[..1]);
    let _ = refused(&invoke("disable_user", r#"{"user_id" "u1"}"#), 3, &texts);
}

#[test]
fn arguments_that_are_no_object_are_refused() {
    for arguments in ["[]", "\"u1\"", "null", "7"] {
        let texts = ["invoke-action-args", "object"];
        let _ = refused(&invoke("disable_user", arguments), 3, &texts);
    }
}

#[test]
fn an_argument_of_the_wrong_kind_is_named() {
    for (name, value, kind) in [
        ("distance", "\"far\"", "number"),
        ("exactly", "\"no\"", "true or false"),
        ("places", "{}", "list"),
        ("note", "[]", "text"),
    ] {
        let arguments = match name {
            "distance" => format!(r#"{{"distance": {value}}}"#),
            _ => format!(r#"{{"distance": 1, "{name}": {value}}}"#),
        };
        let _ = refused(&invoke("measure", &arguments), 3, &[name, kind]);
    }
}

#[test]
fn an_argument_that_is_not_described_is_ignored_with_a_warning() {
    let (sent, transcript) = sent("disable_user", r#"{"user_id": "u2", "user": "u3"}"#);
    assert_eq!(sent, json!({ "user_id": "u2" }));
    let warnings = warnings(&transcript);
    let [warning] = &warnings[..] else {
        panic!("{warnings:?}");
    };
    assert!(warning.contains("user_id"), "{warning}");
}

#[test]
fn a_secret_argument_arrives_and_is_not_logged() {
    let arguments = r#"{"user_id": "u2", "title": "the open-sesame", "pin": "open-sesame"}"#;
    let (sent, transcript) = sent("update_profile", arguments);
    assert_eq!(sent["pin"], "open-sesame");
    assert!(!transcript.stderr.contains("open-sesame"), "{transcript}");
}

#[test]
fn an_unknown_action_names_those_that_there_are() {
    let all = ["enable_user", "disable_user", "update_profile", "measure"];
    let texts = [&["delete_user"][..], &all].concat();
    let _ = refused(&invoke("delete_user", r#"{"user_id": "u2"}"#), 5, &texts);
}

#[test]
fn an_action_on_somebody_who_is_not_there_fails() {
    let product = Product::with_reads("404 Not Found");
    let arguments = invoke("disable_user", r#"{"user_id": "u9"}"#);
    let _ = fails(&product.misfit("well"), &arguments, 5, &["u9"]);
    assert!(product.changes().is_empty());
}

#[test]
fn an_action_takes_its_target_as_the_service_has_it() {
    // The file of the earlier sync does not know this user, and need not.
    let product = Product::start();
    let host = careful(product.misfit("well"));
    let _ = succeeds(&host, &invoke("disable_user", r#"{"user_id": "u4"}"#));
    assert_eq!(product.change().json(), json!({ "user_id": "u4" }));
}

#[test]
fn the_type_of_a_resource_may_be_given() {
    let arguments = invoke("disable_user", r#"{"user_id": "u2"}"#);
    let typed = |ty| [&arguments[..], &["--invoke-action-resource-type", ty]].concat();
    let product = Product::start();
    let _ = succeeds(&product.misfit("well"), &typed("user"));
    let _ = product.change();
    let _ = refused(&typed("group"), 5, &["disable_user", "group"]);
}

#[test]
fn the_schemas_of_the_actions_are_logged() {
    let product = Product::start();
    let host = product.misfit("well");
    let transcript = succeeds(&host, &["--list-action-schemas"]);
    let line = logged(&transcript, "Action Schemas");
    assert_eq!(line["level"], "info");
    assert_eq!(line["count"], 4);
    let schemas = line["schemas"].as_array().expect("a list");
    let names: Vec<_> = schemas.iter().map(|schema| &schema["name"]).collect();
    let all = ["enable_user", "disable_user", "update_profile", "measure"];
    assert_eq!(names, all);
    insta::assert_snapshot!(serde_json::to_string_pretty(&schemas[3]).expect("JSON"), @r#"
    {
      "name": "measure",
      "arguments": [
        {
          "name": "note",
          "displayName": "NOTE",
          "description": "What note is",
          "stringField": {}
        },
        {
          "name": "distance",
          "displayName": "DISTANCE",
          "description": "What distance is",
          "isRequired": true,
          "intField": {
            "rules": {
              "isRequired": true
            }
          }
        },
        {
          "name": "exactly",
          "displayName": "EXACTLY",
          "description": "What exactly is",
          "boolField": {}
        },
        {
          "name": "places",
          "displayName": "PLACES",
          "description": "What places is",
          "stringSliceField": {}
        }
      ],
      "returnTypes": [
        {
          "name": "note",
          "displayName": "NOTE",
          "description": "What note is",
          "stringField": {}
        },
        {
          "name": "distance",
          "displayName": "DISTANCE",
          "description": "What distance is",
          "intField": {}
        },
        {
          "name": "exactly",
          "displayName": "EXACTLY",
          "description": "What exactly is",
          "boolField": {}
        },
        {
          "name": "places",
          "displayName": "PLACES",
          "description": "What places is",
          "stringSliceField": {}
        }
      ],
      "displayName": "MEASURE",
      "description": "What measure does",
      "actionType": [
        "ACTION_TYPE_UNSPECIFIED"
      ]
    }
    "#);
    assert!(product.requests().is_empty());
    assert!(!host.file().exists(), "there has been no sync");
}

#[test]
fn a_connector_without_actions_has_no_schemas() {
    let file = component(&describing(misfit_bytes(), "lists-only"));
    let host = Host::with_component(&file.path).env("BATON_BEHAVIOUR", "well");
    let transcript = host.run(&["--list-action-schemas"]);
    assert_eq!(transcript.stdout, "", "{transcript}");
    if transcript.code == Some(0) {
        assert_eq!(logged(&transcript, "Action Schemas")["count"], 0);
    } else {
        assert_eq!(transcript.code, Some(12), "{transcript}");
    }
}
