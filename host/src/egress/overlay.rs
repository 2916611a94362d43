//! The operator's file, laid over what a connector declares.
//!
//! A request passes when it is declared or allowed, and not denied; with `default = "none"`, it has
//! to be allowed, declared or not. What is declared stays what the connector says it is: it
//! has that effect, and carries those secrets. What is allowed beyond that carries the secrets that
//! `sends-secrets` names, and these have to be ones that the connector declares for the same
//! origin. Nothing that it declares as a change can be allowed as a read. What is denied is taken
//! [widely](super::template::Template::widely). The order of the rules never matters.

use super::{
    denial::Denial,
    operation::Operation,
    policy_file::{Allow, FileError, PolicyFile},
    rule::{Rule, is_safe},
};
use crate::contract::describe::{Effect, Operations, OutboundRequest};
use http::Method;
use std::ops::Range;

/// What the operator's file says for one connector. Says nothing when there is no file.
#[derive(Debug, Clone, Default)]
pub struct Overlay {
    /// As it was given.
    pub file: String,
    /// Whether nothing passes but what is allowed here.
    pub only: bool,
    /// What passes beside what is declared; a rule for each method.
    pub allow: Vec<Rule>,
    /// What does not pass, whatever else is said of it.
    pub deny: Vec<Denial>,
}

impl Overlay {
    /// Lays a file over what is declared; `setting` gives the value of a setting that is no secret,
    /// as for [`Template::new`].
    ///
    /// # Errors
    ///
    /// When something in it makes no sense for what is declared, with its line and column.
    pub(super) fn new(
        file: &PolicyFile,
        declared: &[Rule],
        setting: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, FileError> {
        let mut deny = Vec::new();
        for entry in &file.deny {
            deny.extend(Denial::new(file, entry, &setting)?);
        }
        let mut allow: Vec<Rule> = Vec::new();
        for entry in &file.allow {
            for (method, at) in &entry.methods {
                let Some(rule) = allowed(file, entry, (method, at), declared, &setting)? else {
                    continue;
                };
                let url = entry.url.span();
                check(&rule, declared, &allow, &deny).map_err(|what| file.nonsense(&url, what))?;
                allow.push(rule);
            }
        }
        Ok(Self {
            file: file.name.clone(),
            only: file.only,
            allow,
            deny,
        })
    }
}

/// The rule for one method of an entry. None when its template begins with a setting that has no
/// value: no request can be meant then.
fn allowed(
    file: &PolicyFile,
    entry: &Allow,
    (method, at): (&Method, &Range<usize>),
    declared: &[Rule],
    setting: impl Fn(&str) -> Option<String>,
) -> Result<Option<Rule>, FileError> {
    let unlocked = entry.during.iter().map(|operation| operation.unlocks());
    let mut sends: Vec<_> = entry
        .sends
        .iter()
        .map(|name| name.get_ref().clone())
        .collect();
    sends.sort();
    let request = OutboundRequest {
        methods: vec![method.to_string()],
        url: entry.url.get_ref().clone(),
        effect: entry.effect.unwrap_or(Effect::Read),
        during: unlocked.fold(Operations::empty(), |all, one| all | one),
        sends_secrets: sends,
        returns_secrets: Vec::new(),
        purpose: entry.reason.clone().unwrap_or_default(),
    };
    let rule = Rule::new(&request, setting);
    let Some(mut rule) = rule.map_err(|error| file.nonsense(&entry.url.span(), error))? else {
        return Ok(None);
    };
    rule.place = Some(entry.place.clone());
    let same = declared.iter().find(|declared| declared.covers(&rule));
    (rule.effect, rule.during) = match (entry.effect, same) {
        (Some(effect), _) => (effect, rule.during),
        (None, _) if !entry.during.is_empty() => (Effect::Change, rule.during),
        (None, Some(declared)) => (declared.effect, declared.during),
        (None, None) if is_safe(method.as_str()) => (Effect::Read, rule.during),
        (None, None) => {
            let what = format!(
                "the connector does not declare {method} {} as a whole, so say what it does there: \
                 during = [\"grant\"], say, for a change, or effect = \"read\"",
                rule.template()
            );
            return Err(file.nonsense(at, what));
        }
    };
    for name in &entry.sends {
        let known = goes(name.get_ref(), &rule, declared);
        known.map_err(|what| file.nonsense(&name.span(), what))?;
    }
    Ok(Some(rule))
}

/// Whether a secret may go where a rule leads: the connector has to declare it for this origin.
fn goes(secret: &String, rule: &Rule, declared: &[Rule]) -> Result<(), String> {
    let mut sending = declared.iter().filter(|own| own.sends.contains(secret));
    let Some(first) = sending.clone().next() else {
        return Err(format!("the connector sends no secret {secret:?}"));
    };
    match sending.any(|own| own.template().origin() == rule.template().origin()) {
        true => Ok(()),
        false => Err(format!(
            "the connector declares {secret} for {} only, and a secret goes nowhere else",
            first.template().origin().ascii_serialization()
        )),
    }
}

/// Looks for what contradicts an allowed rule: what is declared, allowed before, or denied.
///
/// # Errors
///
/// Says what does, and what to do about it.
pub(super) fn check(
    rule: &Rule,
    declared: &[Rule],
    before: &[Rule],
    deny: &[Denial],
) -> Result<(), String> {
    let changes = |rule: &Rule| rule.effect == Effect::Change;
    let mut changed = declared.iter().filter(|declared| changes(declared));
    if let Some(change) = changed.find(|change| !changes(rule) && change.overlaps(rule)) {
        return Err(format!(
            "the connector declares {change} as a change, and this would let it pass as something \
             that changes nothing: leave it out here"
        ));
    }
    // In operations that only one of them permits, that one decides.
    let both = |other: &Rule| {
        let mut operations = Operation::ALL.into_iter();
        operations.any(|operation| rule.permits(operation) && other.permits(operation))
    };
    let differs = |other: &&Rule| {
        (other.effect, &other.sends) != (rule.effect, &rule.sends)
            && other.overlaps(rule)
            && both(other)
    };
    if let Some(other) = before.iter().find(differs) {
        return Err(format!(
            "{other} allows some of the same requests, but with another effect or other secrets"
        ));
    }
    let whole = |denial: &&Denial| {
        let mut during = Operation::ALL.into_iter();
        during.all(|operation| !rule.permits(operation) || denial.covers(rule, operation))
    };
    match deny.iter().find(whole) {
        Some(denial) => Err(format!(
            "all of it is denied by {}, which counts for more: take one of them out",
            denial.place
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
