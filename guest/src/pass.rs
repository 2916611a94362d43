//! One pass over the account list: each account, its grant, and the member types that only
//! turn up in accounts.

use crate::{
    accounts,
    client::Client,
    contract::{
        exports::identity::connector::list_resources::{Item, Unusable},
        identity::connector::types::Error,
    },
    list::Record,
    member_types,
    page::Page,
    scim::User,
    transport::{Body, Transport},
};
use std::collections::BTreeSet;

/// A page of the pass.
pub struct Pass<B> {
    page: Page<B>,
    without_member_type: u64,
    /// Member types that have been told, beside the known ones.
    others: BTreeSet<String>,
}

impl<B: Body> Pass<B> {
    /// Asks for the page at `cursor`, or for the first.
    ///
    /// # Errors
    ///
    /// As [`Page::open`].
    pub async fn open<T: Transport<Body = B>>(
        client: &mut Client<T>,
        cursor: Option<&str>,
    ) -> Result<Self, Error> {
        Ok(Self {
            page: Page::open(client, cursor).await?,
            without_member_type: 0,
            others: BTreeSet::new(),
        })
    }

    /// The next items, some at a time, or `None` when the page is read.
    ///
    /// # Errors
    ///
    /// As [`Page::next`].
    pub async fn next(&mut self) -> Result<Option<Vec<Item>>, Error> {
        let first = self.page.position();
        let Some(records) = self.page.next().await? else {
            return Ok(None);
        };
        let mut items = Vec::with_capacity(records.len());
        for (position, record) in (first..).zip(records) {
            match record {
                Record::Read(user) => self.account(user, position, &mut items),
                Record::Unusable { id, reason } => items.push(Item::Unusable(Unusable {
                    position,
                    id,
                    reason,
                })),
            }
        }
        Ok(Some(items))
    }

    fn account(&mut self, user: User, position: u64, items: &mut Vec<Item>) {
        let mut account = accounts::item(user, position);
        match &mut account {
            Item::Listed(listed) => match listed.grants.first() {
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
            },
            Item::Unusable(unusable) => {
                unusable.id = unusable.id.as_deref().map(|id| self.page.blank(id));
            }
        }
        items.push(account);
    }

    /// Ends the page: the cursor of the next one, if there is one.
    ///
    /// # Errors
    ///
    /// As [`Page::end`].
    pub fn end(self) -> Result<Option<String>, Error> {
        let cursor = self.page.end()?;
        if self.without_member_type > 0 {
            eprintln!(
                "{} accounts have no memberType and get no grant",
                self.without_member_type
            );
        }
        Ok(cursor)
    }
}
