//! What a file makes of what is declared.

mod properties;

use super::*;
use crate::egress::{Policy, Refusal};
use url::Url;

/// Signs in, reads, and changes something in two operations.
fn declared() -> Policy {
    let request = |method: &str, path: &str, effect, during, sends: &[&str]| OutboundRequest {
        methods: vec![method.to_owned()],
        url: format!("{{base}}/{path}"),
        effect,
        during,
        sends_secrets: sends.iter().map(|&name| name.to_owned()).collect(),
        returns_secrets: vec![],
        purpose: String::new(),
    };
    let none = Operations::empty();
    let requests = [
        request("POST", "auth", Effect::SignIn, none, &["key"]),
        request("GET", "Users", Effect::Read, none, &["token"]),
        request("GET", "Users/*", Effect::Read, none, &["token"]),
        request(
            "POST",
            "Users",
            Effect::Change,
            Operations::CREATE_ACCOUNT,
            &["token"],
        ),
        request(
            "PATCH",
            "Users/*",
            Effect::Change,
            Operations::GRANT | Operations::REVOKE,
            &["token"],
        ),
        OutboundRequest {
            url: "https://other.example.org/status".to_owned(),
            ..request("GET", "", Effect::Read, none, &[])
        },
    ];
    Policy::new(&requests, setting, vec![]).unwrap()
}

fn setting(name: &str) -> Option<String> {
    match name {
        "base" => Some("https://api.example.com".to_owned()),
        "unset" => Some(String::new()),
        _ => None,
    }
}

fn laid(text: &str) -> Result<Policy, FileError> {
    let file = PolicyFile::parse("p.toml", text.to_owned())?;
    declared().under(&file, setting)
}

