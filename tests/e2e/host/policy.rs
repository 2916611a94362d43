//! The operator's file: what it allows, what it denies, and what it cannot do.

use crate::{
    product::{CREATE, GRANT, OPERATIONS, Product, REVOKE, fails as refuses, succeeds},
    service::{Service, asking},
    support::{SECRET, fails},
};
use e2e::host::{Host, Transcript};
use serde_json::Value;
use std::{fs, path::Path, thread};

const FILE: [&str; 2] = ["--policy", "policy.toml"];

/// The same host, with a policy file.
fn under(host: Host, policy: &str) -> Host {
    fs::write(host.path("policy.toml"), policy).expect("a file");
    host
}

/// That a request to a service is refused for this reason. Answers with the line of the log.
fn refused(method: &str, url: &str, policy: &str, reason: &str) -> Value {
    let service = Service::start();
    let host = under(asking(&service, method, url), policy);
    let transcript = host.run(&FILE).failed_with(&[reason]);
    assert_eq!(transcript.code, Some(7), "{transcript}");
    assert!(service.is_untouched());
    let mut lines = transcript.logged("refused request");
    assert_eq!(lines.len(), 1, "{transcript}");
    lines.remove(0)
}

/// That a host sends this request to a service.
fn sends(service: &Service, host: &Host, arguments: &[&str], line: &str) -> Transcript {
    thread::scope(|scope| {
        let running = scope.spawn(|| host.run(arguments));
        let request = service.request();
        assert_eq!(request.line(), line);
        request.answer("204 No Content", "");
        running.join().expect("a transcript").succeeded()
    })
}

#[test]
fn what_is_denied_is_refused_although_it_is_declared() {
    let policy =
        "deny = [\n  { methods = ['GET'], url = '{origin}/allowed', reason = 'not today' },\n]";
    let reason = "/allowed is denied by policy.toml, line 2 (not today)";
    let line = refused("GET", "", policy, reason);
    // Nothing that could be added would help.
    assert_eq!(line.get("allow"), None, "{line}");
}

#[test]
fn what_is_declared_is_refused_where_the_file_has_to_allow_it_and_does_not() {
    let policy = "default = 'none'";
    let line = refused(
        "GET",
        "",
        policy,
        "but policy.toml does not allow it during sync",
    );
    assert!(line["allow"].is_string(), "{line}");
}

#[test]
fn what_is_allowed_is_sent_although_it_is_not_declared() {
    let service = Service::start();
    let host = under(
        asking(&service, "GET", "{origin}/other/1?q=1"),
        "allow = [{ methods = ['GET'], url = '{origin}/other/*' }]",
    );
    let _ = sends(&service, &host, &FILE, "GET /other/1?q=1");
    let host = host.env("BATON_POLICY", "policy.toml");
    let _ = sends(&service, &host, &[], "GET /other/1?q=1");
    thread::scope(|scope| {
        let validating = scope.spawn(|| host.command("validate", &[]));
        service.request().answer("204 No Content", "");
        let transcript = validating.join().expect("a transcript").succeeded();
        assert!(transcript.stdout.contains("204"), "{transcript}");
    });
}

#[test]
fn the_lines_that_the_log_has_for_the_file_help() {
    let service = Service::start();
    for (policy, url, line) in [
        ("", "{origin}/a%2Fb/it's/*?x", "GET /a%2Fb/it's/*?x"),
        ("default = 'none'", "", "GET /allowed"),
    ] {
        let host = under(asking(&service, "GET", url), policy);
        let transcript = host.run(&FILE).failed_with(&[]);
        let lines = transcript.logged("refused request");
        let advice = lines[0]["allow"].as_str().expect("advice");
        let host = under(host, &format!("{policy}\n{advice}\n"));
        let _ = sends(&service, &host, &FILE, line);
    }
}

#[test]
fn the_lines_that_the_log_has_for_the_file_help_with_changes() {
    for behaviour in ["undeclared-change", "foreign-change"] {
        for arguments in [&GRANT[..], &REVOKE, &CREATE] {
            let product = Product::start();
            let host = product.misfit(behaviour);
            let transcript = host.run(arguments).failed_with(&["refused a request"]);
            let lines = transcript.logged("refused request");
            let advice = lines[0]["allow"].as_str().expect("advice");
            let host = under(host, advice);
            let _ = succeeds(&host, &[arguments, &FILE].concat());
            assert_eq!(product.changes().len(), 1);
        }
    }
}

#[test]
fn no_file_lets_a_sync_change_something() {
    let during = "allow = [{ methods = ['PUT', 'POST'], url = '{origin}/new', during = ['grant', 'revoke', 'create-account', 'invoke-action'] }]";
    let reason = "/new changes something, and nothing is changed during sync";
    for method in ["PUT", "POST"] {
        let line = refused(method, "{origin}/new", during, reason);
        assert_eq!(line.get("allow"), None, "{line}");
    }
    let reason = "/change changes something, and nothing is changed during sync";
    let again = "allow = [{ methods = ['POST'], url = '{origin}/change' }]";
    let _ = refused("POST", "{origin}/change", again, reason);
}

