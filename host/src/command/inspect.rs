//! `inspect`: what a reviewer wants to know before a connector runs.

mod difference;
mod document;
mod policy;
mod request;
pub(super) mod words;

use super::print;
use crate::cli::InspectFlags;
use connector_host::{
    connector::{Connector, Terms},
    contract::describe::{Action, Field},
    failure::Result,
};
use document::document;
use indicatif::HumanBytes;
use request::Request;
use std::{collections::BTreeMap, fmt::Write as _};
use words::{credential_name, kind_name, trait_name};

/// Shows a component; `terms` are those of the older one, if there is one.
pub async fn run(
    connector: &Connector,
    flags: &InspectFlags,
    settings: &BTreeMap<String, String>,
    terms: Terms,
) -> Result<()> {
    match (&flags.policy, flags.json) {
        (Some(file), _) => policy::run(connector, file.as_deref(), flags, settings, terms).await,
        (None, true) => print(&format!("{:#}\n", document(connector))),
        (None, false) => print(&text(connector)),
    }
}

fn text(connector: &Connector) -> String {
    let description = &connector.description;
    let interface = &connector.interface.names;
    let mut text = String::new();
    let mut line = |label: &str, value: &str| {
        let _ = writeln!(text, "{label:<10} {value}");
    };
    line(
        "Name",
        &format!("{} ({})", description.name, description.display_name),
    );
    line("Version", &description.version);
    line("File", &connector.file.path.display().to_string());
    line("Digest", &connector.file.digest.to_string());
    line("Size", &HumanBytes(connector.file.size).to_string());
    line(
        "Contract",
        &format!("identity:connector@{}", connector.interface.contract),
    );
    if let Some(url) = &description.help_url {
        line("Help", url);
    }
    let mut section = |title: &str, lines: Vec<String>| {
        let _ = writeln!(text, "\n{title}");
        let lines = if lines.is_empty() {
            vec!["(none)".to_owned()]
        } else {
            lines
        };
        for line in lines {
            let _ = writeln!(text, "  {line}");
        }
    };
    section(
        "Outbound requests (all others are refused)",
        description
            .outbound_requests
            .iter()
            .map(|request| Request::from(request).to_string())
            .collect(),
    );
    section(
        "Settings",
        description
            .settings
            .iter()
            .map(|setting| field_line(&setting.field))
            .collect(),
    );
    section(
        "Resource types",
        description
            .resource_types
            .iter()
            .map(|ty| {
                let traits: Vec<_> = ty.traits.iter().map(|&ty| trait_name(ty)).collect();
                let provisionable = if ty.provisionable {
                    ", can be granted and revoked"
                } else {
                    ""
                };
                format!(
                    "{} ({}; {}{provisionable})",
                    ty.id,
                    ty.display_name,
                    traits.join(", ")
                )
            })
            .collect(),
    );
    if let Some(form) = &description.account_form {
        let credentials = form
            .credentials
            .iter()
            .map(|&option| credential_name(option));
        section(
            &format!(
                "New accounts ({}; {})",
                form.resource_type,
                credentials.collect::<Vec<_>>().join(", ")
            ),
            form.fields.iter().map(field_line).collect(),
        );
    }
    if !description.actions.is_empty() {
        section(
            "Actions",
            description.actions.iter().map(action_line).collect(),
        );
    }
    section("Imports", interface.imports.clone());
    section("Exports", interface.exports.clone());
    text
}

fn action_line(action: &Action) -> String {
    let arguments: Vec<_> = action
        .arguments
        .iter()
        .map(|argument| argument.name.as_str())
        .collect();
    format!(
        "{} ({}): {}",
        action.name,
        arguments.join(", "),
        action.description
    )
}

fn field_line(field: &Field) -> String {
    let mut properties = vec![kind_name(field.kind)];
    if field.required {
        properties.push("required");
    }
    if field.secret {
        properties.push("secret");
    }
    let default = match &field.default_value {
        Some(default) => format!(", default {default}"),
        None => String::new(),
    };
    format!(
        "{} ({}{default}): {}",
        field.name,
        properties.join(", "),
        field.description
    )
}
