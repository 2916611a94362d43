//! `run <COMPONENT> config`: the connector's configuration, as Baton's connectors print it
//! (protojson of `c1.config.v1.Configuration`).

use connector_host::contract::describe::{Description, Field, Kind};
use serde_json::{Map, Value, json};

/// The document: indented by two spaces, safe within HTML, no newline at the end.
pub fn document(description: &Description) -> String {
    let shown = description
        .settings
        .iter()
        .filter(|setting| !setting.advanced);
    let mut fields = operators();
    fields.extend(shown.map(|setting| field(&setting.field)));
    let mut document = Map::new();
    document.insert("fields".to_owned(), Value::Array(fields));
    document.insert("displayName".to_owned(), json!(description.display_name));
    if let Some(url) = &description.help_url {
        document.insert("helpUrl".to_owned(), json!(url));
    }
    if let Some(url) = &description.icon_url {
        document.insert("iconUrl".to_owned(), json!(url));
    }
    let text = format!("{:#}", Value::Object(document));
    text.replace('&', "\\u0026")
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
}

/// A field in protojson (`c1.config.v1.Field`): what is empty is left out.
pub fn field(field: &Field) -> Value {
    let mut document = Map::new();
    let mut put = |key: &str, value: Value| {
        document.insert(key.to_owned(), value);
    };
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
    let mut details = Map::new();
    if let Some(default) = &field.default_value {
        let default = match field.kind {
            Kind::Text | Kind::Number => json!(default),
            Kind::Flag => json!(default == "true"),
            Kind::Texts => default.split(',').collect(),
        };
        details.insert("defaultValue".to_owned(), default);
    }
    if field.required {
        details.insert("rules".to_owned(), json!({ "isRequired": true }));
    }
    let kind = match field.kind {
        Kind::Text => "stringField",
        Kind::Number => "intField",
        Kind::Flag => "boolField",
        Kind::Texts => "stringSliceField",
    };
    put(kind, Value::Object(details));
    Value::Object(document)
}

/// The fields for operators that stand before those of every connector, in Baton's order.
fn operators() -> Vec<Value> {
    let field = |name: &str, description: &str, kind: &str, details: Value| {
        let mut document = Map::new();
        document.insert("name".to_owned(), json!(name));
        document.insert("description".to_owned(), json!(description));
        document.insert("isOps".to_owned(), json!(true));
        document.insert(kind.to_owned(), details);
        Value::Object(document)
    };
    let text = |name, description| field(name, description, "stringField", json!({}));
    let flag = |name, description| field(name, description, "boolField", json!({}));
    vec![
        field(
            "log-level",
            "The log level: debug, info, warn, error",
            "stringField",
            json!({ "defaultValue": "info" }),
        ),
        text(
            "log-level-debug-expires-at",
            "The time at which the log level debug ends (RFC 3339)",
        ),
        field(
            "session-store-maximum-size",
            "The maximum size of the session store, in bytes",
            "intField",
            json!({ "defaultValue": "15728640" }),
        ),
        text(
            "otel-collector-endpoint",
            "The endpoint of the OpenTelemetry collector for traces and logs",
        ),
        text(
            "otel-collector-endpoint-tls-cert-path",
            "A file with the certificate of the OpenTelemetry collector",
        ),
        text(
            "otel-collector-endpoint-tls-cert",
            "The certificate of the OpenTelemetry collector",
        ),
        flag(
            "otel-collector-endpoint-tls-insecure",
            "Allow insecure connections to the OpenTelemetry collector",
        ),
        flag("otel-tracing-disabled", "Disable OpenTelemetry traces"),
        flag("otel-logging-disabled", "Disable OpenTelemetry logs"),
        flag("health-check", "Serve health checks over HTTP"),
        field(
            "health-check-port",
            "The port for health checks",
            "intField",
            json!({ "defaultValue": "8081" }),
        ),
        field(
            "health-check-bind-address",
            "The address for health checks",
            "stringField",
            json!({ "defaultValue": "127.0.0.1" }),
        ),
        field(
            "http-timeout-seconds",
            "How long an HTTP request may take, in seconds",
            "intField",
            json!({ "defaultValue": "300", "rules": { "lte": "1800", "gte": "1" } }),
        ),
    ]
}
