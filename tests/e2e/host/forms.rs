//! What is filled in for a new account.

use crate::product::{Product, fails, logged, succeeds, warnings};
use e2e::host::Transcript;
use serde_json::{Value, json};

const LOGIN: &str = "--create-account-login";
const EMAIL: &str = "--create-account-email";
const PROFILE: &str = "--create-account-profile";

/// What arrives at the service when an account is created.
fn sent(arguments: &[&str]) -> (Value, Transcript) {
    let product = Product::start();
    let transcript = succeeds(&product.misfit("well"), arguments);
    (product.change().json(), transcript)
}

fn refused(arguments: &[&str], code: i32, texts: &[&str]) {
    let product = Product::start();
    let _ = fails(&product.misfit("well"), arguments, code, texts);
    assert!(product.requests().is_empty(), "{:?}", product.lines());
}

#[test]
fn an_address_is_enough() {
    let (sent, transcript) = sent(&[EMAIL, "new@misfit.example"]);
    assert_eq!(sent["email"], "new@misfit.example");
    assert_eq!(sent["profile"]["email"], "new@misfit.example");
    assert!(warnings(&transcript).is_empty(), "{transcript}");
}

#[test]
fn the_preferred_credential_is_taken() {
    assert_eq!(
        sent(&[EMAIL, "new@misfit.example"]).0["credential"],
        "no-password"
    );
}

#[test]
fn a_login_that_is_an_address_is_one() {
    let (sent, _) = sent(&[LOGIN, "new@misfit.example"]);
    assert_eq!(sent["login"], "new@misfit.example");
    assert_eq!(sent["email"], "new@misfit.example");
    assert_eq!(sent["profile"]["email"], "new@misfit.example");
}

#[test]
fn a_login_that_is_no_address_is_none() {
    refused(&[LOGIN, "new"], 3, &["email", "What email is"]);
    let (sent, _) = sent(&[LOGIN, "new", EMAIL, "new@misfit.example"]);
    assert_eq!(sent["login"], "new");
    assert_eq!(sent["email"], "new@misfit.example");
}

#[test]
fn a_profile_is_enough() {
    let (sent, _) = sent(&[
        PROFILE,
        r#"{"email": "new@misfit.example", "login": "new"}"#,
    ]);
    assert_eq!(sent["login"], "new");
    assert_eq!(sent["email"], "new@misfit.example");
}

#[test]
fn the_profile_counts_before_the_flags() {
    let profile = r#"{"email": "inside@misfit.example"}"#;
    let (sent, _) = sent(&[
        EMAIL,
        "outside@misfit.example",
        LOGIN,
        "new",
        PROFILE,
        profile,
    ]);
    assert_eq!(sent["email"], "inside@misfit.example");
    assert_eq!(sent["profile"]["email"], "inside@misfit.example");
    assert_eq!(sent["login"], "new");
    assert_eq!(sent["profile"]["login"], "new");
}

#[test]
fn values_of_every_kind_arrive_as_such() {
    let profile = r#"{
        "email": "new@misfit.example",
        "seats": 3,
        "newsletter": false,
        "teams": ["a,b", "ü", ""],
        "pin": "open-sesame"
    }"#;
    let (sent, transcript) = sent(&[PROFILE, profile]);
    let profile = &sent["profile"];
    assert_eq!(profile["seats"], 3.0);
    assert_eq!(profile["newsletter"], false);
    assert_eq!(profile["teams"], json!(["a,b", "ü", ""]));
    assert_eq!(profile["pin"], "open-sesame");
    assert!(!transcript.stderr.contains("open-sesame"), "{transcript}");
}

#[test]
fn what_is_not_filled_in_has_its_default() {
    let (sent, _) = sent(&[EMAIL, "new@misfit.example"]);
    assert_eq!(sent["profile"]["language"], "en");
    let members = sent["profile"].as_object().expect("an object");
    for name in ["seats", "newsletter", "teams", "pin"] {
        assert!(!members.contains_key(name), "{name}: {sent}");
    }
    let profile = r#"{"email": "new@misfit.example", "language": "fr"}"#;
    assert_eq!(
        self::sent(&[PROFILE, profile]).0["profile"]["language"],
        "fr"
    );
}

