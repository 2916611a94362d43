//! `--list-action-schemas`: which actions there are, as Baton logs them (protojson of
//! `c1.connector.v2.BatonActionSchema`).

use connector_host::contract::describe::{Action, ActionKind, Description, Field, Kind};
use serde_json::{Map, Value, json};

/// Logs all of them.
pub fn log(description: &Description) {
    let schemas: Value = description.actions.iter().map(schema).collect();
    tracing::info!(
        count = description.actions.len(),
        "schemas.json" = %schemas,
        "Action Schemas"
    );
}

fn schema(action: &Action) -> Value {
    let fields = |fields: &[Field]| fields.iter().map(field).collect::<Vec<_>>();
    json!({
        "name": action.name,
        "arguments": fields(&action.arguments),
        "returnTypes": fields(&action.returns),
        "displayName": action.display_name,
        "description": action.description,
        "actionType": [match action.kind {
            ActionKind::Other => "ACTION_TYPE_UNSPECIFIED",
            ActionKind::AccountEnable => "ACTION_TYPE_ACCOUNT_ENABLE",
            ActionKind::AccountDisable => "ACTION_TYPE_ACCOUNT_DISABLE",
            ActionKind::AccountUpdateProfile => "ACTION_TYPE_ACCOUNT_UPDATE_PROFILE",
        }],
    })
}

/// In protojson, what is empty is left out.
fn field(field: &Field) -> Value {
    let mut document = Map::new();
    let mut put = |name: &str, value: Value| document.insert(name.to_owned(), value);
    put("name", json!(field.name));
    put("displayName", json!(field.display_name));
    put("description", json!(field.description));
    if let Some(placeholder) = &field.placeholder {
        put("placeholder", json!(placeholder));
    }
    if field.required {
        put("isRequired", json!(true));
    }
    if field.secret {
        put("isSecret", json!(true));
    }
    put(
        match field.kind {
            Kind::Text => "stringField",
            Kind::Number => "intField",
            Kind::Flag => "boolField",
            Kind::Texts => "stringSliceField",
        },
        json!({}),
    );
    Value::Object(document)
}
