//! The operator's file, laid over what a connector declares.
//!
//! A request passes when it is declared or allowed, and not denied; with `default = "none"`, it has
//! to be allowed, declared or not. What is declared stays what the connector says it is: it
//! has that effect, and carries those secrets. What is allowed beyond that carries the secrets that
//! `sends-secrets` names, and these have to be ones that the connector declares for the same
//! origin. Nothing that it declares as a change can be allowed as a read. What is denied is taken
//! [widely](Template::widely). The order of the rules never matters.

use super::{
    operation::Operation,
    policy_file::{Allow, Deny, FileError, Place, PolicyFile},
    rule::{Rule, RuleError, is_safe},
    template::Template,
};
use crate::contract::describe::{Effect, Operations, OutboundRequest};
use http::Method;
use std::{fmt, ops::Range};
use url::Url;

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

/// What is denied. What is not said does not matter.
#[derive(Debug, Clone)]
pub struct Denial {
    pub place: Place,
    /// The operator's.
    pub reason: Option<String>,
    methods: Vec<Method>,
    template: Option<Template>,
    effect: Option<Effect>,
    during: Vec<Operation>,
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
            deny.extend(denial(file, entry, &setting)?);
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
    let request = OutboundRequest {
        methods: vec![method.to_string()],
        url: entry.url.get_ref().clone(),
        effect: entry.effect.unwrap_or(Effect::Read),
        during: unlocked.fold(Operations::empty(), |all, one| all | one),
        sends_secrets: entry
            .sends
            .iter()
            .map(|name| name.get_ref().clone())
            .collect(),
        returns_secrets: Vec::new(),
        purpose: entry.reason.clone().unwrap_or_default(),
    };
    let rule = Rule::new(&request, setting);
    let Some(mut rule) = rule.map_err(|error| file.nonsense(&entry.url.span(), error))? else {
        return Ok(None);
    };
    rule.place = Some(entry.place.clone());
    if entry.effect.is_none() {
        let mut same = declared.iter();
        let same = same.find(|declared| declared.covers(&rule));
        (rule.effect, rule.during) = match same {
            _ if !entry.during.is_empty() => (Effect::Change, rule.during),
            Some(declared) => (declared.effect, declared.during),
            None if is_safe(method.as_str()) => (Effect::Read, rule.during),
            None => {
                let what = format!(
                    "the connector does not declare {method} {} as a whole, so say what it does \
                     there: during = [\"grant\"], say, for a change, or effect = \"read\"",
                    rule.template()
                );
                return Err(file.nonsense(at, what));
            }
        };
    }
    for name in &entry.sends {
        let sent = |own: &&Rule| own.sends.contains(name.get_ref());
        let origins: Vec<_> = declared.iter().filter(sent).collect();
        let same = |own: &&Rule| own.template().origin() == rule.template().origin();
        if !origins.iter().any(same) {
            let name_of = name.get_ref();
            let what = match origins.first() {
                Some(own) => format!(
                    "the connector declares {name_of} for {} only, and a secret goes nowhere else",
                    own.template().origin().ascii_serialization()
                ),
                None => format!("the connector sends no secret {name_of:?}"),
            };
            return Err(file.nonsense(&name.span(), what));
        }
    }
    Ok(Some(rule))
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

/// None when the template begins with a setting that has no value, as what is declared by it then
/// counts for nothing either.
fn denial(
    file: &PolicyFile,
    entry: &Deny,
    setting: impl Fn(&str) -> Option<String>,
) -> Result<Option<Denial>, FileError> {
    let template = match &entry.url {
        None => None,
        Some(url) => {
            let template = Template::new(url.get_ref(), setting).map_err(RuleError::from);
            match template.map_err(|error| file.nonsense(&url.span(), error))? {
                None => return Ok(None),
                Some(template) => Some(template.widely()),
            }
        }
    };
    Ok(Some(Denial {
        place: entry.place.clone(),
        reason: entry.reason.clone(),
        methods: entry.methods.clone(),
        template,
        effect: entry.effect,
        during: entry.during.clone(),
    }))
}

impl Denial {
    /// Whether it denies this request, which has this effect, if that is known.
    pub(super) fn matches(
        &self,
        operation: Operation,
        method: &Method,
        url: &Url,
        effect: Option<Effect>,
    ) -> bool {
        let template = self.template.as_ref();
        self.counts(operation, effect)
            && self.means(method)
            && template.is_none_or(|template| template.matches(url))
    }

    /// Whether it denies all that a rule permits to this operation.
    pub fn covers(&self, rule: &Rule, operation: Operation) -> bool {
        let template = self.template.as_ref();
        self.counts(operation, Some(rule.effect))
            && rule.methods().iter().all(|method| self.means(method))
            && template.is_none_or(|template| template.covers(rule.template()))
    }

    /// Whether it denies some of what a rule permits to this operation.
    pub fn overlaps(&self, rule: &Rule, operation: Operation) -> bool {
        let template = self.template.as_ref();
        self.counts(operation, Some(rule.effect))
            && rule.methods().iter().any(|method| self.means(method))
            && template.is_none_or(|template| template.overlaps(rule.template()))
    }

    /// Whether it denies some of what a rule permits.
    pub(super) fn concerns(&self, rule: &Rule) -> bool {
        let mut during = Operation::ALL.into_iter();
        during.any(|operation| rule.permits(operation) && self.overlaps(rule, operation))
    }

    fn counts(&self, operation: Operation, effect: Option<Effect>) -> bool {
        (self.effect.is_none() || self.effect == effect)
            && (self.during.is_empty() || self.during.contains(&operation))
    }

    fn means(&self, method: &Method) -> bool {
        self.methods.is_empty() || self.methods.contains(method)
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |items: Vec<String>, with: &str| items.join(with);
        let methods = self.methods.iter().map(Method::to_string).collect();
        let during = self.during.iter().map(Operation::to_string).collect();
        let mut words = vec![match (self.methods.is_empty(), &self.template) {
            (true, None) => "everything".to_owned(),
            (true, Some(_)) => "all of".to_owned(),
            (false, _) => list(methods, "|"),
        }];
        words.extend(self.template.as_ref().map(Template::to_string));
        words.extend(self.effect.map(|effect| match effect {
            Effect::Read => "that reads".to_owned(),
            Effect::SignIn => "that signs in".to_owned(),
            Effect::Change => "that changes something".to_owned(),
        }));
        if !self.during.is_empty() {
            words.push(format!("during {}", list(during, ", ")));
        }
        f.write_str(&words.join(" "))?;
        match &self.reason {
            Some(reason) => write!(f, ": {reason}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
