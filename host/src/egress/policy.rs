//! Whether a request may be sent: a pure question about a method and a URL.

use super::{
    quota::Excess,
    rule::{Rule, TemplateError},
};
use crate::contract::describe::{Effect, Operations, OutboundRequest};
use http::Method;
use std::{fmt, str::FromStr};
use url::Url;

/// What the component has been called for. Reading operations let no change through, and the
/// others no more than their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Saying what it is, without a single request.
    Describe,
    /// Trying its credentials.
    Validate,
    /// Listing what there is.
    Sync,
    /// Looking at one resource.
    GetResource,
    /// Making somebody hold something.
    Grant,
    /// Taking it away again.
    Revoke,
    /// Making an account.
    CreateAccount,
    /// Doing what the description lists as an action.
    InvokeAction,
}

impl Operation {
    /// The operations of the contract that unlock changing requests.
    fn unlocks(self) -> Operations {
        match self {
            Self::Describe | Self::Validate | Self::Sync | Self::GetResource => Operations::empty(),
            Self::Grant => Operations::GRANT,
            Self::Revoke => Operations::REVOKE,
            Self::CreateAccount => Operations::CREATE_ACCOUNT,
            Self::InvokeAction => Operations::INVOKE_ACTION,
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Describe => "describe",
            Self::Validate => "validate",
            Self::Sync => "sync",
            Self::GetResource => "get-resource",
            Self::Grant => "grant",
            Self::Revoke => "revoke",
            Self::CreateAccount => "create-account",
            Self::InvokeAction => "invoke-action",
        })
    }
}

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

/// Why a request is not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("{method} {url} is none of the requests that the connector declares")]
    Undeclared { method: Method, url: String },
    #[error("{method} {url} changes something, and {}", unchanged(*.operation))]
    Change {
        method: Method,
        url: String,
        operation: Operation,
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
        address: std::net::IpAddr,
        kind: &'static str,
        origin: String,
    },
}

fn unchanged(operation: Operation) -> String {
    match operation.unlocks() == Operations::empty() {
        true => format!("nothing is changed during {operation}"),
        false => format!("the connector does not declare it for {operation}"),
    }
}

impl Refusal {
    /// The same refusal, of a request to `url`: a resolver knows no more than the host.
    #[must_use]
    pub(super) fn of(mut self, url: &Url) -> Self {
        if let Self::NotPublic { origin, .. } = &mut self {
            *origin = url.origin().ascii_serialization();
        }
        self
    }
}

/// All that a component may send.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    rules: Vec<Rule>,
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
    ) -> Result<Self, TemplateError> {
        let mut rules: Vec<Rule> = Vec::new();
        for request in requests {
            let Some(rule) = Rule::new(request, &setting)? else {
                continue;
            };
            // Which of them decides must not depend on their order.
            if let Some(other) = rules.iter().find(|other| other.contradicts(&rule)) {
                return Err(TemplateError::Contradiction {
                    first: other.to_string(),
                    second: rule.to_string(),
                });
            }
            rules.push(rule);
        }
        Ok(Self {
            rules,
            named_by_operator,
        })
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
        let matching = self.rules.iter().filter(|rule| rule.matches(method, url));
        let permitted = |rule: &&Rule| match rule.effect {
            Effect::Read | Effect::SignIn => true,
            Effect::Change => rule.during.intersects(operation.unlocks()),
        };
        let Some(rule) = matching.clone().find(permitted) else {
            let (method, url) = (method.clone(), shown(url));
            return Err(match matching.count() {
                0 => Refusal::Undeclared { method, url },
                _ => Refusal::Change {
                    method,
                    url,
                    operation,
                },
            });
        };
        Ok(Permit {
            rule,
            named_by_operator: self
                .named_by_operator
                .iter()
                .any(|origin| origin.0 == url.origin()),
        })
    }
}

