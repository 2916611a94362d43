//! `policy explain`: whether a request may be sent, which rule decides, and what would change that.

use super::{inspect::words::effect_name, policy, print};
use crate::cli::{ExplainFlags, PolicyFlags, are_missing};
use connector_host::{
    connector::Connector,
    contract::describe::{Description, Field},
    egress::{Clients, Operation, Options, Permit, Policy, Refusal, literal, shown},
    failure::{Failure, Kind, Result},
};
use std::{collections::BTreeMap, fmt::Write as _};
use url::Url;

type Verdict<'p> = (Operation, Result<Permit<'p>, Refusal>);

pub fn run(
    connector: &Connector,
    asked: &ExplainFlags,
    flags: &PolicyFlags,
    settings: &BTreeMap<String, String>,
) -> Result<()> {
    let description = &connector.description;
    let missing = missing(description, settings);
    if !missing.is_empty() {
        return Err(are_missing(&missing));
    }
    let policy = policy::of(description, |name| settings.get(name).cloned(), flags)?;
    let operations = match asked.during {
        Some(operation) => vec![operation],
        None => Operation::ALL.to_vec(),
    };
    let decide = |operation| {
        (
            operation,
            policy.decide(operation, &asked.method, &asked.url),
        )
    };
    let verdicts: Vec<Verdict> = operations.into_iter().map(decide).collect();
    let request = format!("{} {}", asked.method, shown(&asked.url));
    let mut text = format!("{request}\n\n");
    for (operation, verdict) in &verdicts {
        let _ = match verdict {
            Ok(permit) => writeln!(text, "{operation:<14} passes by {}", by(permit)),
            Err(refusal) => writeln!(text, "{operation:<14} refused: {refusal}"),
        };
    }
    let permits = || {
        verdicts
            .iter()
            .filter_map(|(_, verdict)| verdict.as_ref().ok())
    };
    if let Some(permit) = permits().next() {
        let (address, refused) = address(permit, &asked.url);
        let _ = writeln!(text, "\nAddress        {address}");
        print(&text)?;
        return match refused {
            false => Ok(()),
            true => Err(refusal(&request)),
        };
    }
    text.push_str(&advice(&policy, &verdicts));
    print(&text)?;
    Err(refusal(&request))
}

fn refusal(request: &str) -> Failure {
    Failure::new(Kind::FailedPrecondition, format!("{request} is refused"))
}

/// Settings without a value that a template needs. Secrets never stand in one.
fn missing<'d>(
    description: &'d Description,
    settings: &BTreeMap<String, String>,
) -> Vec<&'d Field> {
    let needed = |field: &&Field| {
        let placeholder = format!("{{{}}}", field.name);
        let mut requests = description.outbound_requests.iter();
        requests.any(|request| request.url.contains(&placeholder))
    };
    let fields = description.settings.iter().map(|setting| &setting.field);
    let unset = fields.filter(|field| field.required && !settings.contains_key(&field.name));
    unset.filter(needed).collect()
}

fn by(permit: &Permit) -> String {
    let rule = permit.rule;
    let source = match rule.place {
        Some(_) => "",
        None => ", declared by the connector",
    };
    let secrets = match rule.sends.is_empty() {
        true => "no secrets".to_owned(),
        false => rule.sends.join(", "),
    };
    let effect = effect_name(rule.effect);
    format!("{rule}{source} ({effect}; it may carry {secrets})")
}

/// What becomes of the address, and whether it is refused already.
fn address(permit: &Permit, url: &Url) -> (String, bool) {
    let origin = url.origin().ascii_serialization();
    if permit.named_by_operator {
        return (format!("any: --allow-outbound names {origin}"), false);
    }
    if let Err(refusal) = literal(url) {
        return (format!("refused: {refusal}"), true);
    }
    let text = match Clients::new(Options::default()).is_proxied(url) {
        true => "the proxy's matter, which resolves the name".to_owned(),
        false => format!(
            "judged when the request is sent, and refused unless it is public; with \
             --allow-outbound {origin} it may be any"
        ),
    };
    (text, false)
}

/// What to write to have the request pass, operation by operation.
fn advice(policy: &Policy, verdicts: &[Verdict]) -> String {
    let mut lines: Vec<(&str, Vec<String>)> = Vec::new();
    let refusals = verdicts
        .iter()
        .filter_map(|(operation, verdict)| Some((operation, verdict.as_ref().err()?)));
    for (operation, refusal) in refusals {
        let Some(line) = refusal.allow() else {
            continue;
        };
        match lines.iter_mut().find(|(own, _)| *own == line) {
            Some((_, operations)) => operations.push(operation.to_string()),
            None => lines.push((line, vec![operation.to_string()])),
        }
    }
    if lines.is_empty() {
        return "\nNo line in a policy file would let it pass: what is denied stays denied, and \
                nothing is changed but by an operation that changes something.\n"
            .to_owned();
    }
    let mut text = String::new();
    let place = match policy.overlay().allow.is_empty() {
        true => "the file that --policy names",
        false => "the list of what is allowed in the file that --policy names",
    };
    for (line, operations) in lines {
        let operations = operations.join(", ");
        let _ = write!(
            text,
            "\nTo let it pass during {operations}, write into {place}:\n  {line}\n"
        );
    }
    text
}
