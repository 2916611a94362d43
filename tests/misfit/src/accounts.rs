//! New accounts.

use crate::{
    changes,
    component::setting,
    contract::{
        exports::identity::connector::{
            create_account::{Account, Created, NewAccount},
            list_resources::{Item, Listed},
        },
        identity::connector::types::{Attribute, CredentialOption, Error, Resource, User, Value},
    },
    product::{self, Request},
    talk, well,
};
use serde_json::json;

/// What the owner of a new account needs to sign in for the first time.
const INITIAL_PASSWORD: &str = "swordfish-for-the-first-time";

/// Reads, and then sends one request, unless the behaviour is another. `u1@misfit.example` is there already.
pub async fn create(account: Account) -> Result<Created, Error> {
    let behaviour = setting("behaviour").await;
    changes::begin(&behaviour).await?;
    let read = Request {
        method: "GET",
        path: "/allowed".to_owned(),
        body: String::new(),
    };
    product::send(&read).await?;
    let taken = account.email.as_deref() == Some("u1@misfit.example");
    if behaviour == "already" || taken {
        let Item::Listed(listed) = well::user("u1") else {
            return Err(talk::failure("itself"));
        };
        return Ok(Created::AlreadyExists(listed.resource));
    }
    let body = json!({
        "login": account.login,
        "email": account.email,
        "credential": match account.credential {
            CredentialOption::NoPassword => "no-password",
            CredentialOption::RandomPassword => "random-password",
            CredentialOption::Sso => "sso",
        },
        "profile": changes::written(&account.profile),
    });
    let request = Request {
        method: "POST",
        path: "/accounts".to_owned(),
        body: body.to_string(),
    };
    changes::carry_out(&behaviour, request).await?;
    let mut new = NewAccount {
        resource: resource(&account),
        secrets: vec![Attribute {
            name: "password".to_owned(),
            value: Value::Text(INITIAL_PASSWORD.to_owned()),
        }],
    };
    Ok(match behaviour.as_str() {
        "undescribed-answer" => {
            new.resource.id.resource_type = "unheard-of".to_owned();
            Created::Created(new)
        }
        "secret-in-account" => {
            let secret = talk::secret().await;
            new.resource.display_name = format!("{secret} or {INITIAL_PASSWORD}");
            new.resource.description = Some(secret.clone());
            if let Some(user) = &mut new.resource.user {
                user.login = Some(secret);
            }
            Created::Created(new)
        }
        "action-required" => {
            let to_do = format!("confirm the address, then type {INITIAL_PASSWORD}");
            Created::ActionRequired((new, to_do))
        }
        _ => Created::Created(new),
    })
}

fn resource(account: &Account) -> Resource {
    let Listed { mut resource, .. } = well::listed("user", "n1", "New");
    resource.user = Some(User {
        login: account.login.clone(),
        emails: account.email.iter().cloned().collect(),
        ..well::user_details("n1")
    });
    resource
}
