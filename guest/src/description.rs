//! What the connector says of itself.

mod requests;

use crate::{
    accounts::USER,
    actions,
    contract::{
        exports::identity::connector::describe::{
            AccountForm, Action, ActionKind, Description, Exclusive, Field, Kind, ResourceType,
            Setting, Source, Target, Trait,
        },
        identity::connector::types::CredentialOption,
    },
    form,
    member_types::{KNOWN, MEMBER, MEMBER_TYPE},
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
        outbound_requests: requests::requests(),
        account_form: Some(account_form()),
        actions: vec![
            action(
                actions::ENABLE,
                "Enable User",
                "Enables a user's access to ValiMail (activates the account)",
                ActionKind::AccountEnable,
            ),
            action(
                actions::DISABLE,
                "Disable User",
                "Disables a user's access to ValiMail (deactivates the account)",
                ActionKind::AccountDisable,
            ),
        ],
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
            provisionable: true,
            exclusive: Some(Exclusive {
                floor: Some(MEMBER.to_owned()),
            }),
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
            exclusive: None,
        },
    ]
}

/// A text that has to be given.
fn field(name: &str, display_name: &str, description: &str) -> Field {
    Field {
        name: name.to_owned(),
        display_name: display_name.to_owned(),
        description: description.to_owned(),
        placeholder: None,
        kind: Kind::Text,
        required: true,
        secret: false,
        default_value: None,
    }
}

fn settings() -> Vec<Setting> {
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
        Setting {
            advanced: true,
            field: Field {
                kind: Kind::Flag,
                required: false,
                default_value: Some("false".to_owned()),
                ..field(
                    "allow-last-owner",
                    "Allow Last Owner",
                    "Lets the last active owner be demoted or disabled, after which nobody can manage users or API keys",
                )
            },
        },
    ]
}

fn account_form() -> AccountForm {
    let optional = |name, display_name, description: &str, placeholder: &str| Field {
        required: false,
        placeholder: Some(placeholder.to_owned()),
        ..field(name, display_name, description)
    };
    AccountForm {
        resource_type: USER.to_owned(),
        fields: vec![
            Field {
                placeholder: Some("ada.lovelace@example.com".to_owned()),
                ..field(
                    form::EMAIL,
                    "E-mail address",
                    "What the person signs in with",
                )
            },
            optional(
                form::FIRST_NAME,
                "First name",
                "Taken from the e-mail address if it is not given",
                "Ada",
            ),
            optional(
                form::LAST_NAME,
                "Last name",
                "Taken from the e-mail address if it is not given",
                "Lovelace",
            ),
            Field {
                default_value: Some(MEMBER.to_owned()),
                ..optional(
                    form::MEMBER_TYPE,
                    "Member type",
                    &format!(
                        "What the account may do: {} (the last only where Valimail has enabled it)",
                        KNOWN.join(", ")
                    ),
                    MEMBER,
                )
            },
            optional(
                form::EXTERNAL_ID,
                "External ID",
                "The person's id in the identity provider",
                "684f7728-1f8c-44da-aefa-21b27dc602cf",
            ),
        ],
        credentials: vec![CredentialOption::NoPassword],
    }
}

fn action(name: &str, display_name: &str, description: &str, kind: ActionKind) -> Action {
    Action {
        name: name.to_owned(),
        display_name: display_name.to_owned(),
        description: description.to_owned(),
        kind,
        target: Some(Target {
            argument: actions::USER_ID.to_owned(),
            resource_type: USER.to_owned(),
        }),
        arguments: vec![field(
            actions::USER_ID,
            "User ID",
            "The user's id in Valimail, as a sync lists it",
        )],
        returns: vec![Field {
            kind: Kind::Flag,
            ..field(actions::SUCCESS, "Success", "Whether the user is as wanted")
        }],
    }
}

#[cfg(test)]
mod tests;
