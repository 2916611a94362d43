//! A SCIM list response, read while it arrives (`ListResponse`, RFC 7644, section 3.4.2).
//!
//! serde_json parses each record as soon as all its bytes are there; what this adds is the
//! way from one record to the next. Nothing is kept but the bytes of the record that is still
//! arriving, so a list may be as long as it likes.

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Deserializer, Value, error::Category};
use std::{marker::PhantomData, mem};

/// Bytes of one record above which it is no record of a person any more.
const MAX_RECORD: usize = 1 << 20;

/// An element of `Resources`.
#[derive(Debug, PartialEq)]
pub enum Record<T> {
    Read(T),
    /// Valid JSON, but not a `T`.
    Unusable {
        /// `id` or else `userName`, if there is one.
        id: Option<String>,
        reason: String,
    },
}

/// What a list says of itself, beside its records.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Envelope {
    pub total_results: Option<u64>,
    pub items_per_page: Option<u64>,
    pub start_index: Option<u64>,
    /// Whether there was a `Resources`, if only an empty one.
    pub has_resources: bool,
}

/// Why a body is not a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotAList {
    /// Does not begin like JSON: the beginning of it.
    NotJson(String),
    /// Breaks off after this many bytes.
    Truncated(u64),
    /// Is not JSON any more at this byte.
    Syntax { at: u64, error: String },
    /// Is JSON, but of another kind.
    OtherShape(String),
    /// A record that goes on and on.
    RecordTooLong,
}

impl std::fmt::Display for NotAList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotJson(start) if start.starts_with('<') => {
                f.write_str("an HTML page where JSON was expected")
            }
            Self::NotJson(start) => write!(f, "something that is not JSON, beginning {start:?}"),
            Self::Truncated(at) => write!(f, "JSON that breaks off after {at} bytes"),
            Self::Syntax { at, error } => write!(f, "JSON that is broken near byte {at}: {error}"),
            Self::OtherShape(what) => write!(f, "JSON, but no SCIM list: {what}"),
            Self::RecordTooLong => write!(f, "a record of more than {MAX_RECORD} bytes"),
        }
    }
}

/// Reads a list of `T`, chunk by chunk.
pub struct ListReader<T> {
    /// What has arrived and is not read yet.
    pending: Vec<u8>,
    /// How much of the body came before `pending`.
    consumed: u64,
    state: State,
    envelope: Envelope,
    record: PhantomData<fn() -> T>,
}

enum State {
    Start,
    /// After `{`, or after a comma.
    Key {
        first: bool,
    },
    Colon(String),
    Value(String),
    /// After a member's value.
    Member,
    /// After `[`, or after a comma, in `Resources`.
    Element {
        first: bool,
    },
    /// After an element.
    NextElement,
    End,
}

/// Whether there was enough to take one step.
enum Step<T> {
    Taken,
    Record(Record<T>),
    NeedMore,
}

impl<T: DeserializeOwned> Default for ListReader<T> {
    fn default() -> Self {
        Self {
            pending: Vec::new(),
            consumed: 0,
            state: State::Start,
            envelope: Envelope::default(),
            record: PhantomData,
        }
    }
}

