//! Values that people give as JSON for fields that a connector describes: the profile of a new
//! account, the arguments of an action.

use crate::{
    contract::{
        describe::{Field, Kind as FieldKind},
        types::{Attribute, Value},
    },
    failure::{Failure, Kind, Result},
};
use serde_json::{Map, Value as Json};

/// Mistakes in a name that are taken for slips, at most.
const SLIPS: usize = 3;

/// Reads a JSON object. An empty text is an empty one.
///
/// # Errors
///
/// Says where it is none; `flag` is what it was given with. The text is not repeated, because
/// there may be a password in it.
pub fn object(flag: &str, text: &str) -> Result<Map<String, Json>> {
    let wrong = |what: String| {
        Failure::new(Kind::InvalidArgument, format!("{flag} {what}"))
            .hint("Write it like '{\"name\": \"value\"}', in single quotes in a shell.")
    };
    if text.trim().is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_str(text) {
        Ok(Json::Object(object)) => Ok(object),
        Ok(_) => Err(wrong("is not a JSON object".to_owned())),
        Err(error) => Err(wrong(format!("is not JSON: {error}"))),
    }
}

/// Puts values into the kinds of their fields, in the order of the form. What is not in the form
/// is left out, with a warning, unless it is one of `also`.
///
/// # Errors
///
/// When a required value is missing, or one is of another kind.
pub fn fill(
    flag: &str,
    fields: &[Field],
    given: &Map<String, Json>,
    also: &[&str],
) -> Result<Vec<Attribute>> {
    for name in given.keys() {
        let known = fields.iter().any(|field| field.name == *name);
        if !known && !also.contains(&name.as_str()) {
            warn(flag, name, fields);
        }
    }
    let mut attributes = Vec::new();
    for field in fields {
        let value = match given.get(&field.name).filter(|value| !is_nothing(value)) {
            Some(given) => Some(value(flag, field, given)?),
            None => field
                .default_value
                .as_deref()
                .and_then(|text| parse(field.kind, text)),
        };
        match value {
            Some(value) => attributes.push(Attribute {
                name: field.name.clone(),
                value,
            }),
            None if field.required => {
                return Err(Failure::new(
                    Kind::InvalidArgument,
                    format!("{flag} lacks {:?}, which is required", field.name),
                )
                .hint(format!("{}: {}.", field.display_name, field.description)));
            }
            None => {}
        }
    }
    Ok(attributes)
}

fn is_nothing(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::String(text) => text.trim().is_empty(),
        _ => false,
    }
}

fn value(flag: &str, field: &Field, given: &Json) -> Result<Value> {
    let texts = |items: &Vec<Json>| {
        let texts = items.iter().map(|item| item.as_str().map(str::to_owned));
        texts.collect::<Option<Vec<_>>>()
    };
    let value = match (field.kind, given) {
        (FieldKind::Text, Json::String(text)) => Some(Value::Text(text.clone())),
        (FieldKind::Number, Json::Number(number)) => whole(number.as_f64()),
        (FieldKind::Flag, Json::Bool(flag)) => Some(Value::Flag(*flag)),
        (FieldKind::Texts, Json::Array(items)) => texts(items).map(Value::Texts),
        // As environments and forms give them.
        (FieldKind::Number | FieldKind::Flag, Json::String(text)) => parse(field.kind, text),
        _ => None,
    };
    value.ok_or_else(|| {
        let kind = match field.kind {
            FieldKind::Text => "a text",
            FieldKind::Number => "a whole number",
            FieldKind::Flag => "true or false",
            FieldKind::Texts => "a list of texts",
        };
        Failure::new(
            Kind::InvalidArgument,
            format!("{:?} in {flag} is not {kind}", field.name),
        )
    })
}

fn parse(kind: FieldKind, text: &str) -> Option<Value> {
    match kind {
        FieldKind::Text => Some(Value::Text(text.to_owned())),
        FieldKind::Number => whole(text.trim().parse().ok()),
        FieldKind::Flag => text.trim().parse().ok().map(Value::Flag),
        FieldKind::Texts => Some(Value::Texts(text.split(',').map(str::to_owned).collect())),
    }
}

fn whole(number: Option<f64>) -> Option<Value> {
    number
        .filter(|number| number.is_finite() && number.fract() == 0.0)
        .map(Value::Number)
}

fn warn(flag: &str, name: &str, fields: &[Field]) {
    let near = fields
        .iter()
        .map(|field| (strsim::osa_distance(&field.name, name), field.name.as_str()))
        .filter(|(slips, _)| *slips <= SLIPS)
        .min();
    let known: Vec<_> = fields.iter().map(|field| field.name.as_str()).collect();
    tracing::warn!(
        field = name,
        did_you_mean = near.map(|(_, name)| name),
        known = known.join(", "),
        "{flag} holds a field that the connector does not know; it is ignored"
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn field(name: &str, kind: FieldKind, required: bool) -> Field {
        Field {
            name: name.to_owned(),
            display_name: name.to_uppercase(),
            description: format!("What {name} is"),
            placeholder: None,
            kind,
            required,
            secret: false,
            default_value: None,
        }
    }

    fn form() -> Vec<Field> {
        vec![
            field("name", FieldKind::Text, true),
            field("seats", FieldKind::Number, false),
            field("admin", FieldKind::Flag, false),
            field("teams", FieldKind::Texts, false),
        ]
    }

    fn filled(json: &str) -> Result<Vec<Attribute>> {
        fill("--profile", &form(), &object("--profile", json)?, &[])
    }

    #[test]
    fn every_kind_of_value_arrives_as_what_it_is() {
        let values: Vec<_> =
            filled(r#"{"teams": ["a", "b"], "admin": true, "seats": 3, "name": "Ada"}"#)
                .unwrap()
                .into_iter()
                .map(|attribute| (attribute.name, attribute.value))
                .collect();
        assert_eq!(
            values,
            [
                ("name".to_owned(), Value::Text("Ada".to_owned())),
                ("seats".to_owned(), Value::Number(3.0)),
                ("admin".to_owned(), Value::Flag(true)),
                (
                    "teams".to_owned(),
                    Value::Texts(vec!["a".to_owned(), "b".to_owned()])
                ),
            ]
        );
    }

    #[test]
    fn a_value_of_another_kind_is_named() {
        for (json, text) in [
            (r#"{"name": 7}"#, r#""name" in --profile is not a text"#),
            (r#"{"name": "a", "seats": 1.5}"#, "is not a whole number"),
            (r#"{"name": "a", "seats": "many"}"#, "is not a whole number"),
            (r#"{"name": "a", "admin": "maybe"}"#, "is not true or false"),
            (r#"{"name": "a", "teams": [1]}"#, "is not a list of texts"),
            (r#"{"name": " "}"#, r#"lacks "name", which is required"#),
            (r#"{"name": null}"#, r#"lacks "name", which is required"#),
        ] {
            let failure = filled(json).unwrap_err();
            assert!(failure.to_string().contains(text), "{json}: {failure}");
        }
    }

    #[test]
    fn what_is_no_object_is_refused_with_the_place_and_without_the_text() {
        let failure = filled(r#"{"name": "hunter2" oops}"#)
            .unwrap_err()
            .to_string();
        assert!(failure.contains("line 1 column"), "{failure}");
        assert!(!failure.contains("hunter2"), "{failure}");
        assert!(
            filled("[]")
                .unwrap_err()
                .to_string()
                .contains("not a JSON object")
        );
    }

    proptest! {
        #[test]
        fn any_text_is_filled_in_or_refused(text in ".{0,80}") {
            let _ = filled(&text);
        }
    }
}
