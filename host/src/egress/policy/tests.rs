//! What passes, and in which operation.

use super::*;
use crate::contract::describe::Operations;

fn policy() -> Policy {
    let request = |methods: &[&str], url: &str, effect, during| OutboundRequest {
        methods: methods.iter().map(|&method| method.to_owned()).collect(),
        url: url.to_owned(),
        effect,
        during,
        sends_secrets: vec![],
        returns_secrets: vec![],
        purpose: String::new(),
    };
    let requests = [
        request(
            &["POST"],
            "{base}/auth",
            Effect::SignIn,
            Operations::empty(),
        ),
        request(&["GET"], "{base}/Users", Effect::Read, Operations::empty()),
        request(
            &["POST"],
            "{base}/Users",
            Effect::Change,
            Operations::CREATE_ACCOUNT,
        ),
    ];
    let setting = |_: &str| Some("https://api.example.com".to_owned());
    Policy::new(
        &requests,
        setting,
        vec!["http://127.0.0.1:8080".parse().unwrap()],
    )
    .unwrap()
}

fn decide(method: Method, url: &str) -> Result<bool, Refusal> {
    policy()
        .decide(Operation::Sync, &method, &Url::parse(url).unwrap())
        .map(|permit| permit.named_by_operator)
}

#[test]
fn a_sync_signs_in_and_reads_but_changes_nothing() {
    assert_eq!(
        decide(Method::POST, "https://api.example.com/auth"),
        Ok(false)
    );
    assert_eq!(
        decide(Method::GET, "https://api.example.com/Users?count=1"),
        Ok(false)
    );
    assert!(matches!(
        decide(Method::POST, "https://api.example.com/Users"),
        Err(Refusal::Change { .. })
    ));
}

#[test]
fn an_operation_unlocks_its_own_changes_and_no_others() {
    let url = Url::parse("https://api.example.com/Users").unwrap();
    let decide = |operation| policy().decide(operation, &Method::POST, &url).map(|_| ());
    assert_eq!(decide(Operation::CreateAccount), Ok(()));
    for (other, why) in [
        (Operation::Grant, "does not declare it for grant"),
        (Operation::Revoke, "does not declare it for revoke"),
        (
            Operation::InvokeAction,
            "does not declare it for invoke-action",
        ),
        (
            Operation::GetResource,
            "nothing is changed during get-resource",
        ),
    ] {
        let refusal = decide(other).unwrap_err().to_string();
        assert!(refusal.ends_with(why), "{refusal}");
    }
}

#[test]
fn what_is_not_declared_is_refused_even_where_the_operator_names_the_origin() {
    for url in [
        "https://api.example.com/other",
        "http://127.0.0.1:8080/Users",
    ] {
        assert!(
            matches!(decide(Method::GET, url), Err(Refusal::Undeclared { .. })),
            "{url}"
        );
    }
    assert!(matches!(
        decide(Method::DELETE, "https://api.example.com/Users"),
        Err(Refusal::Undeclared { .. })
    ));
}

#[test]
fn credentials_in_a_url_are_refused_and_not_repeated() {
    let refusal = decide(Method::GET, "https://user:hunter2@api.example.com/Users").unwrap_err();
    assert!(matches!(refusal, Refusal::Credentials { .. }));
    assert!(!refusal.to_string().contains("hunter2"));
}

#[test]
fn what_is_declared_twice_must_not_differ() {
    let request = |url: &str, effect, during| OutboundRequest {
        methods: vec!["POST".to_owned()],
        url: url.to_owned(),
        effect,
        during,
        sends_secrets: vec![],
        returns_secrets: vec![],
        purpose: String::new(),
    };
    let policy = |other: &str| {
        let change = request("https://e.com/Users/*", Effect::Change, Operations::GRANT);
        let read = request(other, Effect::Read, Operations::empty());
        Policy::new(&[change, read], |_| None, vec![])
    };
    for same in [
        "https://e.com/Users/*",
        "https://e.com/Users/1",
        "https://e.com/*/*",
    ] {
        let refused = policy(same);
        assert!(
            matches!(refused, Err(RuleError::Contradiction { .. })),
            "{same}"
        );
    }
    assert!(policy("https://e.com/Users").is_ok());
    assert!(policy("https://e.com/Groups/*").is_ok());
}

#[test]
fn an_origin_is_no_more_than_an_origin() {
    assert_eq!(
        Origin::from_str("HTTPS://Example.com:443")
            .unwrap()
            .to_string(),
        "https://example.com"
    );
    for wrong in [
        "example.com",
        "127.0.0.1:80",
        "https://example.com/path",
        "ftp://example.com",
        "https://u@e.com",
    ] {
        assert!(Origin::from_str(wrong).is_err(), "{wrong}");
    }
}
