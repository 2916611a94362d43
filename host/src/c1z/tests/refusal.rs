//! Files that are left alone, and what is said about them.

use super::{super::Error, *};

/// Opens a writer that has to refuse, and gives the reason.
fn refused(place: &Place) -> Error {
    let before = fs::read(place.path()).expect("readable");
    let error = place.open().err().expect("refused");
    assert_eq!(fs::read(place.path()).expect("readable"), before);
    assert_eq!(place.left(), ["sync.c1z"]);
    assert!(
        error
            .to_string()
            .contains(&place.path().display().to_string()),
        "{error}"
    );
    error
}

#[test]
fn something_else_than_a_c1z_is_refused() {
    let place = Place::new();
    for content in ["C1Z", "C1ZF", "PK\x03\x04 and so on"] {
        fs::write(place.path(), content).expect("written");
        assert!(matches!(refused(&place), Error::NotC1z { .. }));
    }
}

#[test]
fn the_newer_format_is_named_and_refused() {
    let place = Place::new();
    fs::write(place.path(), b"C1Z3\0\0\0\0\x10").expect("written");
    let error = refused(&place);
    assert!(matches!(error, Error::Pebble { .. }));
    assert!(error.to_string().contains("--storage-engine=sqlite"));
}

#[test]
fn a_file_that_was_cut_off_is_refused() {
    let place = Place::new();
    place.write(100);
    let whole = fs::read(place.path()).expect("readable");
    for length in [5, 9, whole.len() / 2, whole.len() - 1] {
        fs::write(place.path(), &whole[..length]).expect("written");
        assert!(
            matches!(refused(&place), Error::Truncated { .. }),
            "{length}"
        );
    }
}

#[test]
fn a_file_that_was_damaged_is_refused() {
    let place = Place::new();
    place.write(100);
    let whole = fs::read(place.path()).expect("readable");
    for position in [5, whole.len() / 2, whole.len() - 1] {
        let mut damaged = whole.clone();
        damaged[position] ^= 0x55;
        fs::write(place.path(), damaged).expect("written");
        assert!(
            matches!(refused(&place), Error::Corrupt { .. }),
            "{position}"
        );
    }
    let mut longer = whole;
    longer.extend(b"trailing");
    fs::write(place.path(), longer).expect("written");
    assert!(matches!(refused(&place), Error::Corrupt { .. }));
}

#[test]
fn a_window_larger_than_readers_accept_is_refused() {
    let place = Place::new();
    let mut bytes = MAGIC.to_vec();
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).expect("an encoder");
    encoder.window_log(28).expect("a window");
    std::io::Write::write_all(&mut encoder, &[0; 4096]).expect("compressed");
    bytes.extend(encoder.finish().expect("compressed"));
    fs::write(place.path(), bytes).expect("written");
    assert!(matches!(refused(&place), Error::Corrupt { .. }));
}

#[test]
fn a_c1z_without_sqlite_is_refused() {
    let place = Place::new();
    for content in ["", "SQLite", "something else that is somewhat longer"] {
        place.wrap(content.as_bytes());
        let error = refused(&place);
        assert!(
            matches!(error, Error::NotSqlite { .. } | Error::Truncated { .. }),
            "{error}"
        );
    }
    place.wrap(b"SQLite format 3\0 and then nothing of the kind");
    assert!(matches!(refused(&place), Error::Damaged { .. }));
}

#[test]
fn a_database_without_the_tables_of_a_c1z_is_refused() {
    let place = Place::new();
    place.pack("create table something (id integer primary key)");
    let error = refused(&place);
    assert!(matches!(&error, Error::NoTable { table, .. } if table == "v1_resource_types"));
    place.pack("create view v1_resource_types as select 1");
    assert!(matches!(refused(&place), Error::NoTable { .. }));
}

/// All tables of a c1z in the fewest words, `grants` being the columns of one of them.
fn tables(grants: &str) -> String {
    format!(
        "create table v1_resource_types (id integer primary key, external_id, data, sync_id,
             discovered_at);
         create table v1_resources (id integer primary key, resource_type_id, external_id,
             parent_resource_type_id, parent_resource_id, data, sync_id, discovered_at);
         create table v1_entitlements (id integer primary key, resource_type_id, resource_id,
             external_id, data, sync_id, discovered_at);
         create table v1_sync_runs (id integer primary key, sync_id, started_at, ended_at,
             sync_token);
         create table v1_grants ({grants});"
    )
}

const GRANTS: &str = "resource_type_id, resource_id, entitlement_id,
    principal_resource_type_id, principal_resource_id, external_id, data, sync_id, discovered_at";

#[test]
fn tables_that_our_rows_do_not_fit_into_are_refused() {
    let place = Place::new();
    let grants = |columns: String| place.pack(&tables(&columns));
    grants(format!("id integer primary key, {GRANTS}"));
    place.open().expect("fits");
    for (columns, wrong) in [
        (GRANTS.to_owned(), "id"),
        (format!("id text primary key, {GRANTS}"), "id"),
        (
            format!("id integer primary key, {}", GRANTS.replace("sync_id,", "")),
            "sync_id",
        ),
        (
            format!("id integer primary key, {GRANTS}, weight integer not null"),
            "weight",
        ),
    ] {
        grants(columns);
        let error = refused(&place);
        assert!(
            matches!(&error, Error::UnknownSchema { column, .. } if column == wrong),
            "{error}"
        );
    }
}

#[test]
fn a_sync_that_nothing_can_come_after_is_refused() {
    let place = Place::new();
    place.pack(&format!(
        "{} insert into v1_sync_runs values (1, 'odd', '', 'zzz', '')",
        tables(&format!("id integer primary key, {GRANTS}"))
    ));
    let error = refused(&place);
    assert!(matches!(&error, Error::EndedAt { sync_id, .. } if sync_id == "odd"));
}

#[test]
fn a_temporary_directory_that_is_not_there_is_named() {
    let place = Place::new();
    let options = Options {
        temp_dir: Some(place.root.path().join("nowhere")),
        ..Options::default()
    };
    let error = Writer::open(&place.path(), &options)
        .err()
        .expect("refused");
    assert!(matches!(error, Error::Temporary { .. }));
    assert!(error.to_string().contains("nowhere"));
    assert_eq!(place.left(), [""; 0]);
}
