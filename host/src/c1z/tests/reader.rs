//! Files that were written here, asked for what they hold.

mod hostile;
mod nearest;

use jiff::Timestamp;

use crate::baton::any;

use super::{
    super::{Email, Error, Extent, Near, Reader, UserTrait},
    *,
};

impl Place {
    /// Reads the file, which has to be there.
    pub(super) fn read(&self) -> Reader {
        let reader = self.try_read().expect("readable");
        reader.expect("a file")
    }

    fn try_read(&self) -> Result<Option<Reader>, Error> {
        Reader::open(&self.path(), Some(&self.root.path().join("temp")))
    }

    /// Changes the database in the file.
    fn change(&self, statements: &str) {
        let file = self.root.path().join("changed.db");
        fs::write(&file, inside(&self.path())).expect("written");
        let database = Connection::open(&file).expect("a database");
        database.execute_batch(statements).expect("changed");
        database.close().expect("closed");
        self.wrap(&fs::read(&file).expect("readable"));
        fs::remove_file(file).expect("removed");
    }
}

/// Stores an account that has a login and an address.
fn person(writer: &mut Writer, id: &str, name: &str, login: &str, email: &str) {
    let user = UserTrait {
        emails: vec![Email {
            address: email.into(),
            is_primary: true,
        }],
        login: login.into(),
        login_aliases: vec![format!("alias-of-{login}")],
        ..UserTrait::default()
    };
    let person = Resource {
        display_name: name.into(),
        annotations: vec![any(&user)],
        ..resource("user", id)
    };
    let row = ResourceRow {
        resource_type: "user",
        resource: id,
        parent: None,
        data: &person.encode_to_vec(),
    };
    assert_eq!(writer.resource(row).expect("stored"), Inserted::New);
}

fn near(id: &str, name: &str) -> Option<Near> {
    Some(Near {
        id: id.into(),
        name: name.into(),
    })
}

#[test]
fn what_was_written_is_found_by_its_id() {
    let place = Place::new();
    let before = Timestamp::now();
    let finished = place.write(3);
    let reader = place.read();
    let sync = reader.finished().expect("a sync");
    assert_eq!(sync.sync_id, finished.sync_id);
    assert!(before <= sync.ended_at && sync.ended_at <= Timestamp::now());

    let found = reader.entitlement("role:owner:assigned").expect("readable");
    assert_eq!(found, Some(assigned()));
    let found = reader.resource("user", "2").expect("readable");
    assert_eq!(found, Some(resource("user", "2")));
    let found = reader
        .grant("role:owner:assigned:user:2")
        .expect("readable");
    let found = found.expect("a grant");
    assert_eq!(found.entitlement, Some(assigned()));
    assert_eq!(found.principal, Some(resource("user", "2")));

    for id in [
        "",
        "role:owner",
        "Role:owner:assigned",
        "role:owner:assigned\0",
    ] {
        assert_eq!(reader.entitlement(id).expect("readable"), None, "{id:?}");
    }
    assert_eq!(reader.resource("user", "3").expect("readable"), None);
    assert_eq!(reader.resource("role", "2").expect("readable"), None);
    assert_eq!(reader.resource("", "user:2").expect("readable"), None);
    assert_eq!(reader.grant("role:owner:assigned").expect("readable"), None);
}

#[test]
fn a_reader_leaves_the_file_alone_and_nothing_behind() {
    let place = Place::new();
    place.write(3);
    let before = fs::read(place.path()).expect("readable");
    let reader = place.read();
    // Whoever writes at the same time is not in the way.
    place.open().expect("opened").finish().expect("finished");
    assert!(reader.resource("user", "2").expect("readable").is_some());
    drop(reader);
    assert_eq!(place.left(), ["sync.c1z"]);
    place.wrap(b"SQLite format 3\0 and then nothing of the kind");
    place.try_read().err().expect("refused");
    assert_eq!(place.left(), ["sync.c1z"]);
    assert_ne!(fs::read(place.path()).expect("readable"), before);
}

#[test]
fn the_copy_has_no_name_while_it_is_read() {
    let place = Place::new();
    place.write(1000);
    let reader = place.read();
    let temp = fs::read_dir(place.root.path().join("temp")).expect("a directory");
    let directories: Vec<_> = temp.map(|entry| entry.expect("an entry").path()).collect();
    for entry in fs::read_dir(&directories[0]).expect("a directory") {
        let entry = entry.expect("an entry");
        assert_eq!(entry.metadata().expect("metadata").len(), 0, "{entry:?}");
    }
    assert!(reader.resource("user", "999").expect("readable").is_some());
}

