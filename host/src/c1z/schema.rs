//! Tables and indexes of the database in a c1z file, with the columns of 2022.
//!
//! The order of the columns counts: some readers copy whole rows by position. So does the declared
//! type `datetime`: readers turn a column into a time only where it says so.

use super::{Error, database::Database};

/// A table that every reader expects.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// Name and declaration of each column, in order.
    pub(super) columns: &'static [(&'static str, &'static str)],
    /// Whether a database without it is not one of a c1z file. Readers create the others.
    pub(super) required: bool,
}

const ID: (&str, &str) = ("id", "integer primary key");
const EXTERNAL_ID: (&str, &str) = ("external_id", "text not null");
const RESOURCE_TYPE_ID: (&str, &str) = ("resource_type_id", "text not null");
const RESOURCE_ID: (&str, &str) = ("resource_id", "text not null");
const DATA: (&str, &str) = ("data", "blob not null");
const SYNC_ID: (&str, &str) = ("sync_id", "text not null");
const DISCOVERED_AT: (&str, &str) = ("discovered_at", "datetime not null");

/// All tables, in the order in which readers create them.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "v1_resource_types",
        columns: &[ID, EXTERNAL_ID, DATA, SYNC_ID, DISCOVERED_AT],
        required: true,
    },
    Table {
        name: "v1_resources",
        columns: &[
            ID,
            RESOURCE_TYPE_ID,
            EXTERNAL_ID,
            ("parent_resource_type_id", "text"),
            ("parent_resource_id", "text"),
            DATA,
            SYNC_ID,
            DISCOVERED_AT,
        ],
        required: true,
    },
    Table {
        name: "v1_entitlements",
        columns: &[
            ID,
            RESOURCE_TYPE_ID,
            RESOURCE_ID,
            EXTERNAL_ID,
            DATA,
            SYNC_ID,
            DISCOVERED_AT,
        ],
        required: true,
    },
    Table {
        name: "v1_sync_runs",
        columns: &[
            ID,
            SYNC_ID,
            ("started_at", "datetime not null"),
            ("ended_at", "datetime"),
            ("sync_token", "text not null"),
        ],
        required: true,
    },
    Table {
        name: "v1_grants",
        columns: &[
            ID,
            RESOURCE_TYPE_ID,
            RESOURCE_ID,
            ("entitlement_id", "text not null"),
            ("principal_resource_type_id", "text not null"),
            ("principal_resource_id", "text not null"),
            EXTERNAL_ID,
            DATA,
            SYNC_ID,
            DISCOVERED_AT,
        ],
        required: true,
    },
    Table {
        name: "v1_assets",
        columns: &[
            ID,
            EXTERNAL_ID,
            ("content_type", "text not null"),
            DATA,
            SYNC_ID,
            DISCOVERED_AT,
        ],
        required: false,
    },
];

/// Columns that tell a full sync from others, since 2025. They are there only when they are needed,
/// because `baton export c1z` of earlier releases fails on them.
const SYNC_TYPE: [(&str, &str); 2] = [
    ("sync_type", "text not null default 'full'"),
    ("parent_sync_id", "text not null default ''"),
];

/// Adds the columns for syncs that are not full ones, where they are missing.
pub(super) fn add_sync_type(database: &Database) -> Result<(), Error> {
    const ACTION: &str = "create the tables";
    for (name, declaration) in SYNC_TYPE {
        let there: bool = database
            .connection()
            .query_row(
                "select exists (select 1 from pragma_table_info('v1_sync_runs') where name = ?1)",
                [name],
                |row| row.get(0),
            )
            .map_err(|cause| database.failed(ACTION, cause))?;
        if !there {
            let statement = format!("alter table v1_sync_runs add column {name} {declaration}");
            database.run(&statement, ACTION)?;
        }
    }
    Ok(())
}

impl Table {
    /// The statement that creates the table where there is none of its name.
    pub(super) fn statement(&self) -> String {
        let columns: Vec<String> = self
            .columns
            .iter()
            .map(|(name, declaration)| format!("{name} {declaration}"))
            .collect();
        format!(
            "create table if not exists {} ({})",
            self.name,
            columns.join(", ")
        )
    }
}

/// An index that readers and other writers expect under this very name.
pub(super) struct Index {
    pub(super) name: &'static str,
    pub(super) table: &'static str,
    pub(super) columns: &'static str,
    pub(super) kind: Kind,
}

/// What an index is for, which decides when it is built. Building an index over all rows at once is
/// several times faster than keeping it up to date row by row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Tells whether a row is stored already, so it has to be there from the first row on.
    Live,
    /// Unique too, but looked at only when all rows are in.
    Unique,
    /// For readers alone.
    Plain,
}

impl Index {
    /// The statement that creates it.
    pub(super) fn statement(&self) -> String {
        let unique = match self.kind {
            Kind::Live | Kind::Unique => "unique ",
            Kind::Plain => "",
        };
        let Index {
            name,
            table,
            columns,
            ..
        } = self;
        format!("create {unique}index {name} on {table} ({columns})")
    }
}

const fn index(
    kind: Kind,
    name: &'static str,
    table: &'static str,
    columns: &'static str,
) -> Index {
    Index {
        name,
        table,
        columns,
        kind,
    }
}

/// All indexes. Two of those on `v1_resources` have each other's name: a slip in Baton's first
/// release that is part of the format since.
pub(super) const INDEXES: &[Index] = &[
    index(
        Kind::Live,
        "idx_resource_types_external_sync_v1",
        "v1_resource_types",
        "external_id, sync_id",
    ),
    index(
        Kind::Plain,
        "idx_resources_resource_type_id_v1",
        "v1_resources",
        "resource_type_id",
    ),
    index(
        Kind::Plain,
        "idx_resources_external_sync_v1",
        "v1_resources",
        "parent_resource_type_id, parent_resource_id",
    ),
    index(
        Kind::Live,
        "idx_resources_parent_resource_id_v1",
        "v1_resources",
        "external_id, sync_id",
    ),
    index(
        Kind::Plain,
        "idx_entitlements_resource_id_v1",
        "v1_entitlements",
        "resource_type_id, resource_id",
    ),
    index(
        Kind::Live,
        "idx_entitlements_external_sync_v1",
        "v1_entitlements",
        "external_id, sync_id",
    ),
    index(
        Kind::Live,
        "idx_sync_runs_sync_id_v1",
        "v1_sync_runs",
        "sync_id",
    ),
    index(
        Kind::Unique,
        "idx_grants_external_sync_v1",
        "v1_grants",
        "external_id, sync_id",
    ),
    index(
        Kind::Plain,
        "idx_grants_resource_type_id_resource_id_v1",
        "v1_grants",
        "resource_type_id, resource_id",
    ),
    index(
        Kind::Plain,
        "idx_grants_principal_id_v1",
        "v1_grants",
        "principal_resource_type_id, principal_resource_id",
    ),
    index(
        Kind::Plain,
        "idx_grants_entitlement_id_principal_id_v1",
        "v1_grants",
        "entitlement_id, principal_resource_type_id, principal_resource_id",
    ),
    index(
        Kind::Plain,
        "idx_grants_entitlement_sync_grant_v1",
        "v1_grants",
        "entitlement_id, sync_id, id",
    ),
    index(
        Kind::Unique,
        "idx_assets_external_sync_v1",
        "v1_assets",
        "external_id, sync_id",
    ),
];
