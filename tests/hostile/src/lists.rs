//! Listing too much.

use crate::{
    component::{End, Page, thing},
    contract::{
        exports::identity::connector::list_resources::{Item, Unusable},
        identity::connector::types::{Attribute, EntitlementId, Error, Grant, Value},
    },
};

/// Lists for ever.
pub async fn never_stop(mut page: Page) -> End {
    let mut number = 0u64;
    loop {
        let items = (0..100).map(|_| {
            number += 1;
            Item::Listed(thing(&number.to_string(), "Thing"))
        });
        if !page.send(items.collect()).await {
            return Ok(None);
        }
    }
}

/// Lists records of which none can be used, for ever, and has much to say about each.
pub async fn complain_for_ever(mut page: Page) -> End {
    let complaint = Unusable {
        position: 0,
        id: Some("x".repeat(100 << 10)),
        reason: "y".repeat(100 << 10),
    };
    while page.send(vec![Item::Unusable(complaint.clone())]).await {}
    Ok(None)
}

/// One record of so many bytes.
pub async fn one_of(mut page: Page, bytes: usize) -> End {
    page.tell("Large", &[("large", "x".repeat(bytes))]).await
}

/// One record of very many parts, each of which takes more room in the host than here.
pub async fn one_of_many_parts(mut page: Page) -> End {
    let mut large = thing("large", "Large");
    let on = large.resource.id.clone();
    large.resource.profile = vec![
        Attribute {
            name: String::new(),
            value: Value::Flag(true),
        };
        100_000
    ];
    let grant = Grant {
        entitlement: EntitlementId {
            on: on.clone(),
            slug: String::new(),
        },
        principal: on,
    };
    large.grants = vec![grant; 300_000];
    page.send(vec![Item::Listed(large)]).await;
    Ok(None)
}

/// Writes nothing to the stream, and never says that this was all.
pub async fn never_end(page: Page) -> End {
    std::mem::forget(page.items);
    Ok(None)
}

/// Leads from one cursor to the next, and at last back to the first.
pub fn in_circles(page: &Page) -> End {
    let number = page.cursor.as_deref().unwrap_or("0");
    let number: u64 = number.parse().unwrap_or(0);
    Ok(Some(((number + 1) % 7).to_string()))
}

/// Leads from one cursor to the next, all of them different.
pub fn ever_on(page: &Page) -> End {
    let number = page.cursor.as_deref().unwrap_or("0");
    let number: u64 = number.parse().unwrap_or(0);
    Ok(Some((number + 1).to_string()))
}

/// Has too much to say about what went wrong.
pub fn long_error() -> End {
    Err(Error::Internal("wrong ".repeat(2 << 20)))
}
