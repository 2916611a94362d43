//! Requests as people may see them: without secrets.

use crate::{egress::ChangingRequest, sandbox::Variables};
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// What stands for a secret.
const MASK: &str = "***";
/// Members of a body whose names hold one of these are secrets, whoever has made them up.
const SECRET_NAMES: [&str; 4] = ["password", "passwd", "secret", "token"];

/// The URL of a request.
pub fn url(request: &ChangingRequest, variables: &Variables) -> String {
    let url = request.url.as_str();
    let decoded = percent_decode_str(url).decode_utf8_lossy();
    let masked = variables.redact(&decoded);
    match masked == decoded {
        true => url.to_owned(),
        false => masked.into_owned(),
    }
}

/// The body of a request: as JSON where it is JSON, else as a text; null without one.
pub fn body(request: &ChangingRequest, variables: &Variables) -> Value {
    if request.body.is_empty() {
        return Value::Null;
    }
    match serde_json::from_slice(&request.body) {
        Ok(json) => value(json, variables),
        Err(_) => match str::from_utf8(&request.body) {
            Ok(text) => Value::String(variables.redact(text).into_owned()),
            Err(_) => Value::String(format!("({} bytes)", request.body.len())),
        },
    }
}

/// A JSON value without secrets.
pub fn value(value: Value, variables: &Variables) -> Value {
    let masked = |item| self::value(item, variables);
    match value {
        Value::String(text) => Value::String(variables.redact(&text).into_owned()),
        Value::Array(items) => items.into_iter().map(masked).collect(),
        Value::Object(members) => {
            let members = members.into_iter().map(|(name, item)| {
                let item = match is_secret(&name) && !matches!(item, Value::Null | Value::Bool(_)) {
                    true => Value::String(MASK.to_owned()),
                    false => masked(item),
                };
                (variables.redact(&name).into_owned(), item)
            });
            Value::Object(members.collect())
        }
        other => other,
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_NAMES.iter().any(|secret| name.contains(secret))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::egress::Answer;
    use http::Method;
    use serde_json::json;
    use url::Url;

    fn request(url: &str, body: &'static str) -> ChangingRequest {
        ChangingRequest {
            method: Method::POST,
            url: Url::parse(url).unwrap(),
            body: body.into(),
            answer: Answer::Awaited,
            retries: 0,
        }
    }

    fn variables() -> Variables {
        Variables::new([("key", "hunter \"2\"".to_owned(), true)])
    }

    #[test]
    fn secrets_are_masked_wherever_they_stand_in_a_body() {
        let body_of = |text| body(&request("https://e.com/", text), &variables());
        assert_eq!(
            body_of(r#"{"a": ["is hunter \"2\""], "hunter \"2\"": 1}"#),
            json!({"a": ["is ***"], "***": 1})
        );
        assert_eq!(
            body_of(r#"{"newPassword": "x", "tokens": [1], "secret": null}"#),
            json!({"newPassword": "***", "tokens": "***", "secret": null})
        );
        assert_eq!(body_of(r#"a=hunter "2""#), json!("a=***"));
        assert_eq!(body_of(""), Value::Null);
    }

    #[test]
    fn a_secret_in_a_url_is_masked_however_it_is_encoded() {
        let url_of = |text| url(&request(text, ""), &variables());
        assert_eq!(
            url_of("https://e.com/a?key=hunter%20%222%22"),
            "https://e.com/a?key=***"
        );
        assert_eq!(url_of("https://e.com/a%20b"), "https://e.com/a%20b");
    }
}
