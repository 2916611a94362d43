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

/// What becomes of a request, operation by operation.
type Verdicts<'p> = Vec<(Operation, Result<Permit<'p>, Refusal>)>;

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
    let verdicts: Verdicts = operations.into_iter().map(decide).collect();
    let request = format!("{} {}", asked.method, shown(&asked.url));
    let mut text = format!("{request}\n\n");
    let each = verdicts.iter().map(|(operation, verdict)| {
        let verdict = match verdict {
            Ok(permit) => format!("passes by {}", by(permit)),
            Err(refusal) => format!("refused: {refusal}"),
        };
        (*operation, verdict)
    });
    for (operations, verdict) in grouped(each) {
        let _ = writeln!(text, "{operations}: {verdict}");
    }
    let mut permits = verdicts
        .iter()
        .filter_map(|(_, verdict)| verdict.as_ref().ok());
    let (rest, refused) = match permits.next() {
        None => (advice(&policy, &verdicts), true),
        Some(permit) => {
            let (address, refused) = address(permit, &asked.url);
            (
                format!("{address}\n\n{}", against(&policy, permit, asked)),
                refused,
            )
        }
    };
    print(&format!("{text}\n{rest}\n"))?;
    match refused {
        false => Ok(()),
        true => Err(refusal(&request)),
    }
}

/// What is the same in several operations, once, with their names.
fn grouped(each: impl Iterator<Item = (Operation, String)>) -> Vec<(String, String)> {
    let mut groups: Vec<(String, Vec<Operation>)> = Vec::new();
    for (operation, text) in each {
        match groups.iter_mut().find(|(own, _)| *own == text) {
            Some((_, operations)) => operations.push(operation),
            None => groups.push((text, vec![operation])),
        }
    }
    let groups = groups.into_iter().map(|(text, operations)| {
        let names: Vec<_> = operations.iter().map(Operation::to_string).collect();
        match operations == Operation::ALL {
            true => ("in each operation".to_owned(), text),
            false => (names.join(", "), text),
        }
    });
    groups.collect()
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
    format!("{rule}{source} ({effect}; may carry {secrets})")
}

/// What becomes of the address, and whether it is refused already.
fn address(permit: &Permit, url: &Url) -> (String, bool) {
    let origin = url.origin().ascii_serialization();
    if permit.named_by_operator {
        let text = format!("Its address may be any: --allow-outbound names {origin}.");
        return (text, false);
    }
    if let Err(refusal) = literal(url) {
        return (format!("Its address is refused: {refusal}."), true);
    }
    let text = match Clients::new(Options::default()).is_proxied(url) {
        true => "Its address is the matter of the proxy, which resolves the name.".to_owned(),
        false => format!(
            "Its address is judged when the request is sent, and refused unless it is public; with \
             --allow-outbound {origin} it may be any."
        ),
    };
    (text, false)
}

/// What to write to have the request refused.
fn against(policy: &Policy, permit: &Permit, asked: &ExplainFlags) -> String {
    match &permit.rule.place {
        Some(place) => format!("To have it refused, take out what {place} allows."),
        None => format!(
            "To have it refused, write into {}:\n\n  {}",
            part("deny", policy.overlay().deny.is_empty()),
            policy.denying(&asked.method, &asked.url)
        ),
    }
}

/// Where a line goes.
fn part(list: &str, new: bool) -> String {
    match new {
        true => "the file that --policy names".to_owned(),
        false => format!("the {list} list of the file that --policy names"),
    }
}

/// What to write to have the request pass.
fn advice(policy: &Policy, verdicts: &Verdicts) -> String {
    let lines = verdicts.iter().filter_map(|(operation, verdict)| {
        let line = verdict.as_ref().err()?.allow()?;
        Some((*operation, line.to_owned()))
    });
    let lines = grouped(lines);
    let place = part("allow", policy.overlay().allow.is_empty());
    let mut refusals = verdicts
        .iter()
        .filter_map(|(_, verdict)| verdict.as_ref().err());
    let denied = refusals.find_map(|refusal| match refusal {
        Refusal::Denied { place, .. } => Some(place),
        _ => None,
    });
    let mut text = match (lines.len(), denied) {
        (0, Some(place)) => return format!("It stays denied until {place} is taken out."),
        (0, None) => {
            return "No line in a policy file would let it pass: nothing is changed but by an \
                    operation that changes something."
                .to_owned();
        }
        (1, _) => format!("To let it pass, write into {place}:"),
        _ => format!("To let it pass, write one of these into {place}:"),
    };
    for (operations, line) in lines {
        let _ = write!(text, "\n\n  # {operations}\n  {line}");
    }
    text
}
