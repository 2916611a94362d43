//! What one sync looks like in a new file.

use super::*;

#[test]
fn what_goes_in_is_in_the_file_afterwards() {
    let place = Place::new();
    let finished = place.write(3);
    assert_eq!(place.left(), ["sync.c1z"]);
    assert_eq!(finished.path, place.path());
    assert_eq!(finished.counts.resource_types, 2);
    assert_eq!(finished.counts.resources, 4);
    assert_eq!(finished.counts.entitlements, 1);
    assert_eq!(finished.counts.grants, 3);
    assert_eq!(finished.counts.resources_by_type["user"], 3);
    assert_eq!(finished.counts.resources_by_type["role"], 1);
    assert_eq!(finished.counts.grants_by_type["role"], 3);
    assert_eq!(finished.duplicate_grants, 0);
    let size = fs::metadata(place.path()).expect("metadata").len();
    assert_eq!(finished.file_bytes, size);
    assert_eq!(finished.database_bytes, inside(&place.path()).len() as u64);

    let database = place.database();
    assert_eq!(column(&database, "pragma integrity_check"), ["ok"]);
    assert_eq!(
        column(
            &database,
            "select external_id from v1_resources order by id"
        ),
        ["role:owner", "user:0", "user:1", "user:2"]
    );
    assert_eq!(
        column(
            &database,
            "select parent_resource_type_id || parent_resource_id from v1_resources order by id"
        ),
        ["user0", "null", "null", "null"]
    );
    assert_eq!(
        column(
            &database,
            "select resource_type_id || ' ' || resource_id || ' ' || entitlement_id || ' '
             || principal_resource_type_id || ' ' || principal_resource_id || ' ' || external_id
             from v1_grants where id = 2"
        ),
        ["role owner role:owner:assigned user 1 role:owner:assigned:user:1"]
    );
    let data: Vec<u8> = database
        .query_row(
            "select data from v1_resources where external_id = 'user:1'",
            [],
            |row| row.get(0),
        )
        .expect("a row");
    assert_eq!(
        Resource::decode(data.as_slice()).expect("a resource"),
        resource("user", "1")
    );
}

#[test]
fn a_finished_sync_has_times_in_order_and_an_empty_token() {
    let place = Place::new();
    let finished = place.write(1);
    let database = place.database();
    assert_eq!(
        column(
            &database,
            "select sync_id from v1_sync_runs where sync_token = '' and started_at < ended_at"
        ),
        [finished.sync_id]
    );
    let types = "select typeof(started_at) || typeof(ended_at) from v1_sync_runs";
    assert_eq!(column(&database, types), ["texttext"]);
    let decltypes = "select type from pragma_table_info('v1_sync_runs') where name like '%_at'";
    assert_eq!(column(&database, decltypes), ["datetime", "datetime"]);
}

#[test]
fn the_database_is_self_contained_and_uses_pages_of_4_kib() {
    let place = Place::new();
    place.write(1);
    let content = inside(&place.path());
    assert_eq!(content[..16], *b"SQLite format 3\0");
    assert_eq!(content[16..18], [0x10, 0x00], "page size");
    assert_eq!(content[18..20], [1, 1], "rollback journal");
    assert_eq!(content[52..56], [0; 4], "no automatic vacuum");
    assert_eq!(content[56..60], [0, 0, 0, 1], "UTF-8");
    assert_eq!(content.len() % 4096, 0);
}

#[test]
fn the_frame_has_a_checksum_a_small_window_and_no_single_segment() {
    let place = Place::new();
    for accounts in [0, 20_000] {
        place.write(accounts);
        let bytes = fs::read(place.path()).expect("readable");
        assert_eq!(bytes[5..9], [0x28, 0xb5, 0x2f, 0xfd]);
        let descriptor = bytes[9];
        assert_eq!(descriptor & 0b0010_0000, 0, "not a single segment");
        assert_eq!(descriptor & 0b0000_0100, 0b100, "checksum");
        assert_eq!(descriptor & 0b1100_0011, 0, "no size, no dictionary");
        let window = 1_u64 << (10 + (bytes[10] >> 3));
        let window = window + window / 8 * u64::from(bytes[10] & 7);
        assert!(window <= 8 << 20, "{window}");
    }
}

