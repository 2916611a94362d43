//! An action as Baton describes it.

use crate::{
    baton::{
        config::{
            BoolField, Field as ConfigField, IntField, StringField, StringSliceField,
            field::Field as Details,
        },
        connector::{ActionType, BatonActionSchema},
    },
    contract::describe::{Action, ActionKind, Field, Kind},
};

pub fn schema(action: &Action) -> BatonActionSchema {
    let ty = match action.kind {
        ActionKind::Other => ActionType::Unspecified,
        ActionKind::AccountEnable => ActionType::AccountEnable,
        ActionKind::AccountDisable => ActionType::AccountDisable,
        ActionKind::AccountUpdateProfile => ActionType::AccountUpdateProfile,
    };
    BatonActionSchema {
        name: action.name.clone(),
        arguments: action.arguments.iter().map(field).collect(),
        return_types: action.returns.iter().map(field).collect(),
        display_name: action.display_name.clone(),
        description: action.description.clone(),
        action_type: vec![ty.into()],
        // Whichever type it acts on is named by its argument.
        resource_type_id: String::new(),
    }
}

fn field(field: &Field) -> ConfigField {
    let default = field.default_value.clone().unwrap_or_default();
    ConfigField {
        name: field.name.clone(),
        display_name: field.display_name.clone(),
        description: field.description.clone(),
        placeholder: field.placeholder.clone().unwrap_or_default(),
        is_required: field.required,
        is_ops: false,
        is_secret: field.secret,
        field: Some(match field.kind {
            Kind::Text => Details::StringField(StringField {
                default_value: default,
            }),
            Kind::Number => Details::IntField(IntField {
                default_value: default.parse().unwrap_or_default(),
            }),
            Kind::Flag => Details::BoolField(BoolField {
                default_value: default == "true",
            }),
            Kind::Texts => Details::StringSliceField(StringSliceField {
                default_value: match default.is_empty() {
                    true => Vec::new(),
                    false => default.split(',').map(str::to_owned).collect(),
                },
            }),
        }),
    }
}
