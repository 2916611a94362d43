//! What a PATCH request asks for.

use serde_json::Value;

use super::account::field;
use super::settings::Settings;
use super::switches::PatchPath;

/// The changes that the body asks for, each as a JSON pointer and its new value; or what is wrong.
pub(super) fn parse(
    settings: &Settings,
    body: Option<&Value>,
) -> Result<Vec<(&'static str, Value)>, String> {
    let body = body.ok_or("The body is not JSON")?;
    let has_schema = body["schemas"]
        .as_array()
        .is_some_and(|schemas| schemas.iter().any(|schema| schema == super::PATCH_OP));
    if !has_schema {
        return Err("schemas must include the PatchOp schema".into());
    }
    let operations = body["Operations"]
        .as_array()
        .filter(|operations| !operations.is_empty());
    operations
        .ok_or("Operations are missing")?
        .iter()
        .map(|operation| change(settings, operation))
        .collect()
}

/// The role, if it may be given.
pub(super) fn member_type<'a>(settings: &Settings, value: &'a Value) -> Option<&'a str> {
    value.as_str().filter(|member_type| match *member_type {
        "owner" | "member" => true,
        "marketer" => settings.marketer_enabled,
        _ => false,
    })
}

fn change(settings: &Settings, operation: &Value) -> Result<(&'static str, Value), String> {
    if operation["op"] != "replace" {
        return Err("Unsupported operation type".into());
    }
    let (path, value) = (
        operation["path"].as_str().unwrap_or_default(),
        &operation["value"],
    );
    if path == "active" {
        return match value {
            Value::Bool(_) => Ok((field::ACTIVE, value.clone())),
            _ => Err(format!("Unsupported value for path active: {value}")),
        };
    }
    let is_role = match path.strip_prefix(super::EXTENSION) {
        Some(".memberType") => settings.patch_path != PatchPath::Colon,
        Some(":memberType") => settings.patch_path != PatchPath::Dot,
        _ => false,
    };
    if !is_role {
        return Err(format!("Unsupported path: {path}"));
    }
    match member_type(settings, value) {
        Some(member_type) => Ok((field::MEMBER_TYPE, member_type.into())),
        None => Err(format!("Unsupported value for path {path}: {value}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{EXTENSION, PATCH_OP};
    use super::*;

    fn replace(path: &str, value: Value) -> Value {
        json!({"schemas": [PATCH_OP], "Operations": [
            {"op": "replace", "path": path, "value": value},
        ]})
    }

    #[test]
    fn only_the_spelling_of_the_path_that_is_switched_on_is_accepted() {
        for (patch_path, dot, colon) in [
            (PatchPath::Dot, true, false),
            (PatchPath::Colon, false, true),
            (PatchPath::Both, true, true),
        ] {
            let settings = Settings {
                patch_path,
                ..Settings::default()
            };
            for (mark, accepted) in [('.', dot), (':', colon), ('/', false)] {
                let path = format!("{EXTENSION}{mark}memberType");
                let changes = parse(&settings, Some(&replace(&path, "owner".into())));
                match changes {
                    Ok(changes) => {
                        assert!(accepted);
                        assert_eq!(changes, [(field::MEMBER_TYPE, json!("owner"))]);
                    }
                    Err(reason) => assert!(!accepted && reason.contains(&path), "{reason}"),
                }
            }
        }
    }

    #[test]
    fn what_is_not_documented_is_refused() {
        let settings = Settings {
            marketer_enabled: false,
            ..Settings::default()
        };
        let role = format!("{EXTENSION}.memberType");
        for body in [
            json!({"Operations": [{"op": "replace", "path": "active", "value": true}]}),
            json!({"schemas": [PATCH_OP], "Operations": []}),
            json!({"schemas": [PATCH_OP], "Operations": [
                {"op": "remove", "path": "active"}
            ]}),
            json!(17),
            replace("active", "true".into()),
            replace(&role, "marketer".into()),
            replace(&role, "king".into()),
            replace("name.givenName", "Ann".into()),
        ] {
            assert!(parse(&settings, Some(&body)).is_err(), "{body}");
        }
        assert!(parse(&settings, None).is_err());
    }
}
