//! The last active owner: without one, nobody can manage users or API keys any more.

use crate::{
    client::Client, contract::identity::connector::types::Error, list::Record, member_types::OWNER,
    page, scim::User, transport::Transport,
};

/// Whether this user is an owner and not known to be inactive.
pub fn is_active_owner(user: &User) -> bool {
    user.is_of(OWNER) && user.active != Some(false)
}

/// Whether some other user is certainly an active owner.
///
/// # Errors
///
/// When the account list cannot be read, or is not whole and does not show one.
pub async fn is_there_another<T: Transport>(
    client: &mut Client<T>,
    besides: &str,
) -> Result<bool, Error> {
    let another = page::search(client, |record| match record {
        Record::Read(user) => (user.id.as_deref().is_some_and(|id| id != besides)
            && user.is_of(OWNER)
            && user.active == Some(true))
        .then_some(()),
        Record::Unusable { .. } => None,
    });
    Ok(another.await?.is_some())
}

/// Why the last one stays what it is. `doing` says what was wanted.
pub fn last_owner(doing: &str) -> Error {
    Error::FailedPrecondition(format!(
        "{doing} would leave Valimail without an active owner, and then nobody could manage its users or API keys any more; nothing has been changed; first grant member_type:owner:assigned to somebody else, or allow it with --allow-last-owner"
    ))
}