#[test]
fn a_profile_that_is_no_json_says_where() {
    for (profile, texts) in [
        (
            r#"{"email": }"#,
            ["create-account-profile", "line 1 column 11"],
        ),
        (
            "{\n\"email\": \"a\"\n",
            ["create-account-profile", "line 3"],
        ),
    ] {
        refused(&[PROFILE, profile], 3, &texts);
    }
}

#[test]
fn a_profile_that_is_no_object_is_refused() {
    for profile in ["[]", "null", "\"new@misfit.example\"", "3"] {
        let arguments = [EMAIL, "new@misfit.example", PROFILE, profile];
        refused(&arguments, 3, &["create-account-profile", "object"]);
    }
}

#[test]
fn a_value_of_the_wrong_kind_names_its_field() {
    for (name, value, kind) in [
        ("seats", "\"three\"", "number"),
        ("seats", "3.5", "number"),
        ("newsletter", "\"yes\"", "true or false"),
        ("newsletter", "1", "true or false"),
        ("teams", "\"a\"", "list"),
        ("teams", "[1]", "list"),
        ("login", "{}", "text"),
        ("email", "17", "text"),
    ] {
        let profile = match name {
            "email" => format!(r#"{{"email": {value}}}"#),
            _ => format!(r#"{{"email": "new@misfit.example", "{name}": {value}}}"#),
        };
        refused(&[PROFILE, &profile], 3, &[name, kind]);
    }
}

#[test]
fn a_value_of_the_wrong_kind_is_not_shown_when_it_is_a_secret() {
    let profile = r#"{"email": "new@misfit.example", "pin": ["open-sesame"]}"#;
    let product = Product::start();
    let transcript = fails(&product.misfit("well"), &[PROFILE, profile], 3, &["pin"]);
    assert!(!transcript.stderr.contains("open-sesame"), "{transcript}");
}

#[test]
fn a_required_field_that_is_missing_is_named_with_its_help() {
    for profile in [
        "{}",
        r#"{"login": "new"}"#,
        r#"{"email": null}"#,
        r#"{"email": ""}"#,
    ] {
        refused(&[PROFILE, profile], 3, &["email", "What email is"]);
    }
}

#[test]
fn an_unknown_field_is_ignored_with_a_warning_that_names_the_nearest() {
    let profile = r#"{"email": "new@misfit.example", "news_letter": true, "zzzzzzzz": 1}"#;
    let (sent, transcript) = sent(&[PROFILE, profile]);
    let members = sent["profile"].as_object().expect("an object");
    assert!(!members.contains_key("news_letter"), "{sent}");
    assert!(!members.contains_key("zzzzzzzz"), "{sent}");
    let warnings = warnings(&transcript);
    let naming = |name: &str| {
        let mut naming = warnings.iter().filter(|warning| warning.contains(name));
        naming.next().cloned().unwrap_or_default()
    };
    assert!(naming("news_letter").contains("newsletter"), "{warnings:?}");
    assert!(!naming("zzzzzzzz").is_empty(), "{warnings:?}");
}

#[test]
fn the_type_of_the_account_is_the_described_one() {
    let email = [
        EMAIL,
        "new@misfit.example",
        "--create-account-resource-type",
    ];
    let _ = sent(&[&email[..], &["user"]].concat());
    let texts = ["group", "user"];
    refused(&[&email[..], &["group"]].concat(), 12, &texts);
    refused(&[&email[..], &["planet"]].concat(), 12, &["planet"]);
}

#[test]
fn what_is_created_is_logged_with_its_login() {
    let (_, transcript) = sent(&[EMAIL, "new@misfit.example", LOGIN, "new"]);
    assert_eq!(logged(&transcript, "Account created.")["login"], "new");
}
