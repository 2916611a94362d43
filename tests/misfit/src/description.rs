//! What the connector says of itself.
//!
//! A test writes another word into the [`MARK`] of the file to have it describe itself in
//! another way.

use crate::{
    contract::exports::identity::connector::describe::{
        Description, Exclusive, Field, Kind, ResourceType, Setting, Source, Trait,
    },
    crash, forms, requests,
};
use std::hint::black_box;

/// The word after the colon, padded with spaces, says how.
pub static MARK: [u8; 40] = *b"misfit describes itself: well           ";

/// The role that is left when another one is taken away.
pub const FLOOR: &str = "viewer";

/// Names of the settings.
pub const SETTINGS: [&str; 8] = [
    "behaviour",
    "origin",
    "method",
    "url",
    "api-secret",
    "how-many",
    "really",
    "which-ones",
];

/// The connector's description.
pub fn description() -> Description {
    let mut description = well();
    let mark = black_box(&MARK);
    let how = String::from_utf8_lossy(&mark[25..]).trim().to_owned();
    match how.as_str() {
        "well" => {}
        "trap" => crash::trap(),
        "spin" => crash::spin(),
        "type-twice" => {
            let again = description.resource_types[0].clone();
            description.resource_types.push(again);
        }
        "flag-of-host" => description.settings[0].field.name = "retries".to_owned(),
        "bad-name" => description.settings[0].field.name = "No Name".to_owned(),
        "no-setting" => {
            description.outbound_requests[0].url = "{nowhere}/allowed".to_owned();
        }
        "lists-only" => {
            for ty in &mut description.resource_types {
                ty.provisionable = false;
                ty.exclusive = None;
            }
            description.account_form = None;
            description.actions.clear();
        }
        "wants-less" => description.outbound_requests = requests::fewer(),
        "wants-other" => description.outbound_requests = requests::other(),
        "reads-by-patch" => description.outbound_requests[0].methods = vec!["PATCH".to_owned()],
        "small-method" => description.outbound_requests[0].methods = vec!["patch".to_owned()],
        "no-url" => description.outbound_requests[0].url = "somewhere".to_owned(),
        other => panic!("there is no description {other:?}"),
    }
    description
}

fn well() -> Description {
    Description {
        name: "misfit".to_owned(),
        display_name: "Misfit".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        help_url: None,
        icon_url: None,
        resource_types: resource_types(),
        settings: settings(),
        outbound_requests: requests::outbound_requests(),
        account_form: Some(forms::account_form()),
        actions: forms::actions(),
    }
}

fn resource_types() -> Vec<ResourceType> {
    let ty = |id: &str, ty, entitlements, grants| ResourceType {
        id: id.to_owned(),
        display_name: id.to_uppercase(),
        description: None,
        traits: vec![ty],
        parent: None,
        entitlements,
        grants,
        provisionable: false,
        exclusive: None,
    };
    vec![
        ResourceType {
            description: Some("People who belong together".to_owned()),
            provisionable: true,
            ..ty("group", Trait::Group, Source::Listed, Source::Listed)
        },
        ty("user", Trait::User, Source::None, Source::None),
        ResourceType {
            provisionable: true,
            exclusive: Some(Exclusive {
                floor: Some(FLOOR.to_owned()),
            }),
            ..ty(
                "role",
                Trait::Role,
                Source::WithResources,
                Source::WithResources,
            )
        },
        ResourceType {
            parent: Some("group".to_owned()),
            ..ty("repository", Trait::App, Source::None, Source::None)
        },
    ]
}

fn settings() -> Vec<Setting> {
    let setting = |name: &str, kind, default: Option<&str>| Setting {
        field: Field {
            name: name.to_owned(),
            display_name: name.to_uppercase(),
            description: format!("What {name} means"),
            placeholder: None,
            kind,
            required: name == "behaviour",
            secret: name == "api-secret",
            default_value: default.map(str::to_owned),
        },
        advanced: false,
    };
    let [behaviour, origin, method, url, secret, number, flag, texts] = SETTINGS;
    vec![
        setting(behaviour, Kind::Text, None),
        setting(origin, Kind::Text, Some("http://127.0.0.1:1")),
        setting(method, Kind::Text, Some("GET")),
        setting(url, Kind::Text, None),
        setting(secret, Kind::Text, None),
        setting(number, Kind::Number, Some("7")),
        setting(flag, Kind::Flag, None),
        setting(texts, Kind::Texts, None),
    ]
}
