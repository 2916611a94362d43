//! One resource at a time.
//!
//! Asks the product whether there is such a resource, and tells what the listing tells of it.
//! `u4` is in no listing: it is new.

use crate::{
    component::setting,
    contract::{
        exports::identity::connector::list_resources::{Item, Listed},
        identity::connector::types::{Error, ResourceId},
    },
    crash, grants,
    product::{self, Request},
    talk, well,
};

/// Behaviours that concern looking for a resource.
pub const BEHAVIOURS: [&str; 7] = [
    "look-finds-nothing",
    "look-finds-another",
    "look-fails",
    "look-traps",
    "look-changes",
    "name-in-disguise",
    "secret-in-names",
];

/// Looks for a resource in the way that is asked for.
pub async fn look(id: ResourceId) -> Result<Option<Listed>, Error> {
    match setting("behaviour").await.as_str() {
        "look-finds-nothing" => Ok(None),
        "look-finds-another" => found(&well::id("user", "u3")).await,
        "look-fails" => Err(talk::failure("the question")),
        "look-traps" => crash::trap(),
        "look-changes" => {
            product::send(&grants::giving("group:g1:member", &id)).await?;
            found(&id).await
        }
        "name-in-disguise" => named(&id, "Ann\x1b[2J\u{202e}\r\nAfter  admin").await,
        "secret-in-names" => named(&id, &talk::secret().await).await,
        _ => found(&id).await,
    }
}

async fn named(id: &ResourceId, name: &str) -> Result<Option<Listed>, Error> {
    let mut listed = found(id).await?;
    if let Some(listed) = &mut listed {
        listed.resource.display_name = name.to_owned();
    }
    Ok(listed)
}

/// The resource, if the product has it.
pub async fn found(id: &ResourceId) -> Result<Option<Listed>, Error> {
    let request = Request {
        method: "GET",
        path: format!("/resources/{}/{}", id.resource_type, id.id),
        body: String::new(),
    };
    match product::send(&request).await {
        Ok(()) => Ok(known(id)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What is known of a resource.
fn known(id: &ResourceId) -> Option<Listed> {
    let items = match (id.resource_type.as_str(), id.id.as_str()) {
        ("group", _) => well::groups(),
        ("user", "u1" | "u2" | "u3" | "u4") => vec![well::user(&id.id)],
        ("role", own) => {
            let roles = grants::ROLES.iter().filter(|(role, _)| *role == own);
            roles.map(|(role, held)| well::role(role, held)).collect()
        }
        _ => Vec::new(),
    };
    let mut listed = items.into_iter().find_map(|item| match item {
        Item::Listed(listed) if listed.resource.id == *id => Some(listed),
        _ => None,
    })?;
    if id.resource_type == "user" {
        listed.grants = grants::roles_of(id);
    }
    Some(listed)
}
