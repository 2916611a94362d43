//! The operator's file, as it is written: TOML that allows more than a connector declares, or
//! denies some of it.
//!
//! ```toml
//! # "declared" (what the connector declares passes) or "none" (only what is allowed here does)
//! default = "declared"
//! allow = [
//!   { methods = ["GET"], url = "https://status.example.com/v1/*" },
//!   { methods = ["POST"], url = "{base-url}/invitations", during = ["create-account"], sends-secrets = ["token"] },
//! ]
//! deny = [
//!   { methods = ["DELETE"], reason = "nothing is deleted before the audit" },
//!   { effect = "change", during = ["invoke-action"] },
//! ]
//! ```
//!
//! What it means for a connector is the matter of [`Overlay`](super::overlay::Overlay).

use super::{
    operation::Operation,
    rule::{may_read, method},
};
use crate::contract::describe;
use http::Method;
use serde::Deserialize;
use std::{
    fmt,
    ops::Range,
    path::{Path, PathBuf},
};
use toml::Spanned;

/// Where something stands in the operator's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, as it was given.
    pub file: String,
    /// From 1.
    pub line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}", self.file, self.line)
    }
}

/// Why an operator's file is of no use.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("cannot read the policy file {}: {error}", path.display())]
    Unreadable {
        path: PathBuf,
        error: std::io::Error,
    },
    /// Line and column count from 1, the column in characters.
    #[error("the policy file {file} makes no sense in line {line}, column {column}: {what}")]
    Nonsense {
        file: String,
        line: usize,
        column: usize,
        /// What is wrong, and what to write instead.
        what: String,
    },
}

/// An operator's file that has been read. Each rule in it makes sense by itself.
#[derive(Debug)]
pub struct PolicyFile {
    /// As it was given.
    pub(super) name: String,
    /// Whether nothing passes but what is allowed here.
    pub(super) only: bool,
    pub(super) allow: Vec<Allow>,
    pub(super) deny: Vec<Deny>,
    text: String,
}

/// What is allowed, whether it is declared or not.
#[derive(Debug)]
pub(super) struct Allow {
    pub place: Place,
    pub methods: Vec<(Method, Range<usize>)>,
    pub url: Spanned<String>,
    pub effect: Option<describe::Effect>,
    pub during: Vec<Operation>,
    pub sends: Vec<Spanned<String>>,
    pub reason: Option<String>,
}

/// What is denied, whether it is declared or not. What is left out does not matter.
#[derive(Debug)]
pub(super) struct Deny {
    pub place: Place,
    pub methods: Vec<Method>,
    pub url: Option<Spanned<String>>,
    pub effect: Option<describe::Effect>,
    pub during: Vec<Operation>,
    pub reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    default: Otherwise,
    #[serde(default)]
    allow: Vec<Spanned<AllowEntry>>,
    #[serde(default)]
    deny: Vec<Spanned<DenyEntry>>,
}

