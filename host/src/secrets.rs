//! Secrets, and what stands in their place inside the sandbox.
//!
//! ```text
//! setting --keep--> placeholder --> component --> request --fill--> secret --> service
//!                   placeholder <-- component <-- response <--mask-- secret <-- service
//! ```
//!
//! A component gets a placeholder for each secret, random for each run, and hands that on as if it
//! were the secret. At the edge, the gate [fills](Secrets::fill) it in where the policy has it, and
//! [masks](Secrets::mask) what comes back. Nothing else in this program needs the secrets
//! themselves, but for keeping them out of messages ([`Secrets::redact`]).

mod mask;
mod placeholder;

pub use mask::Mask;

use secrecy::{ExposeSecret, SecretString};
use std::{
    borrow::Cow,
    fmt,
    sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, Weak},
};
use zeroize::Zeroizing;

/// Shorter values appear in texts by chance; to blank them out would only puzzle the reader.
const SHORTEST_HIDDEN: usize = 4;
/// Shorter values appear in responses by chance, and to replace them would spoil records.
const SHORTEST_MASKED: usize = 8;

/// What stands for a secret where people read.
const BLANK: &str = "***";

/// All secrets of a run: those of the configuration, and those that responses have brought. Their
/// memory is zeroed when the last user is gone.
#[derive(Default)]
pub struct Secrets {
    inner: RwLock<Inner>,
}

#[derive(Default)]
struct Inner {
    kept: Vec<Kept>,
    /// What no message may say. Longest first, so that a secret inside another one does not spoil
    /// it.
    hidden: Vec<SecretString>,
    /// Those of single runs.
    children: Vec<Weak<Secrets>>,
    /// What finds those that are kept. It takes longer to make than most responses to search, so it
    /// is made once, and again when a secret comes.
    mask: OnceLock<Option<Mask>>,
}

#[derive(Clone)]
struct Kept {
    name: String,
    value: SecretString,
    placeholder: String,
}

impl Secrets {
    /// Keeps a secret under the name of its setting, or the name that the response's declaration
    /// gives it. Answers with what stands in its place.
    pub fn keep(&self, name: &str, value: SecretString) -> String {
        self.hide(value.expose_secret());
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        let same =
            |kept: &&Kept| kept.name == name && kept.value.expose_secret() == value.expose_secret();
        if let Some(kept) = inner.kept.iter().find(same) {
            return kept.placeholder.clone();
        }
        let placeholder = placeholder::random(name);
        inner.kept.push(Kept {
            name: name.to_owned(),
            value,
            placeholder: placeholder.clone(),
        });
        inner.mask = OnceLock::new();
        placeholder
    }

    /// The same secrets, to which others can be added for a while. Texts are rid of these here as
    /// well, as long as the child is there.
    pub fn child(&self) -> Arc<Self> {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        let mask = OnceLock::from(inner.mask());
        let child = Arc::new(Self {
            inner: RwLock::new(Inner {
                kept: inner.kept.clone(),
                hidden: inner.hidden.clone(),
                children: Vec::new(),
                mask,
            }),
        });
        inner.children.retain(|child| child.strong_count() > 0);
        inner.children.push(Arc::downgrade(&child));
        child
    }

    /// How many are kept.
    pub fn count(&self) -> usize {
        self.read().kept.len()
    }

    /// Remembers something that no message may say, in each form in which it may turn up: whole,
    /// with its line breaks made blanks, and, where a text has been taken apart into lines, line by
    /// line.
    pub fn hide(&self, secret: &str) {
        let blanks = Zeroizing::new(secret.replace(char::is_control, " "));
        let lines = secret.split(char::is_control);
        let forms = [secret, &blanks].into_iter().chain(lines);
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        for form in forms.filter(|form| form.len() >= SHORTEST_HIDDEN) {
            let known = |hidden: &SecretString| hidden.expose_secret() == form;
            if !inner.hidden.iter().any(known) {
                inner.hidden.push(SecretString::from(form));
            }
        }
        let length = |hidden: &SecretString| hidden.expose_secret().len();
        inner
            .hidden
            .sort_by_key(|hidden| std::cmp::Reverse(length(hidden)));
    }

    /// The text with the secrets of these names in place of their placeholders, if there are any.
    /// Placeholders of other secrets stay what they are.
    pub fn fill(&self, text: &str, names: &[String]) -> Option<Zeroizing<String>> {
        let mut filled: Option<Zeroizing<String>> = None;
        for kept in &self.read().kept {
            let text = filled.as_ref().map_or(text, |filled| filled.as_str());
            if names.contains(&kept.name) && text.contains(&kept.placeholder) {
                let value = kept.value.expose_secret();
                filled = Some(replaced(text, &kept.placeholder, value));
            }
        }
        filled
    }

    /// Whether a placeholder, of whichever secret, stands in there.
    pub fn are_in(&self, bytes: &[u8]) -> bool {
        let kept = &self.read().kept;
        !kept.is_empty() && placeholder::may_be_in(bytes)
    }

    /// What replaces secrets by their placeholders, in something that arrives in pieces. None when
    /// there is nothing to replace.
    pub fn mask(&self) -> Option<Mask> {
        self.read().mask()
    }