#[test]
fn tables_and_indexes_are_those_of_2022() {
    let place = Place::new();
    place.write(1);
    let database = place.database();
    let tables = [
        (
            "v1_resource_types",
            "id external_id data sync_id discovered_at",
        ),
        (
            "v1_resources",
            "id resource_type_id external_id parent_resource_type_id parent_resource_id data \
             sync_id discovered_at",
        ),
        (
            "v1_entitlements",
            "id resource_type_id resource_id external_id data sync_id discovered_at",
        ),
        ("v1_sync_runs", "id sync_id started_at ended_at sync_token"),
        (
            "v1_grants",
            "id resource_type_id resource_id entitlement_id principal_resource_type_id \
             principal_resource_id external_id data sync_id discovered_at",
        ),
        (
            "v1_assets",
            "id external_id content_type data sync_id discovered_at",
        ),
    ];
    assert_eq!(
        column(
            &database,
            "select name from sqlite_schema where type = 'table'"
        ),
        tables.map(|(name, _)| name)
    );
    for (table, columns) in tables {
        let query = format!("select name from pragma_table_info('{table}') order by cid");
        assert_eq!(column(&database, &query).join(" "), columns);
        let optional = format!(
            "select name from pragma_table_info('{table}') where not \"notnull\" and not pk"
        );
        let expected: &[&str] = match table {
            "v1_resources" => &["parent_resource_type_id", "parent_resource_id"],
            "v1_sync_runs" => &["ended_at"],
            _ => &[],
        };
        assert_eq!(column(&database, &optional), expected);
    }
    let indexes = "select l.name || iif(l.\"unique\", '!', '') || ' '
        || (select group_concat(i.name, ',') from pragma_index_info(l.name) i)
        from sqlite_schema s, pragma_index_list(s.name) l where s.type = 'table' order by l.name";
    assert_eq!(
        column(&database, indexes),
        [
            "idx_assets_external_sync_v1! external_id,sync_id",
            "idx_entitlements_external_sync_v1! external_id,sync_id",
            "idx_entitlements_resource_id_v1 resource_type_id,resource_id",
            "idx_grants_entitlement_id_principal_id_v1 \
             entitlement_id,principal_resource_type_id,principal_resource_id",
            "idx_grants_entitlement_sync_grant_v1 entitlement_id,sync_id,id",
            "idx_grants_external_sync_v1! external_id,sync_id",
            "idx_grants_principal_id_v1 principal_resource_type_id,principal_resource_id",
            "idx_grants_resource_type_id_resource_id_v1 resource_type_id,resource_id",
            "idx_resource_types_external_sync_v1! external_id,sync_id",
            "idx_resources_external_sync_v1 parent_resource_type_id,parent_resource_id",
            "idx_resources_parent_resource_id_v1! external_id,sync_id",
            "idx_resources_resource_type_id_v1 resource_type_id",
            "idx_sync_runs_sync_id_v1! sync_id",
        ]
    );
}

#[test]
fn of_duplicates_the_first_stays() {
    let place = Place::new();
    let mut writer = place.open().expect("opened");
    fill(&mut writer, 3);
    assert_eq!(account(&mut writer, "1"), Inserted::Duplicate);
    assert_eq!(entitlement(&mut writer), Inserted::Duplicate);
    let again = resource_type(&mut writer, "user", Trait::Group);
    assert_eq!(again, Inserted::Duplicate);
    assert_eq!(writer.counts().resource_types, 2);
    assert_eq!(writer.counts().resources, 4);
    assert_eq!(writer.counts().entitlements, 1);
    grant(&mut writer, "2");
    grant(&mut writer, "0");
    grant(&mut writer, "2");
    assert_eq!(writer.counts().grants, 6);
    let finished = writer.finish().expect("finished");
    assert_eq!(finished.duplicate_grants, 3);
    assert_eq!(finished.counts.grants, 3);
    assert_eq!(finished.counts.grants_by_type["role"], 3);
    let database = place.database();
    assert_eq!(
        column(&database, "select id from v1_grants order by id"),
        ["1", "2", "3"]
    );
    assert_eq!(column(&database, "pragma integrity_check"), ["ok"]);
}

#[test]
fn stored_objects_come_back_page_by_page() {
    let place = Place::new();
    place.write(5);
    let mut writer = place.open().expect("opened");
    assert!(
        writer
            .resources_page("user", 0, 10)
            .expect("a page")
            .is_empty()
    );
    fill(&mut writer, 5);
    let mut names = Vec::new();
    let mut after = 0;
    loop {
        let page = writer.resources_page("user", after, 2).expect("a page");
        assert!(page.len() <= 2);
        let Some((last, _)) = page.last() else { break };
        after = *last;
        names.extend(page.into_iter().map(|(_, resource)| resource.display_name));
    }
    assert_eq!(names, ["The 0", "The 1", "The 2", "The 3", "The 4"]);
    assert_eq!(account(&mut writer, "5"), Inserted::New);
    assert_eq!(
        writer
            .resources_page("user", after, 2)
            .expect("a page")
            .len(),
        1
    );
}

#[test]
fn the_same_rows_give_the_same_data_in_every_sync() {
    let place = Place::new();
    place.write(4);
    place.write(4);
    let database = place.database();
    for table in ["resource_types", "resources", "entitlements", "grants"] {
        let rows = format!("select count(distinct sync_id) from v1_{table}");
        assert_eq!(column(&database, &rows), ["2"]);
        let changed = format!(
            "select count(*) from v1_{table} a join v1_{table} b using (external_id)
             where a.data <> b.data"
        );
        assert_eq!(column(&database, &changed), ["0"]);
    }
}