#[derive(Deserialize, Default, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Otherwise {
    #[default]
    Declared,
    None,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct AllowEntry {
    methods: Spanned<Vec<Spanned<String>>>,
    url: Spanned<String>,
    effect: Option<Spanned<Effect>>,
    during: Option<Spanned<Vec<Spanned<String>>>>,
    #[serde(default)]
    sends_secrets: Vec<Spanned<String>>,
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct DenyEntry {
    methods: Option<Spanned<Vec<Spanned<String>>>>,
    url: Option<Spanned<String>>,
    effect: Option<Spanned<Effect>>,
    during: Option<Spanned<Vec<Spanned<String>>>>,
    reason: Option<String>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Effect {
    Read,
    SignIn,
    Change,
}

impl From<Effect> for describe::Effect {
    fn from(effect: Effect) -> Self {
        match effect {
            Effect::Read => Self::Read,
            Effect::SignIn => Self::SignIn,
            Effect::Change => Self::Change,
        }
    }
}

impl PolicyFile {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or a rule makes no sense.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        let text = std::fs::read_to_string(path).map_err(|error| FileError::Unreadable {
            path: path.to_owned(),
            error,
        })?;
        Self::parse(&path.display().to_string(), text)
    }

    /// Takes the text of a file with this name.
    ///
    /// # Errors
    ///
    /// When a rule makes no sense.
    pub fn parse(name: &str, text: String) -> Result<Self, FileError> {
        let mut file = Self {
            name: name.to_owned(),
            only: false,
            allow: Vec::new(),
            deny: Vec::new(),
            text,
        };
        let document: Document = toml::from_str(&file.text).map_err(|error| {
            let at = error.span().unwrap_or_default();
            file.nonsense(&at, error.message())
        })?;
        file.only = document.default == Otherwise::None;
        let allow = document.allow.into_iter().map(|entry| file.allow(entry));
        let allow = allow.collect::<Result<_, _>>()?;
        let deny = document.deny.into_iter().map(|entry| file.deny(entry));
        let deny = deny.collect::<Result<_, _>>()?;
        Ok(Self {
            allow,
            deny,
            ..file
        })
    }

    fn allow(&self, entry: Spanned<AllowEntry>) -> Result<Allow, FileError> {
        let place = self.place(&entry.span());
        let entry = entry.into_inner();
        let during = self.during(entry.during.as_ref())?;
        if let (Some(at), Some(reading)) = (
            entry.during.as_ref(),
            during.iter().find(|operation| !operation.changes()),
        ) {
            let what = format!(
                "nothing is changed during {reading}; what reads passes during all operations: \
                 leave during out"
            );
            return Err(self.nonsense(&at.span(), what));
        }
        let methods = self.methods(&entry.methods)?;
        if let Some(effect) = &entry.effect {
            self.check(effect, &during, &methods)?;
        }
        Ok(Allow {
            place,
            methods,
            url: entry.url,
            effect: entry.effect.map(|effect| effect.into_inner().into()),
            during,
            sends: entry.sends_secrets,
            reason: entry.reason,
        })
    }

    /// Whether requests with these methods can have such an effect.
    fn check(
        &self,
        effect: &Spanned<Effect>,
        during: &[Operation],
        methods: &[(Method, Range<usize>)],
    ) -> Result<(), FileError> {
        let mut changing = methods.iter();
        let changing = changing.find(|(method, _)| !may_read(method.as_str()));
        match (effect.get_ref(), during.is_empty(), changing) {
            (Effect::Change, true, _) => Err(self.nonsense(
                &effect.span(),
                "say during which operations something may be changed, such as during = [\"grant\"]",
            )),
            (Effect::Read | Effect::SignIn, false, _) => Err(self.nonsense(
                &effect.span(),
                "only what changes something is bound to operations: leave during out, or write \
                 effect = \"change\"",
            )),
            (Effect::Read | Effect::SignIn, true, Some((method, at))) => Err(self.nonsense(
                at,
                format!(
                    "{method} changes something, whatever is said of it: leave effect out, and say \
                     when it may, such as during = [\"grant\"]"
                ),
            )),
            _ => Ok(()),
        }
    }

    fn deny(&self, entry: Spanned<DenyEntry>) -> Result<Deny, FileError> {
        let at = entry.span();
        let entry = entry.into_inner();
        let methods = entry.methods.as_ref();
        let methods = methods.map_or(Ok(Vec::new()), |methods| self.methods(methods))?;
        let deny = Deny {
            place: self.place(&at),
            methods: methods.into_iter().map(|(method, _)| method).collect(),
            url: entry.url,
            effect: entry.effect.map(|effect| effect.into_inner().into()),
            during: self.during(entry.during.as_ref())?,
            reason: entry.reason,
        };
        let anything = deny.methods.is_empty()
            && deny.url.is_none()
            && deny.effect.is_none()
            && deny.during.is_empty();
        if anything {
            let what = "this would deny everything: name methods, url, effect or during";
            return Err(self.nonsense(&at, what));
        }
        let reads = |operation: &Operation| !operation.changes();
        if deny.effect == Some(describe::Effect::Change)
            && !deny.during.is_empty()
            && deny.during.iter().all(reads)
        {
            let what = "this denies nothing: changes are refused during these operations anyway";
            return Err(self.nonsense(&at, what));
        }
        Ok(deny)
    }

    fn methods(
        &self,
        methods: &Spanned<Vec<Spanned<String>>>,
    ) -> Result<Vec<(Method, Range<usize>)>, FileError> {
        if methods.get_ref().is_empty() {
            let what = "there is no method; write some, such as methods = [\"GET\"]";
            return Err(self.nonsense(&methods.span(), what));
        }
        let methods = methods.get_ref().iter().map(|text| {
            let at = text.span();
            let text = text.get_ref();
            match method(text) {
                Some(method) => Ok((method, at)),
                None => Err(self.nonsense(
                    &at,
                    format!(
                        "{text:?} is not a method that can be sent: write them out, in capitals, \
                         such as \"GET\""
                    ),
                )),
            }
        });
        methods.collect()
    }

    fn during(
        &self,
        during: Option<&Spanned<Vec<Spanned<String>>>>,
    ) -> Result<Vec<Operation>, FileError> {
        let Some(during) = during else {
            return Ok(Vec::new());
        };
        if during.get_ref().is_empty() {
            let what =
                "there is no operation; leave during out, or write some, such as [\"grant\"]";
            return Err(self.nonsense(&during.span(), what));
        }
        let operations = during.get_ref().iter().map(|text| {
            let operation = text.get_ref().parse();
            operation.map_err(|what: String| self.nonsense(&text.span(), what))
        });
        operations.collect()
    }

    /// An error that leads to a part of the text.
    pub(super) fn nonsense(&self, at: &Range<usize>, what: impl fmt::Display) -> FileError {
        let before = self.text.get(..at.start).unwrap_or(&self.text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        FileError::Nonsense {
            file: self.name.clone(),
            line: self.place(at).line,
            column: line.chars().count() + 1,
            what: what.to_string(),
        }
    }

    fn place(&self, at: &Range<usize>) -> Place {
        let before = self.text.get(..at.start).unwrap_or(&self.text);
        Place {
            file: self.name.clone(),
            line: before.matches('\n').count() + 1,
        }
    }
}

#[cfg(test)]
mod tests;
