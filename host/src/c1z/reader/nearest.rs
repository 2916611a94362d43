//! What somebody may have meant who gave an id that is not there.

use prost::{Message, Name};
use prost_types::Any;
use rusqlite::{Row, params};

use super::{
    super::{Email, Entitlement, Error, Grant, Resource, UserTrait},
    Reader,
    stored::{self, Stored},
    typo::Wanted,
};

/// Something that is there, and is near to what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    /// The id to give instead: of an entitlement, of an object within its type, or of a grant.
    pub id: String,
    /// Its name for people, of a grant that of its principal; may be empty.
    pub name: String,
}

impl Reader {
    /// The entitlement whose id, or else whose object, is nearest to a text.
    pub fn nearest_entitlement(&self, text: &str) -> Result<Option<Near>, Error> {
        let found: Option<Entitlement> = self.nearest(text, None, |row, search| {
            let id = stored::text(row, 0)?;
            // Somebody may have left out what there is to have of the object.
            let object = id.rsplit_once(':').map(|(object, _)| object);
            let names = object.into_iter().chain(stored::text(row, 2));
            search.rank([id].into_iter(), names)
        })?;
        Ok(found.map(|entitlement| Near {
            id: entitlement.id,
            name: entitlement.display_name,
        }))
    }

    /// The object of a type whose id, login, e-mail address or name is nearest to a text.
    pub fn nearest_resource(&self, resource_type: &str, text: &str) -> Result<Option<Near>, Error> {
        let user = UserTrait::full_name();
        let found: Option<Resource> = self.nearest(text, Some(resource_type), |row, search| {
            let key = stored::text(row, 0)?;
            let object = Object::decode(stored::data(row).ok()?).ok()?;
            let accounts: Vec<Account> = object
                .annotations
                .iter()
                .filter(|any| any.type_url.rsplit('/').next() == Some(&user))
                .filter_map(|any| Account::decode(any.value.as_slice()).ok())
                .collect();
            let logins = accounts.iter().flat_map(|account| {
                let aliases = account.login_aliases.iter();
                let emails = account.emails.iter().map(|email| &email.address);
                [&account.login].into_iter().chain(aliases).chain(emails)
            });
            let identities = [key]
                .into_iter()
                .chain(stored::object_id(key, resource_type))
                .chain(logins.map(String::as_str));
            search.rank(identities, [object.display_name.as_str()].into_iter())
        })?;
        Ok(found.and_then(|resource| {
            Some(Near {
                id: resource.id?.resource,
                name: resource.display_name,
            })
        }))
    }

    /// The grant whose id is nearest to a text.
    pub fn nearest_grant(&self, text: &str) -> Result<Option<Near>, Error> {
        let found: Option<Grant> = self.nearest(text, None, |row, search| {
            search.rank([stored::text(row, 0)?].into_iter(), [].into_iter())
        })?;
        let Some(grant) = found else { return Ok(None) };
        let principal = grant.principal.unwrap_or_default();
        let mut name = principal.display_name;
        if let Some(id) = principal.id.filter(|_| name.is_empty()) {
            match self.resource(&id.resource_type, &id.resource) {
                Ok(resource) => name = resource.unwrap_or_default().display_name,
                Err(Error::Row { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Some(Near { id: grant.id, name }))
    }

    /// The object of the row that ranks best, the first of equals. Rows that cannot be read do not
    /// count: to name one of them would lead nowhere.
    fn nearest<T: Stored>(
        &self,
        text: &str,
        resource_type: Option<&str>,
        rank: impl Fn(&Row<'_>, &mut Search) -> Option<usize>,
    ) -> Result<Option<T>, Error> {
        let text = text.trim();
        let Some(content) = self.content.as_ref().filter(|_| !text.is_empty()) else {
            return Ok(None);
        };
        let source = self.source(content);
        let failed = |cause| source.failed(T::ACTION, cause);
        let mut statement = source
            .connection()
            .prepare_cached(&format!(
                "select {} from old.{} not indexed
                 where sync_id = ?1 and (?2 is null or resource_type_id = ?2)",
                T::COLUMNS,
                T::TABLE
            ))
            .map_err(failed)?;
        let mut rows = statement
            .query(params![content.sync.sync_id, resource_type])
            .map_err(failed)?;
        let mut search = Search {
            wanted: Wanted::new(text),
            best: usize::MAX,
        };
        let mut nearest = None;
        while let Some(row) = rows.next().map_err(failed)? {
            let Some(rank) = rank(row, &mut search) else {
                continue;
            };
            let Ok(found) = T::from_row(row) else {
                continue;
            };
            nearest = Some(found);
            search.best = rank;
            if rank == 0 {
                break;
            }
        }
        Ok(nearest)
    }
}

/// What is looked for, and how near the nearest is so far.
struct Search {
    wanted: Wanted,
    best: usize,
}

impl Search {
    /// How near a row is, if it is nearer than all before: 0 for what identifies it, 1 for what it
    /// is called, more for either with mistakes. A name comes after an identity, because people can
    /// give themselves the name of somebody else.
    fn rank<'a>(
        &mut self,
        identities: impl Iterator<Item = &'a str> + Clone,
        names: impl Iterator<Item = &'a str> + Clone,
    ) -> Option<usize> {
        if identities.clone().any(|text| self.wanted.is(text)) {
            return Some(0);
        }
        if names.clone().any(|text| self.wanted.is(text)) {
            return (self.best > 1).then_some(1);
        }
        let mut fewest = None;
        let mut below = self.best - 1;
        for text in identities.chain(names) {
            if let Some(mistakes) = self.wanted.mistakes(text, below) {
                below = mistakes;
                fewest = Some(1 + mistakes);
            }
        }
        fewest
    }
}

/// What a [`Resource`] is found by; the rest of it is passed over unread.
#[derive(Clone, PartialEq, Message)]
struct Object {
    #[prost(string, tag = "3")]
    display_name: String,
    #[prost(message, repeated, tag = "4")]
    annotations: Vec<Any>,
}

/// What a [`UserTrait`] is found by.
#[derive(Clone, PartialEq, Message)]
struct Account {
    #[prost(message, repeated, tag = "1")]
    emails: Vec<Email>,
    #[prost(string, tag = "6")]
    login: String,
    #[prost(string, repeated, tag = "7")]
    login_aliases: Vec<String>,
}
