//! `inspect --policy`: what may be sent in the end, and what an update wants more.

use crate::support::{Component, component, describing, misfit_bytes};
use e2e::{artifacts::artifacts, host::Host};
use serde_json::{Value, json};
use std::fs;

fn misfit() -> Host {
    Host::with_component(artifacts().component("misfit"))
}

/// Another version of the same component.
fn version(how: &str) -> Component {
    component(&describing(misfit_bytes(), how))
}

fn printed(host: &Host, arguments: &[&str]) -> String {
    let transcript = host.command("inspect", arguments).succeeded();
    assert_eq!(transcript.stderr, "");
    transcript.stdout
}

/// Without digests.
fn redacted(text: &str) -> String {
    let mut parts = text.split("sha256:");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        format!("{text}sha256:<DIGEST>{}", &part[64..])
    })
}

#[test]
fn a_policy_for_people() {
    let host = misfit();
    let policy = "allow = [\n  { methods = ['GET'], url = '{origin}/new', reason = 'to see what is new' },\n]\n\
                  deny = [\n  { methods = ['DELETE'] },\n  { url = '{origin}/resources/user/*', during = ['sync'] },\n]\n";
    fs::write(host.path("policy.toml"), policy).expect("a file");
    let text = printed(&host, &["--policy", "policy.toml"]);
    insta::assert_snapshot!(redacted(&text), @"
    misfit 0.1.0 (sha256:<DIGEST>)
    under policy.toml

    Outbound requests (all others are refused)
      GET   http://127.0.0.1:1/allowed  read: get something
      GET   http://127.0.0.1:1/any/*/one  read: get something
      POST  http://127.0.0.1:1/change  change: post something (during grant, revoke only)
      POST  http://127.0.0.1:1/sign-in  sign-in: post something (sends api-secret)
      GET   http://127.0.0.1:1/resources/*/*  read: get something (policy.toml, line 6 denies all of {origin}/resources/user/* during sync)
      POST  http://127.0.0.1:1/search  read: post something
      PUT   http://127.0.0.1:1/grants/*  change: put something (during grant only)
      DELETE http://127.0.0.1:1/grants/*  change: delete something (refused) (policy.toml, line 5 denies DELETE)
      POST  http://127.0.0.1:1/accounts  change: post something (during create-account only)
      POST  http://127.0.0.1:1/actions/*  change: post something (during invoke-action only)
      GET   http://127.0.0.1:1/new  read: to see what is new (allowed by policy.toml, line 2)

    Denied
      DELETE (policy.toml, line 5)
      all of {origin}/resources/user/* during sync (policy.toml, line 6)
    ");
    let host = host.env("BATON_POLICY", "policy.toml");
    assert_eq!(printed(&host, &["--policy"]), text);
}

#[test]
fn settings_that_are_known_are_filled_in() {
    let urls = |host: &Host, arguments: &[&str]| -> Vec<String> {
        let arguments = [&["--policy", "--json"], arguments].concat();
        let json: Value = serde_json::from_str(&printed(host, &arguments)).expect("JSON");
        let requests = json["outboundRequests"].as_array().expect("a list");
        let urls = requests.iter().map(|request| request["url"].as_str());
        urls.map(|url| url.expect("a text").to_owned()).collect()
    };
    let host = Host::unconfigured();
    let users = "https://api.valimail.com/accounts/{valimail-slug}/scim/v2/Users";
    assert_eq!(urls(&host, &[])[1], users);
    let host = host.env("BATON_BASE_URL", "http://127.0.0.1:1/x");
    assert_eq!(
        urls(&host, &["--valimail-slug", "a/b"])[1],
        "http://127.0.0.1:1/x/accounts/a%2Fb/scim/v2/Users"
    );
}

#[test]
fn an_update_that_wants_more_is_seen() {
    let older = version("wants-other");
    let path = older.path.to_str().expect("a path");
    let text = printed(&misfit(), &["--policy", "--against", path]);
    let (_, difference) = text.rsplit_once("\n\n").expect("a difference");
    insta::assert_snapshot!(redacted(difference), @"
    Against misfit 0.1.0 (sha256:<DIGEST>): it wants MORE
      new   DELETE http://127.0.0.1:1/grants/*  change (during revoke only)
      gone  GET   http://127.0.0.1:1/legacy  read
      now   POST  http://127.0.0.1:1/change  change (during grant, revoke only)
      was   POST  http://127.0.0.1:1/change  change (during grant only)
      now   POST  http://127.0.0.1:1/sign-in  sign-in (sends api-secret)
      was   POST  http://127.0.0.1:1/sign-in  sign-in
    ");
}

#[test]
fn an_update_that_wants_less_or_the_same_wants_no_more() {
    let newer = version("wants-less");
    let host = Host::with_component(&newer.path);
    for (older, verdict) in [
        (artifacts().component("misfit"), "it wants no more"),
        (&newer.path, "the same requests"),
    ] {
        let older = older.to_str().expect("a path");
        let text = printed(&host, &["--policy", "--against", older, "--fail-on-more"]);
        assert!(text.contains(verdict), "{text}");
    }
}

#[test]
fn a_difference_for_programs() {
    let older = version("wants-other");
    let path = older.path.to_str().expect("a path");
    let host = misfit();
    let text = printed(&host, &["--policy", "--against", path, "--json"]);
    let json: Value = serde_json::from_str(&text).expect("JSON");
    let difference = &json["difference"];
    assert_eq!(difference["more"], true);
    assert_eq!(difference["older"]["name"], "misfit");
    let lines = |list: &Value| -> Vec<Value> {
        let list = list.as_array().expect("a list").iter();
        list.map(|request| json!([request["methods"][0], request["url"]]))
            .collect()
    };
    assert_eq!(
        lines(&difference["new"]),
        [json!(["DELETE", "http://127.0.0.1:1/grants/*"])]
    );
    assert_eq!(
        lines(&difference["gone"]),
        [json!(["GET", "http://127.0.0.1:1/legacy"])]
    );
    let changed = &difference["changed"];
    assert_eq!(changed[0]["before"]["during"], json!(["grant"]));
    assert_eq!(changed[0]["after"]["during"], json!(["grant", "revoke"]));
    assert_eq!(changed[1]["before"]["sendsSecrets"], json!([]));
    assert_eq!(changed[1]["after"]["sendsSecrets"], json!(["api-secret"]));
    let transcript = host.command(
        "inspect",
        &["--policy", "--against", path, "--fail-on-more"],
    );
    let transcript = transcript.failed_with(&["misfit 0.1.0 wants to send more than misfit 0.1.0"]);
    assert_eq!(transcript.code, Some(9), "{transcript}");
}
