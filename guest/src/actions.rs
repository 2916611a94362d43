//! What can be done by name: enabling and disabling a user.

use crate::{
    changes::{self, Changed},
    client::Client,
    contract::identity::connector::types::{Attribute, Error, Value},
    lookup,
    patch::Change,
    transport::Transport,
};

/// Lets a user in.
pub const ENABLE: &str = "enable_user";
/// Keeps a user out.
pub const DISABLE: &str = "disable_user";
/// The argument of both: the user's id.
pub const USER_ID: &str = "user_id";
/// What both return: that it is as wanted now.
pub const SUCCESS: &str = "success";

/// Does what is called `name`.
///
/// # Errors
///
/// `not-found` when there is no such action or user, `invalid-argument` when `user_id` is not a
/// text, and as [`changes::make`].
pub async fn invoke<T: Transport>(
    client: &mut Client<T>,
    name: &str,
    arguments: &[Attribute],
) -> Result<Vec<Attribute>, Error> {
    let active = match name {
        ENABLE => true,
        DISABLE => false,
        other => {
            return Err(Error::NotFound(format!(
                "there is no action {other:?}; there are {ENABLE} and {DISABLE}"
            )));
        }
    };
    let change = Change::Active(active);
    let id = user_id(name, arguments)?;
    let user = lookup::by_id(client, id).await?;
    let user = user.ok_or_else(|| lookup::no_user(client, id))?;
    if !change.is_shown_by(&user)
        && changes::make(client, id, &user, &change).await? == Changed::Gone
    {
        return Err(lookup::no_user(client, id));
    }
    Ok(vec![Attribute {
        name: SUCCESS.to_owned(),
        value: Value::Flag(true),
    }])
}

fn user_id<'a>(name: &str, arguments: &'a [Attribute]) -> Result<&'a str, Error> {
    let argument = arguments.iter().find(|argument| argument.name == USER_ID);
    let problem = match argument.map(|argument| &argument.value) {
        Some(Value::Text(id)) if !id.trim().is_empty() => return Ok(id),
        Some(Value::Text(_)) => "is empty",
        Some(_) => "is not a text",
        None => "is missing",
    };
    Err(Error::InvalidArgument(format!(
        "{name}: the argument {USER_ID} {problem}; it takes the user's id, such as 49c398b12b"
    )))
}

#[cfg(test)]
mod tests;