    /// The text with `***` for each secret and each placeholder.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut redacted = Cow::Borrowed(text);
        let inner = self.read();
        let placeholders = inner.kept.iter().map(|kept| kept.placeholder.as_str());
        let hidden = inner.hidden.iter().map(ExposeSecret::expose_secret);
        for secret in placeholders.chain(hidden) {
            if redacted.contains(secret) {
                redacted = Cow::Owned(redacted.replace(secret, BLANK));
            }
        }
        for child in inner.children.iter().filter_map(Weak::upgrade) {
            if let Cow::Owned(rid) = child.redact(&redacted) {
                redacted = Cow::Owned(rid);
            }
        }
        redacted
    }

    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn mask(&self) -> Option<Mask> {
        let make = || {
            let long = |kept: &&Kept| kept.value.expose_secret().len() >= SHORTEST_MASKED;
            let pairs = self.kept.iter().filter(long);
            Mask::new(pairs.map(|kept| (kept.value.expose_secret(), kept.placeholder.as_str())))
        };
        self.mask.get_or_init(make).clone()
    }
}

/// As [`str::replace`], but that no half of it is left behind in memory.
fn replaced(text: &str, placeholder: &str, value: &str) -> Zeroizing<String> {
    let length = text.len() + text.matches(placeholder).count() * value.len();
    let mut replaced = Zeroizing::new(String::with_capacity(length));
    for (place, piece) in text.split(placeholder).enumerate() {
        if place > 0 {
            replaced.push_str(value);
        }
        replaced.push_str(piece);
    }
    replaced
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.read();
        f.debug_set()
            .entries(inner.kept.iter().map(|kept| &kept.name))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> (Secrets, String, String) {
        let secrets = Secrets::default();
        let key = secrets.keep("key", "hunter2-and-more".into());
        let pin = secrets.keep("pin", "1".into());
        (secrets, key, pin)
    }

    #[test]
    fn a_placeholder_is_filled_in_where_its_secret_may_go() {
        let (secrets, key, pin) = secrets();
        let text = format!("{key}, {pin}, {key}");
        let filled = |names: &[&str]| {
            let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
            let filled = secrets.fill(&text, &names)?;
            Some(filled.to_string())
        };
        let with_key = format!("hunter2-and-more, {pin}, hunter2-and-more");
        assert_eq!(filled(&["key"]), Some(with_key));
        let with_both = "hunter2-and-more, 1, hunter2-and-more".to_owned();
        assert_eq!(filled(&["pin", "key"]), Some(with_both));
        assert_eq!(filled(&[]), None);
        assert_eq!(filled(&["other"]), None);
    }

    #[test]
    fn placeholders_are_different_in_each_run_and_the_same_within_one() {
        let (secrets, key, pin) = secrets();
        let (_, other, _) = self::secrets();
        assert_ne!(key, other);
        assert_ne!(key, pin);
        assert_eq!(secrets.keep("key", "hunter2-and-more".into()), key);
        assert_eq!(secrets.count(), 2);
    }

    #[test]
    fn a_secret_of_several_lines_is_known_by_each_of_them() {
        let key = "-----BEGIN KEY-----\nMIIEtop\n-----END KEY-----";
        let secrets = Secrets::default();
        secrets.hide(key);
        assert_eq!(secrets.redact(key), "***");
        assert_eq!(secrets.redact(&key.replace('\n', " ")), "***");
        assert_eq!(secrets.redact("in between: MIIEtop"), "in between: ***");
    }

    #[test]
    fn the_secrets_of_a_run_are_known_to_its_parent_while_it_lasts() {
        let (secrets, key, _) = secrets();
        let child = secrets.child();
        assert_eq!(child.keep("key", "hunter2-and-more".into()), key);
        let token = child.keep("token", "correct-horse".into());
        let filled = child.fill(&token, &["token".to_owned()]);
        assert_eq!(filled.unwrap().as_str(), "correct-horse");
        assert_eq!(secrets.redact("correct-horse"), "***");
        assert_eq!(secrets.count(), 2);
        drop(child);
        assert_eq!(secrets.redact("correct-horse"), "correct-horse");
    }

    #[test]
    fn a_mask_knows_all_secrets_that_are_kept_when_it_is_asked_for() {
        let (secrets, key, _) = secrets();
        let masked = |secrets: &Secrets| {
            let mask = secrets.mask().unwrap();
            String::from_utf8(mask.whole(b"hunter2-and-more, correct-horse").to_vec()).unwrap()
        };
        assert_eq!(masked(&secrets), format!("{key}, correct-horse"));
        let child = secrets.child();
        let token = child.keep("token", "correct-horse".into());
        assert_eq!(masked(&child), format!("{key}, {token}"));
        assert_eq!(masked(&secrets), format!("{key}, correct-horse"));
    }

    #[test]
    fn neither_secrets_nor_placeholders_get_into_texts_or_debug_output() {
        let (secrets, key, _) = secrets();
        secrets.hide("hunter2");
        let text = format!("hunter2-and-more of acme 1, hunter2, {key}");
        assert_eq!(secrets.redact(&text), "*** of acme 1, ***, ***");
        assert_eq!(format!("{secrets:?}"), r#"{"key", "pin"}"#);
    }
}
