//! A file that somebody else has written, or damaged, is refused or read, and never does more.

#![no_main]

use arbitrary::Arbitrary;
use connector_host::c1z::{Options, Reader, Writer};
use fuzz::c1z::{Change, Damage, Sample, wrap};
use libfuzzer_sys::fuzz_target;
use std::{fmt::Debug, fs, path::Path, sync::LazyLock};
use tempfile::TempDir;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    file: File<'a>,
    /// What is looked for, beside what is there in a file that is whole.
    resource_type: &'a str,
    id: &'a str,
}

#[derive(Arbitrary, Debug)]
enum File<'a> {
    /// Anything.
    Bytes(&'a [u8]),
    /// What a file begins with, and anything.
    Frame(&'a [u8]),
    /// Anything, compressed.
    Content(&'a [u8]),
    /// What a database begins with, and anything, compressed.
    Database(&'a [u8]),
    /// A database of ours, with other bytes in some places, cut off or not.
    Damaged(Vec<Damage<'a>>, Option<u16>),
    /// A database of ours, with other values in some rows.
    Changed(Vec<Change<'a>>),
}

/// Where the file is, and next to it a directory that has to stay empty.
static PLACE: LazyLock<TempDir> = LazyLock::new(|| {
    let memory = Path::new("/dev/shm");
    let place = match memory.is_dir() {
        true => tempfile::tempdir_in(memory).unwrap(),
        false => tempfile::tempdir().unwrap(),
    };
    fs::create_dir(place.path().join("temp")).unwrap();
    place
});

static SAMPLE: LazyLock<Sample> = LazyLock::new(|| Sample::new(PLACE.path()));

fuzz_target!(|input: Input| {
    let bytes = match &input.file {
        File::Bytes(bytes) => bytes.to_vec(),
        File::Frame(bytes) => [b"C1ZF\0", *bytes].concat(),
        File::Content(content) => wrap(content),
        File::Database(rest) => wrap(&[b"SQLite format 3\0", *rest].concat()),
        File::Damaged(damages, cut) => SAMPLE.damaged(damages, *cut),
        File::Changed(changes) => SAMPLE.changed(changes),
    };
    let path = PLACE.path().join("sync.c1z");
    let temp = PLACE.path().join("temp");
    fs::write(&path, &bytes).unwrap();

    if let Ok(reader) = Reader::open(&path, Some(&temp)) {
        let reader = reader.unwrap();
        finds_what_is_asked_for(&reader, input.resource_type, input.id);
        for (resource_type, id) in fuzz::c1z::KNOWN {
            finds_what_is_asked_for(&reader, resource_type, id);
        }
        if matches!(input.file, File::Changed(_)) {
            proposes_what_is_there(&reader, input.id);
        }
    }
    let options = Options {
        temp_dir: Some(temp.clone()),
        ..Options::default()
    };
    // A sync that is given up leaves the file as it was.
    drop(Writer::open(&path, &options));
    assert_eq!(fs::read(&path).unwrap(), bytes);
    assert!(fs::read_dir(&temp).unwrap().next().is_none());
});

/// What is found has the id that was asked for, and is found again.
fn finds_what_is_asked_for(reader: &Reader, resource_type: &str, id: &str) {
    if let Some(found) = twice(|| reader.entitlement(id)) {
        assert_eq!(found.id, id);
    }
    if let Some(found) = twice(|| reader.grant(id)) {
        assert_eq!(found.id, id);
        assert!(found.entitlement.is_some() && found.principal.is_some());
    }
    if let Some(found) = twice(|| reader.resource(resource_type, id)) {
        let own = found.id.unwrap();
        assert_eq!((&*own.resource_type, &*own.resource), (resource_type, id));
    }
    if let Ok(types) = reader.resource_types_of(id) {
        assert!(types.is_sorted());
    }
    if let Ok(entitlements) = reader.entitlements_of(resource_type, id) {
        assert!(entitlements.is_sorted());
    }
    // They may find anything, or fail.
    let _ = reader.nearest_entitlement(id);
    let _ = reader.nearest_grant(id);
    let _ = reader.nearest_resource(resource_type, id);
}

/// In a file that is not damaged, what is proposed for another id is there.
fn proposes_what_is_there(reader: &Reader, id: &str) {
    if let Ok(Some(near)) = reader.nearest_entitlement(id) {
        assert!(reader.entitlement(&near.id).unwrap().is_some(), "{near:?}");
    }
    if let Ok(Some(near)) = reader.nearest_grant(id) {
        assert!(reader.grant(&near.id).unwrap().is_some(), "{near:?}");
    }
}

/// The same answer each time, unless there is none: what SQLite has once found damaged, it may pass
/// over later.
fn twice<T: Debug + PartialEq, E>(ask: impl Fn() -> Result<Option<T>, E>) -> Option<T> {
    let (first, again) = (ask().ok()?, ask().ok()?);
    assert_eq!(first, again);
    first
}