#[test]
fn a_file_that_makes_no_sense_is_refused_before_anything_is_sent() {
    for (policy, texts) in [
        (
            "deny = [{ url = 'https://*.example.com' }]",
            ["line 1, column 17", "named whole"],
        ),
        ("# first\nalow = []", ["line 2, column 1", "`allow`"]),
        (
            "allow = [{ methods = ['PUT'], url = '{origin}/x', effect = 'read' }]",
            [
                "line 1, column 23",
                "PUT changes something, whatever is said of it",
            ],
        ),
        (
            "allow = [{ methods = ['POST'], url = '{origin}/*', effect = 'read' }]",
            ["line 1, column 38", "POST {origin}/change as a change"],
        ),
        (
            "allow = [{ methods = ['GET'], url = 'https://evil.example.net/', sends-secrets = ['api-secret'] }]",
            ["line 1, column 83", "a secret goes nowhere else"],
        ),
        (
            "allow = [{ methods = ['GET'], url = '{origin}/{api-secret}' }]",
            ["line 1, column 37", "no such setting"],
        ),
    ] {
        let service = Service::start();
        let host = under(asking(&service, "GET", ""), policy);
        let texts = [&["policy.toml", "Nothing has been sent"][..], &texts].concat();
        let transcript = host.run(&FILE).failed_with(&texts);
        assert_eq!(transcript.code, Some(3), "{transcript}");
        let transcript = host.command("validate", &FILE).failed_with(&texts);
        assert_eq!(transcript.code, Some(3), "{transcript}");
        assert!(service.is_untouched());
    }
    let service = Service::start();
    let host = asking(&service, "GET", "");
    let _ = fails(host, &FILE, 2, &["cannot read the policy file policy.toml"]);
}

#[test]
fn what_is_allowed_carries_no_secret_but_those_that_the_file_names() {
    for (sends, carried) in [("", false), (", sends-secrets = ['api-secret']", true)] {
        let product = Product::start();
        let policy = format!(
            "allow = [{{ methods = ['PUT'], url = '{{origin}}/elsewhere', during = ['grant']{sends} }}]"
        );
        let host = under(product.misfit("secret-elsewhere"), &policy);
        let _ = succeeds(&host, &[&GRANT[..], &FILE].concat());
        let change = product.change();
        assert_eq!(change.line, "PUT /elsewhere");
        assert_eq!(change.json()["key"] == SECRET, carried, "{change:?}");
    }
}

#[test]
fn a_connector_can_be_made_to_read_only() {
    for (arguments, _) in OPERATIONS {
        let product = Product::start();
        let host = under(product.misfit("well"), "deny = [{ effect = 'change' }]");
        let texts = ["is denied by policy.toml, line 1"];
        let _ = refuses(&host, &[arguments, &FILE].concat(), 7, &texts);
        assert!(product.changes().is_empty(), "{:?}", product.changes());
    }
}

#[test]
fn what_is_denied_in_vain_is_said() {
    let product = Product::start();
    let host = under(
        product.misfit("well"),
        "deny = [\n{ methods = ['DELETE'], url = '{origin}/grant/*' },\n{ methods = ['DELETE'] }]",
    );
    let transcript = succeeds(&host, &FILE);
    let lines = transcript.logged("the policy file denies what would not pass anyway");
    assert_eq!(lines.len(), 1, "{transcript}");
    assert_eq!(lines[0]["place"], "policy.toml, line 2");
}

#[test]
fn an_audit_names_the_rule_of_the_file_that_has_decided() {
    let service = Service::start();
    let rule = |policy: &str, sent: bool| {
        let host = under(asking(&service, "GET", "{origin}/new"), policy);
        let arguments = [&FILE[..], &["--audit", "audit.jsonl"]].concat();
        match sent {
            true => drop(sends(&service, &host, &arguments, "GET /new")),
            false => drop(host.run(&arguments).failed_with(&[])),
        }
        let audit = fs::read_to_string(host.path("audit.jsonl")).expect("an audit");
        let line: Value = serde_json::from_str(audit.trim()).expect("a line of JSON");
        line["rule"].clone()
    };
    assert_eq!(
        rule(
            "\nallow = [{ methods = ['GET'], url = '{origin}/new' }]",
            true
        ),
        "GET {origin}/new (policy.toml, line 2)"
    );
    assert_eq!(
        rule("deny = [{ methods = ['GET'] }]", false),
        "policy.toml, line 1"
    );
}

#[test]
fn the_example_of_the_manual_is_a_file() {
    let manual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let manual = fs::read_to_string(manual).expect("a manual");
    let example = manual.split("```toml\n").nth(1).expect("an example");
    let example = example.split("```").next().unwrap_or_default();
    let host = under(Host::unconfigured(), example);
    let transcript = host.command("inspect", &FILE).succeeded();
    let (requests, _) = transcript
        .stdout
        .split_once("\nDenied\n")
        .expect("two parts");
    let lines = example.lines().enumerate();
    let rules: Vec<_> = lines.filter(|(_, line)| line.starts_with("  {")).collect();
    assert_eq!(rules.len(), 4, "{example}");
    // Each of them is of some consequence.
    for (at, rule) in rules {
        let place = format!("policy.toml, line {}", at + 1);
        assert!(requests.contains(&place), "{rule}\n{transcript}");
    }
}

#[test]
fn the_question_of_the_manual_has_its_answer() {
    let manual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let manual = fs::read_to_string(manual).expect("a manual");
    let url = "https://api.valimail.com/accounts/acme/domains";
    let arguments = ["GET", url, "--valimail-slug", "acme", "--during", "sync"];
    let transcript = Host::unconfigured().command("policy explain", &arguments);
    assert_eq!(transcript.code, Some(9), "{transcript}");
    assert!(manual.contains(&transcript.stdout), "{transcript}");
}
