//! Files that were not written here, or not lately, or not in good faith.

use proptest::prelude::*;

use super::*;

/// Opens a reader that has to refuse, and gives the reason.
fn refused(place: &Place) -> Error {
    let error = place.try_read().err().expect("refused");
    assert_eq!(place.left(), ["sync.c1z"]);
    let path = place.path().display().to_string();
    assert!(error.to_string().contains(&path), "{error}");
    error
}

#[test]
fn what_is_no_c1z_is_refused() {
    let place = Place::new();
    fs::write(place.path(), "C1Z").expect("written");
    assert!(matches!(refused(&place), Error::NotC1z { .. }));
    fs::write(place.path(), b"C1Z3\0\0\0\0\x10").expect("written");
    let error = refused(&place);
    assert!(matches!(error, Error::Pebble { .. }));
    assert!(error.to_string().contains("neither reads nor writes"));
    place.wrap(b"something else that is somewhat longer");
    assert!(matches!(refused(&place), Error::NotSqlite { .. }));
    place.pack("create table something (id integer primary key)");
    assert!(matches!(refused(&place), Error::NoTable { .. }));
}

#[test]
fn a_file_that_was_cut_off_or_damaged_is_refused() {
    let place = Place::new();
    place.write(100);
    let whole = fs::read(place.path()).expect("readable");
    for length in [5, whole.len() / 2, whole.len() - 1] {
        fs::write(place.path(), &whole[..length]).expect("written");
        let error = refused(&place);
        assert!(matches!(error, Error::Truncated { .. }), "{length}");
    }
    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 0x55;
    fs::write(place.path(), damaged).expect("written");
    assert!(matches!(refused(&place), Error::Corrupt { .. }));

    // The database in it can be cut off as well.
    fs::write(place.path(), whole).expect("written");
    let database = inside(&place.path());
    place.wrap(&database[..database.len() / 2]);
    let result = place.try_read().map(|reader| {
        let reader = reader.expect("a file");
        reader.nearest_grant("nothing like it").map(|_| ())
    });
    assert!(matches!(
        result,
        Err(Error::Damaged { .. }) | Ok(Err(Error::Damaged { .. }))
    ));
    assert_eq!(place.left(), ["sync.c1z"]);
}

#[test]
fn what_is_no_regular_file_is_refused() {
    let place = Place::new();
    fs::create_dir(place.path()).expect("created");
    let error = refused(&place);
    assert!(error.to_string().contains("is a directory"), "{error}");
    fs::remove_dir(place.path()).expect("removed");
    let _socket = std::os::unix::net::UnixListener::bind(place.path()).expect("bound");
    let error = refused(&place);
    assert!(error.to_string().contains("no regular file"), "{error}");
}

#[test]
fn a_file_from_before_there_were_types_of_sync_is_read() {
    let place = Place::new();
    let finished = place.write(1);
    let column_there = "select count(*) from pragma_table_info('v1_sync_runs')
        where name = 'sync_type'";
    assert_eq!(column(&place.database(), column_there), ["0"]);
    let reader = place.read();
    assert_eq!(reader.finished().expect("a sync").sync_id, finished.sync_id);
    place.change("alter table v1_sync_runs add column sync_type text not null default 'full'");
    let reader = place.read();
    assert_eq!(reader.finished().expect("a sync").sync_id, finished.sync_id);
}

#[test]
fn a_file_with_columns_of_a_newer_version_is_read() {
    let place = Place::new();
    place.write(1);
    place.change(
        "alter table v1_grants add column weight integer;
         pragma writable_schema = on;
         update sqlite_schema set sql = replace(sql, 'weight integer', 'weight integer not null')
         where name = 'v1_grants';",
    );
    assert!(matches!(place.open(), Err(Error::UnknownSchema { .. })));
    let id = "role:owner:assigned:user:0";
    let found = place.read().grant(id).expect("readable");
    assert_eq!(found.expect("a grant").id, id);
}

#[test]
fn a_file_that_is_in_write_ahead_mode_is_read() {
    let place = Place::new();
    place.write(1);
    place.change("pragma journal_mode = wal");
    assert_eq!(inside(&place.path())[18..20], [2, 2]);
    let found = place.read().resource("user", "0").expect("readable");
    assert_eq!(found, Some(resource("user", "0")));
}

#[test]
fn a_view_in_the_place_of_a_table_or_a_computed_column_is_refused() {
    let place = Place::new();
    place.write(1);
    place.change(
        "alter table v1_resources rename to real;
         create view v1_resources as select * from real;",
    );
    assert!(matches!(refused(&place), Error::NoTable { .. }));
    fs::remove_file(place.path()).expect("removed");
    place.write(1);
    place.change(
        "drop table v1_resources;
         create table v1_resources (id integer primary key, resource_type_id, external_id,
             parent_resource_type_id, parent_resource_id, sync_id, discovered_at,
             data as (zeroblob(1000000)));",
    );
    let error = refused(&place);
    assert!(matches!(&error, Error::UnknownSchema { column, .. } if column == "data"));
}

