//! What streams: the three listings.

use super::{Component, with_client};
use crate::{
    accounts::USER,
    contract::{
        exports::identity::connector::{
            list_entitlements, list_grants,
            list_resources::{self, Item},
        },
        identity::connector::types::{Entitlement, Error, Grant, ResourceId},
        wit_future, wit_stream,
    },
    member_types::{self, MEMBER_TYPE},
    pass::Pass,
};
use wit_bindgen::{FutureReader, StreamReader, StreamWriter};

/// What ends a page: the cursor of the next one, if there is one.
type End = Result<Option<String>, Error>;

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
                    MEMBER_TYPE => {
                        let known = (0..).zip(member_types::KNOWN);
                        let known = known.map(|(at, name)| member_types::item(name, at));
                        items.write_all(known.collect()).await;
                        Ok(None)
                    }
                    USER => accounts(cursor, items, |page| page).await,
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
                if on.resource_type == MEMBER_TYPE {
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
    let mut page = with_client(async |client| Pass::open(client, cursor.as_deref()).await).await?;
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
