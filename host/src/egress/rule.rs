//! What may be sent: a template, with the methods, and what it is for.

use super::{
    operation::Operation,
    policy_file::Place,
    template::{Template, TemplateError},
};
use crate::contract::describe::{Effect, Operations, OutboundRequest, ReturnedSecret};
use http::Method;
use std::fmt;
use url::Url;

/// Requests that may be sent.
#[derive(Debug, Clone)]
pub struct Rule {
    methods: Vec<Method>,
    template: Template,
    /// What it does in the product.
    pub effect: Effect,
    /// The operations that may send it, if it changes something.
    pub during: Operations,
    /// The secrets that it may carry.
    pub sends: Vec<String>,
    /// The secrets that its answer brings.
    pub returns: Vec<ReturnedSecret>,
    /// One line for people.
    pub purpose: String,
    /// Where it stands, if that is the operator's file.
    pub place: Option<Place>,
}

/// Why a rule is none.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error(
        "{method:?} in the request to {template:?} is not a method that can be sent: these are in capitals, and neither CONNECT nor TRACE"
    )]
    Method { template: String, method: String },
    #[error("{first} and {second} are declared for the same requests, but differ in what they do")]
    Contradiction { first: String, second: String },
}

/// A method as it can be declared. There are services that read them in any case (RFC 9110,
/// section 9.1, has them case-sensitive), CONNECT would be sent without its path (section 9.3.6),
/// and TRACE sends back what the component must not see.
pub fn method(text: &str) -> Option<Method> {
    let legal = text.bytes().all(|b| b.is_ascii_uppercase() || b == b'-');
    let sent = legal && !matches!(text, "CONNECT" | "TRACE");
    sent.then(|| Method::from_bytes(text.as_bytes()).ok())?
}

/// Whether a method is safe by its definition (RFC 9110, section 9.2.1).
pub fn is_safe(method: &str) -> bool {
    matches!(
        method,
        "GET" | "HEAD" | "OPTIONS" | "PROPFIND" | "QUERY" | "REPORT" | "SEARCH"
    )
}

/// Whether a request with this method may be said to change nothing. All others do, by their
/// definition or for all that is known of them: what a sync may send would mean nothing.
pub fn may_read(method: &str) -> bool {
    is_safe(method) || method == "POST"
}

impl Rule {
    /// Fills a described request's template from the settings; see [`Template::new`], also for
    /// when there is none.
    ///
    /// # Errors
    ///
    /// When no URL comes of it, or a method is none.
    pub fn new(
        request: &OutboundRequest,
        setting: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, RuleError> {
        let methods = request.methods.iter().map(|text| {
            method(text).ok_or_else(|| RuleError::Method {
                template: request.url.clone(),
                method: text.clone(),
            })
        });
        let methods = methods.collect::<Result<_, _>>()?;
        let template = Template::new(&request.url, setting)?;
        Ok(template.map(|template| Self {
            methods,
            template,
            effect: request.effect,
            during: request.during,
            sends: request.sends_secrets.clone(),
            returns: request.returns_secrets.clone(),
            purpose: request.purpose.clone(),
            place: None,
        }))
    }

    /// The methods of its requests.
    pub fn methods(&self) -> &[Method] {
        &self.methods
    }

    /// Where its requests go.
    pub fn template(&self) -> &Template {
        &self.template
    }

    /// Whether this is such a request. A query is free.
    pub fn matches(&self, method: &Method, url: &Url) -> bool {
        self.methods.contains(method) && self.template.matches(url)
    }

    /// Whether its requests may be sent in this operation.
    pub fn permits(&self, operation: Operation) -> bool {
        match self.effect {
            Effect::Read | Effect::SignIn => operation != Operation::Describe,
            Effect::Change => self.during.intersects(operation.unlocks()),
        }
    }

    /// Whether one request could match both.
    pub fn overlaps(&self, other: &Self) -> bool {
        let mut methods = self.methods.iter();
        methods.any(|method| other.methods.contains(method))
            && self.template.overlaps(&other.template)
    }

    /// Whether this matches each request that `other` matches.
    pub fn covers(&self, other: &Self) -> bool {
        let mut methods = other.methods.iter();
        methods.all(|method| self.methods.contains(method)) && self.template.covers(&other.template)
    }

    /// Whether one request could match both, while they say different things of it.
    pub fn contradicts(&self, other: &Self) -> bool {
        (self.effect, self.during) != (other.effect, other.during) && self.overlaps(other)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let methods: Vec<_> = self.methods.iter().map(Method::as_str).collect();
        write!(f, "{} {}", methods.join("|"), self.template)?;
        match &self.place {
            Some(place) => write!(f, " ({place})"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_in_capitals_and_sent_as_it_is_matched() {
        for good in ["GET", "PATCH", "QUERY", "VERSION-CONTROL"] {
            assert_eq!(method(good).unwrap().as_str(), good);
        }
        for wrong in ["", "get", "Patch", "*", "CONNECT", "TRACE", "GET ", "GÉT"] {
            assert_eq!(method(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_changes_something_by_its_definition_does_not_read() {
        for reading in ["GET", "HEAD", "POST", "SEARCH"] {
            assert!(may_read(reading), "{reading}");
        }
        for changing in ["PUT", "PATCH", "DELETE", "MOVE", "MKCOL", "LOCK", "PURGE"] {
            assert!(!may_read(changing), "{changing}");
        }
    }
}
