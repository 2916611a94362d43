//! SCIM users as Valimail writes them (RFC 7643 with an extension of its own).
//!
//! Valimail's description of its API leaves much open, so this reads what may be there and
//! judges later: identifiers may be numbers, flags may be strings, anything optional may be
//! missing or null, and unknown attributes are passed over.

use crate::secrets::Secrets;
use serde::{Deserialize, Deserializer, de};

/// The schema of every user.
pub const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The schema of Valimail's own attributes, and the name under which they stand.
pub const EXTENSION: &str = "urn:ietf:params:scim:schemas:extension:valimailuserextension:2.0:User";
/// The schema of an error.
const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// A user, as far as the connector is interested.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, expecting = "an object")]
pub struct User {
    #[serde(deserialize_with = "identifier")]
    pub id: Option<String>,
    #[serde(rename = "userName")]
    pub user_name: Option<String>,
    #[serde(rename = "externalId", deserialize_with = "identifier")]
    pub external_id: Option<String>,
    pub name: Option<Name>,
    #[serde(deserialize_with = "flag")]
    pub active: Option<bool>,
    // As in EXTENSION, which cannot be named here.
    #[serde(rename = "urn:ietf:params:scim:schemas:extension:valimailuserextension:2.0:User")]
    pub extension: Option<Extension>,
    pub meta: Option<Meta>,
}

/// `name` of RFC 7643, section 4.1.1.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, expecting = "an object")]
pub struct Name {
    #[serde(rename = "givenName")]
    pub given: Option<String>,
    #[serde(rename = "familyName")]
    pub family: Option<String>,
}

impl User {
    /// The member type, if there is one.
    pub fn member_type(&self) -> Option<&str> {
        let member_type = self.extension.as_ref()?.member_type.as_deref();
        member_type.filter(|member_type| !member_type.is_empty())
    }

    /// Whether it is of this member type, however that is spelled.
    pub fn is_of(&self, member_type: &str) -> bool {
        let own = self.member_type();
        own.is_some_and(|own| own.eq_ignore_ascii_case(member_type))
    }

    /// Whether it has this id.
    pub fn has_id(&self, id: &str) -> bool {
        self.id.as_deref() == Some(id)
    }
}

/// Valimail's own attributes.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, expecting = "an object")]
pub struct Extension {
    #[serde(rename = "memberType")]
    pub member_type: Option<String>,
}

/// `meta` of RFC 7643, section 3.1. Its `location` is not a URL of the API, so it is not read.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, expecting = "an object")]
pub struct Meta {
    pub created: Option<String>,
    #[serde(rename = "lastModified")]
    pub last_modified: Option<String>,
}

/// Reads a string, or a whole number as one.
fn identifier<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "an id is neither a text nor a whole number")]
    enum Identifier {
        Text(String),
        Number(i64),
    }
    Ok(match Option::deserialize(deserializer)? {
        None => None,
        Some(Identifier::Text(text)) => Some(text),
        Some(Identifier::Number(number)) => Some(number.to_string()),
    })
}

/// Reads a boolean, or the word for one.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "active is neither true nor false")]
    enum Flag {
        Flag(bool),
        Text(String),
    }
    match Option::deserialize(deserializer)? {
        None => Ok(None),
        Some(Flag::Flag(flag)) => Ok(Some(flag)),
        Some(Flag::Text(text)) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
        Some(Flag::Text(text)) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
        Some(Flag::Text(_)) => Err(de::Error::custom("active is neither true nor false")),
    }
}

/// What an error body says, of whichever of Valimail's several shapes it is.
///
/// SCIM errors carry `detail` (RFC 7644, section 3.12), others `message` with `type`, or a
/// list of details by field; proxies in between answer with HTML or nothing. At most 300
/// characters, on one line and without `secrets`; `None` when there is nothing to repeat.
pub fn error_detail(body: &[u8], secrets: &Secrets) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    let mut parts = Vec::new();
    for key in ["detail", "details", "message"] {
        match &body[key] {
            serde_json::Value::String(text) => parts.push(text.clone()),
            serde_json::Value::Array(details) => {
                for detail in details {
                    // `value` may repeat a credential, so only these two are taken.
                    let (field, message) = (&detail["field"], &detail["message"]);
                    if let Some(message) = message.as_str() {
                        parts.push(match field.as_str() {
                            Some(field) => format!("{field}: {message}"),
                            None => message.to_owned(),
                        });
                    }
                }
            }
            _ => {}
        }
    }
    if let Some(id) = body["request-id"].as_str().filter(|id| !id.is_empty()) {
        parts.push(format!("request-id {id}"));
    }
    let text: String = secrets
        .blank(&parts.join("; "))
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(300)
        .collect();
    (!text.trim().is_empty()).then_some(text)
}

