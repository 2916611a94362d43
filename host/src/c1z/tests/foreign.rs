//! A new sync next to what a newer Baton has written.

use super::*;

/// A database with columns, a table and indexes that we know nothing of, and three syncs: a
/// finished full one, a finished partial one and an unfinished one. It was left in write-ahead mode.
const NEWER: &str = "
    pragma journal_mode = wal;
    create table v1_resource_types (id integer primary key, external_id text not null,
        data blob not null, sync_id text not null, discovered_at datetime not null);
    create table v1_resources (id integer primary key, resource_type_id text not null,
        external_id text not null, parent_resource_type_id text, parent_resource_id text,
        data blob not null, sync_id text not null, discovered_at datetime not null);
    create table v1_entitlements (id integer primary key, resource_type_id text not null,
        resource_id text not null, external_id text not null, data blob not null,
        sync_id text not null, discovered_at datetime not null);
    create table v1_grants (id integer primary key, resource_type_id text not null,
        resource_id text not null, entitlement_id text not null,
        principal_resource_type_id text not null, principal_resource_id text not null,
        external_id text not null, expansion blob, needs_expansion integer not null default 0,
        data blob not null, sync_id text not null, discovered_at datetime not null);
    create table v1_sync_runs (id integer primary key, sync_id text not null,
        started_at datetime not null, ended_at datetime, sync_token text not null,
        sync_type text not null default 'full', supports_diff integer not null default 0);
    create table v1_scratch (id integer primary key, sync_id text not null, \"odd \"\"name\" text);
    create table unrelated (id integer primary key);
    create view v1_view as select * from v1_resources;
    create index idx_scratch on v1_scratch (sync_id);
    create index idx_waiting on v1_grants (sync_id) where needs_expansion = 1;
    create unique index idx_narrow on v1_resources (resource_type_id);
    create trigger v1_trigger after insert on v1_grants begin select raise(abort, 'no'); end;
    drop trigger v1_trigger;
    insert into v1_sync_runs (sync_id, started_at, ended_at, sync_token, sync_type, supports_diff)
        values ('full', '2026-01-01 00:00:00', '2026-01-01 00:00:01', 'token', 'full', 1),
               ('part', '2026-01-02 00:00:00', '2026-01-02 00:00:01', '', 'partial', 0),
               ('open', '2026-01-03 00:00:00', null, '', 'full', 0);
    insert into v1_resource_types values (9, 'user', x'00', 'full', ''), (10, 'user', x'00', 'part', '');
    insert into v1_resources values (9223372036854775807, 'user', 'user:1', null, null, x'01', 'full', '');
    insert into v1_grants values (5, 'role', 'a', 'e', 'user', '1', 'g', x'0203', 1, x'04', 'full', ''),
        (6, 'role', 'a', 'e', 'user', '1', 'g', x'0203', 1, x'04', 'open', ''),
        (7, 'role', 'a', 'e', 'user', '1', 'g', null, 0, x'05', 'full', '');
    insert into v1_scratch values (1, 'full', 'kept'), (2, 'open', 'gone');
";

#[test]
fn columns_tables_and_indexes_of_a_newer_version_survive() {
    let place = Place::new();
    place.pack(NEWER);
    assert_eq!(inside(&place.path())[18..20], [2, 2], "write-ahead mode");
    let mut writer = place.open().expect("opened");
    let previous = writer.previous().expect("a full sync");
    assert_eq!(previous.resources, 1);
    assert_eq!(previous.grants, 2);
    assert_eq!(previous.grants_by_type["role"], 2);
    fill(&mut writer, 2);
    let finished = writer.finish().expect("finished");
    assert_eq!(finished.duplicate_grants, 0, "the old ones do not count");
    assert_eq!(inside(&place.path())[18..20], [1, 1], "rollback journal");

    let database = place.database();
    assert_eq!(column(&database, "pragma integrity_check"), ["ok"]);
    assert_eq!(
        column(
            &database,
            "select hex(expansion) || needs_expansion || hex(data) from v1_grants
             where sync_id = 'full'"
        ),
        ["0203104"]
    );
    assert_eq!(
        column(
            &database,
            "select sync_token || sync_type || supports_diff from v1_sync_runs order by id"
        ),
        ["tokenfull1", "full0"]
    );
    assert_eq!(
        column(&database, "select \"odd \"\"name\" from v1_scratch"),
        ["kept"]
    );
    assert_eq!(
        column(&database, "select max(id) from v1_resources"),
        ["4"],
        "numbered anew"
    );
    let others = "select name from sqlite_schema
        where name in ('unrelated', 'v1_view', 'idx_scratch', 'idx_waiting', 'idx_narrow')";
    assert_eq!(column(&database, others), ["idx_scratch", "idx_waiting"]);
}

#[test]
fn neither_an_unfinished_nor_a_partial_sync_is_kept() {
    let place = Place::new();
    place.pack(NEWER);
    let options = Options {
        keep_syncs: 10,
        ..place.options()
    };
    let finished = Writer::open(&place.path(), &options)
        .expect("opened")
        .finish()
        .expect("finished");
    let database = place.database();
    assert_eq!(
        column(&database, "select sync_id from v1_sync_runs order by id"),
        ["full", &finished.sync_id]
    );
    assert_eq!(
        column(
            &database,
            "select count(*) from v1_grants where sync_id in ('part', 'open')"
        ),
        ["0"]
    );
}
