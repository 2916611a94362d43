//! One sync on its way into a file.

use std::path::{Path, PathBuf};

use prost::Message;
use rusqlite::params;

use super::{
    Counts, EntitlementRow, Error, Finished, GrantRow, Inserted, Resource, ResourceRow,
    ResourceType,
    counts::count,
    database::Database,
    earlier::{self, Earlier},
    envelope,
    id::resource_key,
    indexes,
    schema::{self, TABLES},
    sync_id,
    target::Target,
    timestamp,
};

/// The type of a sync that is of no other.
const FULL: &str = "full";

/// What a sync is to hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extent {
    /// Everything.
    #[default]
    Full,
    /// Resource types, resources and entitlements, but no grants. To readers it is a full sync in
    /// which nobody holds anything.
    NoGrants,
    /// Resource types and resources, and neither entitlements nor grants. Readers from May 2025 to
    /// early 2026 go on showing the newest full sync beside it; older and newer ones show whichever
    /// sync is the newest.
    ResourcesOnly,
}

/// How a file is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// What the new sync is to hold.
    pub extent: Extent,
    /// Whether it holds some resources only, and says nothing of the others. Readers of 2026 show
    /// it all the same if it is the newest, so it is best kept in a file of its own.
    pub partial: bool,
    /// Where the database is built; the system's temporary directory if not given. It takes a few
    /// times the room of the finished file.
    pub temp_dir: Option<PathBuf>,
    /// How many full syncs the file holds afterwards, the new one included if it is one; at least 1. `baton
    /// diff` needs 2.
    pub keep_syncs: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            extent: Extent::Full,
            partial: false,
            temp_dir: None,
            keep_syncs: 2,
        }
    }
}

impl Options {
    /// What readers are told of the new sync.
    fn sync_type(&self) -> &'static str {
        match (self.partial, self.extent) {
            (true, _) => "partial",
            (false, Extent::Full | Extent::NoGrants) => FULL,
            (false, Extent::ResourcesOnly) => "resources_only",
        }
    }
}

/// A sync being written. Dropped without [`finish`](Self::finish), it leaves the file as it
/// was and nothing else behind.
///
/// After an error, drop it: there is no going on.
pub struct Writer {
    // The order counts: the database and its directory go first, the lock last.
    pub(super) database: Database,
    target: Target,
    pub(super) sync_id: String,
    started_at: String,
    pub(super) counts: Counts,
    earlier: Earlier,
    /// Rows of `v1_resources` up to this number belong to earlier syncs.
    pub(super) earlier_resources: i64,
    /// Reused for every row.
    pub(super) key: String,
}

impl Writer {
    /// Takes the lock on the file, reads what is in it, and begins a new sync.
    ///
    /// Everything that can be wrong with the place or with what is there is found out here: see
    /// [`Error`]. A file that is missing or empty is a new one.
    pub fn open(path: &Path, options: &Options) -> Result<Self, Error> {
        let sync_type = options.sync_type();
        let target = Target::acquire(path)?;
        let database = Database::create(options.temp_dir.as_deref())?;
        let earlier = match target.existing()? {
            Some(file) => {
                let old = database.directory().join("old.db");
                envelope::unpack(file, target.path(), &old)?;
                let new = usize::from(sync_type == FULL);
                let keep = options.keep_syncs.max(1) - new;
                let earlier = earlier::carry_over(&database, &old, target.path(), keep)?;
                std::fs::remove_file(&old).map_err(|cause| Error::Temporary {
                    action: "remove a file",
                    directory: database.directory().into(),
                    cause,
                })?;
                earlier
            }
            None => Earlier::default(),
        };
        for table in TABLES {
            database.run(&table.statement(), "create the tables")?;
        }
        if sync_type != FULL {
            schema::add_sync_type(&database)?;
        }
        indexes::build_live(&database)?;
        // Rows can be thrown away only with the whole database from here on.
        database.journal(false)?;
        database.run("begin", "begin the sync")?;
        let sync_id = sync_id::new();
        let started_at = timestamp::now();
        let failed = |cause| database.failed("begin the sync", cause);
        database
            .connection()
            .execute(
                "insert into v1_sync_runs (sync_id, started_at, sync_token) values (?1, ?2, '')",
                [&sync_id, &started_at],
            )
            .map_err(failed)?;
        if sync_type != FULL {
            let parent = earlier.newest.as_deref().filter(|_| options.partial);
            database
                .connection()
                .execute(
                    "update v1_sync_runs set sync_type = ?1, parent_sync_id = ?2 where sync_id = ?3",
                    [sync_type, parent.unwrap_or_default(), &sync_id],
                )
                .map_err(failed)?;
        }
        let earlier_resources = database
            .connection()
            .query_row("select ifnull(max(id), 0) from v1_resources", [], |row| {
                row.get(0)
            })
            .map_err(failed)?;
        Ok(Self {
            database,
            target,
            sync_id,
            started_at,
            counts: Counts::default(),
            earlier,
            earlier_resources,
            key: String::new(),
        })
    }

