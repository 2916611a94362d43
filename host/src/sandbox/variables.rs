//! The component's configuration, as it reads it.

use crate::contract::variables::{Error, Host, HostWithStore};
use std::{
    borrow::Cow,
    collections::BTreeMap,
    fmt,
    sync::{PoisonError, RwLock},
};
use wasmtime::component::{Accessor, HasData};

/// Values by variable name. Which of them are secrets is known, so that they can be kept out
/// of messages; there is no way to print the values.
#[derive(Default)]
pub struct Variables {
    values: BTreeMap<String, String>,
    /// Longest first, so that a secret inside another one does not spoil it.
    secrets: RwLock<Vec<String>>,
}

/// Shorter values appear in texts by chance; to blank them out would only puzzle the reader.
const SHORTEST_SECRET: usize = 4;

impl Variables {
    /// Takes the settings' values: name (with hyphens), value, and whether it is secret.
    pub fn new<'a>(settings: impl IntoIterator<Item = (&'a str, String, bool)>) -> Self {
        let mut variables = Self::default();
        for (name, value, secret) in settings {
            if secret {
                variables.hide(&value);
            }
            variables.values.insert(name.replace('-', "_"), value);
        }
        variables
    }

    /// Remembers a secret, which may be no setting, in each form in which it may turn up: whole,
    /// with its line breaks made blanks, and, where a text has been taken apart into lines, line by
    /// line.
    pub fn hide(&self, secret: &str) {
        let whole = [secret.to_owned(), secret.replace(char::is_control, " ")];
        let lines = secret.split(char::is_control).map(str::to_owned);
        let forms = whole.into_iter().chain(lines);
        let mut secrets = self.secrets.write().unwrap_or_else(PoisonError::into_inner);
        for form in forms.filter(|form| form.len() >= SHORTEST_SECRET) {
            if !secrets.contains(&form) {
                secrets.push(form);
            }
        }
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    }

    /// The text with `***` for each secret.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut text = Cow::Borrowed(text);
        let secrets = self.secrets.read().unwrap_or_else(PoisonError::into_inner);
        for secret in &*secrets {
            if text.contains(secret) {
                text = Cow::Owned(text.replace(secret, "***"));
            }
        }
        text
    }
}

impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

/// Looks variables up for the component.
pub struct Lookup;

impl HasData for Lookup {
    type Data<'a> = &'a Variables;
}

impl Host for &Variables {}

impl<T: Send> HostWithStore<T> for Lookup {
    async fn get(
        store: &Accessor<T, Self>,
        name: String,
    ) -> wasmtime::Result<Result<String, Error>> {
        let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        if name.is_empty() || !name.bytes().all(legal) {
            return Ok(Err(Error::InvalidName(name)));
        }
        Ok(store.with(|mut access| {
            let value = access.get().values.get(&name).cloned();
            value.ok_or(Error::Undefined(name))
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_of_several_lines_is_known_by_each_of_them() {
        let key = "-----BEGIN KEY-----\nMIIEtop\n-----END KEY-----".to_owned();
        let variables = Variables::new([("key", key.clone(), true)]);
        assert_eq!(variables.redact(&key), "***");
        assert_eq!(variables.redact(&key.replace('\n', " ")), "***");
        assert_eq!(variables.redact("in between: MIIEtop"), "in between: ***");
    }

    #[test]
    fn secrets_do_not_get_into_texts_or_debug_output() {
        let variables = Variables::new([
            ("app-id", "hunter2".to_owned(), true),
            ("long-id", "hunter2-and-more".to_owned(), true),
            ("slug", "acme".to_owned(), false),
            ("pin", "1".to_owned(), true),
        ]);
        assert_eq!(
            variables.redact("hunter2-and-more of acme 1, hunter2"),
            "*** of acme 1, ***"
        );
        assert_eq!(
            format!("{variables:?}"),
            r#"{"app_id", "long_id", "pin", "slug"}"#
        );
    }
}
