//! Lists with something odd in them.

use crate::{
    component::{End, Page},
    contract::exports::identity::connector::list_resources::{Item, Listed, Unusable},
    well::{self, entitlement, grant, id, listed},
};

/// More than the host keeps waiting, and a few.
const EARLY: usize = 100_010;

/// The well-behaved list, with one more item in it.
pub async fn one(mut page: Page, item: Item) -> End {
    let mut items = well::groups();
    items.push(item);
    page.send(items).await;
    Ok(None)
}

pub fn of_type(ty: &str) -> Item {
    Item::Listed(listed(ty, "odd", "Odd"))
}

pub fn with_id(id: &str) -> Item {
    Item::Listed(listed("group", id, "Odd"))
}

pub fn with_name(name: &str) -> Item {
    Item::Listed(listed("group", "odd", name))
}

pub fn with_user_details() -> Item {
    let mut listed = listed("group", "odd", "Odd");
    listed.resource.user = Some(well::user_details("odd"));
    Item::Listed(listed)
}

/// The same object twice, beside enough others for it to be tolerable.
pub async fn twice(mut page: Page) -> End {
    let mut items: Vec<_> = (0..40).map(|number| with_id(&number.to_string())).collect();
    items.push(Item::Listed(Listed {
        position: 40,
        ..listed("group", "7", "Seven again")
    }));
    page.send(items).await;
    Ok(None)
}

pub fn with_entitlement_twice() -> Item {
    let on = id("group", "odd");
    Item::Listed(Listed {
        entitlements: vec![entitlement(&on, "held"), entitlement(&on, "held")],
        ..listed("group", "odd", "Odd")
    })
}

pub fn with_entitlement_on_nothing() -> Item {
    Item::Listed(Listed {
        entitlements: vec![entitlement(&id("role", "nothing"), "held")],
        ..listed("group", "odd", "Odd")
    })
}

pub fn with_grant_on_nothing() -> Item {
    Item::Listed(Listed {
        grants: vec![grant(&id("role", "nothing"), "held", id("user", "u1"))],
        ..listed("group", "odd", "Odd")
    })
}

pub fn with_grant_of_nobody() -> Item {
    let on = id("group", "odd");
    Item::Listed(Listed {
        entitlements: vec![entitlement(&on, "held")],
        grants: vec![grant(&on, "held", id("user", "nobody"))],
        ..listed("group", "odd", "Odd")
    })
}

/// Tells about roles for longer than anybody can remember.
pub async fn early_grants(mut page: Page) -> End {
    let on = id("role", "admin");
    for number in 0..EARLY / 100 {
        let ids = (0..100).map(|at| (number * 100 + at).to_string());
        let items = ids.map(|own| {
            Item::Listed(Listed {
                grants: vec![grant(&on, "assigned", id("group", &own))],
                ..listed("group", &own, "Odd")
            })
        });
        if !page.send(items.collect()).await {
            break;
        }
    }
    Ok(None)
}

/// A list of which nothing can be used.
pub async fn unusable(mut page: Page, reason: &str) -> End {
    let item = |position| {
        Item::Unusable(Unusable {
            position,
            id: (position == 0).then(|| reason.to_owned()),
            reason: reason.to_owned(),
        })
    };
    page.send((0..2).map(item).collect()).await;
    Ok(None)
}
