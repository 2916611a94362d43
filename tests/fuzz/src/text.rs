//! Texts that are made of pieces with a meaning, and of whatever comes.

use crate::pieces::{ORIGINS, PIECES};
use arbitrary::Arbitrary;
use std::fmt;

/// What a URL begins with: a scheme, a host, and what may stand beside them.
#[derive(Arbitrary, Debug)]
pub enum Origin<'a> {
    Known(u8),
    Other(&'a str),
}

impl fmt::Display for Origin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Known(number) => one_of(&ORIGINS, *number),
            Self::Other(text) => text,
        })
    }
}

/// A path, or a part of one.
#[derive(Arbitrary, Debug)]
pub struct Path<'a>(Vec<Piece<'a>>);

#[derive(Arbitrary, Debug)]
enum Piece<'a> {
    Known(u8),
    Other(&'a str),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in &self.0 {
            f.write_str(match piece {
                Piece::Known(number) => one_of(&PIECES, *number),
                Piece::Other(text) => text,
            })?;
        }
        Ok(())
    }
}

/// One of some, whatever the number.
pub fn one_of<T: Copy>(all: &[T], number: u8) -> T {
    all[usize::from(number) % all.len()]
}
