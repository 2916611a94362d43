//! The database while it is being built, in a directory of its own that goes with it.
//!
//! Nobody else sees it, and after a failure it is thrown away. So it is built without a journal
//! and without waiting for the disk. SQLite's page cache and its sorter are both kept to a fixed
//! size, so that the memory used does not depend on the number of rows.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, OpenFlags, limits::Limit};
use tempfile::TempDir;

use super::Error;

/// The largest value that a row may hold, in bytes. What comes in over Baton's own protocol has to
/// fit into 4 MiB.
const LARGEST_VALUE: i32 = 64 << 20;

/// Settings of the connection. A negative cache size counts KiB; the sorter takes as much again.
/// Rows are written for readers that know nothing of foreign keys.
const SETTINGS: &str = "
    pragma page_size = 4096;
    pragma encoding = 'UTF-8';
    pragma auto_vacuum = none;
    pragma locking_mode = exclusive;
    pragma synchronous = off;
    pragma temp_store = file;
    pragma cache_size = -16384;
    pragma mmap_size = 0;
    pragma cell_size_check = on;
    pragma foreign_keys = off;
    pragma trusted_schema = off;
";

/// A new database. Fields are dropped in order: the connection before its directory.
pub(super) struct Database {
    connection: Connection,
    directory: TempDir,
    parent: PathBuf,
}

impl Database {
    /// Creates it below `parent`, or below the system's temporary directory.
    pub(super) fn create(parent: Option<&Path>) -> Result<Self, Error> {
        let parent = parent.map_or_else(std::env::temp_dir, Path::to_path_buf);
        let directory = tempfile::Builder::new()
            .prefix("c1z-")
            .tempdir_in(&parent)
            .map_err(|cause| Error::Temporary {
                action: "create a directory",
                directory: parent.clone(),
                cause,
            })?;
        let failed = |cause| Error::Database {
            action: "create a database",
            directory: directory.path().into(),
            cause,
        };
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            // An earlier database is attached by an address that says how.
            | OpenFlags::SQLITE_OPEN_URI;
        let connection = Connection::open_with_flags(file_in(&directory), flags).map_err(failed)?;
        connection.execute_batch(SETTINGS).map_err(failed)?;
        connection
            .set_limit(Limit::SQLITE_LIMIT_LENGTH, LARGEST_VALUE)
            .map_err(failed)?;
        let database = Self {
            connection,
            directory,
            parent,
        };
        database.choose_sorting_place()?;
        database.journal(true)?;
        Ok(database)
    }

    /// SQLite spills what it sorts to files that have no name, in a directory which is the same for
    /// the whole process and which it would otherwise choose without regard to our options. There
    /// may be no `/tmp` at all in a container. Another database may have chosen differently since,
    /// so this comes again before each large sort. Only between transactions.
    pub(super) fn choose_sorting_place(&self) -> Result<(), Error> {
        match self.parent.to_str() {
            Some(parent) => self
                .connection
                .pragma_update(None, "temp_store_directory", parent)
                .map_err(|cause| self.failed("choose where to sort", cause)),
            // Not expressible in SQL; SQLite's own choice has to do.
            None => Ok(()),
        }
    }

    /// Chooses whether a statement that fails can be taken back. Without, rows go in faster, but a
    /// failure leaves the database unusable. Only between transactions.
    pub(super) fn journal(&self, on: bool) -> Result<(), Error> {
        let mode = if on { "memory" } else { "off" };
        self.run(
            &format!("pragma journal_mode = {mode}"),
            "set up a database",
        )
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The directory for everything that lives as long as the database.
    pub(super) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Runs statements; `action` completes "cannot …".
    pub(super) fn run(&self, statements: &str, action: &'static str) -> Result<(), Error> {
        self.connection
            .execute_batch(statements)
            .map_err(|cause| self.failed(action, cause))
    }

    /// Puts an error of this database into words.
    pub(super) fn failed(&self, action: &'static str, cause: rusqlite::Error) -> Error {
        Error::Database {
            action,
            directory: self.directory().into(),
            cause,
        }
    }

    /// Closes the database and gives the file, which the directory keeps alive.
    pub(super) fn close(self) -> Result<(PathBuf, TempDir), Error> {
        let Self {
            connection,
            directory,
            ..
        } = self;
        connection.close().map_err(|(_, cause)| Error::Database {
            action: "complete the database",
            directory: directory.path().into(),
            cause,
        })?;
        Ok((file_in(&directory), directory))
    }
}

/// Tells a full or broken disk, or a lack of memory, from everything that is the data's fault.
pub(super) fn is_machine_failure(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
                | ErrorCode::OutOfMemory
        )
    )
}

fn file_in(directory: &TempDir) -> PathBuf {
    directory.path().join("new.db")
}
