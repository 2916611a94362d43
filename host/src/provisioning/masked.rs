//! Requests as people may see them: without secrets.

use crate::{contract::describe::Field, egress::ChangingRequest, sandbox::Variables};
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// What stands for a secret.
const MASK: &str = "***";
/// Members of a body whose names hold one of these are secrets, whoever has made them up.
const SECRET_NAMES: [&str; 4] = ["password", "passwd", "secret", "token"];

/// What is to be left out of requests and receipts.
pub struct Masks<'v> {
    variables: &'v Variables,
    /// Names of fields that the connector describes as secret.
    names: Vec<String>,
}

impl<'v> Masks<'v> {
    /// The secrets of the configuration, and those fields of `fields` that are described as such.
    pub fn new<'f>(variables: &'v Variables, fields: impl IntoIterator<Item = &'f Field>) -> Self {
        let fields = fields.into_iter().filter(|field| field.secret);
        Self {
            variables,
            names: fields
                .map(|field| field.name.to_ascii_lowercase())
                .collect(),
        }
    }

    /// The URL of a request.
    pub fn url(&self, request: &ChangingRequest) -> String {
        self.encoded(request.url.as_str())
    }

    /// The body of a request: as JSON where it is JSON, else as a text; null without one.
    pub fn body(&self, request: &ChangingRequest) -> Value {
        if request.body.is_empty() {
            return Value::Null;
        }
        match serde_json::from_slice(&request.body) {
            Ok(json) => self.value(json),
            Err(_) => Value::String(match str::from_utf8(&request.body) {
                Ok(text) => self.encoded(text),
                Err(_) => format!("({} bytes)", request.body.len()),
            }),
        }
    }

    /// A JSON value.
    pub fn value(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(&text)),
            Value::Array(items) => items.into_iter().map(|item| self.value(item)).collect(),
            Value::Object(members) => {
                let members = members.into_iter().map(|(name, item)| {
                    let item = match self.hides(&name, &item) {
                        true => Value::String(MASK.to_owned()),
                        false => self.value(item),
                    };
                    (self.text(&name), item)
                });
                Value::Object(members.collect())
            }
            other => other,
        }
    }

    /// A text.
    pub fn text(&self, text: &str) -> String {
        self.variables.redact(text).into_owned()
    }

    /// A text in which secrets may be percent-encoded, or as forms are. It is shown as it is if
    /// there is none.
    fn encoded(&self, text: &str) -> String {
        let spaced = text.replace('+', " ");
        for decoded in [text, &spaced] {
            let decoded = percent_decode_str(decoded).decode_utf8_lossy();
            let masked = self.text(&decoded);
            if masked != decoded {
                return masked;
            }
        }
        text.to_owned()
    }

    fn hides(&self, name: &str, value: &Value) -> bool {
        let name = name.to_ascii_lowercase();
        let by_name = SECRET_NAMES.iter().any(|secret| name.contains(secret));
        match value {
            Value::Null => false,
            Value::Bool(_) => self.names.contains(&name),
            _ => by_name || self.names.contains(&name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::egress::Answer;
    use crate::sandbox;
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
        Variables::new([("key", sandbox::Value::Secret("hunter \"2\"".into()))])
    }

    #[test]
    fn secrets_are_masked_wherever_they_stand_in_a_body() {
        let variables = variables();
        let masks = Masks::new(&variables, []);
        let body_of = |text| masks.body(&request("https://e.com/", text));
        assert_eq!(
            body_of(r#"{"a": ["is hunter \"2\""], "hunter \"2\"": 1}"#),
            json!({"a": ["is ***"], "***": 1})
        );
        assert_eq!(
            body_of(r#"{"newPassword": "x", "tokens": [1], "secret": null}"#),
            json!({"newPassword": "***", "tokens": "***", "secret": null})
        );
        assert_eq!(body_of(r#"a=hunter "2""#), json!("a=***"));
        assert_eq!(body_of("a=hunter+%222%22&b=c+d"), json!("a=***&b=c d"));
        assert_eq!(body_of("b=c+d"), json!("b=c+d"));
        assert_eq!(body_of(""), Value::Null);
    }

    #[test]
    fn a_secret_in_a_url_is_masked_however_it_is_encoded() {
        let variables = variables();
        let masks = Masks::new(&variables, []);
        let url_of = |text| masks.url(&request(text, ""));
        assert_eq!(
            url_of("https://e.com/a?key=hunter%20%222%22"),
            "https://e.com/a?key=***"
        );
        assert_eq!(url_of("https://e.com/a%20b"), "https://e.com/a%20b");
    }
}
