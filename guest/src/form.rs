//! What somebody fills in to have an account created, and the user that comes of it.

use crate::{
    contract::{
        exports::identity::connector::create_account::Account,
        identity::connector::types::{Error, Value},
    },
    member_types::{self, KNOWN, MEMBER},
    scim::{CORE, EXTENSION},
};
use email_address::{EmailAddress, Options};
use serde_json::json;

/// Names of the fields.
pub const EMAIL: &str = "email";
pub const FIRST_NAME: &str = "first_name";
pub const LAST_NAME: &str = "last_name";
pub const MEMBER_TYPE: &str = "member_type";
pub const EXTERNAL_ID: &str = "external_id";
const FIELDS: [&str; 5] = [EMAIL, FIRST_NAME, LAST_NAME, MEMBER_TYPE, EXTERNAL_ID];

/// What stands for a family name that nobody knows. Valimail wants one.
const NO_NAME: &str = "-";

/// A user that is wanted.
#[derive(Debug, PartialEq, Eq)]
pub struct Wanted {
    /// An e-mail address.
    pub user_name: String,
    pub given_name: String,
    pub family_name: String,
    /// One of [`KNOWN`].
    pub member_type: &'static str,
    pub external_id: Option<String>,
    /// What has been filled in and is of no use here, in words.
    pub unused: Option<String>,
}

impl Wanted {
    /// Reads what has been filled in.
    ///
    /// # Errors
    ///
    /// `invalid-argument` when there is no e-mail address, or something else is not what it
    /// should be.
    pub fn new(account: &Account) -> Result<Self, Error> {
        let email = text(account, EMAIL)?;
        let login = filled_in(account.login.as_deref());
        let user_name = filled_in(account.email.as_deref())
            .or_else(|| login.filter(|login| address(login).is_some()))
            .or(email)
            .ok_or_else(|| {
                Error::InvalidArgument(
                    "an account needs an e-mail address (--create-account-email)".to_owned(),
                )
            })?;
        let local_part = address(user_name).ok_or_else(|| {
            Error::InvalidArgument(format!("{user_name:?} is not an e-mail address"))
        })?;
        let (given, family) = names(&local_part);
        let member_type = match text(account, MEMBER_TYPE)? {
            None => MEMBER,
            Some(name) => member_types::known(name).ok_or_else(|| {
                Error::InvalidArgument(format!(
                    "there is no member type {name:?}; there are {}",
                    KNOWN.join(", ")
                ))
            })?,
        };
        Ok(Self {
            user_name: user_name.to_owned(),
            given_name: text(account, FIRST_NAME)?.map_or(given, str::to_owned),
            family_name: text(account, LAST_NAME)?.map_or(family, str::to_owned),
            member_type,
            external_id: text(account, EXTERNAL_ID)?.map(str::to_owned),
            unused: unused(account, login, user_name),
        })
    }

    /// The body of the request. The member type is always in it: nobody says what Valimail makes
    /// of a user without one.
    pub fn body(&self) -> serde_json::Value {
        let mut body = json!({
            "schemas": [CORE, EXTENSION],
            "userName": self.user_name,
            "name": {"givenName": self.given_name, "familyName": self.family_name},
            EXTENSION: {"memberType": self.member_type},
        });
        if let Some(external_id) = &self.external_id {
            body["externalId"] = external_id.as_str().into();
        }
        body
    }
}

/// The text in a field of the profile, if there is one.
fn text<'a>(account: &'a Account, name: &str) -> Result<Option<&'a str>, Error> {
    let field = account.profile.iter().find(|field| field.name == name);
    match field.map(|field| &field.value) {
        None => Ok(None),
        Some(Value::Text(text)) => Ok(filled_in(Some(text))),
        Some(_) => Err(Error::InvalidArgument(format!(
            "{name} in the account's profile is not a text"
        ))),
    }
}

fn filled_in(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// What stands before the `@`, if this is an e-mail address.
fn address(text: &str) -> Option<String> {
    let options = Options::default()
        .without_display_text()
        .without_domain_literal();
    let address = EmailAddress::parse_with_options(text, options).ok()?;
    Some(address.local_part().to_owned())
}

/// A given and a family name from `given.family@`, never empty.
fn names(local_part: &str) -> (String, String) {
    let words = local_part.split(['.', '_', '-', '+']);
    let mut words = words
        .filter(|word| !word.is_empty())
        .map(member_types::capitalized);
    let given = words.next().unwrap_or_else(|| local_part.to_owned());
    let family = words.collect::<Vec<_>>().join(" ");
    let family = if family.is_empty() {
        NO_NAME.to_owned()
    } else {
        family
    };
    (given, family)
}

fn unused(account: &Account, login: Option<&str>, user_name: &str) -> Option<String> {
    let mut unused = Vec::new();
    if let Some(login) = login.filter(|login| !login.eq_ignore_ascii_case(user_name)) {
        unused.push(format!("the login {login:?}"));
    }
    let names = account.profile.iter().map(|field| field.name.as_str());
    let others = names.filter(|name| *name != "login" && !FIELDS.contains(name));
    unused.extend(others.map(|name| format!("{name:?} in the profile")));
    (!unused.is_empty()).then(|| {
        format!(
            "not used for the account {user_name}: {}; Valimail's user names are e-mail addresses, and the profile takes {}",
            unused.join(", "),
            FIELDS.join(", ")
        )
    })
}

#[cfg(test)]
mod tests;
