//! Reads a `.c1z` file with its own SQL and its own protobuf, so that the writer and the tests
//! cannot agree on a mistake.

use prost_types::{Any, Struct, Timestamp};
use rusqlite::Connection;
use std::{collections::BTreeMap, fs, path::Path};
use tempfile::TempDir;

/// An opened file.
pub struct File {
    pub database: Connection,
    _directory: TempDir,
}

/// A row of `v1_resources` of the newest sync, decoded.
#[derive(Debug, Clone, PartialEq)]
pub struct ResourceRow {
    pub key: String,
    pub resource_type: String,
    pub resource: Resource,
    /// The annotation, if there is one.
    pub user: Option<UserTrait>,
}

/// A row of `v1_entitlements` of the newest sync, decoded.
#[derive(Debug, Clone, PartialEq)]
pub struct EntitlementRow {
    pub id: String,
    /// `<type>:<id>` of what it is on.
    pub on: String,
    pub entitlement: Entitlement,
}

/// A row of `v1_grants` of the newest sync, decoded.
#[derive(Debug, Clone, PartialEq)]
pub struct GrantRow {
    pub id: String,
    pub entitlement: String,
    pub principal: String,
    pub grant: Grant,
}

impl File {
    /// Opens a file as readers do: five bytes, one zstd frame, SQLite.
    ///
    /// # Panics
    ///
    /// When it is not like that.
    pub fn open(path: &Path) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let inside = directory.path().join("inside.db");
        fs::write(&inside, decompressed(path)).expect("written");
        Self {
            database: Connection::open(inside).expect("a database"),
            _directory: directory,
        }
    }

    /// Ids of the finished syncs, the newest first.
    pub fn syncs(&self) -> Vec<String> {
        self.texts(
            "select sync_id from v1_sync_runs where ended_at is not null order by ended_at desc",
        )
    }

    /// The first column of a query.
    pub fn texts(&self, query: &str) -> Vec<String> {
        let mut statement = self.database.prepare(query).expect("a query");
        let rows = statement.query_map([], |row| row.get(0)).expect("rows");
        rows.map(|row| row.expect("a text")).collect()
    }

    /// The one number that a query asks for.
    pub fn number(&self, query: &str) -> i64 {
        self.database
            .query_row(query, [], |row| row.get(0))
            .expect("a number")
    }

    /// Resources of the newest sync, in the order of their rows.
    pub fn resources(&self, resource_type: &str) -> Vec<ResourceRow> {
        let query = "select external_id, resource_type_id, data from v1_resources
             where sync_id = ?1 and resource_type_id = ?2 order by id";
        let mut statement = self.database.prepare(query).expect("a query");
        let rows = statement
            .query_map(
                [
                    self.syncs().first().cloned().unwrap_or_default(),
                    resource_type.to_owned(),
                ],
                |row| {
                    let data: Vec<u8> = row.get(2)?;
                    let resource: Resource = decode(&data);
                    Ok(ResourceRow {
                        key: row.get(0)?,
                        resource_type: row.get(1)?,
                        user: annotation(&resource.annotations, "UserTrait"),
                        resource,
                    })
                },
            )
            .expect("rows");
        rows.map(|row| row.expect("a resource")).collect()
    }

    /// Entitlements of the newest sync, in the order of their ids.
    pub fn entitlements(&self) -> Vec<EntitlementRow> {
        let query = "select external_id, resource_type_id || ':' || resource_id, data
             from v1_entitlements where sync_id = ?1 order by external_id";
        let mut statement = self.database.prepare(query).expect("a query");
        let rows = statement
            .query_map([self.syncs().first().cloned().unwrap_or_default()], |row| {
                let data: Vec<u8> = row.get(2)?;
                Ok(EntitlementRow {
                    id: row.get(0)?,
                    on: row.get(1)?,
                    entitlement: decode(&data),
                })
            })
            .expect("rows");
        rows.map(|row| row.expect("an entitlement")).collect()
    }

    /// What a sync says of every object, by table and id: what `baton diff` compares.
    pub fn contents(&self, sync: &str) -> BTreeMap<(&'static str, String), Vec<u8>> {
        let tables = [
            "v1_resource_types",
            "v1_resources",
            "v1_entitlements",
            "v1_grants",
        ];
        let mut contents = BTreeMap::new();
        for table in tables {
            let query = format!("select external_id, data from {table} where sync_id = ?1");
            let mut statement = self.database.prepare(&query).expect("a query");
            let rows = statement
                .query_map([sync], |row| Ok(((table, row.get(0)?), row.get(1)?)))
                .expect("rows");
            contents.extend(rows.map(|row| row.expect("a row")));
        }
        contents
    }

    /// Grants of the newest sync, in the order of their ids.
    pub fn grants(&self) -> Vec<GrantRow> {
        let query = "select external_id, entitlement_id,
               principal_resource_type_id || ':' || principal_resource_id, data
             from v1_grants where sync_id = ?1 order by external_id";
        let mut statement = self.database.prepare(query).expect("a query");
        let rows = statement
            .query_map([self.syncs().first().cloned().unwrap_or_default()], |row| {
                let data: Vec<u8> = row.get(3)?;
                Ok(GrantRow {
                    id: row.get(0)?,
                    entitlement: row.get(1)?,
                    principal: row.get(2)?,
                    grant: decode(&data),
                })
            })
            .expect("rows");
        rows.map(|row| row.expect("a grant")).collect()
    }
}