    /// Name of the new sync.
    pub fn sync_id(&self) -> &str {
        &self.sync_id
    }

    /// What the newest finished full sync in the file holds, if there is one.
    pub fn previous(&self) -> Option<&Counts> {
        self.earlier.previous.as_ref()
    }

    /// What has been stored so far. Whoever finds this too little compared with
    /// [`previous`](Self::previous) can still drop the writer.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Stores a kind of object.
    pub fn resource_type(&mut self, resource_type: &ResourceType) -> Result<Inserted, Error> {
        let inserted = self.insert(
            "insert into v1_resource_types (external_id, data, sync_id, discovered_at)
             values (?1, ?2, ?3, ?4) on conflict (external_id, sync_id) do nothing",
            params![
                resource_type.id,
                resource_type.encode_to_vec(),
                self.sync_id,
                self.started_at
            ],
        )?;
        if inserted == Inserted::New {
            self.counts.resource_types += 1;
        }
        Ok(inserted)
    }

    /// Stores an object.
    pub fn resource(&mut self, row: ResourceRow<'_>) -> Result<Inserted, Error> {
        resource_key(&mut self.key, row.resource_type, row.resource);
        let inserted = self.insert(
            "insert into v1_resources (resource_type_id, external_id, parent_resource_type_id,
             parent_resource_id, data, sync_id, discovered_at) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             on conflict (external_id, sync_id) do nothing",
            params![
                row.resource_type,
                self.key,
                row.parent.map(|(resource_type, _)| resource_type),
                row.parent.map(|(_, resource)| resource),
                row.data,
                self.sync_id,
                self.started_at
            ],
        )?;
        if inserted == Inserted::New {
            self.counts.resources += 1;
            count(&mut self.counts.resources_by_type, row.resource_type);
        }
        Ok(inserted)
    }

    /// Stores something grantable.
    pub fn entitlement(&mut self, row: EntitlementRow<'_>) -> Result<Inserted, Error> {
        let inserted = self.insert(
            "insert into v1_entitlements (resource_type_id, resource_id, external_id, data,
             sync_id, discovered_at) values (?1, ?2, ?3, ?4, ?5, ?6)
             on conflict (external_id, sync_id) do nothing",
            params![
                row.resource_type,
                row.resource,
                row.id,
                row.data,
                self.sync_id,
                self.started_at
            ],
        )?;
        if inserted == Inserted::New {
            self.counts.entitlements += 1;
        }
        Ok(inserted)
    }

    /// Stores a grant. One that was stored before is found out only by [`finish`](Self::finish),
    /// which keeps the first.
    pub fn grant(&mut self, row: GrantRow<'_>) -> Result<(), Error> {
        let _ = self.insert(
            "insert into v1_grants (resource_type_id, resource_id, entitlement_id,
             principal_resource_type_id, principal_resource_id, external_id, data, sync_id,
             discovered_at) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                row.resource_type,
                row.resource,
                row.entitlement,
                row.principal_type,
                row.principal,
                row.id,
                row.data,
                self.sync_id,
                self.started_at
            ],
        )?;
        self.counts.grants += 1;
        count(&mut self.counts.grants_by_type, row.resource_type);
        Ok(())
    }

    /// Up to `limit` objects of one kind that this sync has stored, in the order in which they
    /// were, with their row numbers. `after` is the last row number of the page before, or 0.
    pub fn resources_page(
        &self,
        resource_type: &str,
        after: i64,
        limit: usize,
    ) -> Result<Vec<(i64, Resource)>, Error> {
        let failed = |cause| self.database.failed("read resources", cause);
        let mut statement = self
            .database
            .connection()
            .prepare_cached(
                "select id, data from v1_resources
                 where id > ?1 and resource_type_id = ?2 order by id limit ?3",
            )
            .map_err(failed)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut rows = statement
            .query(params![
                after.max(self.earlier_resources),
                resource_type,
                limit
            ])
            .map_err(failed)?;
        let mut page = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            let id = row.get(0).map_err(failed)?;
            let data = row.get_ref(1).map_err(failed)?;
            let data = data.as_blob().map_err(|cause| failed(cause.into()))?;
            let resource = Resource::decode(data).map_err(|cause| Error::NotAResource {
                resource_type: resource_type.into(),
                cause,
            })?;
            page.push((id, resource));
        }
        Ok(page)
    }

    /// Ends the sync in the database. Whoever finds it wanting now can still drop it.
    pub fn complete(self) -> Result<Complete, Error> {
        let Self {
            database,
            target,
            sync_id,
            started_at,
            mut counts,
            earlier,
            ..
        } = self;
        database.run("commit", "store rows")?;
        database.journal(true)?;
        database.choose_sorting_place()?;
        let removed = indexes::build_rest(&database, &earlier.indexes, &sync_id)?;
        for (resource_type, number) in &removed {
            counts.grants = counts.grants.saturating_sub(*number);
            if let Some(grants) = counts.grants_by_type.get_mut(resource_type) {
                *grants = grants.saturating_sub(*number);
            }
        }
        // A clock that was set back, or an earlier writer that stored a local time ahead of UTC,
        // must not hide this sync: readers show the one with the greatest end.
        let ended_at = [Some(timestamp::now()), Some(started_at), earlier.ends_from]
            .into_iter()
            .flatten()
            .max();
        database
            .connection()
            .execute(
                "update v1_sync_runs set ended_at = ?1 where sync_id = ?2",
                params![ended_at, sync_id],
            )
            .map_err(|cause| database.failed("complete the sync", cause))?;
        Ok(Complete {
            database,
            target,
            sync_id,
            counts,
            duplicate_grants: removed.values().sum(),
        })
    }

    /// Completes the sync and saves it.
    pub fn finish(self) -> Result<Finished, Error> {
        self.complete()?.save()
    }

    fn insert(&self, statement: &str, values: impl rusqlite::Params) -> Result<Inserted, Error> {
        let stored = self
            .database
            .connection()
            .prepare_cached(statement)
            .and_then(|mut statement| statement.execute(values))
            .map_err(|cause| self.database.failed("store a row", cause))?;
        Ok(match stored {
            0 => Inserted::Duplicate,
            _ => Inserted::New,
        })
    }
}

/// A sync that lacks nothing but its file. Dropped without [`save`](Self::save), it leaves the
/// file as it was.
pub struct Complete {
    // The order counts, as in the writer.
    database: Database,
    target: Target,
    sync_id: String,
    counts: Counts,
    duplicate_grants: u64,
}

impl Complete {
    /// What the sync holds, duplicates left out.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Puts the new file in the place of the old one. It is on disk when this returns.
    pub fn save(self) -> Result<Finished, Error> {
        let Self {
            database,
            target,
            sync_id,
            counts,
            duplicate_grants,
        } = self;
        let (file, directory) = database.close()?;
        let (database_bytes, file_bytes) =
            envelope::pack(&file, target.file()).map_err(|cause| Error::File {
                action: "write the new file next to",
                path: target.path().into(),
                cause,
            })?;
        drop(directory);
        Ok(Finished {
            sync_id,
            counts,
            duplicate_grants,
            database_bytes,
            file_bytes,
            path: target.replace()?,
        })
    }
}
