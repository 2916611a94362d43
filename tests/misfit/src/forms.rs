//! Forms for people: a new account, and the actions.
//!
//! There is a field of every kind in both, one that is required and one that is secret.

use crate::contract::{
    exports::identity::connector::describe::{
        AccountForm, Action, ActionKind, Field, Kind, Target,
    },
    identity::connector::types::CredentialOption,
};

/// What it takes to create an account.
pub fn account_form() -> AccountForm {
    AccountForm {
        resource_type: "user".to_owned(),
        fields: vec![
            required(field("email", Kind::Text)),
            field("login", Kind::Text),
            field("seats", Kind::Number),
            field("newsletter", Kind::Flag),
            field("teams", Kind::Texts),
            Field {
                secret: true,
                ..field("pin", Kind::Text)
            },
            Field {
                secret: true,
                ..field("code", Kind::Number)
            },
            Field {
                default_value: Some("en".to_owned()),
                ..field("language", Kind::Text)
            },
        ],
        credentials: vec![
            CredentialOption::NoPassword,
            CredentialOption::RandomPassword,
            CredentialOption::Sso,
        ],
    }
}

/// An action of each kind.
pub fn actions() -> Vec<Action> {
    let returns = vec![
        field("success", Kind::Flag),
        Field {
            secret: true,
            ..field("key", Kind::Text)
        },
    ];
    let of_user = |name: &str, kind, arguments: Vec<Field>| Action {
        target: Some(Target {
            argument: "user_id".to_owned(),
            resource_type: "user".to_owned(),
        }),
        arguments: [required(field("user_id", Kind::Text))]
            .into_iter()
            .chain(arguments)
            .collect(),
        ..action(name, kind, returns.clone())
    };
    let values = || {
        vec![
            field("note", Kind::Text),
            field("distance", Kind::Number),
            field("exactly", Kind::Flag),
            field("places", Kind::Texts),
        ]
    };
    vec![
        of_user("enable_user", ActionKind::AccountEnable, Vec::new()),
        of_user("disable_user", ActionKind::AccountDisable, Vec::new()),
        of_user(
            "update_profile",
            ActionKind::AccountUpdateProfile,
            vec![
                field("title", Kind::Text),
                Field {
                    secret: true,
                    ..field("pin", Kind::Text)
                },
            ],
        ),
        Action {
            arguments: values()
                .into_iter()
                .map(|field| match field.name.as_str() {
                    "distance" => required(field),
                    _ => field,
                })
                .collect(),
            ..action("measure", ActionKind::Other, values())
        },
    ]
}

fn action(name: &str, kind: ActionKind, returns: Vec<Field>) -> Action {
    Action {
        name: name.to_owned(),
        display_name: name.to_uppercase(),
        description: format!("What {name} does"),
        kind,
        target: None,
        arguments: Vec::new(),
        returns,
    }
}

fn required(field: Field) -> Field {
    Field {
        required: true,
        ..field
    }
}

fn field(name: &str, kind: Kind) -> Field {
    Field {
        name: name.to_owned(),
        display_name: name.to_uppercase(),
        description: format!("What {name} is"),
        placeholder: None,
        kind,
        required: false,
        secret: false,
        default_value: None,
    }
}
