//! What is to be changed.

use crate::{
    c1z,
    contract::{
        create_account::Account,
        describe::{ActionKind, Description},
        types::{Attribute, EntitlementId, ResourceId},
    },
    egress::Operation,
};
use std::fmt;

/// One change of the product.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// `principal` is to hold `entitlement`.
    Grant {
        entitlement: EntitlementId,
        principal: ResourceId,
    },
    /// `principal` is not to hold `entitlement` any more.
    Revoke {
        entitlement: EntitlementId,
        principal: ResourceId,
    },
    /// There is to be an account of a resource type.
    CreateAccount {
        resource_type: String,
        account: Account,
    },
    /// An action is to be carried out.
    InvokeAction {
        name: String,
        kind: ActionKind,
        arguments: Vec<Attribute>,
        /// What it acts on, where the description says which argument that is.
        target: Option<ResourceId>,
    },
}

impl Change {
    /// What the component is called for.
    pub fn operation(&self) -> Operation {
        match self {
            Self::Grant { .. } => Operation::Grant,
            Self::Revoke { .. } => Operation::Revoke,
            Self::CreateAccount { .. } => Operation::CreateAccount,
            Self::InvokeAction { .. } => Operation::InvokeAction,
        }
    }

    /// The resource that is different afterwards, if it is there before.
    pub fn subject(&self) -> Option<&ResourceId> {
        match self {
            Self::Grant { principal, .. } | Self::Revoke { principal, .. } => Some(principal),
            Self::CreateAccount { .. } => None,
            Self::InvokeAction { target, .. } => target.as_ref(),
        }
    }

    /// The entitlement that is given or taken.
    pub fn entitlement(&self) -> Option<&EntitlementId> {
        match self {
            Self::Grant { entitlement, .. } | Self::Revoke { entitlement, .. } => Some(entitlement),
            _ => None,
        }
    }

    /// The id of the resource that somebody who holds an entitlement of this one's type falls back
    /// to; and whether they can hold but one of them.
    pub(super) fn exclusive<'d>(
        &self,
        description: &'d Description,
    ) -> Option<(&'d str, Option<&'d str>)> {
        let on = &self.entitlement()?.on;
        let mut types = description.resource_types.iter();
        let ty = types.find(|ty| ty.id == on.resource_type)?;
        let exclusive = ty.exclusive.as_ref()?;
        Some((&ty.id, exclusive.floor.as_deref()))
    }
}

/// `grant member_type:owner:assigned to user 49c398b12b`.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Grant {
                entitlement,
                principal,
            } => write!(
                f,
                "grant {} to {} {}",
                id(entitlement),
                principal.resource_type,
                principal.id
            ),
            Self::Revoke {
                entitlement,
                principal,
            } => write!(
                f,
                "revoke {} from {} {}",
                id(entitlement),
                principal.resource_type,
                principal.id
            ),
            Self::CreateAccount {
                resource_type,
                account,
            } => {
                let name = account.email.as_ref().or(account.login.as_ref());
                write!(f, "create {resource_type}")?;
                name.map_or(Ok(()), |name| write!(f, " {name}"))
            }
            Self::InvokeAction { name, target, .. } => {
                write!(f, "invoke {name}")?;
                match target {
                    Some(target) => write!(f, " on {} {}", target.resource_type, target.id),
                    None => Ok(()),
                }
            }
        }
    }
}

/// The id of an entitlement, as it stands in files.
pub fn id(entitlement: &EntitlementId) -> String {
    let on = &entitlement.on;
    c1z::entitlement_id(&on.resource_type, &on.id, &entitlement.slug)
}

/// The entitlement that a message of Baton's names, if it names one of this host's: its id has to be
/// made of the resource that it is on and of its slug.
pub fn named(found: &c1z::Entitlement) -> Option<EntitlementId> {
    let on = found.resource.as_ref()?.id.as_ref()?;
    let slug = match found.slug.as_str() {
        // Grants hold no more than a stub.
        "" => found.id.rsplit(':').next().unwrap_or_default(),
        slug => slug,
    };
    let named = EntitlementId {
        on: ResourceId {
            resource_type: on.resource_type.clone(),
            id: on.resource.clone(),
        },
        slug: slug.to_owned(),
    };
    (id(&named) == found.id).then_some(named)
}
