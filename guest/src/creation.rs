//! Creating an account: never two for one call, and none where there is one.

use crate::{
    client::{Client, Outcome},
    contract::{
        exports::identity::connector::create_account::{Account, Created, NewAccount},
        identity::connector::types::Error,
    },
    form::Wanted,
    lookup::{self, LOOKS},
    member_types,
    refusal::{Refusal, message, unauthenticated},
    scim::User,
    transport::Transport,
};

/// Creates the account, unless there is one with this e-mail address.
///
/// # Errors
///
/// `invalid-argument` when something is wrong with what has been filled in, `already-exists`
/// when Valimail says so of an account that it does not show, `unavailable` when it is not
/// known whether there is a new account now.
pub async fn create<T: Transport>(
    client: &mut Client<T>,
    account: &Account,
) -> Result<Created, Error> {
    let wanted = Wanted::new(account)?;
    if let Some(unused) = &wanted.unused {
        eprintln!("{unused}");
    }
    if let Some(user) = lookup::by_user_name(client, &wanted.user_name).await? {
        return existing(client, user, &wanted);
    }
    match client.create_user(&wanted.body()).await? {
        Outcome::Accepted(_, Some(user)) if is_complete(&user, &wanted) => {
            new(client, *user, &wanted)
        }
        Outcome::Accepted(status, user) => {
            let what = format!(
                "creating {}: Valimail answered {status}, but does not show the account",
                wanted.user_name
            );
            match look(client, &wanted, &what).await {
                Err(error) => match user {
                    // It does have an id at least.
                    Some(user) if is_it(&user, &wanted) => new(client, *user, &wanted),
                    _ => Err(error),
                },
                found => found,
            }
        }
        Outcome::Unknown(what) => {
            let what = format!(
                "creating {}: {what}; it is not known whether there is a new account now",
                wanted.user_name
            );
            look(client, &wanted, &what).await
        }
        Outcome::Refused(refusal) => refused(client, refusal, &wanted).await,
    }
}

/// Whether the answer shows the account that was asked for.
fn is_it(user: &User, wanted: &Wanted) -> bool {
    let name = user.user_name.as_deref();
    user.id.as_deref().is_some_and(|id| !id.is_empty())
        && name.is_some_and(|name| name.eq_ignore_ascii_case(&wanted.user_name))
}

/// Whether the answer shows all that there is to know.
fn is_complete(user: &User, wanted: &Wanted) -> bool {
    is_it(user, wanted) && user.member_type().is_some()
}

/// Looks whether the account is there by now. Never sends it again.
async fn look<T: Transport>(
    client: &mut Client<T>,
    wanted: &Wanted,
    what: &str,
) -> Result<Created, Error> {
    let name = &wanted.user_name;
    for pause in LOOKS {
        client.pause(pause).await;
        if let Ok(Some(user)) = lookup::by_user_name(client, name).await {
            return new(client, user, wanted);
        }
    }
    // The filter may know less than the list.
    let now = match lookup::by_user_name_in_whole_list(client, name).await {
        Ok(Some(user)) => return new(client, user, wanted),
        Ok(None) => "Valimail does not list it".to_owned(),
        Err(error) => format!("looking for it failed ({})", message(&error)),
    };
    Err(Error::Unavailable(format!(
        "{what}: {now}; run it again: it looks first, so there will not be a second account"
    )))
}

async fn refused<T: Transport>(
    client: &mut Client<T>,
    mut refusal: Refusal,
    wanted: &Wanted,
) -> Result<Created, Error> {
    let name = &wanted.user_name;
    if refusal.status == http::StatusCode::CONFLICT {
        let mut user = lookup::by_user_name(client, name).await?;
        if user.is_none() {
            // The filter may tell apart what is the same address to Valimail.
            user = lookup::by_user_name_in_whole_list(client, name).await?;
        }
        if let Some(user) = user {
            return existing(client, user, wanted);
        }
    }
    refusal.what = format!("creating {name}: {}", refusal.what);
    Err(refusal.into_error(|status, what| match status {
        400 | 422 => Error::InvalidArgument(what),
        401 => unauthenticated(&what),
        403 => Error::PermissionDenied(client.without_permission(&what, "POST", "")),
        409 => Error::AlreadyExists(format!(
            "{what}; but no account that Valimail lists has this address: it may be inactive and hidden, or belong to another Valimail customer; look for it in Valimail"
        )),
        _ => Error::Internal(what),
    }))
}

/// There was one before. It is not touched.
fn existing<T: Transport>(
    client: &Client<T>,
    user: User,
    wanted: &Wanted,
) -> Result<Created, Error> {
    let remark = remark(&user, wanted);
    let secrets = client.secrets();
    let resource = lookup::listed(user, &secrets)?.resource;
    if let Some(remark) = remark {
        eprintln!("{}", secrets.blank(&remark));
    }
    Ok(Created::AlreadyExists(resource))
}

/// What is different from what was wanted, and how to change it.
fn remark(user: &User, wanted: &Wanted) -> Option<String> {
    let (name, id) = (user.user_name.as_deref()?, user.id.as_deref()?);
    let mut remarks = Vec::new();
    if name != wanted.user_name {
        remarks.push(format!("is spelled {name}"));
    }
    if user.active == Some(false) {
        remarks.push(format!(
            "is disabled (--invoke-action enable_user --invoke-action-args '{}' enables it)",
            serde_json::json!({"user_id": id})
        ));
    }
    if !user.is_of(wanted.member_type) {
        remarks.push(format!(
            "has {} (to give it {}: {})",
            shown(user),
            wanted.member_type,
            grant_flags(id, wanted)
        ));
    }
    (!remarks.is_empty()).then(|| {
        format!(
            "the account {} exists already and is left as it is: it {}",
            wanted.user_name,
            remarks.join("; it ")
        )
    })
}

/// There is a new one, which may not be quite what was wanted.
fn new<T: Transport>(client: &Client<T>, user: User, wanted: &Wanted) -> Result<Created, Error> {
    let secrets = client.secrets();
    let as_wanted = user.is_of(wanted.member_type);
    let shown = shown(&user);
    let resource = lookup::listed(user, &secrets)?.resource;
    let to_do = format!(
        "the account has {shown} instead of {}; run this: {}",
        wanted.member_type,
        grant_flags(&resource.id.id, wanted)
    );
    let account = NewAccount {
        resource,
        secrets: Vec::new(),
    };
    Ok(if as_wanted {
        Created::Created(account)
    } else {
        Created::ActionRequired((account, secrets.blank(&to_do)))
    })
}

fn shown(user: &User) -> String {
    match user.member_type() {
        Some(member_type) => format!("the member type {member_type:?}"),
        None => "no member type".to_owned(),
    }
}

fn grant_flags(id: &str, wanted: &Wanted) -> String {
    let entitlement = member_types::entitlement_id(wanted.member_type);
    format!(
        "--grant-entitlement {}:{}:{} --grant-principal {id} --grant-principal-type user",
        entitlement.on.resource_type, entitlement.on.id, entitlement.slug
    )
}

#[cfg(test)]
mod tests;
