//! One pass over the account list: each account, its grant, and the member types that only
//! turn up in accounts.

use crate::{
    accounts,
    client::Client,
    contract::{
        exports::identity::connector::list_resources::{Item, Unusable},
        identity::connector::types::Error,
    },
    list::{ListReader, NotAList, Record},
    member_types,
    scim::User,
    secrets::Secrets,
    transport::{Body, Transport},
};
use std::collections::BTreeSet;

/// A page of the pass: one answer of the service, whole list or part of it.
pub struct Page<B> {
    body: B,
    reader: ListReader<User>,
    /// Where in the whole list the page begins, from 0.
    offset: u64,
    /// How many records have been read.
    read: u64,
    without_member_type: u64,
    /// Member types that have been told, beside the known ones.
    others: BTreeSet<String>,
    secrets: Secrets,
}

impl<B: Body> Page<B> {
    /// Asks for the page at `cursor`: `<startIndex>,<count>`, or nothing for the first.
    ///
    /// The first request says nothing of pages, as Valimail's API does not document any.
    ///
    /// # Errors
    ///
    /// As [`Client::users`], and `invalid-argument` for a cursor that is none.
    pub async fn open<T: Transport<Body = B>>(
        client: &mut Client<T>,
        cursor: Option<&str>,
    ) -> Result<Self, Error> {
        let (offset, query) = match cursor {
            None => (0, String::new()),
            Some(cursor) => {
                let parts = cursor.split_once(',').and_then(|(start, count)| {
                    Some((
                        start.parse::<u64>().ok()?.checked_sub(1)?,
                        count.parse::<u64>().ok()?,
                    ))
                });
                let (offset, count) = parts
                    .ok_or_else(|| Error::InvalidArgument(format!("no such cursor: {cursor:?}")))?;
                (offset, format!("startIndex={}&count={count}", offset + 1))
            }
        };
        let response = client.users(&query).await?;
        Ok(Self {
            body: response.into_body(),
            reader: ListReader::default(),
            offset,
            read: 0,
            without_member_type: 0,
            others: BTreeSet::new(),
            secrets: client.secrets(),
        })
    }

    /// The next items, some at a time, or `None` when the page is read.
    ///
    /// # Errors
    ///
    /// When the answer breaks off, or is no list.
    pub async fn next(&mut self) -> Result<Option<Vec<Item>>, Error> {
        let chunk = self.body.chunk().await.map_err(|failure| {
            Error::Unavailable(format!(
                "the account list broke off after {} accounts: {}",
                self.read, failure.message
            ))
        })?;
        let Some(chunk) = chunk else { return Ok(None) };
        let mut records = Vec::new();
        self.reader
            .push(&chunk, &mut records)
            .map_err(|problem| not_a_list(self.read, &problem, &self.secrets))?;
        let mut items = Vec::with_capacity(records.len());
        for record in records {
            let position = self.offset + self.read;
            self.read += 1;
            match record {
                Record::Read(user) => self.account(user, position, &mut items),
                Record::Unusable { id, reason } => items.push(Item::Unusable(Unusable {
                    position,
                    id,
                    reason,
                })),
            }
        }
        for item in &mut items {
            if let Item::Unusable(unusable) = item {
                unusable.id = unusable.id.as_deref().map(|id| self.secrets.blank(id));
                unusable.reason = self.secrets.blank(&unusable.reason);
            }
        }
        Ok(Some(items))
    }

    fn account(&mut self, user: User, position: u64, items: &mut Vec<Item>) {
        let account = accounts::item(user, position);
        if let Item::Listed(listed) = &account {
            match listed.grants.first() {
                None => self.without_member_type += 1,
                Some(grant) => {
                    let member_type = &grant.entitlement.on.id;
                    if !member_types::KNOWN.contains(&member_type.as_str())
                        && !self.others.contains(member_type)
                    {
                        self.others.insert(member_type.clone());
                        items.push(member_types::item(member_type, position));
                    }
                }
            }
        }
        items.push(account);
    }

    /// Ends the page: the cursor of the next one, if there is one.
    ///
    /// # Errors
    ///
    /// When the page is not what was asked for, or not all that the service says there is.
    pub fn end(self) -> Result<Option<String>, Error> {
        let envelope = self
            .reader
            .finish()
            .map_err(|problem| not_a_list(self.read, &problem, &self.secrets))?;
        if self.without_member_type > 0 {
            eprintln!(
                "{} accounts have no memberType and get no grant",
                self.without_member_type
            );
        }
        if !envelope.has_resources && envelope.total_results.is_none() {
            let problem = NotAList::OtherShape("it has neither Resources nor totalResults".into());
            return Err(not_a_list(self.read, &problem, &self.secrets));
        }
        let end = self.offset + self.read;
        if let Some(start) = envelope.start_index
            && start.max(1) != self.offset + 1
            && self.read > 0
        {
            return Err(Error::Internal(format!(
                "asked for accounts from {} on, the service answered with those from {start} on",
                self.offset + 1
            )));
        }
        let paged = envelope.items_per_page.is_some() || envelope.start_index.is_some();
        match envelope.total_results {
            None => {
                eprintln!("the account list has no totalResults: cannot check that it is whole");
                Ok(None)
            }
            Some(total) if total == end => Ok(None),
            Some(total) if paged && end < total && self.read > 0 => {
                Ok(Some(format!("{},{}", end + 1, self.read)))
            }
            Some(total) => Err(Error::Unavailable(format!(
                "the service says that there are {total} accounts, but sent {end}; a part of the list would look like deleted accounts"
            ))),
        }
    }
}

fn not_a_list(read: u64, problem: &NotAList, secrets: &Secrets) -> Error {
    let problem = match problem {
        NotAList::NotJson(beginning) => &NotAList::NotJson(secrets.blank(beginning)),
        problem => problem,
    };
    let message = format!("the account list is {problem} (after {read} accounts)");
    match problem {
        // What breaks off may arrive whole the next time.
        NotAList::Truncated(_) => Error::Unavailable(message),
        _ => Error::Internal(format!("{message}; check base-url")),
    }
}
