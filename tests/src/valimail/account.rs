//! One account as the SCIM API shows it, and every way in which it may be odd.

use serde_json::{Map, Value, json};

use super::json::{Layout, escape};

/// The schema of a user.
pub const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// The schema of Valimail's extension, and the key under which it stands.
pub const EXTENSION: &str = "urn:ietf:params:scim:schemas:extension:valimailuserextension:2.0:User";

/// The account slug of the demo company.
pub const SLUG: &str = "larkspur-freight";

/// JSON pointers to the parts of an account, for [`Account::with`], [`Account::without`] and
/// [`Account::get`]. Any other pointer does as well.
pub mod field {
    /// The list of schemas.
    pub const SCHEMAS: &str = "/schemas";
    /// The opaque identifier.
    pub const ID: &str = "/id";
    /// The e-mail address.
    pub const USER_NAME: &str = "/userName";
    /// The identity provider's identifier.
    pub const EXTERNAL_ID: &str = "/externalId";
    /// Both names.
    pub const NAME: &str = "/name";
    /// The first name.
    pub const GIVEN_NAME: &str = "/name/givenName";
    /// The last name.
    pub const FAMILY_NAME: &str = "/name/familyName";
    /// Whether the account may sign in.
    pub const ACTIVE: &str = "/active";
    /// Valimail's extension as a whole.
    pub const EXTENSION: &str =
        "/urn:ietf:params:scim:schemas:extension:valimailuserextension:2.0:User";
    /// The role.
    pub const MEMBER_TYPE: &str =
        "/urn:ietf:params:scim:schemas:extension:valimailuserextension:2.0:User/memberType";
    /// Dates and location as a whole.
    pub const META: &str = "/meta";
    /// When the account was made.
    pub const CREATED: &str = "/meta/created";
    /// When the account was last changed.
    pub const LAST_MODIFIED: &str = "/meta/lastModified";
    /// An address that no client should follow: its path is not the path of the API.
    pub const LOCATION: &str = "/meta/location";
}

/// One item of the list of accounts: usually a complete user, made odd step by step.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    value: Value,
    verbatim: Option<String>,
    escaped: bool,
}

impl Account {
    /// A complete, active account with the role `member`. `id` is any text: the API uses 10 hex
    /// digits, 20 hex digits and UUIDs side by side.
    pub fn new(id: impl Into<String>, user_name: impl Into<String>) -> Account {
        let (id, user_name) = (id.into(), user_name.into());
        let location = format!("https://api.valimail.com/account/{SLUG}/scim/v2/users/{id}");
        Account::item(json!({
            "schemas": [CORE, EXTENSION],
            "id": id,
            "userName": user_name,
            "externalId": format!("idp-{id}"),
            "name": {"familyName": "Person", "givenName": "Test"},
            "active": true,
            EXTENSION: {"memberType": "member"},
            "meta": {
                "resourceType": "User",
                "created": "2025-02-03T08:15:30.125Z",
                "lastModified": "2025-11-20T16:44:05.9Z",
                "location": location,
            },
        }))
    }

    /// Any value in the place of an account: a string, `null`, an object of another kind.
    pub fn item(value: Value) -> Account {
        Account {
            value,
            verbatim: None,
            escaped: false,
        }
    }

    /// An item sent as exactly this text, which need not be JSON: repeated keys, escapes, numbers
    /// out of range. The stand-in itself (filters, lookups) reads it as JSON where that works.
    pub fn verbatim(text: impl Into<String>) -> Account {
        let text = text.into();
        let value = serde_json::from_str(&text).unwrap_or(Value::Null);
        Account {
            value,
            verbatim: Some(text),
            escaped: false,
        }
    }

    /// Sets the first and the last name.
    pub fn named(self, given: &str, family: &str) -> Account {
        self.with(field::FAMILY_NAME, family)
            .with(field::GIVEN_NAME, given)
    }

    /// Sets the role.
    pub fn member_type(self, member_type: &str) -> Account {
        self.with(field::MEMBER_TYPE, member_type)
    }

    /// Makes it an owner.
    pub fn owner(self) -> Account {
        self.member_type("owner")
    }

    /// Makes it a marketer.
    pub fn marketer(self) -> Account {
        self.member_type("marketer")
    }

    /// Makes it inactive.
    pub fn inactive(self) -> Account {
        self.with(field::ACTIVE, false)
    }

