//! How many records a connector may list, and how large they may be.

use crate::{
    contract::types::{Entitlement, EntitlementId, Grant, ResourceId},
    failure::{Failure, Kind, Result},
    sandbox::Limits,
};

/// What is left of it.
#[derive(Debug)]
pub(super) struct Allowance {
    items: u64,
    bytes: u64,
    limits: Limits,
}

impl Allowance {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            items: 0,
            bytes: 0,
            limits: *limits,
        }
    }

    /// Takes one record of that many bytes.
    pub(super) fn take(&mut self, bytes: usize) -> Result<()> {
        self.items += 1;
        self.bytes = self.bytes.saturating_add(bytes as u64);
        if self.items > self.limits.items {
            return Err(exceeded(
                format!("more than {} records", self.limits.items),
                "--item-limit",
            ));
        }
        if bytes > self.limits.item {
            return Err(exceeded(
                format!("a record of more than {} KiB", self.limits.item >> 10),
                "--item-size-limit",
            ));
        }
        if self.bytes > self.limits.listed {
            return Err(exceeded(
                format!("more than {} MiB", self.limits.listed >> 20),
                "--list-size-limit",
            ));
        }
        Ok(())
    }
}

fn exceeded(what: String, flag: &str) -> Failure {
    Failure::new(
        Kind::ResourceExhausted,
        format!("the connector lists {what} ({flag})"),
    )
    .hint(format!(
        "Allow more with {flag}, if the product has so much; the file is as it was."
    ))
}

/// Bytes of an entitlement's texts.
pub(super) fn of_entitlement(entitlement: &Entitlement) -> usize {
    let Entitlement {
        id,
        display_name,
        description,
        grantable_to,
        ..
    } = entitlement;
    let types = grantable_to.iter().map(String::len);
    of_entitlement_id(id)
        + display_name.len()
        + description.as_ref().map_or(0, String::len)
        + types.sum::<usize>()
}

/// Bytes of a grant's texts.
pub(super) fn of_grant(grant: &Grant) -> usize {
    of_entitlement_id(&grant.entitlement) + of_resource_id(&grant.principal)
}

fn of_entitlement_id(id: &EntitlementId) -> usize {
    of_resource_id(&id.on) + id.slug.len()
}

fn of_resource_id(id: &ResourceId) -> usize {
    id.resource_type.len() + id.id.len()
}
