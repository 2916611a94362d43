//! The name of a sync: a KSUID.
//!
//! That is the number of seconds since May 2014 in four bytes, then sixteen random bytes, written
//! as 27 letters and digits. Readers treat it as opaque text, except that of two syncs which ended
//! in the same instant they show the one whose name sorts last.

use std::time::SystemTime;

use svix_ksuid::{Ksuid, KsuidLike};

/// A name that no other sync has.
pub(super) fn new() -> String {
    Ksuid::new(Some(SystemTime::now()), None).to_string()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_sync_id_is_27_letters_and_digits_and_never_the_same() {
        let ids: std::collections::BTreeSet<_> = (0..1000).map(|_| super::new()).collect();
        assert_eq!(ids.len(), 1000);
        for id in ids {
            assert_eq!(id.len(), 27);
            assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
        }
    }
}