impl<T: DeserializeOwned> ListReader<T> {
    /// Takes the next bytes of the body, and appends to `records` what they complete.
    ///
    /// # Errors
    ///
    /// When this cannot become a list any more.
    pub fn push(&mut self, chunk: &[u8], records: &mut Vec<Record<T>>) -> Result<(), NotAList> {
        self.pending.extend_from_slice(chunk);
        let mut at = 0;
        let result = loop {
            match self.step(&mut at) {
                Ok(Step::Taken) => {}
                Ok(Step::Record(record)) => records.push(record),
                Ok(Step::NeedMore) if self.pending.len() - at > MAX_RECORD => {
                    break Err(NotAList::RecordTooLong);
                }
                Ok(Step::NeedMore) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        self.pending.drain(..at);
        self.consumed += at as u64;
        result
    }

    /// Ends the body.
    ///
    /// # Errors
    ///
    /// When the list is not complete.
    pub fn finish(self) -> Result<Envelope, NotAList> {
        match self.state {
            State::End => Ok(self.envelope),
            State::Start if self.consumed == 0 && self.pending.is_empty() => {
                Err(NotAList::OtherShape("the body is empty".to_owned()))
            }
            _ => Err(NotAList::Truncated(
                self.consumed + self.pending.len() as u64,
            )),
        }
    }

    fn step(&mut self, at: &mut usize) -> Result<Step<T>, NotAList> {
        let blank = self.pending[*at..]
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n'))
            .count();
        *at += blank;
        let Some(&next) = self.pending.get(*at) else {
            return Ok(Step::NeedMore);
        };
        self.state = match mem::replace(&mut self.state, State::End) {
            State::Start => match next {
                b'{' => {
                    *at += 1;
                    State::Key { first: true }
                }
                b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => {
                    return Err(NotAList::OtherShape("it is not an object".to_owned()));
                }
                _ => return Err(NotAList::NotJson(self.glimpse(*at))),
            },
            State::Key { first } => match next {
                b'}' if first => {
                    *at += 1;
                    State::End
                }
                b'"' => match self.value::<String>(at)? {
                    Some(Ok(key)) => State::Colon(key),
                    Some(Err(error)) => return Err(self.syntax(*at, error)),
                    None => {
                        self.state = State::Key { first };
                        return Ok(Step::NeedMore);
                    }
                },
                _ => return Err(self.syntax(*at, "expected a key")),
            },
            State::Colon(key) => self.punctuation(at, b':', State::Value(key))?,
            State::Value(key) if key.eq_ignore_ascii_case("Resources") && next == b'[' => {
                self.envelope.has_resources = true;
                *at += 1;
                State::Element { first: true }
            }
            State::Value(key) => match self.value::<Value>(at)? {
                Some(Ok(value)) => {
                    self.note(&key, &value)?;
                    State::Member
                }
                Some(Err(error)) => return Err(self.syntax(*at, error)),
                None => {
                    self.state = State::Value(key);
                    return Ok(Step::NeedMore);
                }
            },
            State::Member if next == b'}' => {
                *at += 1;
                State::End
            }
            State::Member => self.punctuation(at, b',', State::Key { first: false })?,
            State::Element { first: true } if next == b']' => {
                *at += 1;
                State::Member
            }
            State::Element { first } => {
                // serde would take an array for an object without keys.
                let record = if next == b'{' {
                    self.value::<T>(at)?.map(|read| match read {
                        Ok(record) => Record::Read(record),
                        Err(unusable) => unusable.into_record(),
                    })
                } else {
                    self.value::<IgnoredAny>(at)?.map(|_| Record::Unusable {
                        id: None,
                        reason: "it is not an object".to_owned(),
                    })
                };
                let Some(record) = record else {
                    self.state = State::Element { first };
                    return Ok(Step::NeedMore);
                };
                self.state = State::NextElement;
                return Ok(Step::Record(record));
            }
            State::NextElement if next == b']' => {
                *at += 1;
                State::Member
            }
            State::NextElement => self.punctuation(at, b',', State::Element { first: false })?,
            State::End => return Err(self.syntax(*at, "something follows the list")),
        };
        Ok(Step::Taken)
    }

    /// Reads one JSON value at `at` and steps behind it: `None` when not all of it is there,
    /// an inner error when it is a value of another type.
    fn value<V: DeserializeOwned>(
        &self,
        at: &mut usize,
    ) -> Result<Option<Result<V, OtherType>>, NotAList> {
        let rest = &self.pending[*at..];
        let mut values = Deserializer::from_slice(rest).into_iter::<V>();
        let (read, length) = match values.next() {
            None => return Ok(None),
            Some(Ok(value)) => (Ok(value), values.byte_offset()),
            Some(Err(error)) if broken_off(&error, rest) => return Ok(None),
            // serde_json calls some values of another type wrong syntax, so it is asked again.
            Some(Err(error)) => {
                let mut skipped = Deserializer::from_slice(rest).into_iter::<IgnoredAny>();
                match skipped.next() {
                    Some(Err(error)) if !broken_off(&error, rest) => {
                        return Err(self.syntax(*at, error));
                    }
                    Some(Ok(_)) => {
                        let length = skipped.byte_offset();
                        let json = rest[..length].to_vec();
                        (Err(OtherType { json, error }), length)
                    }
                    _ => return Ok(None),
                }
            }
        };
        // The end of the bytes does not end a number or a word: `12` may become `123`.
        let delimited = matches!(rest.first(), Some(b'{' | b'[' | b'"'));
        if length == rest.len() && !delimited {
            return Ok(None);
        }
        *at += length;
        Ok(Some(read))
    }

    fn punctuation(&self, at: &mut usize, wanted: u8, then: State) -> Result<State, NotAList> {
        if self.pending[*at] == wanted {
            *at += 1;
            Ok(then)
        } else {
            Err(self.syntax(*at, format!("expected {:?}", char::from(wanted))))
        }
    }

    /// Remembers what a member of the list says.
    fn note(&mut self, key: &str, value: &Value) -> Result<(), NotAList> {
        let number = || {
            value
                .as_u64()
                .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
        };
        if key.eq_ignore_ascii_case("totalResults") {
            self.envelope.total_results = number();
        } else if key.eq_ignore_ascii_case("itemsPerPage") {
            self.envelope.items_per_page = number();
        } else if key.eq_ignore_ascii_case("startIndex") {
            self.envelope.start_index = number();
        } else if key.eq_ignore_ascii_case("Resources") && !value.is_null() {
            return Err(NotAList::OtherShape("Resources is not an array".to_owned()));
        }
        Ok(())
    }

    fn syntax(&self, at: usize, error: impl ToString) -> NotAList {
        NotAList::Syntax {
            at: self.consumed + at as u64,
            error: without_place(&error.to_string()),
        }
    }

    fn glimpse(&self, at: usize) -> String {
        let end = self.pending.len().min(at + 40);
        String::from_utf8_lossy(&self.pending[at..end]).into_owned()
    }
}

/// A whole JSON value that is not of the wanted type.
struct OtherType {
    json: Vec<u8>,
    error: serde_json::Error,
}

impl std::fmt::Display for OtherType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.fmt(f)
    }
}

