//! Syncs that do not hold everything, next to full ones.

use super::{super::Extent, *};

const SYNCS: &str = "select sync_id from v1_sync_runs order by ended_at";
const TYPES: &str = "select sync_type from v1_sync_runs order by ended_at";
const PARENTS: &str = "select parent_sync_id from v1_sync_runs order by ended_at";

impl Place {
    fn open_for(&self, partial: bool, extent: Extent, keep_syncs: usize) -> Writer {
        let options = Options {
            extent,
            partial,
            keep_syncs,
            ..self.options()
        };
        Writer::open(&self.path(), &options).expect("opened")
    }
}

#[test]
fn partial_syncs_never_push_a_full_one_out() {
    let place = Place::new();
    let first = place.write(1).sync_id;
    let second = place.write(2).sync_id;
    for extent in [Extent::Full, Extent::NoGrants, Extent::ResourcesOnly] {
        let writer = place.open_for(true, extent, 2);
        let partial = writer.finish().expect("finished").sync_id;
        let database = place.database();
        let syncs = [first.clone(), second.clone(), partial];
        assert_eq!(column(&database, SYNCS), syncs);
        assert_eq!(column(&database, TYPES), ["full", "full", "partial"]);
        assert_eq!(column(&database, PARENTS), ["", "", &second]);
    }
    let writer = place.open_for(true, Extent::Full, 1);
    let partial = writer.finish().expect("finished").sync_id;
    assert_eq!(column(&place.database(), SYNCS), [second, partial]);
}

#[test]
fn a_partial_sync_in_a_new_file_has_no_parent() {
    let place = Place::new();
    let writer = place.open_for(true, Extent::Full, 2);
    writer.finish().expect("finished");
    let database = place.database();
    assert_eq!(column(&database, TYPES), ["partial"]);
    assert_eq!(column(&database, PARENTS), [""]);
    assert!(place.read().finished().is_none(), "no id is known from it");
}

#[test]
fn a_full_sync_goes_on_from_the_full_one_before() {
    let place = Place::new();
    let full = place.write(2);
    let mut writer = place.open_for(true, Extent::Full, 2);
    assert_eq!(account(&mut writer, "alone"), Inserted::New);
    writer.finish().expect("finished");
    assert_eq!(
        place.read().finished().expect("a sync").sync_id,
        full.sync_id
    );
    let writer = place.open().expect("opened");
    assert_eq!(writer.previous(), Some(&full.counts));
    let next = writer.finish().expect("finished");
    assert_eq!(
        column(&place.database(), SYNCS),
        [full.sync_id, next.sync_id]
    );
}

#[test]
fn a_sync_without_grants_is_a_full_one_with_the_oldest_columns() {
    let place = Place::new();
    let first = place.write(1).sync_id;
    let second = place.write(1).sync_id;
    let writer = place.open_for(false, Extent::NoGrants, 2);
    let third = writer.finish().expect("finished").sync_id;
    let database = place.database();
    let syncs = column(&database, SYNCS);
    assert_eq!(syncs, [second, third]);
    assert!(!syncs.contains(&first));
    let columns = "select count(*) from pragma_table_info('v1_sync_runs')";
    assert_eq!(column(&database, columns), ["5"]);
}

#[test]
fn what_is_named_and_not_there_is_told_once() {
    let place = Place::new();
    // What earlier syncs have does not count.
    place.write(3);
    let mut writer = place.open_for(true, Extent::Full, 2);
    let role = ResourceRow {
        resource_type: "role",
        resource: "owner",
        parent: Some(("team", "t")),
        data: &resource("role", "owner").encode_to_vec(),
    };
    assert_eq!(writer.resource(role).expect("stored"), Inserted::New);
    assert_eq!(account(&mut writer, "0"), Inserted::New);
    for id in ["0", "1", "1"] {
        grant(&mut writer, id);
    }
    let pair = |ty: &str, id: &str| (ty.to_owned(), id.to_owned());
    let mut missing = writer.missing_resources().expect("read");
    missing.sort();
    assert_eq!(missing, [pair("team", "t"), pair("user", "1")]);
    let bare = writer.resources_without_entitlements().expect("read");
    assert_eq!(bare, [pair("role", "owner")]);

    assert_eq!(account(&mut writer, "1"), Inserted::New);
    assert_eq!(entitlement(&mut writer), Inserted::New);
    let missing = writer.missing_resources().expect("read");
    assert_eq!(missing, [pair("team", "t")]);
    let bare = writer.resources_without_entitlements().expect("read");
    assert_eq!(bare, []);
}
