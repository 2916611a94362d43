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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        contract::describe::{ResourceType, Source},
        provisioning::entitlement_id,
    };
    use proptest::prelude::*;

    fn described() -> Description {
        let ty = |id: &str| ResourceType {
            id: id.to_owned(),
            display_name: String::new(),
            description: None,
            traits: Vec::new(),
            parent: None,
            entitlements: Source::None,
            grants: Source::None,
            provisionable: true,
            exclusive: None,
        };
        Description {
            resource_types: vec![ty("role"), ty("user")],
            ..crate::connector::nameless()
        }
    }

    fn resource_id(ty: &str, id: &str) -> ResourceId {
        ResourceId {
            resource_type: ty.to_owned(),
            id: id.to_owned(),
        }
    }

    #[test]
    fn what_is_no_id_stands_for_nothing() {
        for id in [
            "",
            "role",
            "role:owner",
            "role:owner:",
            "team:a:member",
            ":a:b",
        ] {
            assert_eq!(entitlement(id, &described()), None, "{id}");
        }
        for id in [
            "role:owner:assigned",
            "role:owner:assigned:user:",
            "role:owner:assigned:team:1",
        ] {
            assert_eq!(grants(id, &described()), [], "{id}");
        }
    }

    #[test]
    fn an_id_that_can_be_read_in_two_ways_is_not_guessed() {
        let id = "role:a:x:user:b:x:user:c";
        let failure = only(id, grants(id, &described()), &described()).unwrap_err();
        assert!(failure.to_string().contains("several ways"), "{failure}");
        assert_eq!(failure.hints, ["Run a sync first."]);
    }

    #[test]
    fn what_cannot_be_read_names_the_types_there_are() {
        let failure = only::<()>("team:a:b", Vec::new(), &described()).unwrap_err();
        assert!(failure.hints.concat().contains("role, user"));
    }

    proptest! {
        #[test]
        fn a_grant_is_among_the_meanings_of_its_id(role in ".{1,9}", user in ".{1,9}", slug in "[^:]{1,9}") {
            let on = resource_id("role", &role);
            let entitlement = EntitlementId { on, slug };
            let principal = resource_id("user", &user);
            let id = format!("{}:user:{user}", entitlement_id(&entitlement));
            prop_assert!(grants(&id, &described()).contains(&(entitlement, principal)));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "(role|user|:|[a-z]){0,12}") {
            let _ = entitlement(&text, &described());
            let _ = only(&text, grants(&text, &described()), &described());
        }
    }
}