impl OtherType {
    fn into_record<T>(self) -> Record<T> {
        let value: Value = serde_json::from_slice(&self.json).unwrap_or_default();
        let id = ["id", "userName"].iter().find_map(|key| match &value[key] {
            Value::String(text) => Some(text.chars().take(200).collect()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        });
        Record::Unusable {
            id,
            reason: without_place(&self.error.to_string()),
        }
    }
}

/// Whether more bytes could make this right. serde_json takes a sign at the very end for a
/// wrong number, not for the beginning of one.
fn broken_off(error: &serde_json::Error, rest: &[u8]) -> bool {
    match error.classify() {
        Category::Eof => true,
        Category::Syntax => {
            matches!(rest.last(), Some(b'-' | b'+' | b'.' | b'e' | b'E')) && is_at_end(error, rest)
        }
        Category::Data | Category::Io => false,
    }
}

/// Whether the last byte is what is wrong.
fn is_at_end(error: &serde_json::Error, rest: &[u8]) -> bool {
    let line = 1 + rest.iter().filter(|byte| **byte == b'\n').count();
    let column = rest.iter().rev().take_while(|byte| **byte != b'\n').count();
    (error.line(), error.column()) == (line, column)
}

/// serde_json counts lines and columns from the start of the slice, which tells nobody
/// anything.
fn without_place(error: &str) -> String {
    error.split(" at line ").next().unwrap_or(error).to_owned()
}

#[cfg(test)]
mod tests;
