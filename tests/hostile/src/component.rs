//! The contract's exports.

use crate::{
    attacks,
    contract::{
        exports::identity::connector::{
            describe, list_entitlements, list_grants,
            list_resources::{self, Item, Listed},
            validate,
        },
        identity::connector::types::{
            Attribute, Entitlement, Error, Grant, Resource, ResourceId, Value,
        },
        wit_future, wit_stream,
    },
    description,
};
use spin_sdk::variables;
use wit_bindgen::{FutureReader, StreamReader, StreamWriter};

/// Implements the contract's exports.
pub struct Component;

/// What ends a page.
pub type End = Result<Option<String>, Error>;

/// One call of `list-resources`.
pub struct Page {
    pub cursor: Option<String>,
    pub items: StreamWriter<Item>,
}

impl Page {
    /// Sends items; false when nobody takes them.
    pub async fn send(&mut self, items: Vec<Item>) -> bool {
        self.items.write_all(items).await.is_empty()
    }

    /// Sends one thing that tells what has been found.
    pub async fn tell(&mut self, name: &str, found: &[(&str, String)]) -> End {
        let mut told = thing("found", name);
        told.resource.profile = found
            .iter()
            .map(|(name, value)| Attribute {
                name: (*name).to_owned(),
                value: Value::Text(value.clone()),
            })
            .collect();
        self.send(vec![Item::Listed(told)]).await;
        Ok(None)
    }
}

/// A thing with nothing but a name.
pub fn thing(id: &str, name: &str) -> Listed {
    Listed {
        resource: Resource {
            id: ResourceId {
                resource_type: description::TYPE.to_owned(),
                id: id.to_owned(),
            },
            display_name: name.to_owned(),
            description: None,
            parent: None,
            user: None,
            created_at: None,
            profile: Vec::new(),
        },
        entitlements: Vec::new(),
        grants: Vec::new(),
        position: 0,
    }
}

/// The value of a setting, or nothing.
pub async fn setting(name: &str) -> String {
    variables::get(name).await.unwrap_or_default()
}

impl describe::Guest for Component {
    fn describe() -> describe::Description {
        description::description()
    }
}

impl validate::Guest for Component {
    async fn validate() -> Result<String, Error> {
        attacks::validate(&setting("attack").await).await
    }
}

impl list_resources::Guest for Component {
    async fn list_resources(
        _resource_type: String,
        _parent: Option<ResourceId>,
        cursor: Option<String>,
    ) -> (StreamReader<Item>, FutureReader<End>) {
        let attack = setting("attack").await;
        let (items, stream) = wit_stream::new();
        let (end, future) = wit_future::new(|| Ok(None));
        let page = Page { cursor, items };
        wit_bindgen::spawn(async move {
            let result = attacks::list(&attack, page).await;
            let _ = end.write(result).await;
        });
        (stream, future)
    }
}

impl list_entitlements::Guest for Component {
    async fn list_entitlements(
        _on: ResourceId,
        _cursor: Option<String>,
    ) -> (StreamReader<Entitlement>, FutureReader<End>) {
        (wit_stream::new().1, wit_future::new(|| Ok(None)).1)
    }
}

impl list_grants::Guest for Component {
    async fn list_grants(
        _on: ResourceId,
        _cursor: Option<String>,
    ) -> (StreamReader<Grant>, FutureReader<End>) {
        (wit_stream::new().1, wit_future::new(|| Ok(None)).1)
    }
}
