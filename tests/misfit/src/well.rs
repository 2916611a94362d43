//! A small product that is listed as it should be.
//!
//! | type         | what is special                                                           |
//! |--------------|---------------------------------------------------------------------------|
//! | `group`      | entitlements and grants are asked for, in two pages for `g1`              |
//! | `user`       | three pages, the last one empty; tells of roles before these are listed   |
//! | `role`       | brings its entitlement and grants; `hidden` turns up among the users only |
//! | `repository` | lives in a group                                                          |

use crate::{
    component::{End, Page},
    contract::{
        exports::identity::connector::list_resources::{Item, Listed},
        identity::connector::types::{
            AccountType, Attribute, Entitlement, EntitlementId, Error, Grant, Purpose, Resource,
            ResourceId, Status, Timestamp, User, Value,
        },
    },
};

/// Lists one page.
pub async fn list(mut page: Page) -> End {
    let cursor = page.cursor.clone();
    let parent = page.parent.clone();
    let (items, next) = match (page.resource_type.as_str(), cursor.as_deref()) {
        ("group", None) => (groups(), None),
        ("user", None) => (
            vec![user("u1"), user("u2"), hidden("Hidden", "u2")],
            Some("second"),
        ),
        ("user", Some("second")) => (
            vec![user("u3"), hidden("Hidden as u3 has it", "u3")],
            Some("third"),
        ),
        ("user", Some("third")) => (Vec::new(), None),
        ("role", None) => (
            vec![role("admin", &["u1"]), role("viewer", &["u2", "u3"])],
            None,
        ),
        ("repository", None) => (repositories(parent), None),
        (ty, cursor) => {
            return Err(Error::InvalidArgument(format!("{ty} from {cursor:?}")));
        }
    };
    // One by one, as from a slow product.
    for item in items {
        if !page.send(vec![item]).await {
            break;
        }
    }
    Ok(next.map(str::to_owned))
}

/// Everything that can be held on a group.
pub fn entitlements(on: &ResourceId, cursor: Option<&str>) -> (Vec<Entitlement>, Option<String>) {
    match (on.id.as_str(), cursor) {
        ("g1", None) => (vec![entitlement(on, "member")], Some("owners".to_owned())),
        ("g1", Some(_)) => (
            vec![Entitlement {
                display_name: "Owner".to_owned(),
                description: Some("Decides".to_owned()),
                purpose: Purpose::Ownership,
                grantable_to: vec!["user".to_owned(), "group".to_owned()],
                ..entitlement(on, "owner")
            }],
            None,
        ),
        ("g2", None) => (vec![entitlement(on, "member")], None),
        _ => (Vec::new(), None),
    }
}

/// Everything that is held on a group.
pub fn grants(on: &ResourceId, cursor: Option<&str>) -> (Vec<Grant>, Option<String>) {
    let held = |slug: &str, ty: &str, by: &str| grant(on, slug, id(ty, by));
    match (on.id.as_str(), cursor) {
        ("g1", None) => (
            vec![held("member", "user", "u1"), held("member", "user", "u2")],
            Some("owners".to_owned()),
        ),
        ("g1", Some(_)) => (
            vec![held("owner", "user", "u1"), held("owner", "group", "g2")],
            None,
        ),
        ("g2", None) => (vec![held("member", "user", "u3")], None),
        _ => (Vec::new(), None),
    }
}

pub fn groups() -> Vec<Item> {
    let mut described = listed("group", "g1", "Engineering");
    described.resource.description = Some("They build it".to_owned());
    // The id has to stand in for the name of the second one.
    vec![
        Item::Listed(described),
        Item::Listed(Listed {
            position: 1,
            ..listed("group", "g2", "")
        }),
    ]
}

/// A user, and, for `u1`, a role that has not been listed yet.
pub fn user(own: &str) -> Item {
    let mut listed = listed("user", own, &format!("User {own}"));
    listed.resource.user = Some(user_details(own));
    if own == "u1" {
        let role = id("role", "admin");
        listed.grants = vec![grant(&role, "assigned", id("user", "u1"))];
        listed.resource.created_at = Some(Timestamp {
            seconds: 1_700_000_000,
            nanoseconds: 5,
        });
        let attribute = |name: &str, value| Attribute {
            name: name.to_owned(),
            value,
        };
        listed.resource.profile = vec![
            attribute("title", Value::Text("Größe".to_owned())),
            attribute("floor", Value::Number(2.5)),
            attribute("on_call", Value::Flag(true)),
            attribute("teams", Value::Texts(vec!["a".to_owned(), "b".to_owned()])),
        ];
    }
    Item::Listed(listed)
}

pub fn user_details(own: &str) -> User {
    User {
        status: match own {
            "u3" => Status::Disabled,
            _ => Status::Enabled,
        },
        status_details: None,
        account_type: AccountType::Human,
        login: Some(own.to_owned()),
        emails: vec![
            format!("{own}@misfit.example"),
            format!("{own}@home.example"),
        ],
        given_name: None,
        family_name: None,
        last_login: None,
        mfa_enabled: Some(true),
    }
}

/// A role, with who holds it.
pub fn role(own: &str, holders: &[&str]) -> Item {
    let on = id("role", own);
    let holders = holders.iter().map(|&holder| id("user", holder));
    Item::Listed(Listed {
        entitlements: vec![entitlement(&on, "assigned")],
        grants: holders
            .map(|holder| grant(&on, "assigned", holder))
            .collect(),
        ..listed("role", own, own)
    })
}

/// The role that no list of roles names.
fn hidden(name: &str, holder: &str) -> Item {
    let on = id("role", "hidden");
    Item::Listed(Listed {
        entitlements: vec![entitlement(&on, "assigned")],
        grants: vec![grant(&on, "assigned", id("user", holder))],
        ..listed("role", "hidden", name)
    })
}

fn repositories(parent: Option<ResourceId>) -> Vec<Item> {
    let own: &[&str] = match &parent {
        Some(parent) if parent.id == "g1" => &["compiler", "linker"],
        Some(_) => &[],
        None => &["orphan"],
    };
    own.iter()
        .map(|own| {
            let mut listed = listed("repository", own, own);
            listed.resource.parent.clone_from(&parent);
            Item::Listed(listed)
        })
        .collect()
}

pub fn id(resource_type: &str, id: &str) -> ResourceId {
    ResourceId {
        resource_type: resource_type.to_owned(),
        id: id.to_owned(),
    }
}

/// A resource with nothing but a name.
pub fn listed(resource_type: &str, own: &str, name: &str) -> Listed {
    Listed {
        resource: Resource {
            id: id(resource_type, own),
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

pub fn entitlement(on: &ResourceId, slug: &str) -> Entitlement {
    Entitlement {
        id: EntitlementId {
            on: on.clone(),
            slug: slug.to_owned(),
        },
        display_name: String::new(),
        description: None,
        purpose: Purpose::Assignment,
        grantable_to: vec!["user".to_owned()],
    }
}

pub fn grant(on: &ResourceId, slug: &str, principal: ResourceId) -> Grant {
    Grant {
        entitlement: EntitlementId {
            on: on.clone(),
            slug: slug.to_owned(),
        },
        principal,
    }
}
