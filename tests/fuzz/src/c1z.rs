//! A small file with a sync, and what can be done to it.

use crate::text::one_of;
use arbitrary::Arbitrary;
use connector_host::c1z::{
    Entitlement, EntitlementRow, Grant, GrantRow, Options, Resource, ResourceId, ResourceRow,
    ResourceType, Writer,
};
use prost::Message;
use rusqlite::{Connection, types::Value};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Types and ids of what is in the file: an object, something grantable, and something granted.
pub const KNOWN: [(&str, &str); 3] = [
    ("user", "1"),
    ("role", "role:owner:assigned"),
    ("user", "role:owner:assigned:user:1"),
];

/// Tables, each with the columns that are read.
const COLUMNS: [(&str, &[&str]); 4] = [
    (
        "v1_resources",
        &["external_id", "resource_type_id", "data", "sync_id"],
    ),
    (
        "v1_entitlements",
        &["external_id", "resource_id", "data", "sync_id"],
    ),
    (
        "v1_grants",
        &[
            "external_id",
            "entitlement_id",
            "principal_resource_type_id",
            "principal_resource_id",
            "resource_type_id",
            "resource_id",
            "data",
            "sync_id",
        ],
    ),
    ("v1_sync_runs", &["sync_id", "ended_at", "started_at"]),
];

const PAGE: usize = 4096;

/// A file as the host writes it.
pub struct Sample {
    database: Vec<u8>,
    /// Where the database is changed.
    scratch: PathBuf,
}

/// Other bytes.
#[derive(Arbitrary, Debug)]
pub struct Damage<'a> {
    page: u8,
    /// Counted from the beginning of the page, where its structure is, or from its end, where its
    /// rows are.
    at: i16,
    bytes: &'a [u8],
}

/// Another value.
#[derive(Arbitrary, Debug)]
pub struct Change<'a> {
    table: u8,
    column: u8,
    row: u8,
    value: Cell<'a>,
}

#[derive(Arbitrary, Debug)]
enum Cell<'a> {
    Null,
    Number(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
    /// A message that says this of itself.
    Resource(&'a str, &'a str),
    Entitlement(&'a str),
    Grant(&'a str),
}

impl Sample {
    /// Writes one in a directory, and nothing stays there.
    pub fn new(directory: &Path) -> Self {
        let path = directory.join("sample.c1z");
        let options = Options {
            temp_dir: Some(directory.into()),
            ..Options::default()
        };
        let mut writer = Writer::open(&path, &options).unwrap();
        fill(&mut writer);
        writer.finish().unwrap();
        let file = fs::read(&path).unwrap();
        fs::remove_file(path).unwrap();
        Self {
            database: zstd::decode_all(&file[5..]).unwrap(),
            scratch: directory.join("scratch.db"),
        }
    }

    /// The file with other bytes in its database, cut off or not.
    pub fn damaged(&self, damages: &[Damage], cut: Option<u16>) -> Vec<u8> {
        let mut database = self.database.clone();
        for damage in damages {
            let page = usize::from(damage.page) % (database.len() / PAGE) * PAGE;
            let at = page + usize::from(damage.at.cast_unsigned()) % PAGE;
            let rest = &mut database[at..];
            let length = rest.len().min(damage.bytes.len());
            rest[..length].copy_from_slice(&damage.bytes[..length]);
        }
        if let Some(cut) = cut {
            database.truncate(usize::from(cut) * 2);
        }
        wrap(&database)
    }

    /// The file with other values, where the database takes them.
    pub fn changed(&self, changes: &[Change]) -> Vec<u8> {
        fs::write(&self.scratch, &self.database).unwrap();
        let connection = Connection::open(&self.scratch).unwrap();
        let fast = "pragma journal_mode = memory; pragma synchronous = off; begin";
        connection.execute_batch(fast).unwrap();
        for change in changes {
            let (table, columns) = one_of(&COLUMNS, change.table);
            let column = one_of(columns, change.column);
            let statement = format!("update {table} set {column} = ?1 where id = ?2");
            let row = 1 + change.row % 4;
            // It may go against an index.
            let _ = connection.execute(&statement, (change.value.value(), row));
        }
        connection.execute_batch("commit").unwrap();
        connection.close().unwrap();
        wrap(&fs::read(&self.scratch).unwrap())
    }
}

impl Cell<'_> {
    fn value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Number(number) => Value::Integer(*number),
            Self::Text(text) => Value::Text((*text).to_owned()),
            Self::Bytes(bytes) => Value::Blob(bytes.to_vec()),
            Self::Resource(kind, id) => Value::Blob(resource(kind, id).encode_to_vec()),
            Self::Entitlement(id) => Value::Blob(entitlement(id).encode_to_vec()),
            Self::Grant(id) => {
                let grant = Grant {
                    id: (*id).to_owned(),
                    ..Grant::default()
                };
                Value::Blob(grant.encode_to_vec())
            }
        }
    }
}

/// A file with this in it.
pub fn wrap(content: &[u8]) -> Vec<u8> {
    let frame = zstd::encode_all(content, 1).unwrap();
    [b"C1ZF\0", frame.as_slice()].concat()
}

/// Three accounts, a role, and who has it.
fn fill(writer: &mut Writer) {
    for id in ["user", "role"] {
        let resource_type = ResourceType {
            id: id.into(),
            display_name: id.into(),
            ..ResourceType::default()
        };
        let _ = writer.resource_type(&resource_type).unwrap();
    }
    let (role, assigned) = ("owner", "role:owner:assigned");
    object(writer, "role", role);
    let row = EntitlementRow {
        resource_type: "role",
        resource: role,
        id: assigned,
        data: &entitlement(assigned).encode_to_vec(),
    };
    let _ = writer.entitlement(row).unwrap();
    for account in ["1", "2", "3"] {
        object(writer, "user", account);
        let grant = Grant {
            id: format!("{assigned}:user:{account}"),
            entitlement: Some(entitlement(assigned)),
            principal: Some(resource("user", account)),
            ..Grant::default()
        };
        let row = GrantRow {
            resource_type: "role",
            resource: role,
            entitlement: assigned,
            principal_type: "user",
            principal: account,
            id: &grant.id,
            data: &grant.encode_to_vec(),
        };
        writer.grant(row).unwrap();
    }
}

fn object(writer: &mut Writer, resource_type: &str, id: &str) {
    let row = ResourceRow {
        resource_type,
        resource: id,
        parent: None,
        data: &resource(resource_type, id).encode_to_vec(),
    };
    let _ = writer.resource(row).unwrap();
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

fn entitlement(id: &str) -> Entitlement {
    Entitlement {
        id: id.into(),
        resource: Some(resource("role", "owner")),
        display_name: "assigned".into(),
        ..Entitlement::default()
    }
}
