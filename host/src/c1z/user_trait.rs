//! The annotation that makes a resource an account.

use prost::Message;
use prost_types::{Struct, Timestamp};

/// What is known of an account. Safe in stored rows.
///
/// `status`, `profile` and `created_at` are repeated on the resource for recent readers. A profile
/// should be present even when it is empty: older spreadsheet exports crash without one.
#[derive(Clone, PartialEq, Message)]
pub struct UserTrait {
    /// Addresses, at most one of them primary.
    #[prost(message, repeated, tag = "1")]
    pub emails: Vec<Email>,
    /// Whether the account is in use.
    #[prost(message, optional, tag = "2")]
    pub status: Option<UserStatus>,
    /// Free-form attributes; exports read `first_name`, `last_name` and `user_id`.
    #[prost(message, optional, tag = "3")]
    pub profile: Option<Struct>,
    /// Who is behind the account.
    #[prost(enumeration = "AccountType", tag = "5")]
    pub account_type: i32,
    /// What its holder signs in with.
    #[prost(string, tag = "6")]
    pub login: String,
    /// What else the holder can sign in with.
    #[prost(string, repeated, tag = "7")]
    pub login_aliases: Vec<String>,
    /// When the account came into being.
    #[prost(message, optional, tag = "8")]
    pub created_at: Option<Timestamp>,
    /// When the holder last signed in.
    #[prost(message, optional, tag = "9")]
    pub last_login: Option<Timestamp>,
    /// Whether a second factor is asked for.
    #[prost(message, optional, tag = "10")]
    pub mfa_status: Option<MfaStatus>,
    /// Whether sign-in goes through another system.
    #[prost(message, optional, tag = "11")]
    pub sso_status: Option<SsoStatus>,
    /// The holder's name in parts.
    #[prost(message, optional, tag = "12")]
    pub structured_name: Option<StructuredName>,
    /// Numbers that the employer knows the holder by.
    #[prost(string, repeated, tag = "13")]
    pub employee_ids: Vec<String>,
}

/// An e-mail address of an account.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct Email {
    /// The address.
    #[prost(string, tag = "1")]
    pub address: String,
    /// Whether it is the main one, the only one that spreadsheet exports show.
    #[prost(bool, tag = "2")]
    pub is_primary: bool,
}

/// Whether an account is in use, and why not.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct UserStatus {
    /// The state.
    #[prost(enumeration = "UserStatusValue", tag = "1")]
    pub status: i32,
    /// The source's own words; up to 1024 bytes.
    #[prost(string, tag = "2")]
    pub details: String,
}

/// State of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
pub enum UserStatusValue {
    /// Not said; shown as enabled.
    Unspecified = 0,
    /// In use.
    Enabled = 1,
    /// Switched off, can come back.
    Disabled = 2,
    /// Gone.
    Deleted = 3,
}

/// Who is behind an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
pub enum AccountType {
    /// Not said.
    Unspecified = 0,
    /// A person.
    Human = 1,
    /// A program.
    Service = 2,
    /// The system itself.
    System = 3,
}

/// Whether a second factor is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Message)]
pub struct MfaStatus {
    /// It is.
    #[prost(bool, tag = "1")]
    pub mfa_enabled: bool,
}

/// Whether sign-in goes through another system.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Message)]
pub struct SsoStatus {
    /// It does.
    #[prost(bool, tag = "1")]
    pub sso_enabled: bool,
}

/// A person's name in parts.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct StructuredName {
    /// First name.
    #[prost(string, tag = "1")]
    pub given_name: String,
    /// Last name.
    #[prost(string, tag = "2")]
    pub family_name: String,
    /// Names in between.
    #[prost(string, repeated, tag = "3")]
    pub middle_names: Vec<String>,
    /// What goes before, such as a title.
    #[prost(string, tag = "4")]
    pub prefix: String,
    /// What comes after.
    #[prost(string, tag = "5")]
    pub suffix: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost_types::{Value, value::Kind};

    fn text(value: &str) -> Value {
        Value {
            kind: Some(Kind::StringValue(value.into())),
        }
    }

    #[test]
    fn a_profile_is_stored_in_the_order_of_its_keys() {
        let forward = [("a", "1"), ("b", "2"), ("c", "3")];
        let profile = |pairs: &mut dyn Iterator<Item = &(&str, &str)>| UserTrait {
            profile: Some(Struct {
                fields: pairs.map(|(k, v)| ((*k).to_owned(), text(v))).collect(),
            }),
            ..UserTrait::default()
        };
        let one = profile(&mut forward.iter()).encode_to_vec();
        let other = profile(&mut forward.iter().rev()).encode_to_vec();
        assert_eq!(one, other);
        assert_eq!(
            one,
            b"\x1a\x1e\x0a\x08\x0a\x01a\x12\x03\x1a\x011\
              \x0a\x08\x0a\x01b\x12\x03\x1a\x012\x0a\x08\x0a\x01c\x12\x03\x1a\x013"
        );
    }

    #[test]
    fn an_account_has_the_bytes_that_baton_writes() {
        let account = UserTrait {
            emails: vec![Email {
                address: "user2@example.com".into(),
                is_primary: true,
            }],
            status: Some(UserStatus {
                status: UserStatusValue::Enabled.into(),
                details: String::new(),
            }),
            account_type: AccountType::Human.into(),
            login: "user2@example.com".into(),
            profile: Some(Struct::default()),
            ..UserTrait::default()
        };
        assert_eq!(
            account.encode_to_vec(),
            b"\x0a\x15\x0a\x11user2@example.com\x10\x01\x12\x02\x08\x01\x1a\x00\x28\x01\
              \x32\x11user2@example.com"
        );
    }
}