fn under(text: &str) -> Policy {
    laid(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refused(text: &str) -> String {
    match laid(text) {
        Ok(_) => panic!("{text} makes sense"),
        Err(error) => error.to_string(),
    }
}

/// Which secrets such a request carries, if it passes.
fn sent(
    policy: &Policy,
    operation: Operation,
    method: &str,
    url: &str,
) -> Result<Vec<String>, Refusal> {
    let url = match url.starts_with('/') {
        true => format!("https://api.example.com{url}"),
        false => url.to_owned(),
    };
    let (method, url) = (method.parse().unwrap(), Url::parse(&url).unwrap());
    let permit = policy.decide(operation, &method, &url)?;
    Ok(permit.rule.sends.clone())
}

fn passes(policy: &Policy, operation: Operation, method: &str, url: &str) -> bool {
    sent(policy, operation, method, url).is_ok()
}

use Operation::{CreateAccount, Grant, InvokeAction, Revoke, Sync, Validate};

#[test]
fn what_is_denied_does_not_pass_although_it_is_declared() {
    let policy =
        under("deny = [{ methods = ['GET'], url = '{base}/Users/*', reason = 'not now' }]");
    let refusal = sent(&policy, Sync, "GET", "/Users/1").unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "GET https://api.example.com/Users/1 is denied by p.toml, line 1 (not now)"
    );
    assert_eq!(
        (refusal.allow(), refusal.rule().as_deref()),
        (None, Some("p.toml, line 1"))
    );
    assert!(passes(&policy, Sync, "GET", "/Users"));
    assert!(passes(&policy, Grant, "PATCH", "/Users/1"));
}

#[test]
fn a_connector_can_be_made_to_read_only() {
    let policy = under("deny = [{ effect = 'change' }]");
    assert!(passes(&policy, Sync, "POST", "/auth"));
    assert!(passes(&policy, Grant, "GET", "/Users"));
    for (operation, method, url) in [
        (CreateAccount, "POST", "/Users"),
        (Grant, "PATCH", "/Users/1"),
        (Revoke, "PATCH", "/Users/1"),
    ] {
        let refusal = sent(&policy, operation, method, url).unwrap_err();
        assert!(matches!(refusal, Refusal::Denied { .. }), "{refusal}");
        assert_eq!(refusal.allow(), None);
    }
}

#[test]
fn an_operation_can_be_taken_away() {
    let policy =
        under("deny = [{ during = ['revoke'] }, { methods = ['GET'], during = ['validate'] }]");
    assert!(!passes(&policy, Revoke, "PATCH", "/Users/1"));
    assert!(!passes(&policy, Revoke, "GET", "/Users"));
    assert!(passes(&policy, Grant, "PATCH", "/Users/1"));
    assert!(!passes(&policy, Validate, "GET", "/Users"));
    assert!(passes(&policy, Validate, "POST", "/auth"));
}

#[test]
fn what_is_allowed_passes_without_secrets() {
    let policy = under("allow = [{ methods = ['GET'], url = '{base}/Groups/*' }]");
    for operation in Operation::ALL {
        assert_eq!(sent(&policy, operation, "GET", "/Groups/1"), Ok(vec![]));
    }
    assert_eq!(
        sent(&policy, Sync, "GET", "/Users"),
        Ok(vec!["token".to_owned()])
    );
    assert!(!passes(&policy, Sync, "GET", "/Groups"));
    assert!(!passes(&policy, Sync, "POST", "/Groups/1"));
    assert!(!passes(&policy, Operation::Describe, "GET", "/Groups/1"));
}

#[test]
fn what_is_allowed_carries_the_secrets_that_the_file_names() {
    let policy =
        under("allow = [{ methods = ['GET'], url = '{base}/Groups', sends-secrets = ['token'] }]");
    assert_eq!(
        sent(&policy, Sync, "GET", "/Groups"),
        Ok(vec!["token".to_owned()])
    );
}

#[test]
fn a_secret_goes_to_no_origin_that_the_connector_has_not_declared_it_for() {
    let sends = |url: &str, secret: &str| {
        refused(&format!(
            "allow = [{{ methods = ['GET'], url = '{url}', sends-secrets = ['{secret}'] }}]"
        ))
    };
    for url in [
        "https://evil.example.net/",
        "http://api.example.com/",
        "https://api.example.com:8443/",
        // Declared, but not for a secret.
        "https://other.example.org/status",
    ] {
        let error = sends(url, "token");
        assert!(
            error.contains("for https://api.example.com only"),
            "{error}"
        );
    }
    let error = sends("{base}/Groups", "password");
    assert!(error.contains("sends no secret \"password\""), "{error}");
}

#[test]
fn a_secret_cannot_stand_in_a_url() {
    // The setting `key` is none that the file can name.
    let error = refused("allow = [{ methods = ['GET'], url = '{base}/{key}' }]");
    assert!(
        error.contains("{key}") && error.contains("line 1, column 37"),
        "{error}"
    );
}

#[test]
fn a_change_that_is_allowed_passes_in_its_operations_only() {
    let policy = under(
        "allow = [{ methods = ['DELETE'], url = '{base}/Users/*', during = ['invoke-action'] },\n\
         { methods = ['PATCH'], url = '{base}/Users/*', during = ['create-account'] }]",
    );
    for operation in Operation::ALL {
        let expected = operation == InvokeAction;
        assert_eq!(
            passes(&policy, operation, "DELETE", "/Users/1"),
            expected,
            "{operation}"
        );
        // This is beside what is declared.
        let expected = matches!(operation, CreateAccount | Grant | Revoke);
        assert_eq!(
            passes(&policy, operation, "PATCH", "/Users/1"),
            expected,
            "{operation}"
        );
    }
    let url = "https://api.example.com/Users/1";
    assert_eq!(sent(&policy, CreateAccount, "PATCH", url), Ok(vec![]));
    assert_eq!(
        sent(&policy, Grant, "PATCH", url),
        Ok(vec!["token".to_owned()])
    );
}

#[test]
fn what_is_declared_as_a_change_cannot_be_allowed_as_a_read() {
    for allow in [
        "{ methods = ['POST'], url = '{base}/Users', effect = 'read' }",
        "{ methods = ['GET', 'POST'], url = 'https://api.example.com/*', effect = 'sign-in' }",
        "{ methods = ['POST'], url = 'https://API.example.com:443/%55sers', effect = 'read' }",
    ] {
        let error = refused(&format!("allow = [{allow}]"));
        assert!(error.contains("POST {base}/Users as a change"), "{error}");
    }
}

#[test]
fn what_is_declared_need_not_be_said_again() {
    let policy = under(
        "default = 'none'\nallow = [\n{ methods = ['POST'], url = '{base}/auth' },\n\
         { methods = ['GET', 'PATCH'], url = '{base}/Users/*' },\n\
         { methods = ['GET'], url = '{base}/Groups' }]",
    );
    assert_eq!(
        sent(&policy, Sync, "POST", "/auth"),
        Ok(vec!["key".to_owned()])
    );
    assert_eq!(
        sent(&policy, Sync, "GET", "/Users/1"),
        Ok(vec!["token".to_owned()])
    );
    assert_eq!(
        sent(&policy, Grant, "PATCH", "/Users/1"),
        Ok(vec!["token".to_owned()])
    );
    assert_eq!(sent(&policy, Sync, "GET", "/Groups"), Ok(vec![]));
    assert!(matches!(
        sent(&policy, Sync, "PATCH", "/Users/1"),
        Err(Refusal::Change { .. })
    ));
    let refusal = sent(&policy, Sync, "GET", "/Users").unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "GET https://api.example.com/Users is declared by the connector, but p.toml does not \
         allow it during sync"
    );
}

