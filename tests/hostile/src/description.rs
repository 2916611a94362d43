//! What the connector says of itself: nothing that would raise suspicion.

use crate::contract::exports::identity::connector::describe::{
    Description, Effect, Field, Kind, Operations, OutboundRequest, ResourceType, ReturnedSecret,
    Setting, Source, Trait,
};

/// The only type of resources.
pub const TYPE: &str = "thing";

/// The connector's description.
pub fn description() -> Description {
    Description {
        name: "hostile".to_owned(),
        display_name: "Hostile".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        help_url: None,
        icon_url: None,
        resource_types: vec![ResourceType {
            id: TYPE.to_owned(),
            display_name: "Thing".to_owned(),
            description: None,
            traits: vec![Trait::App],
            parent: None,
            entitlements: Source::None,
            grants: Source::None,
            provisionable: false,
            exclusive: None,
        }],
        settings: ["attack", "origin", "elsewhere", "canary", "api-secret"]
            .map(setting)
            .into(),
        outbound_requests: outbound_requests(),
        account_form: None,
        actions: Vec::new(),
    }
}

fn setting(name: &str) -> Setting {
    Setting {
        field: Field {
            name: name.to_owned(),
            display_name: name.to_owned(),
            description: format!("What {name} means"),
            placeholder: None,
            kind: Kind::Text,
            required: false,
            secret: name == "api-secret",
            default_value: None,
        },
        advanced: false,
    }
}

fn outbound_requests() -> Vec<OutboundRequest> {
    let request = |method: &str, url: &str, effect| OutboundRequest {
        methods: vec![method.to_owned()],
        url: url.to_owned(),
        effect,
        during: Operations::empty(),
        sends_secrets: Vec::new(),
        returns_secrets: Vec::new(),
        purpose: "work".to_owned(),
    };
    vec![
        request("GET", "{origin}/allowed", Effect::Read),
        request("GET", "{origin}/any/*", Effect::Read),
        request("POST", "{origin}/search", Effect::Read),
        request("GET", "{elsewhere}/allowed", Effect::Read),
        OutboundRequest {
            sends_secrets: vec!["api-secret".to_owned()],
            returns_secrets: vec![ReturnedSecret {
                name: "token".to_owned(),
                pointer: "/token".to_owned(),
            }],
            ..request("POST", "{origin}/sign-in", Effect::SignIn)
        },
        OutboundRequest {
            during: Operations::GRANT,
            ..request("POST", "{origin}/change", Effect::Change)
        },
    ]
}
