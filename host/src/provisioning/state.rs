//! What is known of a resource: whether it is there, its status, and what it holds.

use super::change::id;
use crate::{
    c1z::{self, Reader, UserTrait},
    contract::{
        describe::{Description, Source},
        list_resources::Listed,
        types::{Resource, ResourceId, Status},
    },
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::{collections::BTreeSet, fmt};

/// A resource, at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// Whether there is such a resource.
    pub exists: bool,
    /// For people; may be empty.
    pub name: String,
    /// Of an account.
    pub status: Option<Status>,
    /// Ids of what it holds, if that is known.
    pub entitlements: Option<BTreeSet<String>>,
    /// When it was like that, if it has been read from a file and not from the product.
    pub as_of: Option<Timestamp>,
}

impl State {
    /// What a connector tells of a resource, or that there is none.
    pub(super) fn told(listed: Option<&Listed>) -> Self {
        let Some(listed) = listed else {
            return Self::default();
        };
        let own = listed.grants.iter();
        let own = own.filter(|grant| grant.principal == listed.resource.id);
        Self {
            entitlements: Some(own.map(|grant| id(&grant.entitlement)).collect()),
            ..Self::of_resource(&listed.resource)
        }
    }

    pub(super) fn of_resource(resource: &Resource) -> Self {
        Self {
            exists: true,
            name: resource.display_name.clone(),
            status: resource.user.as_ref().map(|user| user.status),
            ..Self::default()
        }
    }

    /// What a file tells of a resource, if it knows it.
    pub(super) fn read(reader: &Reader, of: &ResourceId) -> Result<Option<Self>, c1z::Error> {
        let resource = reader.resource(&of.resource_type, &of.id)?;
        let (Some(resource), Some(sync)) = (resource, reader.finished()) else {
            return Ok(None);
        };
        let entitlements = reader.entitlements_of(&of.resource_type, &of.id)?;
        Ok(Some(Self {
            exists: true,
            status: status(&resource),
            name: resource.display_name,
            entitlements: Some(entitlements.into_iter().collect()),
            as_of: Some(sync.ended_at),
        }))
    }

    /// The same, with what a connector does not tell together with a resource: grants that are
    /// listed by themselves are as the file has them.
    pub(super) fn completed(mut self, file: Option<Self>, description: &Description) -> Self {
        let is_listed = |entitlement: &str| {
            let ty = entitlement.split(':').next();
            let mut types = description.resource_types.iter();
            types.any(|known| Some(known.id.as_str()) == ty && known.grants == Source::Listed)
        };
        let Some(file) = file.filter(|_| self.exists) else {
            return self;
        };
        let held = file.entitlements.into_iter().flatten();
        let listed: Vec<_> = held.filter(|held| is_listed(held)).collect();
        if let Some(entitlements) = self.entitlements.as_mut().filter(|_| !listed.is_empty()) {
            entitlements.extend(listed);
            self.as_of = file.as_of;
        }
        self
    }

    /// The same, as what is so from now on.
    pub(super) fn now(self) -> Self {
        Self {
            as_of: None,
            ..self
        }
    }

    /// For receipts.
    pub(super) fn json(&self) -> Value {
        let mut state = Map::new();
        state.insert("exists".to_owned(), json!(self.exists));
        if let Some(status) = self.status.map(status_name) {
            state.insert("status".to_owned(), json!(status));
        }
        if let Some(entitlements) = &self.entitlements {
            state.insert("entitlements".to_owned(), json!(entitlements));
        }
        if let Some(as_of) = self.as_of {
            state.insert("as_of".to_owned(), json!(as_of.to_string()));
        }
        Value::Object(state)
    }
}

/// `enabled; member_type:owner:assigned`.
impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.exists {
            return f.write_str("does not exist");
        }
        f.write_str(self.status.map_or("exists", status_name))?;
        for (at, entitlement) in self.entitlements.iter().flatten().enumerate() {
            write!(f, "{} {entitlement}", if at == 0 { ";" } else { "," })?;
        }
        match self.as_of {
            Some(as_of) => write!(f, " (as of the sync of {as_of:.0})"),
            None => Ok(()),
        }
    }
}

/// A status in one word.
pub fn status_name(status: Status) -> &'static str {
    match status {
        Status::Unspecified => "unspecified",
        Status::Enabled => "enabled",
        Status::Disabled => "disabled",
        Status::Deleted => "deleted",
    }
}

fn status(resource: &c1z::Resource) -> Option<Status> {
    let mut annotations = resource.annotations.iter();
    let user = annotations.find_map(|any| any.to_msg::<UserTrait>().ok())?;
    Some(match user.status.map_or(0, |status| status.status) {
        1 => Status::Enabled,
        2 => Status::Disabled,
        3 => Status::Deleted,
        _ => Status::Unspecified,
    })
}
