//! What the operator's file denies.

use super::{
    operation::Operation,
    policy_file::{Deny, FileError, Place, PolicyFile},
    rule::Rule,
    template::Template,
};
use crate::contract::describe::Effect;
use http::Method;
use std::fmt;
use url::Url;

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

impl Denial {
    /// What an entry of the file denies. None when its template begins with a setting that has no
    /// value, as what is declared by it then counts for nothing either.
    ///
    /// # Errors
    ///
    /// When the template does not make a URL.
    pub(super) fn new(
        file: &PolicyFile,
        entry: &Deny,
        setting: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, FileError> {
        let template = match &entry.url {
            None => None,
            Some(url) => {
                let template = Template::new(url.get_ref(), setting);
                match template.map_err(|error| file.nonsense(&url.span(), error))? {
                    None => return Ok(None),
                    Some(template) => Some(template.widely()),
                }
            }
        };
        Ok(Some(Self {
            place: entry.place.clone(),
            reason: entry.reason.clone(),
            methods: entry.methods.clone(),
            template,
            effect: entry.effect,
            during: entry.during.clone(),
        }))
    }

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
