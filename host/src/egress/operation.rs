//! What a component has been called for.

use crate::contract::describe::Operations;
use std::{fmt, str::FromStr};

/// What the component has been called for. Reading operations let no change through, and the
/// others no more than their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Saying what it is, without a single request.
    Describe,
    /// Trying its credentials.
    Validate,
    /// Listing what there is.
    Sync,
    /// Looking at one resource.
    GetResource,
    /// Making somebody hold something.
    Grant,
    /// Taking it away again.
    Revoke,
    /// Making an account.
    CreateAccount,
    /// Doing what the description lists as an action.
    InvokeAction,
}

impl Operation {
    /// Those in which requests can be sent.
    pub const ALL: [Self; 7] = [
        Self::Validate,
        Self::Sync,
        Self::GetResource,
        Self::Grant,
        Self::Revoke,
        Self::CreateAccount,
        Self::InvokeAction,
    ];

    /// The operations of the contract that unlock changing requests: itself, or none.
    pub fn unlocks(self) -> Operations {
        match self {
            Self::Describe | Self::Validate | Self::Sync | Self::GetResource => Operations::empty(),
            Self::Grant => Operations::GRANT,
            Self::Revoke => Operations::REVOKE,
            Self::CreateAccount => Operations::CREATE_ACCOUNT,
            Self::InvokeAction => Operations::INVOKE_ACTION,
        }
    }

    /// Whether something may be changed in it.
    pub fn changes(self) -> bool {
        self.unlocks() != Operations::empty()
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Describe => "describe",
            Self::Validate => "validate",
            Self::Sync => "sync",
            Self::GetResource => "get-resource",
            Self::Grant => "grant",
            Self::Revoke => "revoke",
            Self::CreateAccount => "create-account",
            Self::InvokeAction => "invoke-action",
        })
    }
}

impl FromStr for Operation {
    type Err = String;

    /// Takes one in which requests can be sent, as it is displayed.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = Self::ALL.into_iter().find(|own| own.to_string() == text);
        named.ok_or_else(|| {
            let all = Self::ALL.map(|own| own.to_string()).join(", ");
            format!("{text:?} is no operation; there are {all}")
        })
    }
}