/// The `scimType` of an error body (RFC 7644, section 3.12).
pub fn scim_type(body: &[u8]) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    body["scimType"].as_str().map(str::to_owned)
}

/// Whether this is the body of a SCIM error (RFC 7644, section 3.12).
pub fn is_error(body: &[u8]) -> bool {
    let body: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let schemas = body["schemas"].as_array();
    schemas.is_some_and(|schemas| schemas.iter().any(|schema| schema == ERROR))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(json: &str) -> Result<User, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn an_id_may_be_a_number_and_a_flag_a_word() -> Result<(), serde_json::Error> {
        let user = user(r#"{"id": 42, "active": "True", "userName": "a@example.com"}"#)?;
        assert_eq!(user.id.as_deref(), Some("42"));
        assert_eq!(user.active, Some(true));
        Ok(())
    }

    #[test]
    fn null_is_as_good_as_missing() -> Result<(), serde_json::Error> {
        let user = user(
            r#"{"id": null, "userName": null, "name": {"givenName": null}, "active": null,
                "meta": null, "externalId": null,
                "urn:ietf:params:scim:schemas:extension:valimailuserextension:2.0:User": null}"#,
        )?;
        assert_eq!(
            user,
            User {
                name: Some(Name::default()),
                ..User::default()
            }
        );
        Ok(())
    }

    #[test]
    fn a_user_name_of_another_type_is_refused() {
        assert!(user(r#"{"id": "1", "userName": ["a"]}"#).is_err());
        assert!(user(r#"{"id": {}, "userName": "a"}"#).is_err());
        assert!(user(r#"{"id": "1", "active": "maybe"}"#).is_err());
    }

    #[test]
    fn every_shape_of_error_body_is_understood() {
        for (body, detail) in [
            (
                r#"{"schemas":[],"status":"403","detail":"Not authorized"}"#,
                Some("Not authorized"),
            ),
            (
                r#"{"request":{},"message":"over rate","type":"","request-id":"r-1","call":"api"}"#,
                Some("over rate; request-id r-1"),
            ),
            (
                r#"{"params":"","detail":[{"field":"app-id","value":"SECRET","message":"is not a UUID"}]}"#,
                Some("app-id: is not a UUID"),
            ),
            (r#"{"details":[{"message":"no"}]}"#, Some("no")),
            ("<html>502</html>", None),
            ("", None),
            ("[]", None),
            ("{}", None),
        ] {
            let told = error_detail(body.as_bytes(), &Secrets::default());
            assert_eq!(told.as_deref(), detail, "{body}");
        }
    }

    #[test]
    fn the_type_of_an_error_is_read_where_there_is_one() {
        let body = br#"{"status":"400","scimType":"invalidPath","detail":"no"}"#;
        assert_eq!(scim_type(body).as_deref(), Some("invalidPath"));
        for without in [&b"<html>"[..], b"[]", b"{}", br#"{"scimType":7}"#] {
            assert_eq!(scim_type(without), None);
        }
    }

    #[test]
    fn errors_of_scim_are_told_from_others() {
        let body = serde_json::json!({"schemas": [ERROR], "status": "404"}).to_string();
        assert!(is_error(body.as_bytes()));
        for other in [
            &b"<html>"[..],
            b"[]",
            br#"{"message":"no such path"}"#,
            br#"{"schemas":["Error"]}"#,
        ] {
            assert!(!is_error(other));
        }
    }

    #[test]
    fn member_types_are_the_same_in_any_spelling() -> Result<(), serde_json::Error> {
        let user = user(&format!(
            r#"{{"id":"1","{EXTENSION}":{{"memberType":"Owner"}}}}"#
        ))?;
        assert_eq!(user.member_type(), Some("Owner"));
        assert!(user.is_of("owner") && !user.is_of("member"));
        assert_eq!(User::default().member_type(), None);
        Ok(())
    }

    #[test]
    fn an_error_body_is_not_cut_in_the_middle_of_a_secret() {
        let secrets = Secrets::new(["hunter2-and-more"]);
        let body = format!(r#"{{"detail": "{}hunter2-and-more"}}"#, "x".repeat(290));
        let told = error_detail(body.as_bytes(), &secrets).unwrap_or_default();
        assert!(!told.contains("hunt"), "{told}");
    }
}
