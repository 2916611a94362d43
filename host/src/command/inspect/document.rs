//! What a component is and asks for, as JSON.

use super::words::{
    action_kind_name, credential_name, during, effect_name, kind_name, source_name, trait_name,
};
use connector_host::{connector::Connector, contract::describe::Field};
use serde_json::{Value, json};

/// What `inspect --json` prints.
pub fn document(connector: &Connector) -> Value {
    let description = &connector.description;
    json!({
        "name": description.name,
        "displayName": description.display_name,
        "version": description.version,
        "helpUrl": description.help_url,
        "file": connector.file.path,
        "digest": connector.file.digest.to_string(),
        "size": connector.file.size,
        "contract": connector.interface.contract,
        "imports": connector.interface.names.imports,
        "exports": connector.interface.names.exports,
        "outboundRequests": description.outbound_requests.iter().map(|request| json!({
            "methods": request.methods,
            "url": request.url,
            "effect": effect_name(request.effect),
            "during": during(request.during),
            "sendsSecrets": request.sends_secrets,
            "returnsSecrets": request.returns_secrets.iter().map(|returned| json!({
                "name": returned.name,
                "pointer": returned.pointer,
            })).collect::<Vec<_>>(),
            "purpose": request.purpose,
        })).collect::<Vec<_>>(),
        "settings": description.settings.iter().map(|setting| {
            let mut document = field(&setting.field);
            document["advanced"] = json!(setting.advanced);
            document
        }).collect::<Vec<_>>(),
        "resourceTypes": description.resource_types.iter().map(|ty| json!({
            "id": ty.id,
            "displayName": ty.display_name,
            "traits": ty.traits.iter().map(|&ty| trait_name(ty)).collect::<Vec<_>>(),
            "parent": ty.parent,
            "entitlements": source_name(ty.entitlements),
            "grants": source_name(ty.grants),
            "provisionable": ty.provisionable,
            "exclusive": ty.exclusive.as_ref().map(|exclusive| json!({ "floor": exclusive.floor })),
        })).collect::<Vec<_>>(),
        "accountForm": description.account_form.as_ref().map(|form| json!({
            "resourceType": form.resource_type,
            "fields": fields(&form.fields),
            "credentials": form.credentials.iter().map(|&option| credential_name(option)).collect::<Vec<_>>(),
        })),
        "actions": description.actions.iter().map(|action| json!({
            "name": action.name,
            "displayName": action.display_name,
            "description": action.description,
            "kind": action_kind_name(action.kind),
            "target": action.target.as_ref().map(|target| json!({
                "argument": target.argument,
                "resourceType": target.resource_type,
            })),
            "arguments": fields(&action.arguments),
            "returns": fields(&action.returns),
        })).collect::<Vec<_>>(),
    })
}

fn fields(described: &[Field]) -> Vec<Value> {
    described.iter().map(field).collect()
}

fn field(field: &Field) -> Value {
    json!({
        "name": field.name,
        "description": field.description,
        "kind": kind_name(field.kind),
        "required": field.required,
        "secret": field.secret,
        "default": field.default_value,
    })
}
