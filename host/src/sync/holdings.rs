//! Entitlements and grants become rows.
//!
//! Both hold the whole resource that they are on. It is looked up in what has been recorded, so
//! a grant may have to wait for it.

use super::{
    recorder::{Recorder, file_failure, misbehaved},
    records,
};
use crate::{
    c1z::{self, EntitlementRow, GrantRow, Inserted},
    contract::types::{Entitlement, Grant},
    failure::Result,
};
use prost::Message as _;

/// Entitlements whose encoded form is kept at hand.
const CACHED: usize = 4096;
/// Grants that wait for a resource which has not been listed yet.
const WAITING: usize = 100_000;

/// A grant, encoded around an entitlement that is encoded already.
#[derive(Clone, PartialEq, prost::Message)]
struct EncodedGrant {
    #[prost(bytes = "vec", tag = "1")]
    entitlement: Vec<u8>,
    #[prost(message, optional, tag = "2")]
    principal: Option<c1z::Resource>,
    #[prost(string, tag = "3")]
    id: String,
}

impl Recorder {
    pub(super) fn entitlement(&mut self, entitlement: Entitlement) -> Result<()> {
        let on = entitlement.id.on.clone();
        let id = c1z::entitlement_id(&on.resource_type, &on.id, &entitlement.id.slug);
        let resource = self.writer.find_resource(&on.resource_type, &on.id);
        let Some(resource) = resource.map_err(file_failure)? else {
            // Among single resources, it comes again with the resource that it is on.
            if self.partial || self.rows.resource_type(&on.resource_type).is_none() {
                return Ok(());
            }
            return Err(misbehaved(format!(
                "lists the entitlement {id}, but no {}:{}",
                on.resource_type, on.id
            )));
        };
        let grantable_to = entitlement
            .grantable_to
            .iter()
            .filter_map(|ty| self.rows.resource_type(ty).cloned())
            .collect();
        let message = records::entitlement(entitlement, id.clone(), resource, grantable_to);
        let inserted = self.writer.entitlement(EntitlementRow {
            resource_type: &on.resource_type,
            resource: &on.id,
            id: &id,
            data: &message.encode_to_vec(),
        });
        // Told twice, it is the same entitlement.
        let (Inserted::New | Inserted::Duplicate) = inserted.map_err(file_failure)?;
        Ok(())
    }

    pub(super) fn grant(&mut self, grant: Grant) -> Result<()> {
        let on = &grant.entitlement.on;
        let entitlement = c1z::entitlement_id(&on.resource_type, &on.id, &grant.entitlement.slug);
        if !self.stubs.contains_key(&entitlement) {
            let resource = self.writer.find_resource(&on.resource_type, &on.id);
            let Some(resource) = resource.map_err(file_failure)? else {
                return self.wait(grant);
            };
            let stub = c1z::Entitlement {
                resource: Some(resource),
                id: entitlement.clone(),
                ..c1z::Entitlement::default()
            };
            if self.stubs.len() >= CACHED {
                self.stubs.clear();
            }
            self.stubs.insert(entitlement.clone(), stub.encode_to_vec());
        }
        let stub = self.stubs.get(&entitlement).cloned().unwrap_or_default();
        let principal = &grant.principal;
        let id = c1z::grant_id(&entitlement, &principal.resource_type, &principal.id);
        let message = EncodedGrant {
            entitlement: stub,
            principal: Some(c1z::Resource {
                id: Some(records::resource_id(principal.clone())),
                ..c1z::Resource::default()
            }),
            id,
        };
        let row = GrantRow {
            resource_type: &on.resource_type,
            resource: &on.id,
            entitlement: &entitlement,
            principal_type: &principal.resource_type,
            principal: &principal.id,
            id: &message.id,
            data: &message.encode_to_vec(),
        };
        self.writer.grant(row).map_err(file_failure)
    }

    /// Keeps a grant until the resource that it is on has been listed.
    fn wait(&mut self, grant: Grant) -> Result<()> {
        if self.rows.leave_out(&grant.entitlement.on.resource_type) {
            return Ok(());
        }
        if self.waiting.len() >= WAITING {
            return Err(misbehaved(format!(
                "tells {WAITING} grants before the resources that they are on; it should describe the type {} before the others",
                grant.entitlement.on.resource_type
            )));
        }
        self.waiting.push(grant);
        Ok(())
    }
}