    /// Sets the identity provider's identifier.
    pub fn external_id(self, external_id: &str) -> Account {
        self.with(field::EXTERNAL_ID, external_id)
    }

    /// Sets both dates, as any text.
    pub fn dates(self, created: &str, last_modified: &str) -> Account {
        self.with(field::CREATED, created)
            .with(field::LAST_MODIFIED, last_modified)
    }

    /// Sets what the JSON pointer names to any value, of a right or a wrong type: a constant of
    /// [`field`] or a key of one's own. Objects on the way are made where they are missing.
    pub fn with(mut self, pointer: &str, value: impl Into<Value>) -> Account {
        self.set(pointer, value.into());
        self
    }

    /// Leaves out what the JSON pointer names.
    pub fn without(mut self, pointer: &str) -> Account {
        let (parent, key) = pointer
            .rsplit_once('/')
            .expect("a JSON pointer begins with a slash");
        if let Some(Value::Object(parent)) = self.value.pointer_mut(parent) {
            parent.shift_remove(key);
        }
        self
    }

    /// Sends `null` for what the JSON pointer names.
    pub fn null(self, pointer: &str) -> Account {
        self.with(pointer, Value::Null)
    }

    /// Sends every character outside ASCII, `/` and `@` as JSON escapes.
    pub fn escaped(mut self) -> Account {
        self.escaped = true;
        self
    }

    /// What the JSON pointer names.
    pub fn get(&self, pointer: &str) -> Option<&Value> {
        self.value.pointer(pointer)
    }

    /// The string that the JSON pointer names; none if something else stands there.
    pub fn text(&self, pointer: &str) -> Option<&str> {
        self.get(pointer)?.as_str()
    }

    /// Whether this is an active owner.
    pub fn is_active_owner(&self) -> bool {
        self.text(field::MEMBER_TYPE) == Some("owner") && self.is_active()
    }

    /// Whether this is active. An account that does not say so is.
    pub fn is_active(&self) -> bool {
        self.get(field::ACTIVE) != Some(&Value::Bool(false))
    }

    /// The item as JSON, so far as it is.
    pub fn value(&self) -> &Value {
        &self.value
    }

    pub(super) fn set(&mut self, pointer: &str, value: Value) {
        let mut place = &mut self.value;
        for key in pointer
            .strip_prefix('/')
            .expect("a JSON pointer begins with a slash")
            .split('/')
        {
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            let object = place.as_object_mut().expect("made an object just above");
            place = object.entry(key).or_insert(Value::Null);
        }
        *place = value;
    }

    /// The account as the body of its own response.
    pub(super) fn render(&self, layout: Layout) -> String {
        self.finish(|value| layout.render(value))
    }

    /// The account as an item of the list.
    pub(super) fn render_item(&self, layout: Layout) -> String {
        self.finish(|value| layout.render_item(value))
    }

    fn finish(&self, render: impl Fn(&Value) -> String) -> String {
        let text = self.verbatim.clone().unwrap_or_else(|| render(&self.value));
        if self.escaped { escape(&text) } else { text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_can_be_set_left_out_and_nulled() {
        let account = Account::new("a1b2c3d4e5", "a@b.example")
            .named("Ann", "Bee")
            .with(field::ACTIVE, "true")
            .with("/badge/colour", "teal")
            .null(field::META)
            .without(field::MEMBER_TYPE)
            .without("/no/such/thing");
        assert_eq!(account.text(field::GIVEN_NAME), Some("Ann"));
        assert_eq!(account.text(field::ACTIVE), Some("true"));
        assert_eq!(account.text("/badge/colour"), Some("teal"));
        assert_eq!(account.get(field::META), Some(&Value::Null));
        assert_eq!(account.get(field::EXTENSION), Some(&json!({})));
        let keys: Vec<_> = account
            .value()
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect();
        assert_eq!(
            keys[..4],
            ["schemas", "id", "userName", "externalId"],
            "the order stays"
        );
    }

    #[test]
    fn a_verbatim_item_is_sent_as_it_is_written() {
        let text = r#"{"id": "1", "id": "2", "userName": "a@b.example"}"#;
        let account = Account::verbatim(text);
        assert_eq!(account.render_item(Layout::Pretty), text);
        assert_eq!(account.text(field::ID), Some("2"));
        assert_eq!(Account::verbatim("{oops").get(field::ID), None);
    }
}
