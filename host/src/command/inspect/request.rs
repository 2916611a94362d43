//! Requests that a connector may send, as people and programs read about them.

use super::words::{during, effect_name};
use connector_host::contract::describe::{Effect, OutboundRequest, ReturnedSecret};
use serde_json::{Value, json};
use std::fmt;

/// What there is to say of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub methods: Vec<String>,
    pub url: String,
    pub effect: Effect,
    /// May be empty.
    pub purpose: String,
    /// The operations that it is bound to, if it is.
    pub during: Vec<String>,
    pub sends: Vec<String>,
    pub returns: Vec<String>,
}

impl From<&OutboundRequest> for Request {
    /// As it is described.
    fn from(request: &OutboundRequest) -> Self {
        let during = during(request.during).into_iter().map(str::to_owned);
        Self {
            methods: request.methods.clone(),
            url: request.url.clone(),
            effect: request.effect,
            purpose: request.purpose.clone(),
            during: during.collect(),
            sends: request.sends_secrets.clone(),
            returns: names(&request.returns_secrets),
        }
    }
}

impl Request {
    pub fn document(&self) -> Value {
        json!({
            "methods": self.methods,
            "url": self.url,
            "effect": effect_name(self.effect),
            "during": self.during,
            "sendsSecrets": self.sends,
            "returnsSecrets": self.returns,
            "purpose": self.purpose,
        })
    }
}

/// On one line.
impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let methods = self.methods.join("|");
        let effect = effect_name(self.effect);
        write!(f, "{methods:<5} {}  {effect}", self.url)?;
        if !self.purpose.is_empty() {
            write!(f, ": {}", self.purpose)?;
        }
        for (before, names, after) in [
            ("during ", &self.during, " only"),
            ("sends ", &self.sends, ""),
            ("returns ", &self.returns, ""),
        ] {
            if !names.is_empty() {
                write!(f, " ({before}{}{after})", names.join(", "))?;
            }
        }
        Ok(())
    }
}

/// What a response's secrets are called.
pub fn names(returned: &[ReturnedSecret]) -> Vec<String> {
    returned.iter().map(|secret| secret.name.clone()).collect()
}
