//! Whole files: written here, then looked at from outside.

mod append;
mod foreign;
mod layout;
mod partial;
mod reader;
mod refusal;
mod target;

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use prost::Message;
use rusqlite::Connection;

use super::{
    Entitlement, EntitlementRow, Finished, Grant, GrantRow, Inserted, Options, Purpose, Resource,
    ResourceId, ResourceRow, ResourceType, Trait, Writer, entitlement_id, envelope::MAGIC,
    grant_id,
};

/// A place for a c1z file, and next to it one for temporary files, which has to stay empty.
struct Place {
    root: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let root = tempfile::tempdir().expect("a directory");
        fs::create_dir(root.path().join("temp")).expect("a directory");
        fs::create_dir(root.path().join("data")).expect("a directory");
        Self { root }
    }

    fn path(&self) -> PathBuf {
        self.root.path().join("data/sync.c1z")
    }

    fn options(&self) -> Options {
        Options {
            temp_dir: Some(self.root.path().join("temp")),
            ..Options::default()
        }
    }

    fn open(&self) -> Result<Writer, super::Error> {
        Writer::open(&self.path(), &self.options())
    }

    /// Everything that is left after a run: the names in the data directory. Nothing is allowed to
    /// be left in the temporary one.
    fn left(&self) -> Vec<String> {
        let names = |name: &str| -> Vec<String> {
            fs::read_dir(self.root.path().join(name))
                .expect("a directory")
                .map(|entry| entry.expect("an entry").file_name())
                .map(|name| name.into_string().expect("text"))
                .collect()
        };
        assert_eq!(names("temp"), [""; 0]);
        names("data")
    }

    /// Writes a sync with accounts `0..accounts`, all of which have the same role.
    fn write(&self, accounts: usize) -> Finished {
        let mut writer = self.open().expect("opened");
        fill(&mut writer, accounts);
        writer.finish().expect("finished")
    }

    /// The database in the file.
    fn database(&self) -> Connection {
        let file = self.root.path().join("inside.db");
        fs::write(&file, inside(&self.path())).expect("written");
        Connection::open(&file).expect("a database")
    }

    /// Puts a database into the file.
    fn pack(&self, statements: &str) {
        let file = self.root.path().join("outside.db");
        let connection = Connection::open(&file).expect("a database");
        connection.execute_batch(statements).expect("statements");
        connection.close().expect("closed");
        self.wrap(&fs::read(&file).expect("readable"));
        fs::remove_file(file).expect("removed");
    }

    /// Puts anything into the file, compressed.
    fn wrap(&self, content: &[u8]) {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(zstd::encode_all(content, 3).expect("compressed"));
        fs::write(self.path(), bytes).expect("written");
    }
}

/// What is compressed in a file.
fn inside(path: &Path) -> Vec<u8> {
    let bytes = fs::read(path).expect("readable");
    assert_eq!(bytes[..5], *b"C1ZF\0");
    let mut content = Vec::new();
    zstd::Decoder::new(&bytes[5..])
        .expect("a decoder")
        .read_to_end(&mut content)
        .expect("decompressed");
    content
}

fn resource(resource_type: &str, id: &str) -> Resource {
    Resource {
        id: Some(ResourceId {
            resource_type: resource_type.into(),
            resource: id.into(),
        }),
        display_name: format!("The {id}"),
        ..Resource::default()
    }
}

fn account(writer: &mut Writer, id: &str) -> Inserted {
    let row = ResourceRow {
        resource_type: "user",
        resource: id,
        parent: None,
        data: &resource("user", id).encode_to_vec(),
    };
    writer.resource(row).expect("stored")
}

fn assigned() -> Entitlement {
    Entitlement {
        resource: Some(resource("role", "owner")),
        id: entitlement_id("role", "owner", "assigned"),
        display_name: "assigned".into(),
        purpose: Purpose::Assignment.into(),
        slug: "assigned".into(),
        ..Entitlement::default()
    }
}

fn entitlement(writer: &mut Writer) -> Inserted {
    let row = EntitlementRow {
        resource_type: "role",
        resource: "owner",
        id: &assigned().id,
        data: &assigned().encode_to_vec(),
    };
    writer.entitlement(row).expect("stored")
}

fn grant(writer: &mut Writer, account: &str) {
    let grant = Grant {
        id: grant_id(&assigned().id, "user", account),
        entitlement: Some(assigned()),
        principal: Some(resource("user", account)),
        ..Grant::default()
    };
    let row = GrantRow {
        resource_type: "role",
        resource: "owner",
        entitlement: &assigned().id,
        principal_type: "user",
        principal: account,
        id: &grant.id,
        data: &grant.encode_to_vec(),
    };
    writer.grant(row).expect("stored");
}

fn resource_type(writer: &mut Writer, id: &str, kind: Trait) -> Inserted {
    let resource_type = ResourceType {
        id: id.into(),
        display_name: id.into(),
        traits: vec![kind.into()],
        ..ResourceType::default()
    };
    writer.resource_type(&resource_type).expect("stored")
}

fn fill(writer: &mut Writer, accounts: usize) {
    assert_eq!(resource_type(writer, "user", Trait::User), Inserted::New);
    assert_eq!(resource_type(writer, "role", Trait::Role), Inserted::New);
    let owner = ResourceRow {
        resource_type: "role",
        resource: "owner",
        parent: Some(("user", "0")),
        data: &resource("role", "owner").encode_to_vec(),
    };
    assert_eq!(writer.resource(owner).expect("stored"), Inserted::New);
    assert_eq!(entitlement(writer), Inserted::New);
    for number in 0..accounts {
        let id = number.to_string();
        assert_eq!(account(writer, &id), Inserted::New);
        grant(writer, &id);
    }
}

/// One column of the only row, or of all rows, as text.
fn column(connection: &Connection, query: &str) -> Vec<String> {
    let mut statement = connection.prepare(query).expect("a query");
    let rows = statement
        .query_map([], |row| row.get::<_, rusqlite::types::Value>(0))
        .expect("rows");
    rows.map(|value| match value.expect("a row") {
        rusqlite::types::Value::Text(text) => text,
        rusqlite::types::Value::Integer(number) => number.to_string(),
        rusqlite::types::Value::Null => "null".into(),
        other => format!("{other:?}"),
    })
    .collect()
}
