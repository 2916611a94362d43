//! Secrets, and texts in which their placeholders stand.

use crate::text::one_of;
use arbitrary::Arbitrary;
use connector_host::secrets::Secrets;

/// The names of the secrets.
pub const NAMES: [&str; 3] = ["key", "token", "other"];

/// What a text is made of. None of them has the character with which the secrets begin.
const TOKENS: [&str; 22] = [
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "{\"a\":",
    "\"a\"",
    "null",
    "1e2",
    " ",
    "secret-",
    "secret-key-",
    "Basic ",
    "\\u0073",
    "\\ud83d",
    "%73",
    "=",
    "\n",
    "é",
];

/// Secrets of which no other text can hold one.
#[derive(Arbitrary, Debug)]
pub struct Marked<'a>([&'a str; NAMES.len()]);

impl Marked<'_> {
    /// The secrets, in the order of [`NAMES`].
    pub fn values(&self) -> [String; NAMES.len()] {
        let mut number = 0;
        self.0.map(|text| {
            number += 1;
            format!("~{number}~{}", text.replace('~', "-"))
        })
    }
}

/// Keeps secrets, in the order of [`NAMES`], and gives their placeholders.
pub fn keep(secrets: &Secrets, values: &[String]) -> Vec<String> {
    let named = NAMES.iter().zip(values);
    let kept = named.map(|(name, value)| secrets.keep(name, value.as_str().into()));
    kept.collect()
}

/// A text that a component makes of placeholders and others.
#[derive(Arbitrary, Debug)]
pub struct Text<'a>(Vec<Piece<'a>>);

#[derive(Arbitrary, Debug)]
enum Piece<'a> {
    Placeholder(u8),
    Token(u8),
    Other(&'a str),
}

impl Text<'_> {
    pub fn with(&self, placeholders: &[String]) -> String {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Placeholder(number) => {
                    let number = usize::from(*number) % placeholders.len();
                    text.push_str(&placeholders[number]);
                }
                Piece::Token(number) => text.push_str(one_of(&TOKENS, *number)),
                Piece::Other(other) => text.push_str(&other.replace('~', "-")),
            }
        }
        text
    }
}
