//! What can go wrong, in words for whoever is woken up by it.

use std::{io, path::PathBuf};

/// Why a c1z file was not written, or not read. The file itself is as it was before, unless the
/// message says otherwise.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Another process, or another writer in this one, holds the lock.
    #[error(
        "another run is writing {path} at this moment; wait until it has ended, or write to another file with --file"
    )]
    Locked {
        /// The target.
        path: PathBuf,
    },
    /// The file system cannot lock files.
    #[error(
        "cannot lock {path}: {cause}; its file system has to support locks, so write to a local disk with --file"
    )]
    LockUnsupported {
        /// The lock file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The target's directory does not exist.
    #[error("cannot write {path}: there is no directory {directory}; create it first")]
    NoDirectory {
        /// The target.
        path: PathBuf,
        /// What is missing.
        directory: PathBuf,
    },
    /// The target is a directory, or its name ends like one.
    #[error("cannot write {path}: it is a directory; give the name of a file in it with --file")]
    IsDirectory {
        /// The target.
        path: PathBuf,
    },
    /// The target, or the lock file next to it, is a device, a socket or the like.
    #[error(
        "cannot write {path}: it exists and is no regular file; remove it or choose another file with --file"
    )]
    NotRegular {
        /// The odd one.
        path: PathBuf,
    },
    /// Nobody may write the target.
    #[error(
        "will not replace {path}: it is marked read-only; make it writable (chmod u+w) or choose another file with --file"
    )]
    ReadOnlyFile {
        /// The target.
        path: PathBuf,
    },
    /// No file can be created next to the target.
    #[error(
        "cannot create {path}: {cause}; the directory has to be writable, because the new file is built there before it takes the old one's place"
    )]
    ReadOnlyDirectory {
        /// The file that was to be created.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// Not a c1z.
    #[error(
        "{path} exists and is not a c1z file, so it is left alone; remove it or choose another file with --file"
    )]
    NotC1z {
        /// The target.
        path: PathBuf,
    },
    /// The newer kind of c1z.
    #[error(
        "{path} is a c1z file of Baton's third format (Pebble), which this program neither reads nor writes; choose another file with --file, or have the connector that made it write with --storage-engine=sqlite"
    )]
    Pebble {
        /// The target.
        path: PathBuf,
    },
    /// The file ends too early.
    #[error(
        "{path} is cut off: its compressed part has no end; restore it from a copy, or remove it to begin anew"
    )]
    Truncated {
        /// The target.
        path: PathBuf,
    },
    /// The file cannot be decompressed.
    #[error(
        "{path} is damaged: it does not decompress ({cause}); restore it from a copy, or remove it to begin anew"
    )]
    Corrupt {
        /// The target.
        path: PathBuf,
        /// What the decompressor said.
        cause: io::Error,
    },
    /// The file decompresses to more than is sensible.
    #[error(
        "{path} decompresses to more than {limit} bytes, the most that any reader accepts; remove it to begin anew"
    )]
    TooLarge {
        /// The target.
        path: PathBuf,
        /// The limit in bytes.
        limit: u64,
    },
    /// Something else than SQLite is inside.
    #[error(
        "{path} has the wrapping of a c1z file but no SQLite database inside; remove it or choose another file with --file"
    )]
    NotSqlite {
        /// The target.
        path: PathBuf,
    },
    /// Tables are missing.
    #[error(
        "{path} holds a SQLite database without the table {table} of a c1z file; remove it or choose another file with --file"
    )]
    NoTable {
        /// The target.
        path: PathBuf,
        /// The first table that is missing.
        table: String,
    },
    /// A table is not as we know it.
    #[error(
        "{path} comes from a version of Baton that this program does not know: column {column} of table {table} {problem}; choose another file with --file"
    )]
    UnknownSchema {
        /// The target.
        path: PathBuf,
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// What is the matter with it.
        problem: &'static str,
    },
    /// The newest sync in the file ended at a time after which none can be given.
    #[error(
        "{path} says that its sync {sync_id} ended at {ended_at:?}; readers would never show a newer sync than that one; choose another file with --file"
    )]
    EndedAt {
        /// The target.
        path: PathBuf,
        /// That sync.
        sync_id: String,
        /// What the file says.
        ended_at: String,
    },
    /// The newest sync in the file ended at something that is no time.
    #[error(
        "{path} says that its sync {sync_id:?} ended at {ended_at:?}, which is no time; restore it from a copy, or remove it to begin anew"
    )]
    EndUnknown {
        /// The file.
        path: PathBuf,
        /// That sync.
        sync_id: String,
        /// What the file says.
        ended_at: String,
    },
    /// A row that was asked for cannot be made sense of.
    #[error(
        "{path} is damaged: the row {key:?} of its table {table} does not hold what it should ({problem}); restore it from a copy, or remove it to begin anew"
    )]
    Row {
        /// The file.
        path: PathBuf,
        /// The table.
        table: &'static str,
        /// What the row was found by.
        key: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The database in the file cannot be read.
    #[error(
        "{path} is damaged: cannot {action} of the database in it ({cause}); restore it from a copy, or remove it to begin anew"
    )]
    Damaged {
        /// The target.
        path: PathBuf,
        /// What was being done.
        action: &'static str,
        /// What SQLite said.
        cause: rusqlite::Error,
    },
    /// The new database cannot be written.
    #[error(
        "cannot {action} in the temporary directory {directory}: {cause}; it needs room for a few times the data, and another one can be named with BATON_TMPDIR"
    )]
    Database {
        /// What was being done.
        action: &'static str,
        /// Where.
        directory: PathBuf,
        /// What SQLite said.
        cause: rusqlite::Error,
    },
    /// The temporary directory cannot be used.
    #[error(
        "cannot {action} in the temporary directory {directory}: {cause}; it needs room for a few times the data, and another one can be named with BATON_TMPDIR"
    )]
    Temporary {
        /// What was being done.
        action: &'static str,
        /// Where.
        directory: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A stored resource does not decode: the caller handed in something else.
    #[error("a row of resource type {resource_type} does not hold a resource: {cause}")]
    NotAResource {
        /// Its type.
        resource_type: String,
        /// What the decoder said.
        cause: prost::DecodeError,
    },
    /// Any other failure of the system.
    #[error("cannot {action} {path}: {cause}")]
    File {
        /// What was being done.
        action: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}
