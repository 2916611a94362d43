//! The connector as the contract sees it. Nothing is decided here.

use crate::{
    client::Client,
    contract::{
        exports::identity::connector::{
            describe, list_entitlements, list_grants,
            list_resources::{self, Item},
            validate,
        },
        identity::connector::types::{Entitlement, Error, Grant, ResourceId},
        wit_future, wit_stream,
    },
    description, member_types,
    pass::Page,
    settings::{self, Settings},
    transport::WasiHttp,
};
use spin_sdk::variables;
use std::cell::RefCell;
use wit_bindgen::{FutureReader, StreamReader, StreamWriter};

/// Implements the contract's exports.
pub struct Component;

/// What ends a page: the cursor of the next one, if there is one.
type End = Result<Option<String>, Error>;

thread_local! {
    /// The signed-in client, between the calls of one instance.
    static CLIENT: RefCell<Option<Client<WasiHttp>>> = const { RefCell::new(None) };
}

async fn client() -> Result<Client<WasiHttp>, Error> {
    if let Some(client) = CLIENT.take() {
        return Ok(client);
    }
    let settings = Settings::new(
        variable("valimail_app_id").await?,
        variable("valimail_client_id").await?,
        variable("valimail_slug").await?,
        &match variables::get("base_url").await {
            Err(variables::Error::Undefined(_)) => settings::DEFAULT_BASE_URL.to_owned(),
            other => other.map_err(|e| unreadable("base_url", &e))?,
        },
    )?;
    Ok(Client::new(WasiHttp, settings))
}

async fn variable(name: &str) -> Result<String, Error> {
    variables::get(name).await.map_err(|e| unreadable(name, &e))
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
        let mut client = client().await?;
        let mut page = Page::open(&mut client, None).await?;
        page.next().await?;
        Ok("signed in and read the beginning of the account list".to_owned())
    }
}

impl list_resources::Guest for Component {
    async fn list_resources(
        resource_type: String,
        _parent: Option<ResourceId>,
        cursor: Option<String>,
    ) -> (StreamReader<Item>, FutureReader<End>) {
        let (mut items, stream) = wit_stream::new();
        (
            stream,
            ending(async move {
                match resource_type.as_str() {
                    member_types::MEMBER_TYPE => {
                        let known = (0..).zip(member_types::KNOWN);
                        let known = known.map(|(at, name)| member_types::item(name, at));
                        items.write_all(known.collect()).await;
                        Ok(None)
                    }
                    crate::accounts::USER => accounts(cursor, items, |page| page).await,
                    other => Err(Error::NotFound(format!("no resource type {other:?}"))),
                }
            }),
        )
    }
}

impl list_entitlements::Guest for Component {
    async fn list_entitlements(
        on: ResourceId,
        _cursor: Option<String>,
    ) -> (StreamReader<Entitlement>, FutureReader<End>) {
        let (mut entitlements, stream) = wit_stream::new();
        (
            stream,
            ending(async move {
                if on.resource_type == member_types::MEMBER_TYPE {
                    let entitlement = member_types::entitlement(&on.id);
                    entitlements.write_all(vec![entitlement]).await;
                }
                Ok(None)
            }),
        )
    }
}

impl list_grants::Guest for Component {
    async fn list_grants(
        on: ResourceId,
        cursor: Option<String>,
    ) -> (StreamReader<Grant>, FutureReader<End>) {
        let (grants, stream) = wit_stream::new();
        (
            stream,
            ending(accounts(cursor, grants, move |items| {
                let listed = items.into_iter().filter_map(|item| match item {
                    Item::Listed(listed) => Some(listed.grants),
                    Item::Unusable(_) => None,
                });
                listed
                    .flatten()
                    .filter(|grant| grant.entitlement.on == on)
                    .collect()
            })),
        )
    }
}

/// Writes a page of the account list to `stream`, as `select` makes it of its items.
async fn accounts<T: 'static>(
    cursor: Option<String>,
    mut stream: StreamWriter<T>,
    select: impl Fn(Vec<Item>) -> Vec<T>,
) -> End {
    let mut client = client().await?;
    let page = Page::open(&mut client, cursor.as_deref()).await;
    CLIENT.set(Some(client));
    let mut page = page?;
    while let Some(items) = page.next().await? {
        if !stream.write_all(select(items)).await.is_empty() {
            return Err(Error::Internal("the host does not read on".to_owned()));
        }
    }
    page.end()
}

/// Runs the rest of a page after its call has answered; the future tells how it ended.
fn ending(page: impl Future<Output = End> + 'static) -> FutureReader<End> {
    let (end, future) = wit_future::new(|| Err(Error::Internal("the page has no end".to_owned())));
    wit_bindgen::spawn(async move {
        let result = page.await;
        // Nobody is there to hear it when the host has given up.
        let _ = end.write(result).await;
    });
    future
}
