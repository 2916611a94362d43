//! An answer as it enters, piece by piece.

use arbitrary::Arbitrary;
use connector_host::secrets::{Mask, Secrets};
use fuzz::secret::{NAMES, keep};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Bytes of the shortest secret that is looked for.
const SHORTEST: usize = 8;

#[derive(Arbitrary, Debug)]
pub struct Input<'a> {
    secrets: [Vec<Part<'a>>; NAMES.len()],
    answer: Vec<Piece<'a>>,
    /// At how many bytes it is cut besides, if at any.
    step: u8,
}

/// A part of a secret.
#[derive(Arbitrary, Debug)]
enum Part<'a> {
    Text(&'a str),
    /// The secret before, so that one begins like another or holds it.
    Another,
}

/// A piece of an answer.
#[derive(Arbitrary, Debug)]
enum Piece<'a> {
    Other(&'a [u8]),
    /// A secret, or as much of it.
    Secret(u8, Spelling, Option<u8>),
    Cut,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Spelling {
    Plain,
    Json,
    JsonWithSlashes,
    Reserved(Case),
    NonAlphanumeric(Case),
}

/// Of hexadecimal digits.
#[derive(Arbitrary, Clone, Copy, Debug)]
enum Case {
    Upper,
    Lower,
}

const SPELLINGS: [Spelling; 7] = [
    Spelling::Plain,
    Spelling::Json,
    Spelling::JsonWithSlashes,
    Spelling::Reserved(Case::Upper),
    Spelling::Reserved(Case::Lower),
    Spelling::NonAlphanumeric(Case::Upper),
    Spelling::NonAlphanumeric(Case::Lower),
];

/// What has to be percent-encoded in a URL (RFC 3986, section 2.3).
const RESERVED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// No secret comes in, however it is spelled and wherever the answer is cut; where it is cut makes
/// no difference, and what has no secret stays what it is.
pub fn check(input: &Input) {
    let values = values(input);
    let secrets = Secrets::default();
    let placeholders = keep(&secrets, &values);
    let spelled: Vec<String> = values
        .iter()
        .filter(|value| value.len() >= SHORTEST)
        .flat_map(|value| SPELLINGS.map(|spelling| spelling.of(value)))
        .collect();
    let chunks = chunks(input, &values);
    let whole = chunks.concat();
    let Some(mut mask) = secrets.mask() else {
        assert!(spelled.is_empty());
        return;
    };

    let masked = mask.whole(&whole);
    assert_eq!(piecewise(&mut mask, &chunks), masked);
    if !spelled.iter().any(|secret| holds(&whole, secret)) {
        assert_eq!(masked, whole);
    }
    for kept in between(&masked, &placeholders) {
        for secret in &spelled {
            assert!(!holds(kept, secret), "{secret} is in {kept:?}");
        }
    }
}

/// The secrets. One that others hold would be in their placeholders' names at worst.
fn values(input: &Input) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    for parts in &input.secrets {
        let mut value = String::new();
        for part in parts {
            match part {
                Part::Text(text) => value.push_str(text),
                Part::Another => value.extend(values.last().cloned()),
            }
            value.truncate(value.floor_char_boundary(100));
        }
        values.push(value);
    }
    values
}

fn chunks(input: &Input, values: &[String]) -> Vec<Vec<u8>> {
    let mut chunks = vec![Vec::new()];
    for piece in &input.answer {
        let chunk = chunks.last_mut().unwrap();
        match piece {
            Piece::Other(bytes) => chunk.extend_from_slice(bytes),
            Piece::Secret(number, spelling, length) => {
                let secret = spelling.of(&values[usize::from(*number) % values.len()]);
                let length = length.map_or(secret.len(), |length| secret.len().min(length.into()));
                chunk.extend_from_slice(&secret.as_bytes()[..length]);
            }
            Piece::Cut => chunks.push(Vec::new()),
        }
    }
    if input.step > 0 {
        let cut = |chunk: &Vec<u8>| -> Vec<Vec<u8>> {
            let cut = chunk.chunks(input.step.into());
            cut.map(<[u8]>::to_vec).collect()
        };
        chunks = chunks.iter().flat_map(cut).collect();
    }
    chunks
}

fn piecewise(mask: &mut Mask, chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut masked = Vec::new();
    for chunk in chunks {
        masked.extend_from_slice(&mask.push(chunk.clone().into()));
    }
    masked.extend_from_slice(&mask.finish());
    masked
}

/// What is left of a text without the placeholders.
fn between<'t>(text: &'t [u8], placeholders: &[String]) -> Vec<&'t [u8]> {
    let mut rest = vec![text];
    for placeholder in placeholders {
        rest = rest
            .into_iter()
            .flat_map(|text| split(text, placeholder.as_bytes()))
            .collect();
    }
    rest
}

fn split<'t>(mut text: &'t [u8], at: &[u8]) -> Vec<&'t [u8]> {
    let mut pieces = Vec::new();
    while let Some(place) = text.windows(at.len()).position(|window| window == at) {
        pieces.push(&text[..place]);
        text = &text[place + at.len()..];
    }
    pieces.push(text);
    pieces
}

fn holds(text: &[u8], secret: &str) -> bool {
    let secret = secret.as_bytes();
    text.windows(secret.len()).any(|window| window == secret)
}

impl Spelling {
    fn of(self, secret: &str) -> String {
        let json = || {
            let json = serde_json::to_string(secret).unwrap();
            json[1..json.len() - 1].to_owned()
        };
        match self {
            Self::Plain => secret.to_owned(),
            Self::Json => json(),
            Self::JsonWithSlashes => json().replace('/', r"\/"),
            Self::Reserved(case) => case.encoded(secret, &RESERVED),
            Self::NonAlphanumeric(case) => case.encoded(secret, NON_ALPHANUMERIC),
        }
    }
}

impl Case {
    fn encoded(self, secret: &str, set: &'static AsciiSet) -> String {
        let pieces = utf8_percent_encode(secret, set);
        let pieces = pieces.map(|piece| match self {
            Self::Lower if piece.starts_with('%') => piece.to_lowercase(),
            _ => piece.to_owned(),
        });
        pieces.collect()
    }
}
