//! The accounts that the stand-in serves: any number of generated ones, then those listed.

use std::collections::HashMap;
use std::sync::Arc;

use super::account::{Account, field};
use super::generated;

/// The accounts of the tenant, in the order of the list. A clone is cheap and is a snapshot.
#[derive(Clone, Debug, Default)]
pub struct Accounts {
    generated: u64,
    replaced: Arc<HashMap<u64, Account>>,
    listed: Arc<Vec<Account>>,
}

impl Accounts {
    /// `count` accounts made up from their position: always the same, of a realistic size, with
    /// identifiers that are neither sorted nor repeated. They take no memory.
    pub fn generated(count: u64) -> Accounts {
        Accounts {
            generated: count,
            ..Accounts::default()
        }
    }

    /// How many there are.
    pub fn len(&self) -> u64 {
        self.generated + self.listed.len() as u64
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds one at the end.
    pub fn push(&mut self, account: Account) {
        Arc::make_mut(&mut self.listed).push(account);
    }

    /// The account at a position, from 0.
    pub fn get(&self, position: u64) -> Option<Account> {
        match self.stored(position) {
            Some(account) => Some(account.clone()),
            None => (position < self.generated).then(|| generated::account(position)),
        }
    }

    /// Puts another account in the place of one.
    pub fn replace(&mut self, position: u64, account: Account) {
        if position < self.generated {
            Arc::make_mut(&mut self.replaced).insert(position, account);
        } else if let Some(place) =
            Arc::make_mut(&mut self.listed).get_mut((position - self.generated) as usize)
        {
            *place = account;
        }
    }

    /// Leaves out every listed account for which `keep` is false; generated ones stay.
    pub fn retain(&mut self, keep: impl FnMut(&Account) -> bool) {
        Arc::make_mut(&mut self.listed).retain(keep);
    }

    /// Every account, one after the other.
    pub fn iter(&self) -> impl Iterator<Item = Account> + '_ {
        (0..self.len()).filter_map(|position| self.get(position))
    }

    /// The first account with this identifier or this address, whatever the case of the latter.
    pub fn find(&self, id_or_user_name: &str) -> Option<Account> {
        let position = self
            .with_id(id_or_user_name)
            .or_else(|| self.with_user_name(id_or_user_name, true).first().copied())?;
        self.get(position)
    }

    /// The position of the first account with this identifier.
    pub(super) fn with_id(&self, id: &str) -> Option<u64> {
        if let Some(position) = generated::position_of_id(id)
            && position < self.generated
        {
            return Some(position);
        }
        self.searched(|account| account.text(field::ID) == Some(id))
            .next()
    }

    /// The positions of the accounts with this address.
    pub(super) fn with_user_name(&self, user_name: &str, any_case: bool) -> Vec<u64> {
        let same = |other: &str| {
            if any_case {
                other.to_lowercase() == user_name.to_lowercase()
            } else {
                other == user_name
            }
        };
        let generated = generated::position_of_user_name(user_name, any_case)
            .filter(|position| *position < self.generated)
            .filter(|position| !self.replaced.contains_key(position));
        let searched = self.searched(|account| account.text(field::USER_NAME).is_some_and(same));
        generated.into_iter().chain(searched).collect()
    }

    /// Whether an active owner stands at a position other than this one.
    pub(super) fn has_active_owner_besides(&self, position: u64) -> bool {
        (0..self.len())
            .filter(|other| *other != position)
            .any(|other| {
                self.get(other)
                    .is_some_and(|account| account.is_active_owner())
            })
    }

    /// The account that is kept in memory for this position, if one is.
    pub(super) fn stored(&self, position: u64) -> Option<&Account> {
        match position.checked_sub(self.generated) {
            Some(listed) => self.listed.get(listed as usize),
            None if self.replaced.is_empty() => None,
            None => self.replaced.get(&position),
        }
    }

    fn searched(&self, matches: impl Fn(&Account) -> bool) -> impl Iterator<Item = u64> {
        let replaced = self
            .replaced
            .iter()
            .map(|(position, account)| (*position, account));
        let listed = (self.generated..).zip(self.listed.iter());
        replaced
            .chain(listed)
            .filter(move |(_, account)| matches(account))
            .map(|(at, _)| at)
    }
}

impl FromIterator<Account> for Accounts {
    fn from_iter<I: IntoIterator<Item = Account>>(accounts: I) -> Accounts {
        Accounts {
            listed: Arc::new(accounts.into_iter().collect()),
            ..Accounts::default()
        }
    }
}

impl From<Vec<Account>> for Accounts {
    fn from(accounts: Vec<Account>) -> Accounts {
        accounts.into_iter().collect()
    }
}

impl<const N: usize> From<[Account; N]> for Accounts {
    fn from(accounts: [Account; N]) -> Accounts {
        accounts.into_iter().collect()
    }
}

impl Extend<Account> for Accounts {
    fn extend<I: IntoIterator<Item = Account>>(&mut self, accounts: I) {
        Arc::make_mut(&mut self.listed).extend(accounts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_and_listed_accounts_are_found_alike() {
        let mut accounts = Accounts::generated(1000);
        accounts.push(Account::new("1a2b3c4d5e", "Last@One.example"));
        assert_eq!(accounts.len(), 1001);
        for position in [0, 999, 1000] {
            let account = accounts.get(position).unwrap();
            let (id, user_name) = (account.text(field::ID), account.text(field::USER_NAME));
            assert_eq!(accounts.with_id(id.unwrap()), Some(position));
            assert_eq!(
                accounts.with_user_name(user_name.unwrap(), false),
                [position]
            );
            let shouted = user_name.unwrap().to_uppercase();
            assert_eq!(accounts.with_user_name(&shouted, true), [position]);
            assert!(accounts.with_user_name(&shouted, false).is_empty());
        }
        let beyond = generated::account(1000);
        assert_eq!(accounts.with_id(beyond.text(field::ID).unwrap()), None);
    }

    #[test]
    fn a_generated_account_can_be_replaced_and_a_snapshot_stays() {
        let mut accounts = Accounts::generated(10);
        let before = accounts.clone();
        accounts.replace(3, accounts.get(3).unwrap().member_type("auditor"));
        assert_eq!(
            accounts.get(3).unwrap().text(field::MEMBER_TYPE),
            Some("auditor")
        );
        assert_ne!(before.get(3), accounts.get(3));
        assert_eq!(accounts.len(), 10);
    }
}
