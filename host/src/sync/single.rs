//! A sync of single resources, and of what is needed to understand them.
//!
//! Each of them is asked for by itself, and brings its entitlements and grants; the rest of these
//! is listed. What they name (what is granted to them, who holds something on them, what they live
//! in) is asked for, too, so that each stored grant has its entitlement, its resource and its
//! principal beside it. What these others hold is not looked into: it would never end.

use super::{
    check_type,
    page::{Listing, Pages},
    records,
};
use crate::{
    c1z::Extent,
    connector::{Connector, Instance},
    contract::{
        describe::{ResourceType, Source},
        types::ResourceId,
    },
    failure::{Failure, Kind, Result},
};
use std::collections::HashSet;

/// The resources to ask for: those that are wanted and of the types to sync, each of them once.
///
/// # Errors
///
/// When the connector cannot look at single resources, or one can be none of its own.
pub(super) fn targets(
    connector: &Connector,
    types: &[ResourceType],
    wanted: &[ResourceId],
) -> Result<Vec<ResourceId>> {
    if !wanted.is_empty() && !connector.interface.exports.contains("get-resource") {
        return Err(Failure::new(
            Kind::Unimplemented,
            format!(
                "{} cannot sync single resources: the component does not export get-resource",
                connector.description.display_name
            ),
        ));
    }
    chosen(&connector.description.resource_types, types, wanted)
}

fn chosen(
    described: &[ResourceType],
    types: &[ResourceType],
    wanted: &[ResourceId],
) -> Result<Vec<ResourceId>> {
    let mut targets: Vec<ResourceId> = Vec::new();
    let mut seen = Seen::default();
    for id in wanted {
        check_type(described, &id.resource_type, "of a resource to sync")?;
        records::usable(id).map_err(|reason| {
            let ty = &id.resource_type;
            let what = format!("cannot sync a resource of the type {ty}: {reason}");
            Failure::new(Kind::InvalidArgument, what)
        })?;
        if of(types, id).is_some() && seen.is_new(id) {
            targets.push(id.clone());
        }
    }
    Ok(targets)
}

/// Lists what is to be known of the targets.
pub(super) async fn list(
    instance: &mut Instance,
    pages: &mut Pages<'_>,
    types: &[ResourceType],
    targets: &[ResourceId],
    extent: Extent,
) -> Result<()> {
    tracing::info!(resources = targets.len(), "Syncing single resources...");
    let mut looked_at = Seen::default();
    let mut entitlements_of = Seen::default();
    let mut found = Vec::new();
    for target in targets {
        looked_at.is_new(target);
        match pages.look(instance, target).await? {
            Some(listed) => {
                pages.recording.single(listed).await?;
                found.push(target);
            }
            None => tracing::warn!(
                resource_type_id = target.resource_type,
                resource_id = target.id,
                "skipping resource due to not found"
            ),
        }
    }
    for &target in &found {
        for ty in types {
            if ty.parent.as_ref() == Some(&target.resource_type) {
                let children = Listing::Resources(ty.id.clone(), Some(target.clone()));
                pages.all(instance, &children).await?;
            }
        }
    }
    for &target in &found {
        let Some(ty) = of(types, target) else {
            continue;
        };
        if extent != Extent::ResourcesOnly && ty.entitlements == Source::Listed {
            entitlements_of.is_new(target);
            pages
                .all(instance, &Listing::Entitlements(target.clone()))
                .await?;
        }
        // What others bring along in a full sync has to be asked for here.
        if extent == Extent::Full && ty.grants != Source::None {
            pages
                .all(instance, &Listing::Grants(target.clone()))
                .await?;
        }
    }
    loop {
        let lacking = pages.recording.lacking().await?;
        let mut others = lacking.resources;
        others.retain(|id| of(types, id).is_some() && looked_at.is_new(id));
        let mut bare = lacking.entitlements_on;
        bare.retain(|id| {
            of(types, id).is_some_and(|ty| ty.entitlements == Source::Listed)
                && entitlements_of.is_new(id)
        });
        if others.is_empty() && bare.is_empty() {
            return Ok(());
        }
        for other in others {
            if let Some(mut listed) = pages.look(instance, &other).await? {
                listed.grants.clear();
                pages.recording.single(listed).await?;
            }
        }
        for on in bare {
            pages.all(instance, &Listing::Entitlements(on)).await?;
        }
    }
}

fn of<'t>(types: &'t [ResourceType], id: &ResourceId) -> Option<&'t ResourceType> {
    types.iter().find(|ty| ty.id == id.resource_type)
}

/// Resources that have had their turn.
#[derive(Default)]
struct Seen(HashSet<(String, String)>);

impl Seen {
    /// Whether it is seen for the first time.
    fn is_new(&mut self, id: &ResourceId) -> bool {
        self.0.insert((id.resource_type.clone(), id.id.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types(ids: &[&str]) -> Vec<ResourceType> {
        let ty = |id: &&str| ResourceType {
            id: (*id).to_owned(),
            display_name: String::new(),
            description: None,
            traits: Vec::new(),
            parent: None,
            entitlements: Source::None,
            grants: Source::None,
            provisionable: false,
            exclusive: None,
        };
        ids.iter().map(ty).collect()
    }

    fn id(resource_type: &str, id: &str) -> ResourceId {
        ResourceId {
            resource_type: resource_type.to_owned(),
            id: id.to_owned(),
        }
    }

    #[test]
    fn each_resource_of_the_types_to_sync_is_asked_for_once() {
        let described = types(&["user", "role"]);
        let wanted = [
            id("user", "2"),
            id("role", "2"),
            id("user", "1"),
            id("user", "2"),
        ];
        let chosen = chosen(&described, &types(&["user"]), &wanted).unwrap();
        assert_eq!(chosen, [id("user", "2"), id("user", "1")]);
    }

    #[test]
    fn what_can_be_no_resource_of_the_connector_is_refused() {
        let described = types(&["user", "role"]);
        for (wanted, text) in [
            (id("planet", "1"), "invalid resource type \"planet\""),
            (id("user", ""), "its id is empty"),
            (id("user", &"x".repeat(1025)), "longer than 1,024 bytes"),
        ] {
            let failure = chosen(&described, &described, &[wanted]).unwrap_err();
            assert_eq!(failure.kind, Kind::InvalidArgument);
            assert!(failure.to_string().contains(text), "{failure}");
        }
    }
}
