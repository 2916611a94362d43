//! A new sync next to earlier ones of our own.

use super::{super::Error, *};

#[test]
fn the_newest_earlier_sync_is_kept_and_the_one_before_goes() {
    let place = Place::new();
    let first = place.write(1);
    let second = place.write(2);
    let writer = place.open().expect("opened");
    assert_eq!(writer.previous(), Some(&second.counts));
    drop(writer);
    let third = place.write(3);
    let database = place.database();
    let syncs = column(
        &database,
        "select sync_id from v1_sync_runs order by ended_at",
    );
    assert_eq!(syncs, [second.sync_id.clone(), third.sync_id]);
    for table in ["resource_types", "resources", "entitlements", "grants"] {
        let syncs_in = format!("select distinct sync_id from v1_{table} order by id");
        assert_eq!(column(&database, &syncs_in), syncs);
    }
    assert!(!syncs.contains(&first.sync_id));
    let accounts = "select count(*) from v1_grants group by sync_id order by min(id)";
    assert_eq!(column(&database, accounts), ["2", "3"]);
    assert_eq!(column(&database, "pragma integrity_check"), ["ok"]);
}

#[test]
fn as_many_syncs_are_kept_as_asked_for_and_never_none() {
    let place = Place::new();
    let write = |keep_syncs| {
        let options = Options {
            keep_syncs,
            ..place.options()
        };
        let writer = Writer::open(&place.path(), &options).expect("opened");
        let known = writer.previous().is_some();
        writer.finish().expect("finished");
        let count = "select count(*) from v1_sync_runs";
        (known, column(&place.database(), count).concat())
    };
    assert_eq!(write(3), (false, "1".into()));
    assert_eq!(write(3), (true, "2".into()));
    assert_eq!(write(3), (true, "3".into()));
    assert_eq!(write(3), (true, "3".into()));
    assert_eq!(write(1), (true, "1".into()));
    assert_eq!(write(0), (true, "1".into()));
}

#[test]
fn an_empty_file_is_a_new_one() {
    let place = Place::new();
    fs::write(place.path(), "").expect("written");
    let writer = place.open().expect("opened");
    assert_eq!(writer.previous(), None);
    writer.finish().expect("finished");
}

#[test]
fn a_writer_that_is_dropped_leaves_nothing_behind() {
    let place = Place::new();
    let mut writer = place.open().expect("opened");
    fill(&mut writer, 10);
    drop(writer);
    assert_eq!(place.left(), [""; 0]);

    place.write(2);
    let before = fs::read(place.path()).expect("readable");
    let mut writer = place.open().expect("opened");
    fill(&mut writer, 10);
    drop(writer);
    assert_eq!(place.left(), ["sync.c1z"]);
    assert_eq!(fs::read(place.path()).expect("readable"), before);
}

#[test]
fn a_second_writer_on_the_same_file_is_refused() {
    let place = Place::new();
    let writer = place.open().expect("opened");
    assert!(matches!(place.open(), Err(Error::Locked { .. })));
    writer.finish().expect("finished");
    place.open().expect("free again");
}

#[test]
fn a_new_sync_ends_after_an_earlier_one_from_the_future() {
    let place = Place::new();
    place.write(1);
    let file = place.root.path().join("future.db");
    fs::write(&file, inside(&place.path())).expect("written");
    let database = Connection::open(&file).expect("a database");
    database
        .execute(
            "update v1_sync_runs set ended_at = '2999-12-31 23:59:59.999999999'",
            [],
        )
        .expect("updated");
    database.close().expect("closed");
    place.wrap(&fs::read(&file).expect("readable"));
    let finished = place.write(1);
    let newest = "select ended_at from v1_sync_runs order by ended_at desc limit 1";
    assert_eq!(column(&place.database(), newest), ["3000-01-01 00:00:00"]);
    let newest = "select sync_id from v1_sync_runs order by ended_at desc limit 1";
    assert_eq!(column(&place.database(), newest), [finished.sync_id]);
}

#[test]
fn a_writer_can_be_handed_to_another_thread() {
    let place = Place::new();
    let writer = place.open().expect("opened");
    let finished = std::thread::spawn(|| writer.finish())
        .join()
        .expect("joined");
    assert_eq!(finished.expect("finished").counts.resources, 0);
}
