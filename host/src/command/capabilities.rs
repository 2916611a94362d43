//! `run <COMPONENT> capabilities`: what the connector can do, as Baton's connectors print it
//! (protojson of `c1.connector.v2.ConnectorCapabilities` in an `Any`).

use connector_host::{
    c1z::{self, Trait},
    connector::Connector,
    contract::{describe::ResourceType, types::CredentialOption},
    sync::resource_type,
};
use serde_json::{Map, Value, json};

/// What a connector can do, by the numbers of Baton's enum, which order the list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
/// What the description promises and the component does not export is not announced.
pub fn document(connector: &Connector) -> String {
    let description = &connector.description;
    let mut types: Vec<_> = description.resource_types.iter().collect();
    types.sort_by_key(|ty| &ty.id);
    let types = types.into_iter().map(|ty| (ty, of_type(connector, ty)));
    let types: Vec<_> = types.collect();
    let mut all: Vec<_> = types.iter().flat_map(|(_, own)| own.clone()).collect();
    if exports(connector, "invoke-action") && !description.actions.is_empty() {
        all.push(Capability::Actions);
    }
    all.sort_unstable();
    all.dedup();
    let types = types.into_iter().map(|(ty, own)| {
        json!({
            "resourceType": type_document(&resource_type(ty)),
            "capabilities": names(&own),
            "permissions": {},
        })
    });
    let document = json!({
        "@type": "type.googleapis.com/c1.connector.v2.ConnectorCapabilities",
        "resourceTypeCapabilities": types.collect::<Vec<_>>(),
        "connectorCapabilities": names(&all),
        "credentialDetails": credential_details(connector),
    });
    format!("{document:#}")
}

/// In Baton's order of these, which is another one.
fn of_type(connector: &Connector, ty: &ResourceType) -> Vec<Capability> {
    let mut own = vec![Capability::Sync];
    if ty.provisionable && exports(connector, "grant") {
        own.push(Capability::Provision);
    }
    let form = connector.description.account_form.as_ref();
    if form.is_some_and(|form| form.resource_type == ty.id) && exports(connector, "create-account")
    {
        own.push(Capability::AccountProvisioning);
    }
    own
}

fn exports(connector: &Connector, interface: &str) -> bool {
    connector.interface.exports.contains(interface)
}

fn names(capabilities: &[Capability]) -> Vec<&'static str> {
    capabilities.iter().map(|own| own.name()).collect()
}

fn credential_details(connector: &Connector) -> Value {
    let form = connector.description.account_form.as_ref();
    let form = form.filter(|_| exports(connector, "create-account"));
    let names: Vec<_> = form
        .into_iter()
        .flat_map(|form| &form.credentials)
        .map(|option| match option {
            CredentialOption::NoPassword => "CAPABILITY_DETAIL_CREDENTIAL_OPTION_NO_PASSWORD",
            CredentialOption::RandomPassword => {
                "CAPABILITY_DETAIL_CREDENTIAL_OPTION_RANDOM_PASSWORD"
            }
            CredentialOption::Sso => "CAPABILITY_DETAIL_CREDENTIAL_OPTION_SSO",
        })
        .collect();
    match names.first() {
        Some(preferred) => json!({
            "capabilityAccountProvisioning": {
                "supportedCredentialOptions": names,
                "preferredCredentialOption": preferred,
            }
        }),
        None => json!({}),
    }
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
