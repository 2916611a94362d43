//! Giving member types and taking them away. Every user has exactly one, so that giving one
//! takes another away, and taking one away leaves `member`.

use crate::{
    accounts::USER,
    changes::{self, Changed},
    client::Client,
    contract::{
        exports::identity::connector::grant::{Granted, Revoked},
        identity::connector::types::{EntitlementId, Error, ResourceId},
    },
    lookup,
    member_types::{self, ASSIGNED, KNOWN, MEMBER, MEMBER_TYPE},
    patch::Change,
    transport::Transport,
};

/// Makes `principal` be of the member type that `entitlement` is on.
///
/// # Errors
///
/// `invalid-argument` when there is no such entitlement for such a principal, `not-found` when
/// there is no such principal, and as [`changes::make`].
pub async fn grant<T: Transport>(
    client: &mut Client<T>,
    entitlement: &EntitlementId,
    principal: &ResourceId,
) -> Result<Granted, Error> {
    check(entitlement, principal)?;
    let Some(wanted) = member_types::known(&entitlement.on.id) else {
        return Err(Error::InvalidArgument(format!(
            "there is no member type {:?}; there are {}",
            entitlement.on.id,
            KNOWN.join(", ")
        )));
    };
    let id = principal.id.as_str();
    let user = lookup::by_id(client, id).await?;
    let user = user.ok_or_else(|| lookup::no_user(client, id))?;
    if user.is_of(wanted) {
        return Ok(Granted::AlreadyExists);
    }
    let change = Change::MemberType(wanted.to_owned());
    match changes::make(client, id, &user, &change).await? {
        Changed::Done => Ok(match user.member_type() {
            Some(other) => Granted::Replaced(member_types::entitlement_id(other)),
            None => Granted::Granted,
        }),
        Changed::Gone => Err(lookup::no_user(client, id)),
    }
}

/// Makes `principal` a `member`, if it is of the member type that `entitlement` is on.
///
/// # Errors
///
/// `invalid-argument` when there can be no such grant, `failed-precondition` when `member` is
/// to be taken away, and as [`changes::make`].
pub async fn revoke<T: Transport>(
    client: &mut Client<T>,
    entitlement: &EntitlementId,
    principal: &ResourceId,
) -> Result<Revoked, Error> {
    check(entitlement, principal)?;
    let (member_type, id) = (entitlement.on.id.as_str(), principal.id.as_str());
    // Whoever is of another type by now keeps it: nobody has asked for that one to be taken away.
    let user = lookup::by_id(client, id).await?;
    let Some(user) = user.filter(|user| user.is_of(member_type)) else {
        if member_types::known(member_type).is_none() {
            eprintln!(
                "{member_type:?} is none of the member types that Valimail documents ({})",
                KNOWN.join(", ")
            );
        }
        return Ok(Revoked::AlreadyRevoked);
    };
    if user.is_of(MEMBER) {
        return Err(Error::FailedPrecondition(format!(
            "user {id:?} stays a member: every account in Valimail has a member type, and member is the least of them; grant another one instead, or disable the account (--invoke-action disable_user --invoke-action-args '{}')",
            serde_json::json!({"user_id": id})
        )));
    }
    let change = Change::MemberType(MEMBER.to_owned());
    match changes::make(client, id, &user, &change).await? {
        Changed::Done => Ok(Revoked::ReplacedBy(member_types::entitlement_id(MEMBER))),
        Changed::Gone => Ok(Revoked::AlreadyRevoked),
    }
}

/// Whether users can hold this at all.
fn check(entitlement: &EntitlementId, principal: &ResourceId) -> Result<(), Error> {
    let EntitlementId { on, slug } = entitlement;
    if on.resource_type != MEMBER_TYPE || slug != ASSIGNED {
        return Err(Error::InvalidArgument(format!(
            "there is no entitlement {}:{}:{slug}; all are of the form {MEMBER_TYPE}:<member type>:{ASSIGNED}",
            on.resource_type, on.id
        )));
    }
    if principal.resource_type != USER {
        return Err(Error::InvalidArgument(format!(
            "a member type is for a {USER}, not for a {}",
            principal.resource_type
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
