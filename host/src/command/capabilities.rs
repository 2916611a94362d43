//! `run <COMPONENT> capabilities`: what the connector can do, as Baton's connectors print it
//! (protojson of `c1.connector.v2.ConnectorCapabilities` in an `Any`).

use connector_host::{
    baton::connector::{
        Capability, CapabilityDetailCredentialOption, ConnectorCapabilities, CredentialDetails,
        ResourceType, ResourceTypeCapability,
    },
    connector::Connector,
    metadata::capabilities,
};
use serde_json::{Map, Value, json};

/// The document: indented by two spaces, no newline at the end.
pub fn document(connector: &Connector) -> String {
    let ConnectorCapabilities {
        resource_type_capabilities,
        connector_capabilities,
        credential_details,
    } = capabilities(connector);
    let types = resource_type_capabilities.iter().map(of_type);
    let document = json!({
        "@type": "type.googleapis.com/c1.connector.v2.ConnectorCapabilities",
        "resourceTypeCapabilities": types.collect::<Vec<_>>(),
        "connectorCapabilities": names(&connector_capabilities),
        "credentialDetails": credential_details.map_or_else(|| json!({}), |own| credentials(&own)),
    });
    format!("{document:#}")
}

fn of_type(own: &ResourceTypeCapability) -> Value {
    json!({
        "resourceType": own.resource_type.as_ref().map(type_document),
        "capabilities": names(&own.capabilities),
        "permissions": {},
    })
}

fn names(capabilities: &[i32]) -> Vec<&'static str> {
    let known = capabilities
        .iter()
        .filter_map(|&own| Capability::try_from(own).ok());
    known.map(|own| own.as_str_name()).collect()
}

fn credentials(details: &CredentialDetails) -> Value {
    let Some(own) = &details.capability_account_provisioning else {
        return json!({});
    };
    let options = own.supported_credential_options();
    let options: Vec<_> = options.map(|option| option.as_str_name()).collect();
    let preferred: CapabilityDetailCredentialOption = own.preferred_credential_option();
    json!({
        "capabilityAccountProvisioning": {
            "supportedCredentialOptions": options,
            "preferredCredentialOption": preferred.as_str_name(),
        }
    })
}

/// A resource type in protojson: what is empty is left out.
fn type_document(ty: &ResourceType) -> Value {
    let mut document = Map::new();
    document.insert("id".to_owned(), json!(ty.id));
    document.insert("displayName".to_owned(), json!(ty.display_name));
    let traits: Vec<_> = ty.traits().map(|own| own.as_str_name()).collect();
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
