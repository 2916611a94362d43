//! What has come of a change.

use crate::contract::{
    create_account::Created,
    grant::{Granted, Revoked},
    types::{Attribute, EntitlementId, Resource},
};

/// What a connector has answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The principal holds it now.
    Granted,
    /// The principal holds it now, instead of this one.
    GrantReplaced(EntitlementId),
    /// Nothing was changed: the principal held it before.
    GrantAlreadyExists,
    /// The principal does not hold it any more.
    Revoked,
    /// The principal does not hold it any more, but this one.
    RevokedFor(EntitlementId),
    /// Nothing was changed: the principal did not hold it.
    GrantAlreadyRevoked,
    /// There is a new account.
    Created(Resource),
    /// There is a new account, with which somebody has to do something first.
    ActionRequired(Resource, String),
    /// Nothing was changed: there was this account before.
    AccountAlreadyExists(Resource),
    /// What an action returned.
    Invoked(Vec<Attribute>),
}

impl Outcome {
    /// One word for it, as it stands in logs and receipts.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::GrantReplaced(_) | Self::RevokedFor(_) => "replaced",
            Self::GrantAlreadyExists | Self::AccountAlreadyExists(_) => "already_exists",
            Self::Revoked => "revoked",
            Self::GrantAlreadyRevoked => "already_revoked",
            Self::Created(_) => "created",
            Self::ActionRequired(..) => "action_required",
            Self::Invoked(_) => "complete",
        }
    }

    /// Baton's annotation for it (`c1.connector.v2`), where there is one.
    pub fn annotation(&self) -> Option<&'static str> {
        match self {
            Self::GrantReplaced(_) => Some("GrantReplaced"),
            Self::GrantAlreadyExists => Some("GrantAlreadyExists"),
            Self::GrantAlreadyRevoked => Some("GrantAlreadyRevoked"),
            _ => None,
        }
    }
}

impl From<Granted> for Outcome {
    fn from(granted: Granted) -> Self {
        match granted {
            Granted::Granted => Self::Granted,
            Granted::AlreadyExists => Self::GrantAlreadyExists,
            Granted::Replaced(other) => Self::GrantReplaced(other),
        }
    }
}

impl From<Revoked> for Outcome {
    fn from(revoked: Revoked) -> Self {
        match revoked {
            Revoked::Revoked => Self::Revoked,
            Revoked::AlreadyRevoked => Self::GrantAlreadyRevoked,
            Revoked::ReplacedBy(other) => Self::RevokedFor(other),
        }
    }
}

impl From<Created> for Outcome {
    /// Leaves out what the new account's owner needs to sign in: whoever reads a log does not.
    fn from(created: Created) -> Self {
        match created {
            Created::Created(new) => Self::Created(new.resource),
            Created::AlreadyExists(resource) => Self::AccountAlreadyExists(resource),
            Created::ActionRequired((new, to_do)) => Self::ActionRequired(new.resource, to_do),
        }
    }
}