/// A URL as messages and logs show it: without user name, password, query and fragment, in
/// which secrets might be.
pub fn shown(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        let request = |methods: &[&str], url: &str, effect, during| OutboundRequest {
            methods: methods.iter().map(|&method| method.to_owned()).collect(),
            url: url.to_owned(),
            effect,
            during,
            sends_secrets: vec![],
            returns_secrets: vec![],
            purpose: String::new(),
        };
        let requests = [
            request(
                &["POST"],
                "{base}/auth",
                Effect::SignIn,
                Operations::empty(),
            ),
            request(&["GET"], "{base}/Users", Effect::Read, Operations::empty()),
            request(
                &["POST"],
                "{base}/Users",
                Effect::Change,
                Operations::CREATE_ACCOUNT,
            ),
        ];
        let setting = |_: &str| Some("https://api.example.com".to_owned());
        Policy::new(
            &requests,
            setting,
            vec!["http://127.0.0.1:8080".parse().unwrap()],
        )
        .unwrap()
    }

    fn decide(method: Method, url: &str) -> Result<bool, Refusal> {
        policy()
            .decide(Operation::Sync, &method, &Url::parse(url).unwrap())
            .map(|permit| permit.named_by_operator)
    }

    #[test]
    fn a_sync_signs_in_and_reads_but_changes_nothing() {
        assert_eq!(
            decide(Method::POST, "https://api.example.com/auth"),
            Ok(false)
        );
        assert_eq!(
            decide(Method::GET, "https://api.example.com/Users?count=1"),
            Ok(false)
        );
        assert!(matches!(
            decide(Method::POST, "https://api.example.com/Users"),
            Err(Refusal::Change { .. })
        ));
    }

    #[test]
    fn an_operation_unlocks_its_own_changes_and_no_others() {
        let url = Url::parse("https://api.example.com/Users").unwrap();
        let decide = |operation| policy().decide(operation, &Method::POST, &url).map(|_| ());
        assert_eq!(decide(Operation::CreateAccount), Ok(()));
        for (other, why) in [
            (Operation::Grant, "does not declare it for grant"),
            (Operation::Revoke, "does not declare it for revoke"),
            (
                Operation::InvokeAction,
                "does not declare it for invoke-action",
            ),
            (
                Operation::GetResource,
                "nothing is changed during get-resource",
            ),
        ] {
            let refusal = decide(other).unwrap_err().to_string();
            assert!(refusal.ends_with(why), "{refusal}");
        }
    }

    #[test]
    fn what_is_not_declared_is_refused_even_where_the_operator_names_the_origin() {
        for url in [
            "https://api.example.com/other",
            "http://127.0.0.1:8080/Users",
        ] {
            assert!(
                matches!(decide(Method::GET, url), Err(Refusal::Undeclared { .. })),
                "{url}"
            );
        }
        assert!(matches!(
            decide(Method::DELETE, "https://api.example.com/Users"),
            Err(Refusal::Undeclared { .. })
        ));
    }

    #[test]
    fn credentials_in_a_url_are_refused_and_not_repeated() {
        let refusal =
            decide(Method::GET, "https://user:hunter2@api.example.com/Users").unwrap_err();
        assert!(matches!(refusal, Refusal::Credentials { .. }));
        assert!(!refusal.to_string().contains("hunter2"));
    }

    #[test]
    fn what_is_declared_twice_must_not_differ() {
        let request = |url: &str, effect, during| OutboundRequest {
            methods: vec!["POST".to_owned()],
            url: url.to_owned(),
            effect,
            during,
            sends_secrets: vec![],
            returns_secrets: vec![],
            purpose: String::new(),
        };
        let policy = |other: &str| {
            let change = request("https://e.com/Users/*", Effect::Change, Operations::GRANT);
            let read = request(other, Effect::Read, Operations::empty());
            Policy::new(&[change, read], |_| None, vec![])
        };
        for same in [
            "https://e.com/Users/*",
            "https://e.com/Users/1",
            "https://e.com/*/*",
        ] {
            let refused = policy(same);
            assert!(
                matches!(refused, Err(TemplateError::Contradiction { .. })),
                "{same}"
            );
        }
        assert!(policy("https://e.com/Users").is_ok());
        assert!(policy("https://e.com/Groups/*").is_ok());
    }

    #[test]
    fn an_origin_is_no_more_than_an_origin() {
        assert_eq!(
            Origin::from_str("HTTPS://Example.com:443")
                .unwrap()
                .to_string(),
            "https://example.com"
        );
        for wrong in [
            "example.com",
            "127.0.0.1:80",
            "https://example.com/path",
            "ftp://example.com",
            "https://u@e.com",
        ] {
            assert!(Origin::from_str(wrong).is_err(), "{wrong}");
        }
    }
}
