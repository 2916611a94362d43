//! A change to a user: what the request says, and how it is answered.

use crate::{
    client::{Client, Outcome},
    contract::identity::connector::types::Error,
    refusal::{Refusal, unauthenticated},
    scim::{EXTENSION, User},
    transport::Transport,
};
use http::StatusCode;
use serde_json::{Value, json};

/// The path of the member type as Valimail documents it.
pub const MEMBER_TYPE_DOT: &str =
    "urn:ietf:params:scim:schemas:extension:valimailuserextension:2.0:User.memberType";
/// The same as RFC 7644 has it, and an example of Valimail's.
pub const MEMBER_TYPE_COLON: &str =
    "urn:ietf:params:scim:schemas:extension:valimailuserextension:2.0:User:memberType";

/// What can be changed of a user. Of these, one at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    MemberType(String),
    Active(bool),
}

impl Change {
    /// Whether the user is as this change makes it.
    pub fn is_shown_by(&self, user: &User) -> bool {
        match self {
            Self::MemberType(member_type) => user.is_of(member_type),
            Self::Active(active) => user.active == Some(*active),
        }
    }

    /// What the user shows of what this changes, in words.
    pub fn shown(&self, user: &User) -> String {
        match (self, user.member_type(), user.active) {
            (Self::MemberType(_), Some(member_type), _) => {
                format!("the member type {member_type:?}")
            }
            (Self::MemberType(_), None, _) => "no member type".to_owned(),
            (Self::Active(_), _, Some(true)) => "that it is active".to_owned(),
            (Self::Active(_), _, Some(false)) => "that it is not active".to_owned(),
            (Self::Active(_), _, None) => "not whether it is active".to_owned(),
        }
    }

    /// The body of the request (RFC 7644, section 3.5.2). One operation, because nobody says
    /// what becomes of the first when a second one is refused.
    pub fn body(&self, member_type_path: &str) -> Value {
        let (path, value) = match self {
            Self::MemberType(member_type) => (member_type_path, member_type.clone().into()),
            Self::Active(active) => ("active", Value::Bool(*active)),
        };
        json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "replace", "path": path, "value": value}],
        })
    }

    /// What is being done to the user `id`, for messages.
    pub fn doing(&self, id: &str) -> String {
        match self {
            Self::MemberType(member_type) => {
                format!("giving user {id:?} the member type {member_type:?}")
            }
            Self::Active(true) => format!("enabling user {id:?}"),
            Self::Active(false) => format!("disabling user {id:?}"),
        }
    }
}

/// Sends the change; where the path of the member type is not understood, once more with the
/// other spelling.
///
/// # Errors
///
/// When nothing has been sent.
pub async fn send<T: Transport>(
    client: &mut Client<T>,
    id: &str,
    change: &Change,
) -> Result<Outcome, Error> {
    let path = client.member_type_path;
    let outcome = client.change_user(id, &change.body(path)).await?;
    match &outcome {
        Outcome::Refused(refusal)
            if matches!(change, Change::MemberType(_))
                && path == MEMBER_TYPE_DOT
                && is_about_the_path(refusal) =>
        {
            eprintln!(
                "{}; trying once more with the path {MEMBER_TYPE_COLON}",
                refusal.what
            );
            let body = change.body(MEMBER_TYPE_COLON);
            let outcome = client.change_user(id, &body).await?;
            if matches!(outcome, Outcome::Accepted(..)) {
                client.member_type_path = MEMBER_TYPE_COLON;
            }
            Ok(outcome)
        }
        _ => Ok(outcome),
    }
}

/// Whether a refusal speaks of the path, and not of the value at that path.
fn is_about_the_path(refusal: &Refusal) -> bool {
    if refusal.status != StatusCode::BAD_REQUEST {
        return false;
    }
    let detail = refusal.detail.as_deref().unwrap_or_default();
    let says = |word| detail.to_ascii_lowercase().contains(word);
    match refusal.scim_type.as_deref() {
        Some("invalidPath") => true,
        Some("invalidValue") => false,
        _ => (says("path") || detail.contains(EXTENSION)) && !says("value"),
    }
}

/// Why the change has been refused.
pub fn refused<T: Transport>(client: &Client<T>, doing: &str, mut refusal: Refusal) -> Error {
    refusal.what = format!("{doing}: {}", refusal.what);
    refusal.into_error(|status, what| match status {
        400 | 422 => Error::InvalidArgument(what),
        401 => unauthenticated(&what),
        403 => Error::PermissionDenied(client.without_permission(&what, "PATCH", "/{id}")),
        409 => Error::FailedPrecondition(what),
        _ => Error::Internal(what),
    })
}

#[cfg(test)]
mod tests;
