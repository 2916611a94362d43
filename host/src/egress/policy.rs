//! Whether a request may be sent: a pure question about a method and a URL.

use super::{
    advice,
    denial::Denial,
    operation::Operation,
    overlay::Overlay,
    policy_file::{FileError, PolicyFile},
    refusal::Refusal,
    rule::{Rule, RuleError},
};
use crate::contract::describe::{Effect, OutboundRequest};
use http::Method;
use std::{fmt, str::FromStr};
use url::Url;

/// A scheme, a host and a port, as an operator names them: `https://host[:port]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(url::Origin);

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text)
            .map_err(|e| format!("{e}; write https://host or https://host:port"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err("only http and https can be allowed".to_owned());
        }
        if url.path() != "/" || url.query().is_some() || !url.username().is_empty() {
            return Err("an origin is a scheme, a host and perhaps a port, no more".to_owned());
        }
        Ok(Self(url.origin()))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.ascii_serialization())
    }
}

/// A request that may be sent, and how.
#[derive(Debug)]
pub struct Permit<'a> {
    pub rule: &'a Rule,
    /// The operator has named this origin: its addresses need not be public.
    pub named_by_operator: bool,
}

/// All that a component may send.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    declared: Vec<Rule>,
    overlay: Overlay,
    named_by_operator: Vec<Origin>,
}

impl Policy {
    /// Fills the templates of `requests`; see [`Rule::new`] for `setting`.
    ///
    /// # Errors
    ///
    /// When a template does not make a URL, or two of them contradict each other.
    pub fn new(
        requests: &[OutboundRequest],
        setting: impl Fn(&str) -> Option<String>,
        named_by_operator: Vec<Origin>,
    ) -> Result<Self, RuleError> {
        let mut declared: Vec<Rule> = Vec::new();
        for request in requests {
            let Some(rule) = Rule::new(request, &setting)? else {
                continue;
            };
            // Which of them decides must not depend on their order.
            if let Some(other) = declared.iter().find(|other| other.contradicts(&rule)) {
                return Err(RuleError::Contradiction {
                    first: other.to_string(),
                    second: rule.to_string(),
                });
            }
            declared.push(rule);
        }
        Ok(Self {
            declared,
            overlay: Overlay::default(),
            named_by_operator,
        })
    }

    /// The same policy, with the operator's file laid over it; `setting` as for [`Policy::new`],
    /// without those that are secret.
    ///
    /// # Errors
    ///
    /// When the file makes no sense for this connector.
    pub fn under(
        self,
        file: &PolicyFile,
        setting: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, FileError> {
        Ok(Self {
            overlay: Overlay::new(file, &self.declared, setting)?,
            ..self
        })
    }

    /// What the connector declares.
    pub fn declared(&self) -> &[Rule] {
        &self.declared
    }

    /// What the operator's file says.
    pub fn overlay(&self) -> &Overlay {
        &self.overlay
    }

    /// What the operator's file denies, although nothing of it would pass anyway.
    pub fn idle(&self) -> impl Iterator<Item = &Denial> {
        let all = || self.declared.iter().chain(&self.overlay.allow);
        let denials = self.overlay.deny.iter();
        denials.filter(move |denial| !all().any(|rule| denial.concerns(rule)))
    }

    /// Decides on a request, before its host's name is resolved.
    ///
    /// # Errors
    ///
    /// Says why it is not sent.
    pub fn decide(
        &self,
        operation: Operation,
        method: &Method,
        url: &Url,
    ) -> Result<Permit<'_>, Refusal> {
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::Credentials { url: shown(url) });
        }
        let found = |rules| Found::among(rules, operation, method, url);
        let declared = found(&self.declared);
        let allowed = found(&self.overlay.allow);
        let rule = declared.permitted.or(allowed.permitted);
        let first = rule.or(declared.first).or(allowed.first);
        if let Some(denial) = self.denial(operation, method, url, first.map(|rule| rule.effect)) {
            return Err(Refusal::Denied {
                method: method.clone(),
                url: shown(url),
                place: denial.place.clone(),
                reason: denial.reason.clone(),
            });
        }
        if let Some(rule) = rule.filter(|_| !self.overlay.only || allowed.permitted.is_some()) {
            return Ok(Permit {
                rule,
                named_by_operator: self.names(url),
            });
        }
        let allow = advice::line(self, operation, method, url, first);
        let (method, url) = (method.clone(), shown(url));
        Err(match first {
            None => Refusal::Undeclared { method, url, allow },
            Some(_) if rule.is_some() => Refusal::NotAllowed {
                method,
                url,
                operation,
                file: self.overlay.file.clone(),
                allow,
            },
            Some(first) => Refusal::Change {
                method,
                url,
                operation,
                rule: first.to_string(),
                allow,
            },
        })
    }

    /// What to write into the operator's file to have such a request refused: a statement where
    /// the file denies nothing yet, and else what to add to its list.
    pub fn denying(&self, method: &Method, url: &Url) -> String {
        advice::against(self, method, url)
    }

    /// What in the operator's file denies a request of this effect, if it has one.
    pub(super) fn denial(
        &self,
        operation: Operation,
        method: &Method,
        url: &Url,
        effect: Option<Effect>,
    ) -> Option<&Denial> {
        let mut denials = self.overlay.deny.iter();
        denials.find(|denial| denial.matches(operation, method, url, effect))
    }

    /// Whether the operator has named the URL's origin, so that its addresses need not be public.
    fn names(&self, url: &Url) -> bool {
        let mut named = self.named_by_operator.iter();
        named.any(|origin| origin.0 == url.origin())
    }
}

/// What there is for a request among rules.
struct Found<'r> {
    /// The first rule that matches it.
    first: Option<&'r Rule>,
    /// The first one of these that permits it to the operation.
    permitted: Option<&'r Rule>,
}

impl<'r> Found<'r> {
    fn among(rules: &'r [Rule], operation: Operation, method: &Method, url: &Url) -> Self {
        let mut matching = rules.iter().filter(|rule| rule.matches(method, url));
        let first = matching.next();
        let mut all = first.into_iter().chain(matching);
        Self {
            first,
            permitted: all.find(|rule| rule.permits(operation)),
        }
    }
}

/// A URL as messages and logs show it: without user name, password, query and fragment, in
/// which secrets might be.
pub fn shown(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

#[cfg(test)]
mod normalisation;
#[cfg(test)]
mod tests;
