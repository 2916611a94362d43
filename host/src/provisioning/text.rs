//! Ids taken apart, where there is no file to look them up in.
//!
//! `<resource type>:<id>:<slug>` is an entitlement, and with `:<resource type>:<id>` behind it the
//! grant of one. Types and slugs hold no colon, ids may.

use crate::{
    contract::{
        describe::Description,
        types::{EntitlementId, ResourceId},
    },
    failure::{Failure, Kind, Result},
};

/// What an entitlement's id stands for, if it can be one.
pub fn entitlement(id: &str, description: &Description) -> Option<EntitlementId> {
    let (on, slug) = id.rsplit_once(':')?;
    (!slug.is_empty()).then_some(())?;
    Some(EntitlementId {
        on: resource(on, description)?,
        slug: slug.to_owned(),
    })
}

/// All that a grant's id can stand for. With colons in ids, that may be several things.
pub fn grants(id: &str, description: &Description) -> Vec<(EntitlementId, ResourceId)> {
    let colons = id.match_indices(':').map(|(at, _)| at);
    let parts = colons.filter_map(|at| {
        Some((
            entitlement(&id[..at], description)?,
            resource(&id[at + 1..], description)?,
        ))
    });
    parts.collect()
}

/// The only thing that an id can stand for.
///
/// # Errors
///
/// When there is none, or there are several.
pub fn only<T>(id: &str, mut meanings: Vec<T>, description: &Description) -> Result<T> {
    match (meanings.pop(), meanings.is_empty()) {
        (Some(only), true) => Ok(only),
        (None, _) => Err(Failure::new(
            Kind::InvalidArgument,
            format!("{id:?} is no id of this connector"),
        )
        .hint("Entitlements are named <resource type>:<id>:<slug>, grants <entitlement>:<principal type>:<principal id>; sync, and copy the id from there.")
        .hint(format!("Resource types are {}.", types(description)))),
        (Some(_), false) => Err(Failure::new(
            Kind::InvalidArgument,
            format!("{id:?} can be read in several ways, and there is no file to look it up in"),
        )
        .hint("Run a sync first.")),
    }
}

/// The resource types that there are, for messages.
pub fn types(description: &Description) -> String {
    let types = description.resource_types.iter();
    types
        .map(|ty| ty.id.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

fn resource(text: &str, description: &Description) -> Option<ResourceId> {
    let (ty, id) = text.split_once(':')?;
    let known = description
        .resource_types
        .iter()
        .any(|known| known.id == ty);
    (known && !id.is_empty()).then(|| ResourceId {
        resource_type: ty.to_owned(),
        id: id.to_owned(),
    })
}
