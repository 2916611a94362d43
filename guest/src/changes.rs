//! Making a change: not to the last active owner, once, and until Valimail shows it.

use crate::{
    client::{Client, Outcome},
    contract::identity::connector::types::Error,
    lookup::{self, LOOKS},
    member_types::OWNER,
    owners,
    patch::{self, Change},
    refusal::message,
    scim::User,
    transport::Transport,
};
use http::StatusCode;

/// What has become of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// It is as wanted.
    Done,
    /// It has been deleted meanwhile.
    Gone,
}

/// Makes a change to the user `id`, which was `before` a moment ago.
///
/// Two of these may run at the same moment, for two owners who each count on the other. So
/// whether an active owner is left is asked before and after, and if none is left, the change is
/// taken back.
///
/// # Errors
///
/// `failed-precondition` when it would leave no active owner. `unavailable` when it is not known
/// whether the change has worked.
pub async fn make<T: Transport>(
    client: &mut Client<T>,
    id: &str,
    before: &User,
    change: &Change,
) -> Result<Changed, Error> {
    let guarded = takes_an_owner_away(before, change) && !client.settings().allow_last_owner;
    if guarded && !owners::is_there_another(client, id).await? {
        return Err(owners::last_owner(&change.doing(id)));
    }
    let changed = send_and_look(client, id, change).await?;
    if guarded && changed == Changed::Done {
        match is_an_owner_left(client, id).await {
            Ok(true) => {}
            Ok(false) => return Err(take_back(client, id, before, change).await),
            Err(error) => {
                return Err(Error::Unavailable(format!(
                    "{} has worked, but it could not be checked that Valimail still has an active owner, as it had a moment before: {}; see to it that there is one",
                    change.doing(id),
                    message(&error)
                )));
            }
        }
    }
    Ok(changed)
}

fn takes_an_owner_away(before: &User, change: &Change) -> bool {
    owners::is_active_owner(before)
        && match change {
            Change::MemberType(member_type) => !member_type.eq_ignore_ascii_case(OWNER),
            Change::Active(active) => !active,
        }
}

async fn is_an_owner_left<T: Transport>(
    client: &mut Client<T>,
    besides: &str,
) -> Result<bool, Error> {
    let mut answer = Ok(true);
    for pause in LOOKS {
        client.pause(pause).await;
        answer = owners::is_there_another(client, besides).await;
        if answer.is_ok() {
            break;
        }
    }
    answer
}

/// Sends the change, once, and looks until Valimail shows it.
async fn send_and_look<T: Transport>(
    client: &mut Client<T>,
    id: &str,
    change: &Change,
) -> Result<Changed, Error> {
    let doing = change.doing(id);
    let answer = match patch::send(client, id, change).await? {
        Outcome::Accepted(_, Some(user)) if user.has_id(id) && change.is_shown_by(&user) => {
            return Ok(Changed::Done);
        }
        Outcome::Accepted(status, _) => {
            format!("{doing}: Valimail answered {status}, but this is not to be seen")
        }
        Outcome::Refused(refusal) if refusal.status == StatusCode::NOT_FOUND => {
            // Something else than the user may be missing. Nobody is to believe then that they
            // have lost what they still hold.
            return match lookup::by_id(client, id).await? {
                None => Ok(Changed::Gone),
                Some(_) => Err(Error::NotFound(format!(
                    "{doing}: {}: Valimail says that there is no user with the id {id:?}, and lists it all the same; run it again, and check base-url",
                    refusal.what
                ))),
            };
        }
        Outcome::Refused(refusal) => return Err(patch::refused(client, &doing, refusal)),
        Outcome::Unknown(what) => format!("{doing}: {what}; it is not known whether it has worked"),
    };
    let mut now = String::new();
    for pause in LOOKS {
        client.pause(pause).await;
        now = match lookup::by_id(client, id).await {
            Ok(Some(user)) if change.is_shown_by(&user) => return Ok(Changed::Done),
            Ok(Some(user)) => {
                let shown = client.secrets().blank(&change.shown(&user));
                format!("the account shows {shown} now")
            }
            Ok(None) => return Ok(Changed::Gone),
            Err(error) => format!("reading the account again failed ({})", message(&error)),
        };
    }
    Err(Error::Unavailable(format!(
        "{answer}: {now}; run it again: it looks first, so that is safe"
    )))
}

/// Undoes a change that has left no active owner, and says so.
async fn take_back<T: Transport>(
    client: &mut Client<T>,
    id: &str,
    before: &User,
    change: &Change,
) -> Error {
    let back = match change {
        Change::MemberType(_) => {
            Change::MemberType(before.member_type().unwrap_or(OWNER).to_owned())
        }
        Change::Active(_) => Change::Active(true),
    };
    let why = format!(
        "{} has left Valimail without an active owner, because another change took the other one away at the same time",
        change.doing(id)
    );
    let failure = match send_and_look(client, id, &back).await {
        Ok(Changed::Done) => {
            return Error::FailedPrecondition(format!(
                "{why}; it has been undone, and the user is an active owner again"
            ));
        }
        Ok(Changed::Gone) => "the user is gone".to_owned(),
        Err(error) => message(&error).to_owned(),
    };
    Error::FailedPrecondition(format!(
        "NOBODY CAN MANAGE VALIMAIL ANY MORE: {why}, and undoing it has failed ({failure}). Do it by hand, with a key that still works: PATCH {} with Content-Type application/scim+json and the body {}; if none works, ask Valimail's support",
        client.settings().user_url(id),
        back.body(client.member_type_path)
    ))
}

#[cfg(test)]
mod tests;
