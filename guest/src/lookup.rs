//! Finding one user or member type, fresh, and knowing for certain when there is none.

use crate::{
    accounts::{self, USER},
    client::{Client, Single},
    contract::{
        exports::identity::connector::list_resources::{Item, Listed},
        identity::connector::types::{Error, ResourceId},
    },
    list::Record,
    member_types::{self, MEMBER_TYPE},
    page::{self, Page},
    scim::User,
    secrets::Secrets,
    transport::Transport,
};
use std::time::Duration;

/// How long to wait before each look at what has just been changed: the service may take a
/// moment to show it.
pub const LOOKS: [Duration; 3] = [
    Duration::ZERO,
    Duration::from_millis(500),
    Duration::from_millis(1500),
];

/// What `get-resource` answers.
///
/// # Errors
///
/// When the service does not say, when the record is unusable, or when there is no such type.
pub async fn resource<T: Transport>(
    client: &mut Client<T>,
    id: &ResourceId,
) -> Result<Option<Listed>, Error> {
    match id.resource_type.as_str() {
        USER => match by_id(client, &id.id).await? {
            None => Ok(None),
            Some(user) => listed(user, &client.secrets()).map(Some),
        },
        MEMBER_TYPE => {
            let exists =
                member_types::KNOWN.contains(&id.id.as_str()) || is_shown(client, &id.id).await?;
            Ok(exists.then(|| member_types::listed(&id.id, 0)))
        }
        other => Err(Error::NotFound(format!("no resource type {other:?}"))),
    }
}

/// The user as a listing would show it.
///
/// # Errors
///
/// When its record is unusable.
pub fn listed(user: User, secrets: &Secrets) -> Result<Listed, Error> {
    match accounts::item(user, 0) {
        Item::Listed(listed) => Ok(listed),
        Item::Unusable(unusable) => Err(Error::Internal(format!(
            "the record of user {:?} is unusable: {}",
            secrets.blank(&unusable.id.unwrap_or_default()),
            unusable.reason
        ))),
    }
}

/// The user with this id.
///
/// First the list is asked for it, then the user itself, which the key may not be allowed to
/// read. Only where these leave a doubt, the whole list is read.
///
/// # Errors
///
/// When the service does not say, or the record is not that of a user.
pub async fn by_id<T: Transport>(client: &mut Client<T>, id: &str) -> Result<Option<User>, Error> {
    let key = Key::Id(id);
    let answered = match filtered(client, &key).await? {
        Filtered::Found(user) => return Ok(Some(user)),
        Filtered::Nothing => true,
        Filtered::Untold => false,
    };
    match client.user(id).await? {
        Single::Found(user) => Ok(Some(user)),
        Single::NotFound if answered => Ok(None),
        Single::NotFound | Single::Untold => in_whole_list(client, &key).await,
    }
}

/// That there is no user with this id.
pub fn no_user<T: Transport>(client: &Client<T>, id: &str) -> Error {
    Error::NotFound(format!(
        "there is no user with the id {id:?} in the Valimail account {:?}",
        client.settings().slug
    ))
}

/// The user with this user name, as far as the service's filter knows. Case is ignored where the
/// filter ignores it.
///
/// # Errors
///
/// As [`by_id`].
pub async fn by_user_name<T: Transport>(
    client: &mut Client<T>,
    name: &str,
) -> Result<Option<User>, Error> {
    let key = Key::UserName(name);
    match filtered(client, &key).await? {
        Filtered::Found(user) => Ok(Some(user)),
        Filtered::Nothing => Ok(None),
        Filtered::Untold => in_whole_list(client, &key).await,
    }
}

/// The user with this user name in any case, wherever in the list.
///
/// # Errors
///
/// As [`by_id`].
pub async fn by_user_name_in_whole_list<T: Transport>(
    client: &mut Client<T>,
    name: &str,
) -> Result<Option<User>, Error> {
    in_whole_list(client, &Key::UserName(name)).await
}

/// What a user is known by.
enum Key<'a> {
    Id(&'a str),
    UserName(&'a str),
}

impl Key<'_> {
    /// A filter of RFC 7644, section 3.4.2.2: its texts are those of JSON.
    fn filter(&self) -> String {
        let (attribute, value) = match self {
            Self::Id(id) => ("id", id),
            Self::UserName(name) => ("userName", name),
        };
        format!("{attribute} eq {}", serde_json::Value::from(*value))
    }

    /// Whether this is what is looked for.
    fn is(&self, text: &str) -> bool {
        match self {
            Self::Id(id) => text == *id,
            Self::UserName(name) => text.eq_ignore_ascii_case(name),
        }
    }

    /// The record, if it is the one. One that cannot be read says so.
    fn pick(&self, record: Record<User>) -> Option<Result<User, Error>> {
        match record {
            Record::Read(user) => {
                let own = match self {
                    Self::Id(_) => &user.id,
                    Self::UserName(_) => &user.user_name,
                };
                let is_it = own.as_deref().is_some_and(|own| self.is(own));
                is_it.then_some(Ok(user))
            }
            Record::Unusable { id, reason } => {
                let id = id.filter(|id| self.is(id))?;
                Some(Err(Error::Internal(format!(
                    "the record of user {id:?} is unusable: {reason}"
                ))))
            }
        }
    }
}

/// What the list says when it is asked for one user only.
enum Filtered {
    Found(User),
    /// Not among all those that fit.
    Nothing,
    /// The service does not take the filter, or has not sent all that fit.
    Untold,
}

async fn filtered<T: Transport>(client: &mut Client<T>, key: &Key<'_>) -> Result<Filtered, Error> {
    let Some(mut page) = Page::filtered(client, &key.filter()).await? else {
        return Ok(Filtered::Untold);
    };
    while let Some(records) = page.next().await? {
        // The service may ignore the filter, so the records are looked at.
        if let Some(found) = records.into_iter().find_map(|record| key.pick(record)) {
            return found.map(Filtered::Found);
        }
    }
    Ok(if page.is_whole()? {
        Filtered::Nothing
    } else {
        Filtered::Untold
    })
}

async fn in_whole_list<T: Transport>(
    client: &mut Client<T>,
    key: &Key<'_>,
) -> Result<Option<User>, Error> {
    let found = page::search(client, |record| key.pick(record)).await?;
    found.transpose()
}

/// Whether there is an account of this member type.
async fn is_shown<T: Transport>(client: &mut Client<T>, member_type: &str) -> Result<bool, Error> {
    let shown = page::search(client, |record| match record {
        Record::Read(user) if user.member_type() == Some(member_type) => Some(()),
        _ => None,
    });
    Ok(shown.await?.is_some())
}

#[cfg(test)]
mod tests;
