//! How much a sync holds.

use std::{collections::BTreeMap, path::PathBuf};

/// Number of stored rows of one sync.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Kinds of object.
    pub resource_types: u64,
    /// Objects of all kinds.
    pub resources: u64,
    /// Things that can be granted.
    pub entitlements: u64,
    /// What has been granted. Until a sync is finished this includes grants given twice, which are
    /// found out only then.
    pub grants: u64,
    /// Objects by the id of their resource type.
    pub resources_by_type: BTreeMap<String, u64>,
    /// Grants by the resource type that their entitlement belongs to.
    pub grants_by_type: BTreeMap<String, u64>,
}

/// Counts one more under `key`.
pub(super) fn count(by_type: &mut BTreeMap<String, u64>, key: &str) {
    match by_type.get_mut(key) {
        Some(number) => *number += 1,
        None => {
            by_type.insert(key.to_owned(), 1);
        }
    }
}

/// What came of a sync that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// Name of the sync.
    pub sync_id: String,
    /// What the sync holds, duplicates left out.
    pub counts: Counts,
    /// Grants whose id had been stored before in this sync; they are not in the file.
    pub duplicate_grants: u64,
    /// Bytes of the database before compression, all syncs together. Readers have a limit on this:
    /// 2 GiB before August 2024, 3 GiB until May 2026, 10 GiB since.
    pub database_bytes: u64,
    /// Bytes of the file.
    pub file_bytes: u64,
    /// The file that was replaced, symbolic links followed.
    pub path: PathBuf,
}
