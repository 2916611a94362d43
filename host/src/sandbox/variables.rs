//! The component's configuration, as it reads it.

use crate::{
    contract::variables::{Error, Host, HostWithStore},
    secrets::Secrets,
};
use secrecy::SecretString;
use std::{borrow::Cow, collections::BTreeMap, fmt, sync::Arc};
use wasmtime::component::{Accessor, HasData};

/// Values by variable name; for a secret, what stands in its place.
#[derive(Default)]
pub struct Variables {
    values: BTreeMap<String, String>,
    secrets: Arc<Secrets>,
}

/// The value of a setting.
#[derive(Clone)]
pub enum Value {
    /// Anybody may see it.
    Plain(String),
    /// Nobody may, the component included.
    Secret(SecretString),
}

impl Variables {
    /// Takes the settings' values by their names (with hyphens).
    pub fn new<'a>(settings: impl IntoIterator<Item = (&'a str, Value)>) -> Self {
        let mut variables = Self::default();
        for (name, value) in settings {
            let value = match value {
                Value::Plain(value) => value,
                Value::Secret(secret) => variables.secrets.keep(name, secret),
            };
            variables.values.insert(name.replace('-', "_"), value);
        }
        variables
    }

    /// The same values, for one of several runs: the secrets that turn up in it are forgotten
    /// afterwards. Until then, these variables blank them out, too.
    #[must_use]
    pub fn for_one_run(&self) -> Self {
        Self {
            values: self.values.clone(),
            secrets: self.secrets.child(),
        }
    }

    /// The value of a variable, as the component gets it.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// The secrets among them, and those that turn up later.
    pub fn secrets(&self) -> &Arc<Secrets> {
        &self.secrets
    }

    /// See [`Secrets::hide`].
    pub fn hide(&self, secret: &str) {
        self.secrets.hide(secret);
    }

    /// See [`Secrets::redact`].
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.secrets.redact(text)
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
            let value = access.get().get(&name).map(str::to_owned);
            value.ok_or(Error::Undefined(name))
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_no_value_of_a_variable() {
        let variables = Variables::new([
            ("app-id", Value::Secret("hunter2".into())),
            ("slug", Value::Plain("acme".to_owned())),
        ]);
        assert_eq!(variables.get("slug"), Some("acme"));
        assert!(
            variables
                .get("app_id")
                .is_some_and(|value| value.starts_with("secret-app-id-"))
        );
        assert_eq!(format!("{variables:?}"), r#"{"app_id", "slug"}"#);
    }
}
