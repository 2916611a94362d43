//! What the connector says of itself.

use crate::{
    accounts::USER,
    contract::exports::identity::connector::describe::{
        Description, Effect, Field, Kind, Operations, OutboundRequest, ResourceType, Setting,
        Source, Trait,
    },
    member_types::MEMBER_TYPE,
    settings::DEFAULT_BASE_URL,
};

/// The connector's description.
pub fn description() -> Description {
    Description {
        name: "valimail".to_owned(),
        display_name: "Valimail".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        help_url: Some("/docs/baton/valimail".to_owned()),
        icon_url: Some("/static/app-icons/valimail.svg".to_owned()),
        resource_types: resource_types(),
        settings: settings(),
        outbound_requests: outbound_requests(),
        account_form: None,
        actions: Vec::new(),
    }
}

fn resource_types() -> Vec<ResourceType> {
    vec![
        ResourceType {
            id: MEMBER_TYPE.to_owned(),
            display_name: "Member Type".to_owned(),
            description: None,
            traits: vec![Trait::Role],
            parent: None,
            entitlements: Source::WithResources,
            grants: Source::WithResources,
            provisionable: false,
        },
        ResourceType {
            id: USER.to_owned(),
            display_name: "User".to_owned(),
            description: None,
            traits: vec![Trait::User],
            parent: None,
            entitlements: Source::None,
            grants: Source::None,
            provisionable: false,
        },
    ]
}

fn settings() -> Vec<Setting> {
    let field = |name: &str, display_name: &str, description: &str| Field {
        name: name.to_owned(),
        display_name: display_name.to_owned(),
        description: description.to_owned(),
        placeholder: None,
        kind: Kind::Text,
        required: true,
        secret: false,
        default_value: None,
    };
    let setting = |field| Setting {
        field,
        advanced: false,
    };
    vec![
        setting(Field {
            secret: true,
            ..field(
                "valimail-app-id",
                "App ID",
                "The App ID of a Valimail API key of the type Configuration Only",
            )
        }),
        setting(Field {
            secret: true,
            ..field(
                "valimail-client-id",
                "Client ID",
                "The Client ID of the same API key",
            )
        }),
        setting(Field {
            placeholder: Some("your-company".to_owned()),
            ..field(
                "valimail-slug",
                "Account Slug",
                "The part after /app/ in the address of Valimail's web application",
            )
        }),
        Setting {
            advanced: true,
            field: Field {
                required: false,
                default_value: Some(DEFAULT_BASE_URL.to_owned()),
                ..field("base-url", "Base URL", "Where Valimail's API is")
            },
        },
    ]
}

fn outbound_requests() -> Vec<OutboundRequest> {
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    vec![
        OutboundRequest {
            methods: texts(&["POST"]),
            url: "{base-url}/auth".to_owned(),
            effect: Effect::SignIn,
            during: Operations::empty(),
            sends_secrets: texts(&["valimail-app-id", "valimail-client-id"]),
            returns_secrets: texts(&["/token"]),
            purpose: "sign in".to_owned(),
        },
        OutboundRequest {
            methods: texts(&["GET"]),
            url: "{base-url}/accounts/{valimail-slug}/scim/v2/Users".to_owned(),
            effect: Effect::Read,
            during: Operations::empty(),
            sends_secrets: Vec::new(),
            returns_secrets: Vec::new(),
            purpose: "list accounts".to_owned(),
        },
    ]
}
