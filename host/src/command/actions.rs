//! `--list-action-schemas`: which actions there are, as Baton logs them (protojson of
//! `c1.connector.v2.BatonActionSchema`).

use super::config::field;
use connector_host::contract::describe::{Action, ActionKind, Description, Field};
use serde_json::{Value, json};

/// Logs all of them, or those that act on resources of one type.
pub fn log(description: &Description, resource_type: Option<&str>) {
    let actions = description.actions.iter();
    let schemas: Vec<_> = actions
        .filter(|action| acts_on(action, resource_type))
        .map(schema)
        .collect();
    tracing::info!(
        count = schemas.len(),
        "schemas.json" = %json!(schemas),
        "Action Schemas"
    );
}

/// Whether an action is one for resources of this type, where a type is given.
pub fn acts_on(action: &Action, resource_type: Option<&str>) -> bool {
    let target = action.target.as_ref();
    resource_type.is_none_or(|wanted| target.is_some_and(|target| target.resource_type == wanted))
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
