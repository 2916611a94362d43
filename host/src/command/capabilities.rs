//! `run <COMPONENT> capabilities`: what the connector can do, as Baton's connectors print it
//! (protojson of `c1.connector.v2.ConnectorCapabilities` in an `Any`).

use connector_host::{
    c1z::{self, Trait},
    connector::Connector,
    contract::describe::{CredentialOption, Description, ResourceType},
    sync::resource_type,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Ordered as Baton numbers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Capability {
    Provision,
    Sync,
    AccountProvisioning,
    Actions,
}

impl Capability {
    fn name(self) -> &'static str {
        match self {
            Self::Provision => "CAPABILITY_PROVISION",
            Self::Sync => "CAPABILITY_SYNC",
            Self::AccountProvisioning => "CAPABILITY_ACCOUNT_PROVISIONING",
            Self::Actions => "CAPABILITY_ACTIONS",
        }
    }
}

/// The document: indented by two spaces, types in the order of their ids, no newline at the end.
pub fn document(connector: &Connector) -> String {
    let Description {
        resource_types,
        account_form,
        actions,
        ..
    } = &connector.description;
    let exports = |interface| connector.interface.exports.contains(interface);
    let form = account_form.as_ref().filter(|_| exports("create-account"));
    let of_type = |ty: &ResourceType| {
        let mut capabilities = vec![Capability::Sync];
        if ty.provisionable && exports("grant") {
            capabilities.push(Capability::Provision);
        }
        if form.is_some_and(|form| form.resource_type == ty.id) {
            capabilities.push(Capability::AccountProvisioning);
        }
        capabilities
    };
    let mut types: Vec<_> = resource_types.iter().collect();
    types.sort_by_key(|ty| &ty.id);
    let mut all: BTreeSet<_> = types.iter().flat_map(|ty| of_type(ty)).collect();
    if exports("invoke-action") && !actions.is_empty() {
        all.insert(Capability::Actions);
    }
    let names = |capabilities: Vec<Capability>| -> Vec<_> {
        capabilities.into_iter().map(Capability::name).collect()
    };
    let document = json!({
        "@type": "type.googleapis.com/c1.connector.v2.ConnectorCapabilities",
        "resourceTypeCapabilities": types
            .iter()
            .map(|ty| {
                json!({
                    "resourceType": type_document(&resource_type(ty)),
                    "capabilities": names(of_type(ty)),
                    "permissions": {},
                })
            })
            .collect::<Vec<_>>(),
        "connectorCapabilities": names(all.into_iter().collect()),
        "credentialDetails": match form {
            Some(form) => json!({ "capabilityAccountProvisioning": {
                "supportedCredentialOptions": form.credentials.iter().map(|&option| credential(option)).collect::<Vec<_>>(),
                "preferredCredentialOption": form.credentials.first().map(|&option| credential(option)),
            }}),
            None => json!({}),
        },
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

fn credential(option: CredentialOption) -> &'static str {
    match option {
        CredentialOption::NoPassword => "CAPABILITY_DETAIL_CREDENTIAL_OPTION_NO_PASSWORD",
        CredentialOption::RandomPassword => "CAPABILITY_DETAIL_CREDENTIAL_OPTION_RANDOM_PASSWORD",
        CredentialOption::Sso => "CAPABILITY_DETAIL_CREDENTIAL_OPTION_SSO",
    }
}
