//! Receipts: what has been changed, one line of JSON for each change, enough to undo it by hand.

use super::{Change, Outcome, State, change, masked::Masks};
use crate::{
    connector::Connector,
    contract::types::{Attribute, Value as AttributeValue},
    egress::{Answer, ChangingRequest},
    failure::{Failure, Kind, Result},
    json_lines::JsonLines,
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::path::Path;

/// A file of receipts, open before anything is changed: no change without one.
#[derive(Debug)]
pub struct Receipts(JsonLines);

impl Receipts {
    /// Opens the file, or makes one that nobody else can read.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn open(path: &Path) -> Result<Self> {
        JsonLines::open(path).map(Self).map_err(|error| {
            Failure::of(Kind::Other, error)
                .context(format!("cannot write receipts to {}", path.display()))
                .hint("Nothing has been sent: there is no change without its receipt.")
        })
    }

    /// Appends a line, and comes back when it is on the disk.
    ///
    /// # Errors
    ///
    /// When that cannot be done. It is too late then to change nothing, so the receipt goes into
    /// the log.
    pub(super) fn append(&mut self, receipt: &Value, made: bool) -> Result<()> {
        let lines = &mut self.0;
        let written = lines.append(receipt).and_then(|()| lines.sync());
        written.map_err(|error| {
            tracing::error!("receipt.json" = %receipt, "receipt that could not be written");
            let what = match made {
                true => "the change has been made, but its receipt cannot be written to",
                false => "the change has not been confirmed, and its receipt cannot be written to",
            };
            Failure::of(Kind::Other, error)
                .context(format!("{what} {}", lines.path().display()))
                .hint("The receipt is in the log.")
        })
    }
}

/// All that a receipt tells.
pub(super) struct Receipt<'a> {
    pub connector: &'a Connector,
    pub change: &'a Change,
    pub before: Option<&'a State>,
    pub after: Option<&'a State>,
    pub requests: &'a [ChangingRequest],
    pub result: Result<&'a Outcome, &'a Failure>,
}

impl Receipt<'_> {
    /// The receipt as JSON, without secrets.
    pub(super) fn json(&self, time: Timestamp, masks: &Masks<'_>) -> Value {
        let mut receipt = Map::new();
        let mut put = |name: &str, value: Value| {
            receipt.insert(name.to_owned(), value);
        };
        put("time", json!(format!("{time:.3}")));
        let description = &self.connector.description;
        put(
            "connector",
            json!({
                "name": description.name,
                "version": description.version,
                "digest": self.connector.file.digest.to_string(),
            }),
        );
        put("operation", json!(self.change.operation().to_string()));
        match self.change {
            Change::Grant { entitlement, .. } | Change::Revoke { entitlement, .. } => {
                put("entitlement", json!(change::id(entitlement)));
            }
            Change::CreateAccount {
                resource_type,
                account,
            } => put(
                "account",
                json!({
                    "resource_type": resource_type,
                    "login": account.login,
                    "email": account.email,
                    "profile": attributes(&account.profile),
                }),
            ),
            Change::InvokeAction {
                name, arguments, ..
            } => {
                put("action", json!(name));
                put("arguments", attributes(arguments));
            }
        }
        if let Some(principal) = self.principal() {
            put("principal", principal);
        }
        if let Some(before) = self.before {
            put("before", before.json());
        }
        if let Some(after) = self.after {
            put("after", after.json());
        }
        let requests = self.requests.iter();
        put(
            "requests",
            requests.map(|sent| request(sent, masks)).collect(),
        );
        match self.result {
            Ok(outcome) => put("outcome", json!(outcome.name())),
            Err(failure) => {
                let unknown = self.requests.iter().any(ChangingRequest::may_have_worked);
                put("outcome", json!(if unknown { "unknown" } else { "failed" }));
                put("error", json!(failure.to_string()));
            }
        }
        masks.value(Value::Object(receipt))
    }
}

impl Receipt<'_> {
    /// The resource that is different now, or would be.
    fn principal(&self) -> Option<Value> {
        let (id, name) = match self.result {
            Ok(
                Outcome::Created(resource)
                | Outcome::ActionRequired(resource, _)
                | Outcome::AccountAlreadyExists(resource),
            ) => (&resource.id, resource.display_name.as_str()),
            _ => {
                let name = self.before.map_or("", |before| &before.name);
                (self.change.subject()?, name)
            }
        };
        let mut principal = Map::new();
        principal.insert("resource_type".to_owned(), json!(id.resource_type));
        principal.insert("id".to_owned(), json!(id.id));
        if !name.is_empty() {
            principal.insert("display_name".to_owned(), json!(name));
        }
        Some(Value::Object(principal))
    }
}

fn request(sent: &ChangingRequest, masks: &Masks<'_>) -> Value {
    let mut request = Map::new();
    request.insert("method".to_owned(), json!(sent.method.as_str()));
    request.insert("url".to_owned(), json!(masks.url(sent)));
    request.insert("body".to_owned(), masks.body(sent));
    match &sent.answer {
        Answer::Status(status) => request.insert("status".to_owned(), json!(status)),
        Answer::Failed(reason) | Answer::Unsent(reason) => {
            request.insert("error".to_owned(), json!(reason))
        }
        Answer::Awaited => request.insert("error".to_owned(), json!("no answer was waited for")),
        Answer::HeldBack => None,
    };
    request.insert("retries".to_owned(), json!(sent.retries));
    Value::Object(request)
}

/// A profile, arguments or returned values as JSON.
pub fn attributes(attributes: &[Attribute]) -> Value {
    let values = attributes.iter().map(|attribute| {
        let value = match &attribute.value {
            AttributeValue::Text(text) => json!(text),
            AttributeValue::Number(number) => number_json(*number),
            AttributeValue::Flag(flag) => json!(flag),
            AttributeValue::Texts(texts) => json!(texts),
        };
        (attribute.name.clone(), value)
    });
    Value::Object(values.collect())
}

/// Whole numbers without a fraction, as people write them.
fn number_json(number: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53
    match number.fract() == 0.0 && number.abs() <= EXACT {
        true => json!(number as i64),
        false => json!(number),
    }
}
