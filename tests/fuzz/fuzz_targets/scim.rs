//! A list of accounts, in pieces of any size.
//!
//! A byte that is in no text, 0xFF, ends a piece.

#![no_main]

use libfuzzer_sys::fuzz_target;
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use std::fmt;
use valimail::{
    list::{Envelope, ListReader, NotAList, Record},
    scim::User,
};

type Outcome = (Vec<Record<User>>, Result<Envelope, NotAList>);

fuzz_target!(|data: &[u8]| {
    // Whatever it is, it is read to some end.
    let _ = read([data].into_iter());

    let pieces = || data.split(|byte| *byte == 0xFF);
    let body: Vec<u8> = pieces().flatten().copied().collect();
    let (records, end) = read([body.as_slice()].into_iter());
    let piecewise = read(pieces());
    assert_eq!(piecewise.0, records);
    assert_eq!(without_glimpse(piecewise.1), without_glimpse(end.clone()));

    match end {
        Ok(envelope) => agrees(&body, &records, &envelope),
        // All that is wrong with JSON is its shape.
        Err(NotAList::OtherShape(_)) => {}
        Err(error) => assert!(!is_json(&body), "{error}"),
    }
});

fn read<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Outcome {
    let mut reader = ListReader::default();
    let mut records = Vec::new();
    for piece in pieces {
        if let Err(error) = reader.push(piece, &mut records) {
            return (records, Err(error));
        }
    }
    (records, reader.finish())
}

/// Of something else than JSON, only as much is shown as has arrived.
fn without_glimpse(end: Result<Envelope, NotAList>) -> Result<Envelope, NotAList> {
    end.map_err(|error| match error {
        NotAList::NotJson(_) => NotAList::NotJson(String::new()),
        error => error,
    })
}

fn is_json(body: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(body).is_ok()
}

/// serde_json takes it for an object with as many resources, too.
fn agrees(body: &[u8], records: &[Record<User>], envelope: &Envelope) {
    let list: List = serde_json::from_slice(body).unwrap();
    assert_eq!(records.len(), list.resources.iter().sum::<usize>());
    assert_eq!(envelope.has_resources, !list.resources.is_empty());
}

/// The numbers of elements of each list by the name of `Resources`.
struct List {
    resources: Vec<usize>,
}

impl<'de> Deserialize<'de> for List {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = List;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list response")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<List, A::Error> {
        let mut resources = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if key.eq_ignore_ascii_case("Resources") {
                resources.extend(map.next_value::<Number>()?.0);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(List { resources })
    }
}

/// How many elements there are, or that there is null in place of a list.
struct Number(Option<usize>);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Elements)
    }
}

struct Elements;

impl<'de> Visitor<'de> for Elements {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an array or null")
    }

    fn visit_unit<E>(self) -> Result<Number, E> {
        Ok(Number(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Number, A::Error> {
        let mut number = 0;
        while elements.next_element::<IgnoredAny>()?.is_some() {
            number += 1;
        }
        Ok(Number(Some(number)))
    }
}
