//! The contract's exports.

use crate::{
    accounts, actions, behaviour,
    contract::{
        exports::identity::connector::{
            create_account::{self, Account, Created},
            describe, get_resource,
            grant::{self, Granted, Revoked},
            invoke_action, list_entitlements, list_grants,
            list_resources::{self, Item, Listed},
            validate,
        },
        identity::connector::types::{
            Attribute, Entitlement, EntitlementId, Error, Grant, ResourceId,
        },
        wit_future, wit_stream,
    },
    crash, description, grants, look, outside, well,
};
use spin_sdk::variables;
use wit_bindgen::{FutureReader, StreamReader, StreamWriter};

/// Implements the contract's exports.
pub struct Component;

/// What ends a page.
pub type End = Result<Option<String>, Error>;

/// One call of `list-resources`.
pub struct Page {
    pub resource_type: String,
    pub parent: Option<ResourceId>,
    pub cursor: Option<String>,
    pub items: StreamWriter<Item>,
}

impl Page {
    /// Sends items; false when nobody takes them.
    pub async fn send(&mut self, items: Vec<Item>) -> bool {
        self.items.write_all(items).await.is_empty()
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
    /// Answers with every value as it arrives here.
    async fn validate() -> Result<String, Error> {
        match setting("behaviour").await.as_str() {
            "ask" => outside::answer().await,
            "trap" => crash::trap(),
            "never-answer" => crash::wait().await,
            _ => Ok(values().await),
        }
    }
}

async fn values() -> String {
    let mut values = Vec::new();
    for name in description::SETTINGS {
        values.push(match variables::get(name.replace('-', "_")).await {
            Ok(value) => format!("{name}={value}"),
            Err(variables::Error::Undefined(_)) => format!("{name} is undefined"),
            Err(error) => format!("{name}: {error}"),
        });
    }
    values.join("; ")
}

impl list_resources::Guest for Component {
    async fn list_resources(
        resource_type: String,
        parent: Option<ResourceId>,
        cursor: Option<String>,
    ) -> (StreamReader<Item>, FutureReader<End>) {
        let behaviour = setting("behaviour").await;
        if behaviour == "never-answer" {
            crash::wait().await;
        }
        if behaviour == "panic-at-once" {
            panic!("not even a page");
        }
        let (items, stream) = wit_stream::new();
        let page = Page {
            resource_type,
            parent,
            cursor,
            items,
        };
        let end = ending(async move { behaviour::list(&behaviour, page).await });
        (stream, end)
    }
}

impl list_entitlements::Guest for Component {
    async fn list_entitlements(
        on: ResourceId,
        cursor: Option<String>,
    ) -> (StreamReader<Entitlement>, FutureReader<End>) {
        let (mut items, stream) = wit_stream::new();
        let behaviour = setting("behaviour").await;
        let end = ending(async move {
            if behaviour == "panic-in-entitlements" {
                panic!("no entitlements today");
            }
            let (entitlements, next) = well::entitlements(&on, cursor.as_deref());
            items.write_all(entitlements).await;
            Ok(next)
        });
        (stream, end)
    }
}

impl list_grants::Guest for Component {
    async fn list_grants(
        on: ResourceId,
        cursor: Option<String>,
    ) -> (StreamReader<Grant>, FutureReader<End>) {
        let (mut items, stream) = wit_stream::new();
        let behaviour = setting("behaviour").await;
        let end = ending(async move {
            let (grants, next) = well::grants(&on, cursor.as_deref());
            items.write_all(grants).await;
            match behaviour.as_str() {
                "denied-grants" => Err(Error::PermissionDenied("the key may not".to_owned())),
                _ => Ok(next),
            }
        });
        (stream, end)
    }
}

impl get_resource::Guest for Component {
    async fn get_resource(id: ResourceId) -> Result<Option<Listed>, Error> {
        look::look(id).await
    }
}

impl grant::Guest for Component {
    async fn grant(entitlement: EntitlementId, principal: ResourceId) -> Result<Granted, Error> {
        grants::grant(entitlement, principal).await
    }

    async fn revoke(entitlement: EntitlementId, principal: ResourceId) -> Result<Revoked, Error> {
        grants::revoke(entitlement, principal).await
    }
}

impl create_account::Guest for Component {
    async fn create_account(account: Account) -> Result<Created, Error> {
        accounts::create(account).await
    }
}

impl invoke_action::Guest for Component {
    async fn invoke_action(
        name: String,
        arguments: Vec<Attribute>,
    ) -> Result<Vec<Attribute>, Error> {
        actions::invoke(name, arguments).await
    }
}

/// Runs the rest of a page after its call has answered; the future tells how it ended.
fn ending(page: impl Future<Output = End> + 'static) -> FutureReader<End> {
    let (end, future) = wit_future::new(|| Ok(None));
    wit_bindgen::spawn(async move {
        let result = page.await;
        let _ = end.write(result).await;
    });
    future
}