#[test]
fn an_end_that_is_no_time_is_refused() {
    let place = Place::new();
    place.write(1);
    place.change("update v1_sync_runs set ended_at = 'yesterday'");
    let error = refused(&place);
    assert!(matches!(&error, Error::EndUnknown { ended_at, .. } if ended_at == "yesterday"));
    place.change("update v1_sync_runs set ended_at = x'ff'");
    assert!(matches!(refused(&place), Error::Damaged { .. }));
}

#[test]
fn a_row_of_rubbish_is_an_error_for_who_asks_for_it_and_nothing_for_others() {
    let place = Place::new();
    place.write(3);
    for data in [
        "x'ffff'",
        "null",
        "'text'",
        "17",
        "x''",
        "zeroblob(20000000)",
    ] {
        let mut changes = String::from("pragma writable_schema = on;");
        for table in ["resources", "entitlements", "grants"] {
            changes += &format!(
                "update sqlite_schema set sql = replace(sql, 'blob not null', 'blob')
                     where name = 'v1_{table}';"
            );
        }
        place.change(&changes);
        place.change(&format!(
            "update v1_resources set data = {data} where external_id = 'user:1';
             update v1_entitlements set data = {data};
             update v1_grants set data = {data} where external_id like '%:1';"
        ));
        let reader = place.read();
        let is_row = |error: Option<Error>| matches!(error, Some(Error::Row { .. }));
        assert!(is_row(reader.resource("user", "1").err()), "{data}");
        assert!(
            is_row(reader.entitlement("role:owner:assigned").err()),
            "{data}"
        );
        assert!(
            is_row(reader.grant("role:owner:assigned:user:1").err()),
            "{data}"
        );
        assert!(reader.resource("user", "2").expect("readable").is_some());
        assert!(
            reader
                .grant("role:owner:assigned:user:2")
                .expect("readable")
                .is_some()
        );

        let found = reader.nearest_resource("user", "the 1").expect("readable");
        assert_eq!(found, None, "{data}");
        let found = reader.nearest_resource("user", "the 2").expect("readable");
        assert_eq!(found, near("2", "The 2"), "{data}");
        let found = reader.nearest_entitlement("role:owner:assigned");
        assert_eq!(found.expect("readable"), None, "{data}");
        let found = reader.nearest_grant("ROLE:owner:assigned:user:1");
        assert_eq!(found.expect("readable"), None, "{data}");
    }
}

#[test]
fn a_row_that_holds_another_object_is_an_error() {
    let place = Place::new();
    place.write(2);
    place.change(
        "update v1_resources set data =
             (select data from v1_resources where external_id = 'user:1')
             where external_id = 'user:0';
         update v1_grants set data =
             (select data from v1_grants where external_id like '%:1')
             where external_id like '%:0';
         update v1_entitlements set external_id = 'role:harmless:assigned';",
    );
    let reader = place.read();
    for error in [
        reader.resource("user", "0").err(),
        reader.grant("role:owner:assigned:user:0").err(),
        reader.entitlement("role:harmless:assigned").err(),
    ] {
        assert!(matches!(error, Some(Error::Row { .. })), "{error:?}");
    }
    assert_eq!(
        reader.nearest_entitlement("harmless").expect("readable"),
        None
    );
}

#[test]
fn tables_that_compare_more_loosely_do_not_find_more() {
    let place = Place::new();
    place.write(1);
    place.change(
        "alter table v1_resources rename to old;
         create table v1_resources (id integer primary key, resource_type_id collate nocase,
             external_id collate nocase, parent_resource_type_id, parent_resource_id, data,
             sync_id, discovered_at);
         insert into v1_resources select * from old;
         drop table old;",
    );
    let reader = place.read();
    assert!(reader.resource("user", "0").expect("readable").is_some());
    assert_eq!(reader.resource("USER", "0").expect("readable"), None);
}

#[test]
fn any_text_can_be_looked_for() {
    let place = Place::new();
    let mut writer = place.open().expect("opened");
    fill(&mut writer, 10);
    person(&mut writer, "ü-1", "Zoë 🧸", "zoë", "zoë@example.com");
    writer.finish().expect("finished");
    let reader = place.read();
    proptest!(|(
        text in prop_oneof![
            any_text(),
            "(role|user)?:?(owner|[0-9]|zoë|ü-1|🧸)?:?(assigned)?:?.{0,3}",
        ],
        other in prop_oneof![any_text(), Just("user".to_owned())],
    )| {
        reader.entitlement(&text).expect("readable");
        reader.grant(&text).expect("readable");
        reader.resource(&other, &text).expect("readable");
        reader.resource_types_of(&text).expect("readable");
        for near in [
            reader.nearest_entitlement(&text).expect("readable"),
            reader.nearest_grant(&text).expect("readable"),
        ].into_iter().flatten() {
            let known = reader.entitlement(&near.id).expect("readable").is_some()
                || reader.grant(&near.id).expect("readable").is_some();
            prop_assert!(known, "{:?}", near);
        }
        if let Some(near) = reader.nearest_resource(&other, &text).expect("readable") {
            prop_assert!(reader.resource(&other, &near.id).expect("readable").is_some());
        }
    });
}

fn any_text() -> impl Strategy<Value = String> {
    proptest::string::string_regex("(?s).{0,40}").expect("an expression")
}
