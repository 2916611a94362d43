//! Why a request is not sent.

use super::{operation::Operation, policy_file::Place, quota::Excess};
use http::Method;
use std::net::IpAddr;
use url::Url;

/// Why a request is not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("{method} {url} is none of the requests that the connector declares")]
    Undeclared {
        method: Method,
        url: String,
        /// See [`Refusal::allow`].
        allow: Option<String>,
    },
    #[error("{method} {url} changes something, and {}", unchanged(*.operation))]
    Change {
        method: Method,
        url: String,
        operation: Operation,
        /// What declares it.
        rule: String,
        /// See [`Refusal::allow`].
        allow: Option<String>,
    },
    #[error(
        "{method} {url} is declared by the connector, but {file} does not allow it during {operation}"
    )]
    NotAllowed {
        method: Method,
        url: String,
        operation: Operation,
        /// The operator's file.
        file: String,
        /// See [`Refusal::allow`].
        allow: Option<String>,
    },
    #[error("{method} {url} is denied by {place}{}", because(.reason.as_deref()))]
    Denied {
        method: Method,
        url: String,
        /// In the operator's file.
        place: Place,
        /// The operator's.
        reason: Option<String>,
    },
    #[error("{url} holds a user name or a password")]
    Credentials { url: String },
    #[error("{uri} is not an absolute http or https URL")]
    NotAUrl { uri: String },
    #[error("a connector must not set the header {name}")]
    Header { name: http::HeaderName },
    #[error(transparent)]
    Excess(#[from] Excess),
    #[error("the secret for the header {name} holds characters that no header can hold")]
    Unwritable { name: http::HeaderName },
    #[error("nothing is sent without a trace, and {why}")]
    Unwitnessed { why: String },
    #[error(
        "{host} is {address}, which is not a public address ({kind}); if that is what you want, run with --allow-outbound {origin}"
    )]
    NotPublic {
        host: String,
        address: IpAddr,
        kind: &'static str,
        origin: String,
    },
}

fn unchanged(operation: Operation) -> String {
    match operation.changes() {
        false => format!("nothing is changed during {operation}"),
        true => format!("the connector does not declare it for {operation}"),
    }
}

fn because(reason: Option<&str>) -> String {
    reason.map_or_else(String::new, |reason| format!(" ({reason})"))
}

impl Refusal {
    /// What to write into the operator's file to have such a request pass, where that would help.
    pub fn allow(&self) -> Option<&str> {
        match self {
            Self::Undeclared { allow, .. }
            | Self::Change { allow, .. }
            | Self::NotAllowed { allow, .. } => allow.as_deref(),
            _ => None,
        }
    }

    /// The rule that has decided, if one has.
    pub fn rule(&self) -> Option<String> {
        match self {
            Self::Change { rule, .. } => Some(rule.clone()),
            Self::Denied { place, .. } => Some(place.to_string()),
            _ => None,
        }
    }

    /// The same refusal, of a request to `url`: a resolver knows no more than the host.
    #[must_use]
    pub(super) fn of(mut self, url: &Url) -> Self {
        if let Self::NotPublic { origin, .. } = &mut self {
            *origin = url.origin().ascii_serialization();
        }
        self
    }
}
