//! The `.c1z` file: what Baton's command line, ConductorOne and our own users read after a sync.
//!
//! A c1z is a SQLite database, compressed as one zstd frame, behind five bytes that name the
//! format. Baton knows two generations of it. We write the older one (`C1ZF`), because every
//! release of the `baton` command since 2023 opens it; the newer one (`C1Z3`, a Pebble store) is
//! readable only by releases from mid-2026 on. Inside, we create the tables with the columns they
//! had in 2022. Readers add whatever columns they miss to a private copy, while `baton export c1z`
//! fails on columns that it does not know; so the oldest columns are the ones that work for every
//! reader.
//!
//! A file holds several syncs side by side, told apart by `sync_id`. `baton diff` compares the two
//! newest, so a [`Writer`] carries finished earlier syncs over into the file that it builds.
//!
//! The file on disk is never changed in place. [`Writer::open`] takes a lock, checks the target
//! and builds a fresh database in a temporary directory; [`Writer::finish`] compresses it next to
//! the target and renames. Until that rename, and whenever a writer is dropped instead, the target
//! keeps every byte it had.
//!
//! Everything here blocks: it belongs on a thread of its own.

mod counts;
mod database;
mod earlier;
mod envelope;
mod error;
mod id;
mod indexes;
mod look_up;
mod reader;
mod rewind;
mod row;
mod schema;
mod source;
mod sql_name;
mod sync_id;
mod target;
mod timestamp;
mod writer;

#[cfg(test)]
mod tests;

pub use crate::baton::connector::{
    AppTrait, Entitlement, Grant, GroupTrait, Resource, ResourceId, ResourceType, RoleTrait,
    SkipEntitlements, SkipEntitlementsAndGrants, SkipGrants, Status, UserTrait,
    entitlement::PurposeValue as Purpose,
    resource_type::Trait,
    status::ResourceStatus,
    user_trait::{
        AccountType, Email, MfaStatus, SsoStatus, Status as UserStatus, StructuredName,
        status::Status as UserStatusValue,
    },
};
pub use counts::{Counts, Finished};
pub use error::Error;
pub use id::{entitlement_id, grant_id};
pub use reader::{FinishedSync, Near, Reader};
pub use rewind::Mark;
pub use row::{EntitlementRow, GrantRow, Inserted, ResourceRow};
pub use writer::{Complete, Extent, Options, Writer};
