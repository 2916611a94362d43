//! What finds and changes one thing.

use super::{Component, with_client};
use crate::{
    actions,
    contract::{
        exports::identity::connector::{
            create_account::{self, Account, Created},
            get_resource,
            grant::{self, Granted, Revoked},
            invoke_action,
            list_resources::Listed,
        },
        identity::connector::types::{Attribute, EntitlementId, Error, ResourceId},
    },
    creation, grants, lookup,
};

impl get_resource::Guest for Component {
    async fn get_resource(id: ResourceId) -> Result<Option<Listed>, Error> {
        with_client(async |client| lookup::resource(client, &id).await).await
    }
}

impl grant::Guest for Component {
    async fn grant(entitlement: EntitlementId, principal: ResourceId) -> Result<Granted, Error> {
        with_client(async |client| grants::grant(client, &entitlement, &principal).await).await
    }

    async fn revoke(entitlement: EntitlementId, principal: ResourceId) -> Result<Revoked, Error> {
        with_client(async |client| grants::revoke(client, &entitlement, &principal).await).await
    }
}

impl create_account::Guest for Component {
    async fn create_account(account: Account) -> Result<Created, Error> {
        with_client(async |client| creation::create(client, &account).await).await
    }
}

impl invoke_action::Guest for Component {
    async fn invoke_action(
        name: String,
        arguments: Vec<Attribute>,
    ) -> Result<Vec<Attribute>, Error> {
        with_client(async |client| actions::invoke(client, &name, &arguments).await).await
    }
}
