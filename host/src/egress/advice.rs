//! What to write into the operator's file to have a request pass that has been refused.

use super::{
    operation::Operation,
    overlay,
    policy::Policy,
    rule::{Rule, is_safe, may_read},
    template::Template,
};
use crate::contract::describe::{Effect, Operations, OutboundRequest};
use http::Method;
use url::Url;

/// One line of TOML that lets just this request pass in this operation; `found` is the rule that
/// there is for it, if there is one. A whole statement where the file allows nothing yet, and
/// else what to add to its list.
///
/// None when nothing in a file would help: a sync changes nothing, and what is denied stays denied.
pub(super) fn line(
    policy: &Policy,
    operation: Operation,
    method: &Method,
    url: &Url,
    found: Option<&Rule>,
) -> Option<String> {
    if operation == Operation::Describe {
        return None;
    }
    let name = method.as_str();
    let during = format!("during = ['{operation}']");
    let (effect, words, note) = match found {
        Some(rule) if rule.effect != Effect::Change => (rule.effect, None, ""),
        None if is_safe(name) => (Effect::Read, None, ""),
        _ if operation.changes() => (Effect::Change, Some(during), ""),
        None if may_read(name) => (
            Effect::Read,
            Some("effect = 'read'".to_owned()),
            " # only if it changes nothing",
        ),
        _ => return None,
    };
    // Where the connector declares it for other operations only, it would be of no use without
    // these, and they go where the connector sends them anyway.
    let elsewhere = found.filter(|rule| !rule.permits(operation));
    let mut sends = elsewhere.map_or_else(Vec::new, |rule| rule.sends.clone());
    sends.sort();
    let request = OutboundRequest {
        methods: vec![name.to_owned()],
        url: Template::exactly(url),
        effect,
        during: match effect {
            Effect::Change => operation.unlocks(),
            Effect::Read | Effect::SignIn => Operations::empty(),
        },
        sends_secrets: sends,
        returns_secrets: Vec::new(),
        purpose: String::new(),
    };
    let overlay = policy.overlay();
    let rule = Rule::new(&request, |_| None).ok()??;
    overlay::check(&rule, policy.declared(), &overlay.allow, &overlay.deny).ok()?;
    if policy
        .denial(operation, method, url, Some(effect))
        .is_some()
    {
        return None;
    }
    let mut keys = vec![
        format!("methods = ['{name}']"),
        format!("url = {}", quoted(&request.url)),
    ];
    keys.extend(words);
    if !request.sends_secrets.is_empty() {
        let names: Vec<_> = rule.sends.iter().map(|name| quoted(name)).collect();
        keys.push(format!("sends-secrets = [{}]", names.join(", ")));
    }
    let entry = format!("{{ {} }}", keys.join(", "));
    Some(match overlay.allow.is_empty() {
        true => format!("allow = [{entry}]{note}"),
        false => format!("{entry},{note}"),
    })
}

/// One line of TOML that has such a request refused, as in [`line`].
pub(super) fn against(policy: &Policy, method: &Method, url: &Url) -> String {
    let entry = format!(
        "{{ methods = ['{method}'], url = {} }}",
        quoted(&Template::exactly(url))
    );
    match policy.overlay().deny.is_empty() {
        true => format!("deny = [{entry}]"),
        false => format!("{entry},"),
    }
}

/// A TOML string, literal where it can be: in a log that is JSON, nobody could copy another one.
fn quoted(text: &str) -> String {
    match text.contains('\'') {
        true => format!("{text:?}"),
        false => format!("'{text}'"),
    }
}
