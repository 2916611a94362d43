//! Components by hand.

use std::{path::Path, sync::LazyLock};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, WorldId};

/// The contract, and the world that a connector without changes lives in.
static CONTRACT: LazyLock<(Resolve, WorldId)> = LazyLock::new(|| {
    let directory = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../wit"));
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(directory).expect("the contract");
    let world = resolve.select_world(&[package], Some("connector"));
    let world = world.expect("its world");
    (resolve, world)
});

/// `raw.wat`, with other lines in the places that are named.
pub fn raw(changes: &[(&str, &str)]) -> Vec<u8> {
    let mut text = include_str!("raw.wat").to_owned();
    for (place, lines) in changes {
        let (begin, end) = (format!(";; <{place}>"), format!(";; </{place}>"));
        let begin = text.find(&begin).expect("the place begins") + begin.len();
        let end = text.find(&end).expect("the place ends");
        text.replace_range(begin..end, &format!("\n{lines}\n"));
    }
    let mut module = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}"));
    let (resolve, world) = &*CONTRACT;
    embed_component_metadata(&mut module, resolve, *world, StringEncoding::UTF8)
        .expect("it is embedded");
    let encoder = ComponentEncoder::default().validate(true).module(&module);
    let encoded = encoder.and_then(|mut encoder| encoder.encode());
    encoded.unwrap_or_else(|error| panic!("{error:#}"))
}

/// A section of a component (binary format, section 1): its id, its size, its content.
pub fn section(id: u8, content: &[u8]) -> Vec<u8> {
    let mut section = vec![id];
    section.extend(leb128(content.len()));
    section.extend(content);
    section
}

/// An unsigned number (WebAssembly, section 5.2.2).
pub fn leb128(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        match number {
            0 => {
                bytes.push(low);
                return bytes;
            }
            _ => bytes.push(low | 0x80),
        }
    }
}

/// What a component begins with.
pub const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";
/// What a module begins with, and all that an empty one is.
pub const MODULE: &[u8] = b"\0asm\x01\0\0\0";

/// How many sections of a kind a component has.
pub fn count(component: &[u8], wanted: u8) -> usize {
    let mut rest = &component[COMPONENT.len()..];
    let mut count = 0;
    while let Some((id, after)) = rest.split_first() {
        count += usize::from(*id == wanted);
        let length = after.iter().take_while(|&&b| b & 0x80 != 0).count() + 1;
        let size = after[..length].iter().rev();
        let size = size.fold(0, |size, &b| size << 7 | usize::from(b & 0x7f));
        rest = &after[length + size..];
    }
    count
}