#[test]
fn what_is_declared_can_be_allowed_in_part() {
    let policy = under(
        "default = 'none'\nallow = [{ methods = ['PATCH'], url = '{base}/Users/1', during = ['grant'] }]",
    );
    assert_eq!(
        sent(&policy, Grant, "PATCH", "/Users/1"),
        Ok(vec!["token".to_owned()])
    );
    for (operation, url) in [(Grant, "/Users/2"), (Revoke, "/Users/1")] {
        let refusal = sent(&policy, operation, "PATCH", url).unwrap_err();
        assert!(matches!(refusal, Refusal::NotAllowed { .. }), "{refusal}");
    }
}

#[test]
fn what_is_not_declared_has_to_be_said() {
    for url in ["{base}/Groups", "{base}/*"] {
        let error = refused(&format!(
            "allow = [{{ methods = ['GET', 'POST'], url = '{url}' }}]"
        ));
        assert!(error.contains("line 1, column 30"), "{error}");
        assert!(error.contains("during = [\"grant\"]"), "{error}");
    }
}

#[test]
fn a_file_does_not_contradict_itself() {
    let error = refused(
        "allow = [\n{ methods = ['POST'], url = '{base}/x/*', effect = 'read' },\n\
         { methods = ['POST'], url = '{base}/*/y', during = ['grant'] }]",
    );
    assert!(error.contains("line 3, column 29"), "{error}");
    assert!(
        error.contains("POST {base}/x/* (p.toml, line 2) allows some of the same"),
        "{error}"
    );
    let error = refused(
        "allow = [{ methods = ['GET'], url = '{base}/x' }]\n\
         deny = [{ url = '{base}/*', methods = ['GET', 'PUT'] }]",
    );
    assert!(error.contains("line 1, column 37"), "{error}");
    assert!(error.contains("denied by p.toml, line 2"), "{error}");
    // What is left of it is of use.
    let policy = under(
        "allow = [{ methods = ['GET'], url = '{base}/x/*' }]\n\
         deny = [{ url = '{base}/x/y' }, { url = '{base}/x/*', during = ['sync'] }]",
    );
    assert!(passes(&policy, Grant, "GET", "/x/1") && !passes(&policy, Grant, "GET", "/x/y"));
}

#[test]
fn a_template_that_is_none_is_named_with_its_place() {
    for (url, what) in [
        ("https://*.example.com/", "host that is not named whole"),
        ("example.com", "not an absolute URL"),
        ("{nowhere}/x", "no such setting"),
    ] {
        let error = refused(&format!("deny = [{{ url = '{url}' }}]"));
        assert!(
            error.contains("line 1, column 17") && error.contains(what),
            "{error}"
        );
    }
}

#[test]
fn a_template_without_its_origin_means_nothing() {
    let policy =
        under("allow = [{ methods = ['GET'], url = '{unset}/x' }]\ndeny = [{ url = '{unset}/x' }]");
    assert!(policy.overlay().allow.is_empty() && policy.overlay().deny.is_empty());
}

#[test]
fn what_is_denied_in_vain_is_found() {
    let policy = under(
        "deny = [{ methods = ['GET'], url = '{base}/Users' },\n\
         { methods = ['GET'], url = '{base}/User' },\n\
         { methods = ['DELETE'] },\n{ effect = 'change', during = ['invoke-action'] }]",
    );
    let idle: Vec<_> = policy.idle().map(|denial| denial.to_string()).collect();
    assert_eq!(
        idle,
        [
            "GET {base}/User",
            "DELETE",
            "everything that changes something during invoke-action"
        ]
    );
}

#[test]
fn what_is_left_of_each_rule_can_be_told() {
    let policy = under(
        "allow = [{ methods = ['GET'], url = '{base}/Groups' }]\n\
         deny = [{ methods = ['PATCH'], during = ['revoke'] }, { url = '{base}/Users/admin' },\n\
         { methods = ['POST'], url = '{base}/Users' }]",
    );
    let effective = policy.effective();
    let left = |rule: &str| {
        let mut all = effective.iter();
        let found = all.find(|own| own.rule.to_string() == rule);
        let found = found.unwrap_or_else(|| panic!("{effective:?}"));
        (found.operations.clone(), found.except.len())
    };
    let all = Operation::ALL.to_vec();
    assert_eq!(left("GET {base}/Users"), (all.clone(), 0));
    assert_eq!(left("GET {base}/Users/*"), (all.clone(), 1));
    assert_eq!(left("PATCH {base}/Users/*"), (vec![Grant], 2));
    assert_eq!(left("POST {base}/Users"), (vec![], 1));
    assert_eq!(left("GET {base}/Groups (p.toml, line 1)"), (all, 0));
}
