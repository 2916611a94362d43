//! `inspect --policy`: what a component may send in the end, and what an update wants more.

use super::{
    difference::Difference,
    request::{Request, names},
};
use crate::{
    cli::{InspectFlags, PolicyFlags},
    command::{policy, print},
};
use connector_host::{
    connector::{Connector, Terms},
    contract::describe::Description,
    egress::{Effective, Operation, Policy, rule::Rule},
    failure::{Failure, Kind, Result},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt::Write as _, path::Path};

/// Prints the policy that comes of `settings`, as far as these are known, and the operator's file.
pub async fn run(
    connector: &Connector,
    file: Option<&Path>,
    flags: &InspectFlags,
    settings: &BTreeMap<String, String>,
    terms: Terms,
) -> Result<()> {
    let policy = known(&connector.description, file, settings)?;
    let difference = match &flags.against {
        None => None,
        Some(path) => {
            let older = Connector::load(path, terms).await?;
            // What it wants does not depend on what it gets.
            let declared = known(&older.description, None, settings)?;
            Some(Difference::new(
                older,
                declared.declared(),
                policy.declared(),
            ))
        }
    };
    let difference = difference.as_ref();
    print(&match flags.json {
        true => format!("{:#}\n", document(connector, &policy, difference)),
        false => text(connector, &policy, difference),
    })?;
    match difference.filter(|difference| flags.fail_on_more && difference.more()) {
        None => Ok(()),
        Some(difference) => Err(Failure::new(
            Kind::FailedPrecondition,
            format!(
                "{} wants to send more than {}",
                name(connector),
                name(&difference.older)
            ),
        )),
    }
}

/// What stands for the origin in a setting that has no value (RFC 2606, section 2).
fn origin_of(setting: &str) -> String {
    format!("https://{setting}.invalid")
}

/// The policy as far as it is known: what has no value stands for itself.
fn known(
    description: &Description,
    file: Option<&Path>,
    settings: &BTreeMap<String, String>,
) -> Result<Policy> {
    let default = |name: &str| {
        let mut described = description.settings.iter();
        let described = described.find(|setting| setting.field.name == name)?;
        described.field.default_value.clone()
    };
    let value = |name: &str| {
        let placeholder = format!("{{{name}}}");
        let known = settings.get(name).cloned().or_else(|| default(name));
        let mut requests = description.outbound_requests.iter();
        let leads = requests.any(|request| request.url.starts_with(&placeholder));
        Some(known.unwrap_or_else(|| match leads {
            true => origin_of(name),
            false => placeholder,
        }))
    };
    let flags = PolicyFlags {
        policy: file.map(Path::to_owned),
        allow_outbound: Vec::new(),
    };
    policy::of(description, value, &flags)
}

/// Where a rule's requests go, with the settings that are known.
pub fn url(rule: &Rule) -> String {
    let (template, filled) = (rule.template().to_string(), rule.template().filled());
    let first = template
        .strip_prefix('{')
        .and_then(|rest| rest.split_once('}'));
    match first.and_then(|(name, _)| Some((name, filled.strip_prefix(&origin_of(name))?))) {
        Some((name, rest)) => format!("{{{name}}}{rest}"),
        None => filled,
    }
}

pub fn name(connector: &Connector) -> String {
    let description = &connector.description;
    format!("{} {}", description.name, description.version)
}

fn text(connector: &Connector, policy: &Policy, difference: Option<&Difference>) -> String {
    let overlay = policy.overlay();
    let mut text = format!("{} ({})\n", name(connector), connector.file.digest);
    if !overlay.file.is_empty() {
        let _ = writeln!(text, "under {}", overlay.file);
    }
    let _ = writeln!(text, "\nOutbound requests (all others are refused)");
    for effective in policy.effective() {
        let _ = writeln!(text, "  {}", line(&effective));
    }
    if !overlay.deny.is_empty() {
        let _ = writeln!(text, "\nDenied");
        for denial in &overlay.deny {
            let _ = writeln!(text, "  {denial} ({})", denial.place);
        }
    }
    if let Some(difference) = difference {
        let _ = write!(text, "\n{difference}");
    }
    text
}

/// The operations to which a rule's requests are bound, if they do not pass in all.
fn bound(effective: &Effective) -> Vec<String> {
    match effective.operations.len() == Operation::ALL.len() {
        true => Vec::new(),
        false => effective
            .operations
            .iter()
            .map(Operation::to_string)
            .collect(),
    }
}

fn request(effective: &Effective) -> Request {
    let rule = effective.rule;
    Request {
        methods: rule.methods().iter().map(ToString::to_string).collect(),
        url: url(rule),
        effect: rule.effect,
        purpose: rule.purpose.clone(),
        during: bound(effective),
        sends: rule.sends.clone(),
        returns: names(&rule.returns),
    }
}

fn line(effective: &Effective) -> String {
    let mut line = request(effective).to_string();
    if effective.operations.is_empty() {
        line.push_str(" (refused)");
    }
    if let Some(place) = &effective.rule.place {
        let _ = write!(line, " (allowed by {place})");
    }
    for except in &effective.except {
        let _ = write!(line, " ({except})");
    }
    line
}

fn document(connector: &Connector, policy: &Policy, difference: Option<&Difference>) -> Value {
    let overlay = policy.overlay();
    let requests = policy.effective().into_iter().map(|effective| {
        let mut document = request(&effective).document();
        document["template"] = json!(effective.rule.template().to_string());
        document["refused"] = json!(effective.operations.is_empty());
        document["allowedBy"] = json!(effective.rule.place.as_ref().map(ToString::to_string));
        document["except"] = json!(effective.except);
        document
    });
    json!({
        "name": connector.description.name,
        "version": connector.description.version,
        "digest": connector.file.digest.to_string(),
        "policyFile": (!overlay.file.is_empty()).then_some(&overlay.file),
        "outboundRequests": requests.collect::<Vec<_>>(),
        "denied": overlay.deny.iter().map(|denial| json!({
            "rule": denial.to_string(),
            "place": denial.place.to_string(),
        })).collect::<Vec<_>>(),
        "difference": difference.map(Difference::document),
    })
}
