//! What a dry run has come to.

use super::{Change, Outcome, State, masked::Masks};
use crate::{egress::ChangingRequest, sandbox::printable};
use std::fmt;

/// What would happen.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    /// Nothing: it is already as wanted. Says in one word in which way.
    Nothing(&'static str),
    /// This request would be sent first.
    Send {
        /// What is to be done, for people.
        what: String,
        /// The state before, for people.
        before: String,
        /// The state that is meant to come of it.
        after: String,
        /// Method and URL, without secrets.
        request: String,
        /// JSON, or a text; empty without one.
        body: String,
    },
}

impl Plan {
    pub(super) fn nothing(outcome: &Outcome) -> Self {
        Self::Nothing(outcome.annotation().unwrap_or(outcome.name()))
    }

    pub(super) fn send(
        change: &Change,
        before: Option<&State>,
        after: Option<&State>,
        request: &ChangingRequest,
        masks: &Masks<'_>,
    ) -> Self {
        use serde_json::Value;
        let state = |state: Option<&State>| match state {
            Some(state) => shown(&masks.text(&state.to_string())),
            None => "not known".to_owned(),
        };
        let name = before.map(|before| before.name.as_str());
        let what = match name.filter(|name| !name.is_empty()) {
            Some(name) => format!("{change} ({name})"),
            None => change.to_string(),
        };
        let body = match masks.body(request) {
            Value::Null => String::new(),
            Value::String(text) => text,
            json => format!("{json:#}"),
        };
        Self::Send {
            what: shown(&masks.text(&what)),
            before: state(before),
            after: state(after),
            request: format!("{} {}", request.method, shown(&masks.url(request))),
            body: body.lines().map(shown).collect::<Vec<_>>().join("\n"),
        }
    }
}

fn shown(text: &str) -> String {
    text.chars().map(printable).collect()
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, before, after, request, body) = match self {
            Self::Nothing(why) => {
                return write!(f, "Dry run: nothing would be changed ({why}).");
            }
            Self::Send {
                what,
                before,
                after,
                request,
                body,
            } => (what, before, after, request, body),
        };
        writeln!(f, "Dry run: nothing has been changed.\n\n{what}\n")?;
        writeln!(f, "Before  {before}")?;
        writeln!(f, "After   {after}")?;
        writeln!(f, "\nHeld back\n{request}")?;
        if !body.is_empty() {
            writeln!(f, "{body}")?;
        }
        write!(
            f,
            "\nWhat the connector would do after the answer is not known."
        )
    }
}
