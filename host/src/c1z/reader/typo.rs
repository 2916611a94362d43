//! Whether one text may be another one with typing mistakes in it.
//!
//! Ids and addresses consist of words, most of which many of them share: the words that differ are
//! compared, and nothing else. So `grace@example.com` is not near to `frank@example.com`, however
//! long the domain is, nor the grant `role:owner:assigned:user:7` to that of the next user.

/// The most bytes of a text in which mistakes are looked for. The time that it takes grows with the
/// square of that.
const LONGEST: usize = 256;
/// One mistake is let pass for every so many characters.
const PER_MISTAKE: usize = 4;
/// More mistakes than these are another text.
const MOST: usize = 4;

/// A text to find. Upper and lower case are the same where they are ASCII.
pub(super) struct Wanted {
    text: String,
    /// Reused for every text that it is compared with.
    other: String,
}

impl Wanted {
    pub(super) fn new(text: &str) -> Self {
        Self {
            text: text.to_ascii_lowercase(),
            other: String::new(),
        }
    }

    /// Whether this is the text.
    pub(super) fn is(&self, other: &str) -> bool {
        self.text.eq_ignore_ascii_case(other)
    }

    /// How many characters are wrong, missing, in excess or in each other's place, if they are few
    /// enough and fewer than `below`.
    pub(super) fn mistakes(&mut self, other: &str, below: usize) -> Option<usize> {
        if self.text.len().max(other.len()) > LONGEST {
            return None;
        }
        self.other.clear();
        self.other.push_str(other);
        self.other.make_ascii_lowercase();
        let (wanted, other) = differing(&self.text, &self.other);
        let (length, other_length) = (wanted.chars().count(), other.chars().count());
        let most = (length.max(other_length) / PER_MISTAKE)
            .min(MOST)
            .min(below.saturating_sub(1));
        if at_least(wanted, other) > most {
            return None;
        }
        let mistakes = strsim::osa_distance(wanted, other);
        (mistakes <= most).then_some(mistakes)
    }
}

/// Both texts without the whole words that they begin and end with in common.
fn differing<'a>(one: &'a str, other: &'a str) -> (&'a str, &'a str) {
    let pairs = one.bytes().zip(other.bytes());
    let same = pairs.take_while(|(one, other)| one == other).count();
    let words = one.as_bytes()[..same].iter().rposition(is_between);
    let start = words.map_or(0, |between| between + 1);
    let (one, other) = (&one[start..], &other[start..]);

    let pairs = one.bytes().rev().zip(other.bytes().rev());
    let same = pairs.take_while(|(one, other)| one == other).count();
    let words = one.as_bytes()[one.len() - same..]
        .iter()
        .position(is_between);
    let end = words.map_or(0, |between| same - between);
    (&one[..one.len() - end], &other[..other.len() - end])
}

/// What the mistakes cannot be fewer than, found out in a small part of the time that it takes to
/// count them: a mistake gives a text at most one character more and one fewer of each sort.
fn at_least(one: &str, other: &str) -> usize {
    let mut balance = [0_isize; 32];
    let sort = |character: char| character as usize % 32;
    for character in one.chars() {
        balance[sort(character)] += 1;
    }
    for character in other.chars() {
        balance[sort(character)] -= 1;
    }
    let (mut more, mut fewer) = (0, 0);
    for number in balance {
        if number > 0 {
            more += number.unsigned_abs();
        } else {
            fewer += number.unsigned_abs();
        }
    }
    more.max(fewer)
}

/// Whether this stands between words. Such a byte is a character of its own.
fn is_between(byte: &u8) -> bool {
    byte.is_ascii() && !byte.is_ascii_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mistakes(one: &str, other: &str) -> Option<usize> {
        Wanted::new(one).mistakes(other, usize::MAX)
    }

    #[test]
    fn a_slip_of_the_finger_is_a_mistake() {
        for (given, meant, number) in [
            ("grace@exmaple.com", "grace@example.com", 1),
            ("Grace Hoper", "Grace Hopper", 1),
            ("role:ownr:assigned", "role:owner:assigned", 1),
            ("role:owner-assigned", "role:owner:assigned", 1),
            ("rôle:öwner:assigned", "rôle:öwnér:assigned", 1),
            ("10023", "10032", 1),
        ] {
            assert_eq!(mistakes(given, meant), Some(number), "{given}");
        }
    }

    #[test]
    fn what_many_have_in_common_makes_nothing_near() {
        for (given, other) in [
            ("grace@example.com", "frank@example.com"),
            ("Grace Hopper", "Frank Hopper"),
            ("role:owner:assigned", "role:member:assigned"),
            ("role:owner:assigned:user:7", "role:owner:assigned:user:6"),
            ("role:owner:assigned", "role:owner"),
            ("grace@example.org", "grace@example.com"),
            ("u-1", "u-2"),
            ("5d41402abc4b2a76b9719d91", "5d41402abc4b2a76cd8f0000"),
            ("a", ""),
        ] {
            assert_eq!(mistakes(given, other), None, "{given}");
        }
    }

    #[test]
    fn only_what_is_nearer_than_before_counts() {
        let mut wanted = Wanted::new("grace.hopper");
        assert_eq!(wanted.mistakes("grace.hoqqer", 3), None, "too many");
        let mut wanted = Wanted::new("administrator");
        assert_eq!(wanted.mistakes("administartro", 3), Some(2));
        assert_eq!(wanted.mistakes("administartro", 2), None);
        assert_eq!(wanted.mistakes("administartro", 0), None);
    }

    #[test]
    fn a_very_long_text_is_not_compared() {
        let long = "a".repeat(LONGEST);
        assert_eq!(mistakes(&long, &long[1..]), Some(1));
        assert_eq!(mistakes(&format!("{long}a"), &long), None);
    }

    proptest! {
        #[test]
        fn words_in_common_are_left_out_on_both_sides(
            start in "([a-é:@ .]{0,9}:)?", end in "(:[a-é:@ .]{0,9})?",
            one in "[a-é🧸]{0,9}", other in "[a-é🧸]{0,9}",
        ) {
            prop_assume!(one != other);
            let whole = |middle: &str| format!("{start}{middle}{end}");
            let (whole_one, whole_other) = (whole(&one), whole(&other));
            let (left_one, left_other) = differing(&whole_one, &whole_other);
            prop_assert!(one.contains(left_one) || left_one.contains(&one));
            prop_assert_eq!(whole_one.len() - left_one.len(), whole_other.len() - left_other.len());
        }

        #[test]
        fn there_are_never_fewer_mistakes_than_at_least(one in "[a-dé ]{0,9}", other in "[a-dé🧸]{0,9}") {
            prop_assert!(at_least(&one, &other) <= strsim::osa_distance(&one, &other));
        }

        #[test]
        fn any_two_texts_can_be_compared(one: String, other: String, below: usize) {
            if let Some(mistakes) = Wanted::new(&one).mistakes(&other, below) {
                prop_assert!(mistakes < below);
                prop_assert!(mistakes * PER_MISTAKE <= one.chars().count().max(other.chars().count()));
            }
        }
    }
}
