//! The connector as the contract sees it. Nothing is decided here.

mod listings;
mod provisioning;

use crate::{
    client::Client,
    contract::{
        exports::identity::connector::{describe, validate},
        identity::connector::types::Error,
    },
    description,
    pass::Pass,
    settings::{self, Settings},
    transport::WasiHttp,
};
use spin_sdk::variables;
use std::cell::RefCell;

/// Implements the contract's exports.
pub struct Component;

thread_local! {
    /// The signed-in client, between the calls of one instance.
    static CLIENT: RefCell<Option<Client<WasiHttp>>> = const { RefCell::new(None) };
}

/// Lends the client to one call.
async fn with_client<R>(
    call: impl AsyncFnOnce(&mut Client<WasiHttp>) -> Result<R, Error>,
) -> Result<R, Error> {
    let mut client = match CLIENT.take() {
        Some(client) => client,
        None => Client::new(WasiHttp, settings().await?),
    };
    let result = call(&mut client).await;
    CLIENT.set(Some(client));
    result
}

async fn settings() -> Result<Settings, Error> {
    let base_url = optional("base_url").await?;
    let allow_last_owner = optional("allow_last_owner").await?.unwrap_or_default();
    let mut settings = Settings::new(
        variable("valimail_app_id").await?,
        variable("valimail_client_id").await?,
        variable("valimail_slug").await?,
        base_url.as_deref().unwrap_or(settings::DEFAULT_BASE_URL),
    )?;
    settings.allow_last_owner = settings::flag("allow-last-owner", &allow_last_owner)?;
    Ok(settings)
}

async fn variable(name: &str) -> Result<String, Error> {
    variables::get(name).await.map_err(|e| unreadable(name, &e))
}

async fn optional(name: &str) -> Result<Option<String>, Error> {
    match variables::get(name).await {
        Ok(value) => Ok(Some(value)),
        Err(variables::Error::Undefined(_)) => Ok(None),
        Err(error) => Err(unreadable(name, &error)),
    }
}

fn unreadable(name: &str, error: &variables::Error) -> Error {
    Error::InvalidArgument(format!("the variable {name} cannot be read: {error}"))
}

impl describe::Guest for Component {
    fn describe() -> describe::Description {
        description::description()
    }
}

impl validate::Guest for Component {
    async fn validate() -> Result<String, Error> {
        with_client(async |client| {
            Pass::open(client, None).await?.next().await?;
            Ok("signed in and read the beginning of the account list".to_owned())
        })
        .await
    }
}
