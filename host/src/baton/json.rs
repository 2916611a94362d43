//! `google.protobuf.Struct` as JSON, and back.

use prost_types::{ListValue, Struct, Value, value::Kind};
use serde_json::{Map, Number, Value as Json};

/// The members of a struct. Numbers are 64-bit floating-point numbers there; whole ones stay whole.
pub fn from_struct(fields: Struct) -> Map<String, Json> {
    let members = fields.fields.into_iter();
    members.map(|(name, value)| (name, from(value))).collect()
}

fn from(value: Value) -> Json {
    match value.kind {
        None | Some(Kind::NullValue(_)) => Json::Null,
        Some(Kind::BoolValue(flag)) => Json::Bool(flag),
        Some(Kind::StringValue(text)) => Json::String(text),
        Some(Kind::NumberValue(number)) => from_number(number),
        Some(Kind::ListValue(list)) => Json::Array(list.values.into_iter().map(from).collect()),
        Some(Kind::StructValue(fields)) => Json::Object(from_struct(fields)),
    }
}

fn from_number(number: f64) -> Json {
    /// Up to here, each whole number is one of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number.fract() == 0.0 && number.abs() <= EXACT {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "it is whole, and within the bounds"
        )]
        true => Json::from(number as i64),
        false => Number::from_f64(number).map_or(Json::Null, Json::Number),
    }
}

/// A struct with these members.
pub fn to_struct(members: Map<String, Json>) -> Struct {
    let fields = members.into_iter();
    Struct {
        fields: fields.map(|(name, value)| (name, to(value))).collect(),
    }
}

fn to(value: Json) -> Value {
    let kind = match value {
        Json::Null => Kind::NullValue(0),
        Json::Bool(flag) => Kind::BoolValue(flag),
        Json::String(text) => Kind::StringValue(text),
        Json::Number(number) => Kind::NumberValue(number.as_f64().unwrap_or_default()),
        Json::Array(items) => Kind::ListValue(ListValue {
            values: items.into_iter().map(to).collect(),
        }),
        Json::Object(members) => Kind::StructValue(to_struct(members)),
    };
    Value { kind: Some(kind) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_into_a_struct_comes_out_of_it() {
        let text = r#"{"a":null,"b":[true,"x",1,-2.5],"c":{"d":9007199254740992}}"#;
        let Ok(Json::Object(members)) = serde_json::from_str(text) else {
            panic!("it is an object");
        };
        assert_eq!(from_struct(to_struct(members.clone())), members);
    }
}
