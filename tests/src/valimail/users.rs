//! One account at a time: reading it, creating it, changing it.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::account::{Account, CORE, EXTENSION, field};
use super::answers::{Answer, SCIM_JSON, odin_error, scim_error};
use super::log::Request;
use super::patch;
use super::settings::Settings;
use super::state::Store;
use super::switches::{LastOwner, Lookup, PatchEffect, PatchReply};

/// Answers a request for one account.
pub(super) fn lookup(settings: &Settings, id: &str) -> Answer {
    match settings.lookup {
        Lookup::Forbidden => {
            return scim_error(403, None, "Not authorized to access this account");
        }
        Lookup::Unrouted => return odin_error(404, "not-found", "no such path"),
        Lookup::Served => {}
    }
    match settings
        .accounts
        .with_id(id)
        .and_then(|position| settings.accounts.get(position))
    {
        Some(account) => Answer::new(200, SCIM_JSON, account.render(settings.layout)),
        None => not_found(id),
    }
}

/// Answers a request for a new account, and creates it.
pub(super) fn create(settings: &mut Settings, store: &mut Store, request: &Request) -> Answer {
    let invalid = |detail: &str| scim_error(400, Some("invalidValue"), detail);
    let Some(Value::Object(body)) = &request.body else {
        return scim_error(400, Some("invalidSyntax"), "The body is not a JSON object");
    };
    let has_core = body
        .get("schemas")
        .and_then(Value::as_array)
        .is_some_and(|schemas| schemas.iter().any(|schema| schema == CORE));
    if !has_core {
        return invalid("schemas must include the core User schema");
    }
    let Some(user_name) = body.get("userName").and_then(Value::as_str).filter(|name| {
        name.split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
    }) else {
        return invalid("userName must be an email address");
    };
    let Some(name) = body.get("name").filter(|name| name.is_object()) else {
        return invalid("name is required");
    };
    let member_type = match body
        .get(EXTENSION)
        .and_then(|extension| extension.get("memberType"))
    {
        None => settings.default_member_type.clone(),
        Some(given) => match patch::member_type(settings, given) {
            Some(_) if settings.ignores_member_type => settings.default_member_type.clone(),
            Some(member_type) => Some(member_type.to_owned()),
            None => return invalid("memberType must be owner or member"),
        },
    };
    if is_taken(settings, store, user_name) {
        let detail = format!("User with email {user_name} already exists");
        return scim_error(409, None, &detail);
    }

    let id = store.new_id();
    let now = format!("{:.3}", Timestamp::now());
    let location = format!(
        "https://api.valimail.com/account/{}/scim/v2/users/{id}",
        settings.slug
    );
    let mut account = Account::new(&id, user_name)
        .without(field::EXTERNAL_ID)
        .with(field::NAME, name.clone())
        .with(field::ACTIVE, settings.created_active)
        .with(field::META, json!({"resourceType": "User"}))
        .dates(&now, &now)
        .with(field::LOCATION, location);
    if let Some(external_id) = body.get("externalId").and_then(Value::as_str) {
        account.set(field::EXTERNAL_ID, external_id.into());
    }
    account = match member_type {
        Some(member_type) => account.member_type(&member_type),
        None => account.without(field::EXTENSION),
    };
    let answer = Answer::new(201, SCIM_JSON, account.render(settings.layout));
    store.put(settings, None, account);
    answer
}

/// Answers a request to change an account, and changes it.
pub(super) fn patch(
    settings: &mut Settings,
    store: &mut Store,
    request: &Request,
    id: &str,
) -> Answer {
    let Some(position) = settings.accounts.with_id(id) else {
        return not_found(id);
    };
    let Some(before) = store.latest(settings, position) else {
        return not_found(id);
    };
    let changes = match patch::parse(settings, request.body.as_ref()) {
        Ok(changes) => changes,
        Err(detail) => {
            return scim_error(400, None, &format!("Invalid PATCH operation: {detail}"));
        }
    };
    let mut after = before.clone();
    for (pointer, value) in changes {
        after.set(pointer, value);
    }
    let ends_owners = before.is_active_owner()
        && !after.is_active_owner()
        && !settings.accounts.has_active_owner_besides(position);
    match settings.last_owner {
        LastOwner::Refused400 if ends_owners => {
            return scim_error(400, None, "The account must keep at least one owner");
        }
        LastOwner::Refused403 if ends_owners => {
            return scim_error(403, None, "The last owner cannot be changed");
        }
        _ => {}
    }
    after.set(
        field::LAST_MODIFIED,
        format!("{:.3}", Timestamp::now()).into(),
    );
    let shown = match settings.patch_effect {
        PatchEffect::Ignored => before,
        PatchEffect::Pretended => after,
        PatchEffect::Applied => {
            store.put(settings, Some(position), after.clone());
            after
        }
    };
    match settings.patch_reply {
        PatchReply::Account => Answer::new(200, SCIM_JSON, shown.render(settings.layout)),
        PatchReply::NoContent => Answer::empty(204),
    }
}

fn is_taken(settings: &Settings, store: &Store, user_name: &str) -> bool {
    let any_case = settings.conflict_any_case;
    let same = |account: &Account| {
        account.text(field::USER_NAME).is_some_and(|other| {
            other == user_name || any_case && other.to_lowercase() == user_name.to_lowercase()
        })
    };
    let counts = |account: &Account| settings.conflict_inactive || account.is_active();
    settings
        .accounts
        .with_user_name(user_name, any_case)
        .into_iter()
        .filter_map(|position| store.latest(settings, position))
        .chain(store.unseen().filter(|account| same(account)).cloned())
        .any(|account| counts(&account))
}

fn not_found(id: &str) -> Answer {
    scim_error(404, None, &format!("User with ID {id} not found"))
}