/// The bytes of the database in a file.
///
/// # Panics
///
/// When there is none.
pub fn decompressed(path: &Path) -> Vec<u8> {
    let bytes = fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let (magic, frame) = bytes.split_at(5);
    assert_eq!(magic, b"C1ZF\0");
    zstd::decode_all(frame).expect("a zstd frame")
}

fn decode<M: prost::Message + Default>(data: &[u8]) -> M {
    M::decode(data).expect("a protobuf message")
}

/// The annotation of that type.
pub fn annotation<M: prost::Message + Default>(annotations: &[Any], name: &str) -> Option<M> {
    let url = format!("type.googleapis.com/c1.connector.v2.{name}");
    let found = annotations.iter().find(|any| any.type_url == url)?;
    Some(decode(&found.value))
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct ResourceId {
    #[prost(string, tag = "1")]
    pub resource_type: String,
    #[prost(string, tag = "2")]
    pub resource: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Resource {
    #[prost(message, optional, tag = "1")]
    pub id: Option<ResourceId>,
    #[prost(string, tag = "3")]
    pub display_name: String,
    #[prost(message, repeated, tag = "4")]
    pub annotations: Vec<Any>,
    #[prost(message, optional, tag = "9")]
    pub profile: Option<Struct>,
    #[prost(message, optional, tag = "11")]
    pub status: Option<Status>,
    #[prost(message, optional, tag = "12")]
    pub created_at: Option<Timestamp>,
}

/// 0 unspecified, 1 enabled, 2 disabled, 3 deleted, in the resource and in the trait.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Status {
    #[prost(int32, tag = "1")]
    pub status: i32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Email {
    #[prost(string, tag = "1")]
    pub address: String,
    #[prost(bool, tag = "2")]
    pub is_primary: bool,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct UserTrait {
    #[prost(message, repeated, tag = "1")]
    pub emails: Vec<Email>,
    #[prost(message, optional, tag = "2")]
    pub status: Option<Status>,
    #[prost(message, optional, tag = "3")]
    pub profile: Option<Struct>,
    #[prost(int32, tag = "5")]
    pub account_type: i32,
    #[prost(string, tag = "6")]
    pub login: String,
    #[prost(message, optional, tag = "8")]
    pub created_at: Option<Timestamp>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Entitlement {
    #[prost(message, optional, tag = "1")]
    pub resource: Option<Resource>,
    #[prost(string, tag = "2")]
    pub id: String,
    #[prost(string, tag = "3")]
    pub display_name: String,
    #[prost(message, repeated, tag = "5")]
    pub grantable_to: Vec<ResourceType>,
    #[prost(int32, tag = "7")]
    pub purpose: i32,
    #[prost(string, tag = "8")]
    pub slug: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct ResourceType {
    #[prost(string, tag = "1")]
    pub id: String,
    #[prost(string, tag = "2")]
    pub display_name: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Grant {
    #[prost(message, optional, tag = "1")]
    pub entitlement: Option<Entitlement>,
    #[prost(message, optional, tag = "2")]
    pub principal: Option<Resource>,
    #[prost(string, tag = "3")]
    pub id: String,
}

/// A text of a profile.
pub fn text<'a>(profile: Option<&'a Struct>, name: &str) -> Option<&'a str> {
    match profile?.fields.get(name)?.kind.as_ref()? {
        prost_types::value::Kind::StringValue(text) => Some(text),
        _ => None,
    }
}
