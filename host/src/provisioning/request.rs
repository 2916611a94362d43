//! What is asked for, as a change: accounts and actions, given as JSON.

use super::{Change, form};
use crate::{
    contract::{
        create_account::Account,
        describe::{AccountForm, Action, Description, Field},
        types::{Attribute, ResourceId, Value},
    },
    failure::{Failure, Kind, Result},
};
use serde_json::{Map, Value as Json};

/// The account that is wanted. As in Baton, login and e-mail address fill gaps of the
/// profile, and what the profile says counts; beyond Baton, a login that is an address stands in
/// for an address that is not given. `source` is what messages call the profile.
///
/// # Errors
///
/// When that is not enough to go by, or does not fit the form.
pub fn account(
    form: &AccountForm,
    login: Option<String>,
    email: Option<String>,
    source: &str,
    mut given: Map<String, Json>,
) -> Result<Change> {
    let text = |given: &Map<String, Json>, name: &str| {
        let text = given.get(name).and_then(Json::as_str);
        text.map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    };
    for (name, value) in [("login", login), ("email", email)] {
        if let Some(value) = value.filter(|_| text(&given, name).is_none()) {
            given.insert(name.to_owned(), Json::String(value));
        }
    }
    if let Some(login) = text(&given, "login").filter(|login| login.contains('@'))
        && text(&given, "email").is_none()
    {
        given.insert("email".to_owned(), Json::String(login));
    }
    let profile = form::fill(source, &form.fields, &given, &["login", "email"])?;
    let (login, email) = (text(&given, "login"), text(&given, "email"));
    if login.is_none() && email.is_none() {
        return Err(Failure::new(
            Kind::InvalidArgument,
            "an account needs a login or an e-mail address",
        )
        .hint("Give --create-account-email or --create-account-login."));
    }
    Ok(Change::CreateAccount {
        resource_type: form.resource_type.clone(),
        account: Account {
            login,
            email,
            profile,
            credential: form.credentials.first().copied().ok_or_else(|| {
                Failure::new(
                    Kind::Internal,
                    "the connector does not say how a new account gets its first credential",
                )
            })?,
        },
    })
}

/// What an action is invoked with. `source` is what messages call the arguments.
///
/// # Errors
///
/// When the arguments do not fit the action.
pub fn invocation(action: &Action, source: &str, given: &Map<String, Json>) -> Result<Change> {
    let arguments = form::fill(source, &action.arguments, given, &[])?;
    let target = action.target.as_ref().and_then(|target| {
        let mut named = arguments
            .iter()
            .filter(|given| given.name == target.argument);
        match &named.next()?.value {
            Value::Text(id) => Some(ResourceId {
                resource_type: target.resource_type.clone(),
                id: id.clone(),
            }),
            _ => None,
        }
    });
    Ok(Change::InvokeAction {
        name: action.name.clone(),
        kind: action.kind,
        arguments,
        target,
    })
}

/// The fields in which the values of a change are given.
pub fn fields<'d>(description: &'d Description, change: &Change) -> &'d [Field] {
    match change {
        Change::CreateAccount { .. } => {
            let form = description.account_form.as_ref();
            form.map_or(&[], |form| &form.fields)
        }
        Change::InvokeAction { name, .. } => {
            let mut actions = description.actions.iter();
            let action = actions.find(|action| action.name == *name);
            action.map_or(&[], |action| &action.arguments)
        }
        Change::Grant { .. } | Change::Revoke { .. } => &[],
    }
}

/// Texts in a change that the connector describes as secret.
pub fn secrets(description: &Description, change: &Change) -> Vec<String> {
    let values: &[Attribute] = match change {
        Change::CreateAccount { account, .. } => &account.profile,
        Change::InvokeAction { arguments, .. } => arguments,
        Change::Grant { .. } | Change::Revoke { .. } => &[],
    };
    let fields = fields(description, change);
    let is_secret = |name: &str| {
        fields
            .iter()
            .any(|field| field.name == name && field.secret)
    };
    let secret = values.iter().filter(|value| is_secret(&value.name));
    secret
        .flat_map(|value| match &value.value {
            Value::Text(text) => vec![text.clone()],
            Value::Texts(texts) => texts.clone(),
            Value::Number(number) => vec![number.to_string()],
            Value::Flag(_) => Vec::new(),
        })
        .collect()
}
