//! A connector as ConductorOne knows it: its name, what it can do, the form for a new account.

use crate::{
    baton::connector::{
        Capability, CapabilityDetailCredentialOption, CapabilityPermissions,
        ConnectorAccountCreationSchema, ConnectorCapabilities, ConnectorMetadata,
        CredentialDetails, CredentialDetailsAccountProvisioning, ResourceTypeCapability,
        connector_account_creation_schema::{
            BoolField, Field as FormField, IntField, StringField, StringListField, field::Field,
        },
    },
    connector::Connector,
    contract::{
        describe::{self, AccountForm, Kind, ResourceType},
        types::CredentialOption,
    },
    sync::resource_type,
};

/// What a connector presents itself with.
pub fn metadata(connector: &Connector) -> ConnectorMetadata {
    let description = &connector.description;
    let help_url = description.help_url.clone().unwrap_or_default();
    ConnectorMetadata {
        display_name: description.display_name.clone(),
        // The service takes nothing else.
        help_url: Some(help_url)
            .filter(|url| url.starts_with("https://"))
            .unwrap_or_default(),
        description: String::new(),
        capabilities: Some(capabilities(connector)),
        account_creation_schema: account_form(connector).map(schema),
    }
}

/// What a connector can do: types in the order of their ids, capabilities in that of their numbers.
/// What the description promises and the component does not export is not announced.
pub fn capabilities(connector: &Connector) -> ConnectorCapabilities {
    let description = &connector.description;
    let mut types: Vec<_> = description.resource_types.iter().collect();
    types.sort_by_key(|ty| &ty.id);
    let types: Vec<_> = types.into_iter().map(|ty| of_type(connector, ty)).collect();
    let mut all: Vec<i32> = types
        .iter()
        .flat_map(|ty| ty.capabilities.iter().copied())
        .collect();
    if exports(connector, "invoke-action") && !description.actions.is_empty() {
        all.push(Capability::Actions.into());
    }
    if exports(connector, "get-resource") {
        all.push(Capability::ServiceModeTargetedSync.into());
    }
    all.sort_unstable();
    all.dedup();
    ConnectorCapabilities {
        resource_type_capabilities: types,
        connector_capabilities: all,
        credential_details: account_form(connector).map(credential_details),
    }
}

/// In Baton's order of these, which is not that of their numbers.
fn of_type(connector: &Connector, ty: &ResourceType) -> ResourceTypeCapability {
    let mut own = vec![Capability::Sync];
    if exports(connector, "get-resource") {
        own.push(Capability::TargetedSync);
    }
    if ty.provisionable && exports(connector, "grant") {
        own.push(Capability::Provision);
    }
    if account_form(connector).is_some_and(|form| form.resource_type == ty.id) {
        own.push(Capability::AccountProvisioning);
    }
    ResourceTypeCapability {
        resource_type: Some(resource_type(ty)),
        capabilities: own.into_iter().map(i32::from).collect(),
        permissions: Some(CapabilityPermissions::default()),
    }
}

fn account_form(connector: &Connector) -> Option<&AccountForm> {
    let form = connector.description.account_form.as_ref();
    form.filter(|_| exports(connector, "create-account"))
}

fn exports(connector: &Connector, interface: &str) -> bool {
    connector.interface.exports.contains(interface)
}

fn credential_details(form: &AccountForm) -> CredentialDetails {
    let options = form.credentials.iter().map(|option| match option {
        CredentialOption::NoPassword => CapabilityDetailCredentialOption::NoPassword,
        CredentialOption::RandomPassword => CapabilityDetailCredentialOption::RandomPassword,
        CredentialOption::Sso => CapabilityDetailCredentialOption::Sso,
    });
    let options: Vec<i32> = options.map(i32::from).collect();
    CredentialDetails {
        capability_account_provisioning: Some(CredentialDetailsAccountProvisioning {
            preferred_credential_option: options.first().copied().unwrap_or_default(),
            supported_credential_options: options,
        }),
    }
}

fn schema(form: &AccountForm) -> ConnectorAccountCreationSchema {
    let fields = (0..)
        .zip(&form.fields)
        .map(|(at, field)| (field.name.clone(), form_field(at, field)));
    ConnectorAccountCreationSchema {
        field_map: fields.collect(),
    }
}

fn form_field(order: i32, field: &describe::Field) -> FormField {
    let default = field.default_value.clone();
    FormField {
        display_name: field.display_name.clone(),
        required: field.required,
        description: field.description.clone(),
        placeholder: field.placeholder.clone().unwrap_or_default(),
        order,
        deprecated: false,
        field: Some(match field.kind {
            Kind::Text => Field::StringField(StringField {
                default_value: default,
            }),
            Kind::Number => Field::IntField(IntField {
                default_value: default.and_then(|text| text.parse().ok()),
            }),
            Kind::Flag => Field::BoolField(BoolField {
                default_value: default.and_then(|text| text.parse().ok()),
            }),
            Kind::Texts => Field::StringListField(StringListField {
                default_value: default
                    .map(|text| text.split(',').map(str::to_owned).collect())
                    .unwrap_or_default(),
            }),
        }),
    }
}
