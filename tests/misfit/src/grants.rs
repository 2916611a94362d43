//! Granting and revoking, in a product in which everybody has one role, or one too many.

use crate::{
    changes,
    component::setting,
    contract::{
        exports::identity::connector::grant::{Granted, Revoked},
        identity::connector::types::{EntitlementId, Error, Grant, ResourceId},
    },
    description::FLOOR,
    look,
    product::Request,
    well,
};

/// The roles, and who has them.
pub const ROLES: [(&str, &[&str]); 3] = [
    ("admin", &["u1"]),
    ("viewer", &["u2", "u3"]),
    ("hidden", &["u2", "u3"]),
];

/// The request that gives somebody something.
pub fn giving(entitlement: &str, principal: &ResourceId) -> Request {
    let (ty, own) = (&principal.resource_type, &principal.id);
    let body =
        serde_json::json!({ "entitlement": entitlement, "principal": format!("{ty}:{own}") });
    Request {
        method: "PUT",
        path: format!("/grants/{entitlement}:{ty}:{own}"),
        body: body.to_string(),
    }
}

fn taking(entitlement: &str, principal: &ResourceId) -> Request {
    Request {
        method: "DELETE",
        body: String::new(),
        ..giving(entitlement, principal)
    }
}

/// Reads, and then sends one request, unless the behaviour is another.
pub async fn grant(entitlement: EntitlementId, principal: ResourceId) -> Result<Granted, Error> {
    let behaviour = setting("behaviour").await;
    changes::begin(&behaviour).await?;
    let held = held(&entitlement, &principal)
        .await?
        .ok_or_else(|| Error::NotFound(format!("there is no {}", principal.id)))?;
    if behaviour == "already" || held.contains(&entitlement) {
        return Ok(Granted::AlreadyExists);
    }
    changes::carry_out(&behaviour, giving(&written(&entitlement), &principal)).await?;
    Ok(match behaviour.as_str() {
        "undescribed-answer" => Granted::Replaced(on("unheard-of", "odd", "held")),
        _ => match held.into_iter().find(|other| instead(other, &entitlement)) {
            Some(other) => Granted::Replaced(other),
            None => Granted::Granted,
        },
    })
}

/// The same the other way round.
pub async fn revoke(entitlement: EntitlementId, principal: ResourceId) -> Result<Revoked, Error> {
    let behaviour = setting("behaviour").await;
    changes::begin(&behaviour).await?;
    let held = held(&entitlement, &principal).await?.unwrap_or_default();
    if behaviour == "already" || !held.contains(&entitlement) {
        return Ok(Revoked::AlreadyRevoked);
    }
    if entitlement.on == well::id("role", FLOOR) {
        let message = format!("{FLOOR} is the least that one can be");
        return Err(Error::FailedPrecondition(message));
    }
    changes::carry_out(&behaviour, taking(&written(&entitlement), &principal)).await?;
    Ok(match behaviour.as_str() {
        "undescribed-answer" => Revoked::ReplacedBy(on("unheard-of", "odd", "held")),
        _ if entitlement.on.resource_type == "role" => {
            Revoked::ReplacedBy(on("role", FLOOR, "assigned"))
        }
        _ => Revoked::Revoked,
    })
}

/// The roles that somebody has.
pub fn roles_of(principal: &ResourceId) -> Vec<Grant> {
    let roles = ROLES
        .iter()
        .filter(|(_, holders)| holders.contains(&principal.id.as_str()));
    roles
        .map(|(role, _)| well::grant(&well::id("role", role), "assigned", principal.clone()))
        .collect()
}

/// What a principal holds of an entitlement's type. None when there is no such principal.
async fn held(
    entitlement: &EntitlementId,
    principal: &ResourceId,
) -> Result<Option<Vec<EntitlementId>>, Error> {
    let on = &entitlement.on;
    let slugs: &[&str] = match (on.resource_type.as_str(), on.id.as_str()) {
        ("group", "g1") => &["member", "owner"],
        ("group", "g2") => &["member"],
        ("role", own) if ROLES.iter().any(|(role, _)| *role == own) => &["assigned"],
        _ => &[],
    };
    if !slugs.contains(&entitlement.slug.as_str()) {
        let message = format!("there is no {}", written(entitlement));
        return Err(Error::InvalidArgument(message));
    }
    let Some(listed) = look::found(principal).await? else {
        return Ok(None);
    };
    let grants = match on.resource_type.as_str() {
        "group" => [None, Some("owners")]
            .into_iter()
            .flat_map(|cursor| well::grants(on, cursor).0)
            .filter(|grant| grant.principal == *principal)
            .collect(),
        _ => listed.grants,
    };
    let held = grants.into_iter().map(|grant| grant.entitlement);
    Ok(Some(held.collect()))
}

/// Whether granting one takes the other away.
fn instead(other: &EntitlementId, entitlement: &EntitlementId) -> bool {
    entitlement.on.resource_type == "role" && other.on.resource_type == "role"
}

fn on(ty: &str, own: &str, slug: &str) -> EntitlementId {
    EntitlementId {
        on: well::id(ty, own),
        slug: slug.to_owned(),
    }
}

fn written(entitlement: &EntitlementId) -> String {
    let EntitlementId { on, slug } = entitlement;
    format!("{}:{}:{slug}", on.resource_type, on.id)
}
