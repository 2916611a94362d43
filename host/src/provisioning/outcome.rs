//! What has come of a change.

use crate::{
    contract::{
        create_account::{Created, NewAccount},
        describe::{Description, Field},
        grant::{Granted, Revoked},
        types::{Attribute, EntitlementId, Resource, Value},
    },
    failure::{Failure, Kind, Result},
    sandbox::Variables,
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

    /// Whether something is said to be different now.
    pub(super) fn claims_a_change(&self) -> bool {
        !matches!(
            self,
            Self::GrantAlreadyExists
                | Self::GrantAlreadyRevoked
                | Self::AccountAlreadyExists(_)
                // An action may have nothing to do.
                | Self::Invoked(_)
        )
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

impl Outcome {
    /// Leaves out what the new account's owner needs to sign in, and sees to it that `variables`
    /// leaves it out of all texts: whoever reads a log is somebody else.
    pub(super) fn of_account(created: Created, variables: &Variables) -> Self {
        let new = |account: NewAccount| {
            for secret in &account.secrets {
                if let Value::Text(text) = &secret.value {
                    variables.hide(text);
                }
            }
            account.resource
        };
        match created {
            Created::Created(account) => Self::Created(new(account)),
            Created::AlreadyExists(resource) => Self::AccountAlreadyExists(resource),
            Created::ActionRequired((account, to_do)) => Self::ActionRequired(new(account), to_do),
        }
    }

    /// What an action has returned, without what is described as secret.
    pub(super) fn of_action(returned: Vec<Attribute>, returns: &[Field]) -> Self {
        let is_secret = |name: &str| {
            returns
                .iter()
                .any(|field| field.name == name && field.secret)
        };
        let shown = returned.into_iter().map(|attribute| Attribute {
            value: match is_secret(&attribute.name) {
                true => Value::Text("***".to_owned()),
                false => attribute.value,
            },
            name: attribute.name,
        });
        Self::Invoked(shown.collect())
    }

    /// Whether a connector can mean what it has answered.
    ///
    /// # Errors
    ///
    /// When it speaks of types that it does not describe.
    pub(super) fn believed(self, description: &Description) -> Result<Self> {
        let ty = match &self {
            Self::GrantReplaced(other) | Self::RevokedFor(other) => Some(&other.on.resource_type),
            Self::Created(resource)
            | Self::ActionRequired(resource, _)
            | Self::AccountAlreadyExists(resource) => Some(&resource.id.resource_type),
            _ => None,
        };
        let types = &description.resource_types;
        match ty.filter(|ty| !types.iter().any(|known| known.id == **ty)) {
            None => Ok(self),
            Some(ty) => Err(Failure::new(
                Kind::Internal,
                format!(
                    "the connector answered with something of the type {ty:?}, which it does not describe"
                ),
            )
            .hint("This is a fault in the connector; look at the product before you try again.")),
        }
    }
}
