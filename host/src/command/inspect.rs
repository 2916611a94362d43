//! `inspect`: what a reviewer wants to know before a connector runs.

use super::print;
use connector_host::{
    connector::Connector,
    contract::describe::{Effect, Field, Kind, OutboundRequest, Source, Trait},
    failure::Result,
};
use indicatif::HumanBytes;
use serde_json::{Value, json};
use std::fmt::Write as _;

pub fn run(connector: &Connector, json: bool) -> Result<()> {
    match json {
        true => print(&format!("{:#}\n", document(connector))),
        false => print(&text(connector)),
    }
}

fn text(connector: &Connector) -> String {
    let description = &connector.description;
    let names = &connector.interface.names;
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
    line("Digest", &format!("sha256:{}", connector.file.digest));
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
            .map(request_line)
            .collect(),
    );
    section(
        "Settings",
        description
            .settings
            .iter()
            .map(|setting| setting_line(&setting.field))
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
    section("Imports", names.imports.clone());
    section("Exports", names.exports.clone());
    text
}

fn request_line(request: &OutboundRequest) -> String {
    let mut line = format!(
        "{:<5} {}  {}: {}",
        request.methods.join("|"),
        request.url,
        effect_name(request.effect),
        request.purpose
    );
    if !request.sends_secrets.is_empty() {
        let _ = write!(line, " (sends {})", request.sends_secrets.join(", "));
    }
    line
}

fn setting_line(field: &Field) -> String {
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

fn document(connector: &Connector) -> Value {
    let description = &connector.description;
    json!({
        "name": description.name,
        "displayName": description.display_name,
        "version": description.version,
        "helpUrl": description.help_url,
        "file": connector.file.path,
        "digest": format!("sha256:{}", connector.file.digest),
        "size": connector.file.size,
        "contract": connector.interface.contract,
        "imports": connector.interface.names.imports,
        "exports": connector.interface.names.exports,
        "outboundRequests": description.outbound_requests.iter().map(|request| json!({
            "methods": request.methods,
            "url": request.url,
            "effect": effect_name(request.effect),
            "sendsSecrets": request.sends_secrets,
            "returnsSecrets": request.returns_secrets,
            "purpose": request.purpose,
        })).collect::<Vec<_>>(),
        "settings": description.settings.iter().map(|setting| json!({
            "name": setting.field.name,
            "description": setting.field.description,
            "kind": kind_name(setting.field.kind),
            "required": setting.field.required,
            "secret": setting.field.secret,
            "default": setting.field.default_value,
            "advanced": setting.advanced,
        })).collect::<Vec<_>>(),
        "resourceTypes": description.resource_types.iter().map(|ty| json!({
            "id": ty.id,
            "displayName": ty.display_name,
            "traits": ty.traits.iter().map(|&ty| trait_name(ty)).collect::<Vec<_>>(),
            "parent": ty.parent,
            "entitlements": source_name(ty.entitlements),
            "grants": source_name(ty.grants),
            "provisionable": ty.provisionable,
        })).collect::<Vec<_>>(),
    })
}

fn effect_name(effect: Effect) -> &'static str {
    match effect {
        Effect::Read => "read",
        Effect::SignIn => "sign-in",
        Effect::Change => "change",
    }
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Number => "number",
        Kind::Flag => "flag",
        Kind::Texts => "texts",
    }
}

fn trait_name(ty: Trait) -> &'static str {
    match ty {
        Trait::User => "user",
        Trait::Group => "group",
        Trait::Role => "role",
        Trait::App => "app",
    }
}

fn source_name(source: Source) -> &'static str {
    match source {
        Source::None => "none",
        Source::WithResources => "with-resources",
        Source::Listed => "listed",
    }
}