#[test]
fn the_newest_finished_full_sync_counts() {
    let place = Place::new();
    place.write(1);
    let second = place.write(2);
    let reader = place.read();
    assert_eq!(reader.finished().expect("a sync").sync_id, second.sync_id);
    assert!(reader.resource("user", "1").expect("readable").is_some());

    let options = Options {
        extent: Extent::ResourcesOnly,
        ..place.options()
    };
    let mut writer = Writer::open(&place.path(), &options).expect("opened");
    assert_eq!(account(&mut writer, "new"), Inserted::New);
    let partial = writer.finish().expect("finished");
    place.change(
        "insert into v1_sync_runs (sync_id, started_at, sync_token)
         values ('unfinished', '2099-01-01 00:00:00', '')",
    );
    let syncs = "select count(*) from v1_sync_runs where sync_type <> 'full'";
    assert_eq!(column(&place.database(), syncs), ["1"]);
    let reader = place.read();
    let sync = reader.finished().expect("a sync");
    assert_eq!(sync.sync_id, second.sync_id);
    assert_ne!(sync.sync_id, partial.sync_id);
    assert_eq!(reader.resource("user", "new").expect("readable"), None);
    assert_eq!(reader.nearest_resource("user", "new").expect("near"), None);
    assert_eq!(reader.resource_types_of("new").expect("types"), [""; 0]);
}

#[test]
fn a_file_that_is_not_there_is_none() {
    let place = Place::new();
    assert!(place.try_read().expect("no error").is_none());
    std::os::unix::fs::symlink("nowhere", place.path()).expect("linked");
    assert!(place.try_read().expect("no error").is_none());
}

#[test]
fn a_file_without_a_finished_full_sync_opens_and_finds_nothing() {
    let place = Place::new();
    let finds_nothing = || {
        let reader = place.read();
        assert_eq!(reader.finished(), None);
        let id = "role:owner:assigned";
        assert_eq!(reader.entitlement(id).expect("readable"), None);
        assert_eq!(reader.resource("user", "0").expect("readable"), None);
        assert_eq!(reader.grant(id).expect("readable"), None);
        assert_eq!(reader.resource_types_of("0").expect("types"), [""; 0]);
        assert_eq!(reader.nearest_entitlement(id).expect("near"), None);
        assert_eq!(reader.nearest_resource("user", "0").expect("near"), None);
        assert_eq!(reader.nearest_grant(id).expect("near"), None);
        drop(reader);
        assert_eq!(place.left(), ["sync.c1z"]);
    };
    fs::write(place.path(), "").expect("written");
    finds_nothing();
    place.write(1);
    place.change("update v1_sync_runs set ended_at = null");
    finds_nothing();
    place.change("delete from v1_sync_runs");
    finds_nothing();
}

#[test]
fn the_types_of_an_id_are_those_of_all_objects_that_have_it() {
    let place = Place::new();
    let mut writer = place.open().expect("opened");
    for (ty, id) in [
        ("user", "1"),
        ("group", "1"),
        ("user", "11"),
        ("user:1", "2"),
        ("user", "1:3"),
        ("role", "x:1"),
    ] {
        let row = ResourceRow {
            resource_type: ty,
            resource: id,
            parent: None,
            data: &resource(ty, id).encode_to_vec(),
        };
        assert_eq!(writer.resource(row).expect("stored"), Inserted::New);
    }
    writer.finish().expect("finished");
    let reader = place.read();
    let types = |id| reader.resource_types_of(id).expect("types");
    assert_eq!(types("1"), ["group", "user"]);
    assert_eq!(types("2"), ["user:1"]);
    assert_eq!(types("1:2"), [""; 0]);
    assert_eq!(types("user:1"), [""; 0]);
    assert_eq!(types(""), [""; 0]);

    // The key of another object reads the same.
    let found = |ty, id| reader.resource(ty, id).expect("readable");
    assert_eq!(found("user:1", "2"), Some(resource("user:1", "2")));
    assert_eq!(found("user", "1:2"), None);
}

#[test]
fn a_reader_can_be_handed_to_another_thread() {
    let place = Place::new();
    place.write(1);
    let reader = place.read();
    let found = std::thread::spawn(move || reader.resource("user", "0"))
        .join()
        .expect("joined");
    assert_eq!(found.expect("readable"), Some(resource("user", "0")));
}
