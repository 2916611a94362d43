//! What a component gets in place of a secret.

use std::sync::atomic::{AtomicU64, Ordering};

/// What all of them begin with.
const BEGINNING: &str = "secret-";
/// Bytes that nobody guesses.
const RANDOM: usize = 16;

/// A new one: `secret-<name>-<32 hexadecimal digits>`. It is letters, digits and hyphens only,
/// which stay what they are in a URL, a header, a form or a JSON document.
pub(super) fn random(name: &str) -> String {
    let mut bytes = [0; RANDOM];
    if getrandom::fill(&mut bytes).is_err() {
        // Unique is what it has to be above all: it opens nothing to who guesses it.
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let unique = COUNT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        bytes[..unique.len()].copy_from_slice(&unique);
    }
    format!("{BEGINNING}{name}-{}", hex::encode(bytes))
}

/// Whether there can be one in there.
pub(super) fn may_be_in(bytes: &[u8]) -> bool {
    bytes
        .windows(BEGINNING.len())
        .any(|window| window == BEGINNING.as_bytes())
}
