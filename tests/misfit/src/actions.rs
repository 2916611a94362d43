//! What the connector can do by name.

use crate::{
    changes,
    component::setting,
    contract::identity::connector::types::{Attribute, Error, Value},
    look,
    product::Request,
    talk, well,
};

/// What comes back from `update_profile`, for the one who asked and nobody else.
const NEW_KEY: &str = "marzipan-for-your-eyes-only";

/// Reads, and then sends one request, unless the behaviour is another, or `u1` is to be enabled,
/// which it is.
pub async fn invoke(name: String, arguments: Vec<Attribute>) -> Result<Vec<Attribute>, Error> {
    let behaviour = setting("behaviour").await;
    changes::begin(&behaviour).await?;
    let user = arguments
        .iter()
        .find(|argument| argument.name == "user_id")
        .map(|argument| &argument.value);
    if let Some(Value::Text(user)) = user
        && look::found(&well::id("user", user)).await?.is_none()
    {
        return Err(Error::NotFound(format!("there is no {user}")));
    }
    let enabled = name == "enable_user" && user == Some(&Value::Text("u1".to_owned()));
    if behaviour != "already" && !enabled {
        let request = Request {
            method: "POST",
            path: format!("/actions/{name}"),
            body: changes::written(&arguments).to_string(),
        };
        changes::carry_out(&behaviour, request).await?;
    }
    let value = |name: &str, value| Attribute {
        name: name.to_owned(),
        value,
    };
    let mut values = match name.as_str() {
        "measure" => vec![
            value("note", Value::Text("done".to_owned())),
            value("distance", Value::Number(2.5)),
            value("exactly", Value::Flag(false)),
            value("places", Value::Texts(vec!["a".into(), "b".into()])),
        ],
        "update_profile" => vec![
            value("success", Value::Flag(true)),
            value("key", Value::Text(NEW_KEY.to_owned())),
        ],
        _ => vec![value("success", Value::Flag(true))],
    };
    if behaviour == "secret-in-account" {
        values.push(value("note", Value::Text(talk::secret().await)));
    }
    Ok(values)
}
