//! `run <COMPONENT> capabilities`: what the connector can do, as Baton's connectors print it
//! (protojson of `c1.connector.v2.ConnectorCapabilities` in an `Any`).

use connector_host::{
    c1z::{self, Trait},
    contract::describe::Description,
    sync::resource_type,
};
use serde_json::{Map, Value, json};

/// All that this host does with a connector. What one exports beside that is not announced,
/// because nobody would carry it out.
const SYNC: &str = "CAPABILITY_SYNC";

/// The document: indented by two spaces, types in the order of their ids, no newline at the end.
pub fn document(description: &Description) -> String {
    let mut types: Vec<_> = description.resource_types.iter().collect();
    types.sort_by_key(|ty| &ty.id);
    let types = types.into_iter().map(|ty| {
        json!({
            "resourceType": type_document(&resource_type(ty)),
            "capabilities": [SYNC],
            "permissions": {},
        })
    });
    let document = json!({
        "@type": "type.googleapis.com/c1.connector.v2.ConnectorCapabilities",
        "resourceTypeCapabilities": types.collect::<Vec<_>>(),
        "connectorCapabilities": [SYNC],
        "credentialDetails": {},
    });
    format!("{document:#}")
}

/// A resource type in protojson: what is empty is left out.
fn type_document(ty: &c1z::ResourceType) -> Value {
    let mut document = Map::new();
    document.insert("id".to_owned(), json!(ty.id));
    document.insert("displayName".to_owned(), json!(ty.display_name));
    let traits: Vec<_> = ty.traits().map(trait_name).collect();
    if !traits.is_empty() {
        document.insert("traits".to_owned(), json!(traits));
    }
    if !ty.annotations.is_empty() {
        // Those of a resource type are markers without content.
        let annotations = ty
            .annotations
            .iter()
            .map(|any| json!({ "@type": any.type_url }));
        document.insert("annotations".to_owned(), annotations.collect());
    }
    if !ty.description.is_empty() {
        document.insert("description".to_owned(), json!(ty.description));
    }
    Value::Object(document)
}

fn trait_name(ty: Trait) -> &'static str {
    match ty {
        Trait::Unspecified => "TRAIT_UNSPECIFIED",
        Trait::User => "TRAIT_USER",
        Trait::Group => "TRAIT_GROUP",
        Trait::Role => "TRAIT_ROLE",
        Trait::App => "TRAIT_APP",
    }
}
