//! Replacing secrets in a stream of bytes.

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, MatchKind};
use base64::{
    Engine as _,
    engine::general_purpose::{GeneralPurpose, STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use bytes::{Bytes, BytesMut};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::sync::Arc;
use zeroize::Zeroizing;

/// Puts placeholders in the place of secrets, wherever they are cut.
///
/// A secret is found as it is; as JSON writes it (with and without `\/`); percent-encoded, as little
/// as RFC 3986 has it, or all but letters and digits, with hexadecimal digits of either case; and in
/// base64, wherever in an encoded text it begins.
#[derive(Clone)]
pub struct Mask {
    needles: Arc<Needles>,
    /// The end of what has come so far, as long as a secret may begin in it.
    held: BytesMut,
}

struct Needles {
    finder: AhoCorasick,
    /// The forms, in the order of the finder's patterns.
    forms: Vec<(Zeroizing<Vec<u8>>, String)>,
}

impl Mask {
    /// From pairs of a secret and its placeholder. None without any.
    pub(super) fn new<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Option<Self> {
        let mut forms: Vec<(Zeroizing<Vec<u8>>, String)> = Vec::new();
        for (secret, placeholder) in pairs {
            for form in spellings(secret) {
                if !forms.iter().any(|(known, _)| *known == form) {
                    forms.push((form, placeholder.to_owned()));
                }
            }
        }
        if forms.is_empty() {
            return None;
        }
        let finder = AhoCorasickBuilder::new()
            // A DFA would be quicker to search with, but takes longer to make than most runs search.
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .match_kind(MatchKind::LeftmostLongest)
            .build(forms.iter().map(|(form, _)| form.as_slice()));
        Some(Self {
            needles: Arc::new(Needles {
                // Only patterns by the gigabyte make it fail.
                finder: finder.ok()?,
                forms,
            }),
            held: BytesMut::new(),
        })
    }

    /// Takes the next piece, and gives back what is certain by now.
    pub fn push(&mut self, piece: Bytes) -> Bytes {
        let text = match self.held.is_empty() {
            true => piece,
            false => {
                let mut text = std::mem::take(&mut self.held);
                text.extend_from_slice(&piece);
                text.freeze()
            }
        };
        let open = text.len() - self.needles.open_end(&text);
        let (mut out, mut at) = (BytesMut::new(), 0);
        for found in self.needles.finder.find_iter(&text) {
            // It may go on to be a longer one.
            if found.start() >= open {
                break;
            }
            out.extend_from_slice(&text[at..found.start()]);
            out.extend_from_slice(self.needles.placeholder(found.pattern().as_usize()));
            at = found.end();
        }
        let open = open.max(at);
        self.held = BytesMut::from(&text[open..]);
        if at == 0 {
            return text.slice(..open);
        }
        out.extend_from_slice(&text[at..open]);
        out.freeze()
    }

    /// Gives back the rest, after the last piece.
    pub fn finish(&mut self) -> Bytes {
        let rest = std::mem::take(&mut self.held);
        self.needles.replaced(&rest)
    }

    /// Replaces secrets in something that is there as a whole.
    pub fn whole(&self, bytes: &[u8]) -> Bytes {
        self.needles.replaced(bytes)
    }
}

impl Needles {
    fn replaced(&self, bytes: &[u8]) -> Bytes {
        let (mut out, mut at) = (BytesMut::with_capacity(bytes.len()), 0);
        for found in self.finder.find_iter(bytes) {
            out.extend_from_slice(&bytes[at..found.start()]);
            out.extend_from_slice(self.placeholder(found.pattern().as_usize()));
            at = found.end();
        }
        out.extend_from_slice(&bytes[at..]);
        out.freeze()
    }

    fn placeholder(&self, pattern: usize) -> &[u8] {
        self.forms
            .get(pattern)
            .map_or(&b"***"[..], |(_, placeholder)| placeholder.as_bytes())
    }

    /// How many bytes at the end may be the beginning of a secret.
    fn open_end(&self, text: &[u8]) -> usize {
        let ends = self.forms.iter().map(|(form, _)| {
            let longest = text.len().min(form.len() - 1);
            (1..=longest)
                .rev()
                .find(|&length| text.ends_with(&form[..length]))
                .unwrap_or(0)
        });
        ends.max().unwrap_or(0)
    }
}

/// All but the unreserved characters (RFC 3986, section 2.3).
const RESERVED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

fn spellings(secret: &str) -> Vec<Zeroizing<Vec<u8>>> {
    let json = serde_json::to_string(secret).unwrap_or_default();
    let json = Zeroizing::new(json);
    let inner = json.get(1..json.len().saturating_sub(1)).unwrap_or(secret);
    let texts = [
        secret.to_owned(),
        inner.to_owned(),
        inner.replace('/', r"\/"),
        encoded(secret, &RESERVED, str::to_owned),
        encoded(secret, &RESERVED, str::to_ascii_lowercase),
        encoded(secret, NON_ALPHANUMERIC, str::to_owned),
        encoded(secret, NON_ALPHANUMERIC, str::to_ascii_lowercase),
    ];
    let texts = texts.map(|text| Zeroizing::new(text.into_bytes()));
    let base64 = [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD]
        .into_iter()
        .flat_map(|engine| (0..3).map(|offset| in_base64(secret, engine, offset)));
    texts.into_iter().chain(base64).collect()
}

/// The text with those of `set` percent-encoded, in this case.
fn encoded(text: &str, set: &'static AsciiSet, case: impl Fn(&str) -> String) -> String {
    // At most three for each, so that nothing is left behind by growing.
    let mut encoded = String::with_capacity(3 * text.len());
    for piece in utf8_percent_encode(text, set) {
        match piece.starts_with('%') {
            true => encoded.push_str(&case(piece)),
            false => encoded.push_str(piece),
        }
    }
    encoded
}

/// What base64 (RFC 4648) makes of a secret that is `offset` bytes into a group of three: the
/// characters in which nothing of its neighbours is.
fn in_base64(secret: &str, engine: &GeneralPurpose, offset: usize) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(vec![0; offset]);
    bytes.reserve_exact(secret.len());
    bytes.extend_from_slice(secret.as_bytes());
    let whole = bytes.len() * 8 / 6;
    let encoded = Zeroizing::new(engine.encode(&*bytes));
    let own = encoded.get((offset * 8).div_ceil(6)..whole);
    Zeroizing::new(own.unwrap_or_default().as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mask() -> Mask {
        let pairs = [
            ("hunter2", "P1"),
            ("hunter2-and-more", "P2"),
            ("a/\"b\"", "P3"),
            ("rehunt", "P4"),
            ("c-d/~e", "P5"),
        ];
        Mask::new(pairs.into_iter()).unwrap()
    }

    fn piecewise(pieces: &[&[u8]]) -> String {
        let mut mask = mask();
        let mut out = Vec::new();
        for piece in pieces {
            out.extend_from_slice(&mask.push(Bytes::copy_from_slice(piece)));
        }
        out.extend_from_slice(&mask.finish());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_longest_secret_is_replaced_in_each_spelling() {
        for (text, masked) in [
            ("x hunter2 y", "x P1 y"),
            ("hunter2-and-more", "P2"),
            ("hunter2-and-mor", "P1-and-mor"),
            (r#"a/"b""#, "P3"),
            (r#"{"k":"a/\"b\""}"#, r#"{"k":"P3"}"#),
            (r#"{"k":"a\/\"b\""}"#, r#"{"k":"P3"}"#),
            ("q=a%2F%22b%22&r", "q=P3&r"),
            ("q=c-d%2F~e&r", "q=P5&r"),
            ("q=c-d%2f~e&r", "q=P5&r"),
            ("q=c%2Dd%2F%7Ee&r", "q=P5&r"),
            ("q=c%2dd%2f%7ee&r", "q=P5&r"),
            ("rehunter2", "P4er2"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(piecewise(&[text.as_bytes()]), masked, "{text}");
            let bytes: Vec<_> = text.as_bytes().chunks(1).collect();
            assert_eq!(piecewise(&bytes), masked, "{text}, byte by byte");
        }
    }

    #[test]
    fn a_secret_is_found_in_base64_wherever_it_begins() {
        let secret = "hunter2-and-more/\u{ff}~?";
        let mask = Mask::new([(secret, "P")].into_iter()).unwrap();
        for before in ["", "a", "ab", "abc", "user:"] {
            for after in ["", "x", "yz"] {
                for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
                    let encoded = engine.encode(format!("{before}{secret}{after}"));
                    let masked = mask.whole(encoded.as_bytes());
                    // But for the characters that it shares with its neighbours.
                    let left = (before.len() + after.len()).div_ceil(3) * 4 + 4 + "P".len();
                    assert!(masked.contains(&b'P') && masked.len() <= left, "{masked:?}");
                }
            }
        }
        assert_eq!(mask.whole(b"aHVudGVyMg"), "aHVudGVyMg");
    }

    #[test]
    fn what_cannot_be_a_secret_is_passed_on_at_once() {
        let mut mask = mask();
        assert_eq!(mask.push("plain text".into()), "plain text");
        assert_eq!(mask.push("it was hunt".into()), "it was ");
        assert_eq!(mask.push("ing".into()), "hunting");
    }

    proptest! {
        #[test]
        fn it_does_not_matter_where_a_text_is_cut(
            parts in prop::collection::vec("(hunter2|-and-more|hunt|re|a/|\"b\"|x){0,4}", 0..6)
        ) {
            let whole = parts.concat();
            let pieces: Vec<_> = parts.iter().map(|part| part.as_bytes()).collect();
            prop_assert_eq!(piecewise(&pieces), piecewise(&[whole.as_bytes()]));
        }
    }
}
