//! Items of a listing become rows, ready to be written.
//!
//! This is done where the items arrive, because the recorder has enough to do.

use super::{allowance, records};
use crate::{
    c1z,
    contract::{
        describe::{ResourceType, Trait},
        list_resources::{Item, Unusable},
        types::{Entitlement, Grant, ResourceId},
    },
};
use prost::Message;

/// What the recorder does with an item.
pub(super) enum Row {
    Unusable(Unusable),
    /// The connector contradicts its own description; the sync cannot go on.
    Misfit(String),
    /// Of a type that is not to be synced.
    LeftOut,
    Resource {
        /// Bytes of all that it brings.
        size: usize,
        id: ResourceId,
        parent: Option<ResourceId>,
        /// The encoded [`c1z::Resource`].
        data: Vec<u8>,
        entitlements: Vec<Entitlement>,
        grants: Vec<Grant>,
        position: u64,
    },
}

/// Makes rows, by the types that are synced.
pub(super) struct Rows {
    types: Vec<(c1z::ResourceType, Vec<Trait>)>,
    /// Ids of all types that are described, synced or not.
    described: Vec<String>,
}

impl Rows {
    pub(super) fn new(synced: &[ResourceType], described: &[ResourceType]) -> Self {
        let types = synced
            .iter()
            .map(|ty| (records::resource_type(ty), ty.traits.clone()));
        Self {
            types: types.collect(),
            described: described.iter().map(|ty| ty.id.clone()).collect(),
        }
    }

    /// The types that are synced, in the order in which they are described.
    pub(super) fn resource_types(&self) -> impl Iterator<Item = &c1z::ResourceType> {
        self.types.iter().map(|(ty, _)| ty)
    }

    pub(super) fn resource_type(&self, id: &str) -> Option<&c1z::ResourceType> {
        self.resource_types().find(|ty| ty.id == id)
    }

    /// Whether a type is described, but not to be synced.
    pub(super) fn leave_out(&self, id: &str) -> bool {
        self.resource_type(id).is_none() && self.described.iter().any(|ty| ty == id)
    }

    /// Makes the row of an item.
    pub(super) fn row(&self, item: Item) -> Row {
        let listed = match item {
            Item::Listed(listed) => listed,
            Item::Unusable(unusable) => return Row::Unusable(unusable),
        };
        let id = listed.resource.id.clone();
        let Some((_, traits)) = self.types.iter().find(|(ty, _)| ty.id == id.resource_type) else {
            return match self.leave_out(&id.resource_type) {
                true => Row::LeftOut,
                false => Row::Misfit(format!(
                    "lists {}:{}, of a type that it does not describe",
                    id.resource_type, id.id
                )),
            };
        };
        if traits.contains(&Trait::User) != listed.resource.user.is_some() {
            return Row::Misfit(format!(
                "lists {}:{} {} user details, which does not fit the traits of its type",
                id.resource_type,
                id.id,
                if listed.resource.user.is_some() {
                    "with"
                } else {
                    "without"
                }
            ));
        }
        if let Err(reason) = records::usable(&id) {
            return Row::Unusable(Unusable {
                position: listed.position,
                id: Some(id.id.chars().take(100).collect()),
                reason: reason.to_owned(),
            });
        }
        let parent = listed.resource.parent.clone();
        let data = records::resource(listed.resource, traits).encode_to_vec();
        let entitlements = listed.entitlements.iter().map(allowance::of_entitlement);
        let grants = listed.grants.iter().map(allowance::of_grant);
        Row::Resource {
            size: data.len() + entitlements.sum::<usize>() + grants.sum::<usize>(),
            data,
            id,
            parent,
            entitlements: listed.entitlements,
            grants: listed.grants,
            position: listed.position,
        }
    }
}
