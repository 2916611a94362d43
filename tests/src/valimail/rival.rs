//! Somebody else, who changes accounts while the program under test does.

use serde_json::Value;

use super::account::{Account, field};
use super::script::Faults;
use super::state::State;

/// What somebody else does, once, at a certain moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Rival {
    /// When.
    pub moment: Moment,
    /// What.
    pub deed: Deed,
}

/// A moment in the course of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// A PATCH has come and has not been looked at yet.
    BeforePatch,
    /// A PATCH has been answered well, and nothing has been read since.
    AfterPatch,
    /// A POST for a new account has come and has not been looked at yet.
    BeforeCreate,
    /// A POST has been answered well, and nothing has been read since.
    AfterCreate,
}

/// What can be done to accounts, and to who uses them.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Sets what the pointer names of the account with this identifier.
    Set(String, &'static str, Value),
    /// Takes the account with this identifier away.
    Remove(String),
    /// Adds an account.
    Add(Account),
    /// Makes every token issued so far worthless.
    RevokeTokens,
    /// Makes these things go wrong from now on, and nothing else.
    Break(Box<Faults>),
}

impl Rival {
    /// Gives an account another role.
    pub fn gives(moment: Moment, id: &str, member_type: &str) -> Rival {
        let deed = Deed::Set(id.into(), field::MEMBER_TYPE, member_type.into());
        Rival { moment, deed }
    }
}

impl State {
    /// Lets everybody act who has waited for this moment.
    pub(super) fn let_rivals_act(&mut self, moment: Moment) {
        let rivals = std::mem::take(&mut self.settings.rivals);
        let (now, later) = rivals.into_iter().partition(|rival| rival.moment == moment);
        self.settings.rivals = later;
        let now: Vec<Rival> = now;
        for rival in now {
            self.let_act(rival.deed);
        }
    }

    fn let_act(&mut self, deed: Deed) {
        let accounts = &mut self.settings.accounts;
        match deed {
            Deed::Set(id, pointer, value) => {
                let position = accounts.with_id(&id);
                let account =
                    position.and_then(|position| Some((position, accounts.get(position)?)));
                let (position, account) = account.expect("rivals change accounts that there are");
                accounts.replace(position, account.with(pointer, value));
            }
            Deed::Remove(id) => accounts.retain(|account| account.text(field::ID) != Some(&id)),
            Deed::Add(account) => accounts.push(account),
            Deed::Break(faults) => self.settings.faults = *faults,
            Deed::RevokeTokens => self.tokens.iter_mut().for_each(super::auth::Token::revoke),
        }
    }
}
