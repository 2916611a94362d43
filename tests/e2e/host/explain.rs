//! `policy explain`: whether a request would pass, and what to write where it would not.

use crate::{
    product::{GRANT, Product, succeeds},
    service::{Service, asking},
};
use e2e::host::{Host, Transcript};
use std::fs;

fn explained(host: &Host, arguments: &[&str]) -> Transcript {
    host.command("policy explain", arguments)
}

/// The line of TOML that is printed for these operations.
fn advice(transcript: &Transcript, operations: &str) -> String {
    let before = format!("  # {operations}");
    let mut lines = transcript.stdout.lines();
    let found = lines.by_ref().any(|line| line == before);
    assert!(found, "{transcript}");
    lines.next().expect("a line").trim().to_owned()
}

/// A host that has a product to reach, but nothing that a template does not need.
fn host(product: &Product) -> Host {
    Host::with_component(e2e::artifacts::artifacts().component("misfit"))
        .env("BATON_ORIGIN", product.origin())
        .env("BATON_ALLOW_OUTBOUND", product.origin())
}

#[test]
fn a_request_that_passes() {
    let service = Service::start();
    let host = asking(&service, "GET", "");
    let url = format!("{}/change", service.origin());
    let transcript = explained(&host, &["POST", &url]).succeeded();
    let text = transcript.stdout.replace(&service.origin(), "<ORIGIN>");
    insta::assert_snapshot!(text, @"
    POST <ORIGIN>/change

    validate: refused: POST <ORIGIN>/change changes something, and nothing is changed during validate
    sync: refused: POST <ORIGIN>/change changes something, and nothing is changed during sync
    get-resource: refused: POST <ORIGIN>/change changes something, and nothing is changed during get-resource
    grant, revoke: passes by POST {origin}/change, declared by the connector (change; may carry no secrets)
    create-account: refused: POST <ORIGIN>/change changes something, and the connector does not declare it for create-account
    invoke-action: refused: POST <ORIGIN>/change changes something, and the connector does not declare it for invoke-action

    Its address may be any: --allow-outbound names <ORIGIN>.

    To have it refused, write into the file that --policy names:

      deny = [{ methods = ['POST'], url = '<ORIGIN>/change' }]
    ");
    assert!(service.is_untouched());
}

#[test]
fn a_request_that_does_not() {
    let product = Product::start();
    let url = format!("{}/elsewhere?a=secret", product.origin());
    let transcript = explained(&host(&product), &["POST", &url]).failed_with(&["is refused"]);
    assert_eq!(transcript.code, Some(9), "{transcript}");
    let text = transcript.stdout.replace(product.origin(), "<ORIGIN>");
    insta::assert_snapshot!(text, @"
    POST <ORIGIN>/elsewhere

    in each operation: refused: POST <ORIGIN>/elsewhere is none of the requests that the connector declares

    To let it pass, write one of these into the file that --policy names:

      # validate, sync, get-resource
      allow = [{ methods = ['POST'], url = '<ORIGIN>/elsewhere', effect = 'read' }] # only if it changes nothing

      # grant
      allow = [{ methods = ['POST'], url = '<ORIGIN>/elsewhere', during = ['grant'] }]

      # revoke
      allow = [{ methods = ['POST'], url = '<ORIGIN>/elsewhere', during = ['revoke'] }]

      # create-account
      allow = [{ methods = ['POST'], url = '<ORIGIN>/elsewhere', during = ['create-account'] }]

      # invoke-action
      allow = [{ methods = ['POST'], url = '<ORIGIN>/elsewhere', during = ['invoke-action'] }]
    ");
    assert!(product.requests().is_empty());
}

#[test]
fn what_is_advised_helps() {
    let product = Product::start();
    let host = product.misfit("undeclared-change");
    let _ = host
        .run(&GRANT)
        .failed_with(&["/elsewhere is none of the requests"]);
    let url = format!("{}/elsewhere", product.origin());
    let ask = ["PUT", &url, "--during", "grant"];
    let transcript = explained(&host, &ask).failed_with(&[]);
    fs::write(host.path("policy.toml"), advice(&transcript, "grant")).expect("a file");
    let host = host.env("BATON_POLICY", "policy.toml");
    let transcript = explained(&host, &ask).succeeded();
    assert!(
        transcript.stdout.contains("(policy.toml, line 1)"),
        "{transcript}"
    );
    let _ = succeeds(&host, &GRANT);
    assert_eq!(product.change().line, "PUT /elsewhere");
}

#[test]
fn what_is_advised_goes_into_a_list_that_is_there() {
    let product = Product::start();
    let host = host(&product);
    let first = "{ methods = ['GET'], url = '{origin}/one' },";
    fs::write(host.path("policy.toml"), format!("allow = [{first}]")).expect("a file");
    let url = format!("{}/two", product.origin());
    let ask = ["GET", &url, "--policy", "policy.toml"];
    let transcript = explained(&host, &ask).failed_with(&[]);
    let second = advice(&transcript, "in each operation");
    fs::write(
        host.path("policy.toml"),
        format!("allow = [\n{first}\n{second}\n]"),
    )
    .expect("a file");
    let _ = explained(&host, &ask).succeeded();
}

#[test]
fn what_is_advised_against_a_request_helps() {
    let service = Service::start();
    let host = asking(&service, "GET", "");
    let url = format!("{}/allowed", service.origin());
    let host = host.env("BATON_POLICY", "policy.toml");
    fs::write(host.path("policy.toml"), "").expect("a file");
    let transcript = explained(&host, &["GET", &url]).succeeded();
    let line = transcript.stdout.lines().last().unwrap_or_default();
    fs::write(host.path("policy.toml"), line).expect("a file");
    let transcript = explained(&host, &["GET", &url]).failed_with(&[]);
    assert_eq!(transcript.code, Some(9), "{transcript}");
    let _ = host
        .run(&[])
        .failed_with(&["is denied by policy.toml, line 1"]);
    assert!(service.is_untouched());
}

#[test]
fn what_no_line_can_change_is_said() {
    let product = Product::start();
    let host = host(&product);
    fs::write(host.path("policy.toml"), "deny = [{ methods = ['GET'] }]").expect("a file");
    let url = format!("{}/allowed", product.origin());
    for (ask, text) in [
        (
            ["DELETE", &url, "--during", "sync"],
            "No line in a policy file",
        ),
        (
            ["GET", &url, "--policy", "policy.toml"],
            "It stays denied until policy.toml, line 1 is taken out.",
        ),
    ] {
        let transcript = explained(&host, &ask).failed_with(&[]);
        assert_eq!(transcript.code, Some(9), "{transcript}");
        assert!(transcript.stdout.contains(text), "{transcript}");
    }
}

#[test]
fn an_operation_can_be_asked_about() {
    let product = Product::start();
    let url = format!("{}/grants/1", product.origin());
    let host = host(&product);
    let transcript = explained(&host, &["PUT", &url, "--during", "grant"]).succeeded();
    assert!(!transcript.stdout.contains("revoke "), "{transcript}");
    let transcript = explained(&host, &["PUT", &url, "--during", "revoke"]).failed_with(&[]);
    assert_eq!(transcript.code, Some(9), "{transcript}");
    let line = format!("allow = [{{ methods = ['PUT'], url = '{url}', during = ['revoke'] }}]");
    assert_eq!(advice(&transcript, "revoke"), line);
}

#[test]
fn an_address_that_would_be_refused_is_named() {
    let product = Product::start();
    let host = host(&product).env("BATON_ALLOW_OUTBOUND", "");
    let url = format!("{}/allowed", product.origin());
    let transcript = explained(&host, &["GET", &url]).failed_with(&["is refused"]);
    assert_eq!(transcript.code, Some(9), "{transcript}");
    let flag = format!("--allow-outbound {}", product.origin());
    assert!(
        transcript.stdout.contains("passes by GET {origin}/allowed"),
        "{transcript}"
    );
    assert!(transcript.stdout.contains(&flag), "{transcript}");
    let transcript = explained(&host, &["GET", &url, "--allow-outbound", product.origin()]);
    let _ = transcript.succeeded();
    let host = host.env("BATON_ORIGIN", "https://api.example.com");
    let transcript = explained(&host, &["GET", "https://api.example.com/allowed"]).succeeded();
    assert!(
        transcript.stdout.contains("refused unless it is public"),
        "{transcript}"
    );
}

#[test]
fn secrets_need_not_be_known_but_what_templates_need() {
    let url = "https://api.valimail.com/accounts/larkspur-freight/scim/v2/Users";
    let host = Host::unconfigured();
    let transcript = explained(&host, &["GET", url])
        .failed_with(&["missing or empty: valimail-slug", "--valimail-slug"]);
    assert_eq!(transcript.code, Some(3), "{transcript}");
    let transcript = explained(&host, &["GET", url, "--valimail-slug", "larkspur-freight"]);
    let transcript = transcript.succeeded();
    assert!(
        transcript.stdout.contains("may carry token"),
        "{transcript}"
    );
}

#[test]
fn a_question_that_makes_no_sense_is_refused() {
    let product = Product::start();
    let host = host(&product);
    for (arguments, text) in [
        (&["get", "https://e.com"][..], "in capitals"),
        (&["GET", "e.com"], "relative URL"),
        (&["GET"], "<URL>"),
        (
            &["GET", "https://e.com", "--during", "sinc"],
            "there are validate, sync",
        ),
    ] {
        let transcript = explained(&host, arguments).failed_with(&[text]);
        assert_eq!(transcript.code, Some(2), "{transcript}");
    }
}
