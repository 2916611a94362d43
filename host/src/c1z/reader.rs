//! A finished sync in a file, to be asked for what it holds.
//!
//! The file is unpacked to a temporary copy, which has no name once it is open: however the process
//! ends, nothing of it stays. What is in it comes from somewhere else, see [`Source`]; so a row
//! counts only if the message in it says the same as its key.

mod nearest;
mod stored;
mod typo;

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use rusqlite::params;

use super::{
    Entitlement, Error, Grant, Resource, database::Database, envelope, id::resource_key,
    schema::TABLES, source::Source, sql_name::is, timestamp,
};

pub use nearest::Near;
use stored::Stored;

/// The newest finished full sync of a file, to be asked for what it holds.
///
/// Where the file has none, nothing is found. Ids are looked for as they are, byte by byte.
pub struct Reader {
    path: PathBuf,
    content: Option<Content>,
}

/// A sync that ended well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinishedSync {
    /// Its name.
    pub sync_id: String,
    /// When it ended. Baton's own connectors store local time without saying so; it is taken for
    /// UTC, as readers do.
    pub ended_at: Timestamp,
}

struct Content {
    database: Database,
    sync: FinishedSync,
}

impl Reader {
    /// Opens a file, or gives nothing where there is none.
    ///
    /// The copy is made in `temp_dir`, or in the system's temporary directory. A file that is empty,
    /// or has no finished full sync, opens and says so: see [`finished`](Self::finished).
    pub fn open(path: &Path, temp_dir: Option<&Path>) -> Result<Option<Self>, Error> {
        let Some(file) = open(path)? else {
            return Ok(None);
        };
        let content = if is_empty(&file, path)? {
            None
        } else {
            Content::of(file, path, temp_dir)?
        };
        Ok(Some(Self {
            path: path.into(),
            content,
        }))
    }

    /// The sync that is read.
    pub fn finished(&self) -> Option<&FinishedSync> {
        self.content.as_ref().map(|content| &content.sync)
    }

    /// Something grantable, by its id.
    pub fn entitlement(&self, id: &str) -> Result<Option<Entitlement>, Error> {
        self.find(id)
    }

    /// An object, by its type and its id within the type.
    pub fn resource(&self, resource_type: &str, id: &str) -> Result<Option<Resource>, Error> {
        let mut key = String::new();
        resource_key(&mut key, resource_type, id);
        let found: Option<Resource> = self.find(&key)?;
        // Colons inside the parts can make the key of another object read the same.
        let asked_for = |resource: &Resource| {
            resource
                .id
                .as_ref()
                .is_some_and(|own| own.resource_type == resource_type && own.resource == id)
        };
        Ok(found.filter(asked_for))
    }

    /// Something granted, by its id. Its entitlement may be a stub of an id and an object, and so
    /// may its principal.
    pub fn grant(&self, id: &str) -> Result<Option<Grant>, Error> {
        self.find(id)
    }

    /// The types that have an object with exactly this id, in the order of their names: for a
    /// principal that is given without its type.
    pub fn resource_types_of(&self, id: &str) -> Result<Vec<String>, Error> {
        let Some(content) = &self.content else {
            return Ok(Vec::new());
        };
        let source = self.source(content);
        let list = || {
            let mut statement = source.connection().prepare(
                "select resource_type_id, external_id from old.v1_resources not indexed
                 where sync_id = ?1",
            )?;
            let mut rows = statement.query([&content.sync.sync_id])?;
            let mut types = BTreeSet::new();
            while let Some(row) = rows.next()? {
                let (Some(resource_type), Some(key)) = (stored::text(row, 0), stored::text(row, 1))
                else {
                    continue;
                };
                if stored::object_id(key, resource_type) == Some(id) {
                    types.insert(resource_type.to_owned());
                }
            }
            Ok(types.into_iter().collect())
        };
        list().map_err(|cause| source.failed(Resource::ACTION, cause))
    }

    /// Ids of the entitlements that an object holds, sorted.
    pub fn entitlements_of(&self, resource_type: &str, id: &str) -> Result<Vec<String>, Error> {
        let Some(content) = &self.content else {
            return Ok(Vec::new());
        };
        let source = self.source(content);
        let list = || {
            let mut statement = source.connection().prepare(
                "select entitlement_id from old.v1_grants where sync_id = ?1
                 and principal_resource_type_id = ?2 and principal_resource_id = ?3",
            )?;
            let mut rows = statement.query(params![content.sync.sync_id, resource_type, id])?;
            let mut entitlements = BTreeSet::new();
            while let Some(row) = rows.next()? {
                entitlements.extend(stored::text(row, 0).map(str::to_owned));
            }
            Ok(entitlements.into_iter().collect())
        };
        list().map_err(|cause| source.failed(Grant::ACTION, cause))
    }

    fn find<T: Stored>(&self, key: &str) -> Result<Option<T>, Error> {
        let Some(content) = &self.content else {
            return Ok(None);
        };
        let source = self.source(content);
        let failed = |cause| source.failed(T::ACTION, cause);
        let mut statement = source
            .connection()
            .prepare_cached(&format!(
                "select {} from old.{} where external_id = ?1 and sync_id = ?2",
                T::COLUMNS,
                T::TABLE
            ))
            .map_err(failed)?;
        let mut rows = statement
            .query(params![key, content.sync.sync_id])
            .map_err(failed)?;
        let Some(row) = rows.next().map_err(failed)? else {
            return Ok(None);
        };
        match T::from_row(row) {
            Ok(found) => Ok(Some(found)),
            Err(problem) => Err(Error::Row {
                path: self.path.clone(),
                table: T::TABLE,
                key: key.into(),
                problem,
            }),
        }
    }

    fn source<'a>(&'a self, content: &'a Content) -> Source<'a> {
        Source {
            database: &content.database,
            path: &self.path,
        }
    }
}

impl Content {
    /// Nothing where the file has no finished full sync.
    fn of(file: File, path: &Path, temp_dir: Option<&Path>) -> Result<Option<Self>, Error> {
        let database = Database::create(temp_dir)?;
        let copy = database.directory().join("old.db");
        envelope::unpack(file, path, &copy)?;
        let source = Source::attach(&database, &copy, path)?;
        fs::remove_file(&copy).map_err(|cause| Error::Temporary {
            action: "remove a file",
            directory: database.directory().into(),
            cause,
        })?;
        check(&source)?;
        let Some((sync_id, ended_at)) = source.newest(1)?.pop() else {
            return Ok(None);
        };
        match timestamp::read(&ended_at) {
            Some(ended_at) => Ok(Some(Self {
                database,
                sync: FinishedSync { sync_id, ended_at },
            })),
            None => Err(Error::EndUnknown {
                path: path.into(),
                sync_id,
                ended_at,
            }),
        }
    }
}

/// Whether everything is there that is asked for, as ordinary tables and columns.
fn check(source: &Source<'_>) -> Result<(), Error> {
    source.tables()?;
    for table in TABLES.iter().filter(|table| table.required) {
        let columns = source.columns(table.name)?;
        for (name, _) in table.columns {
            if !columns.iter().any(|column| is(&column.name, name)) {
                return Err(Error::UnknownSchema {
                    path: source.path.into(),
                    table: table.name.into(),
                    column: (*name).into(),
                    problem: "is not there",
                });
            }
        }
    }
    Ok(())
}

fn open(path: &Path) -> Result<Option<File>, Error> {
    let open = || {
        let metadata = fs::metadata(path)?;
        if metadata.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        // Opening a pipe would wait for somebody to write into it.
        if !metadata.is_file() {
            return Err(io::Error::other("it is no regular file"));
        }
        File::open(path)
    };
    match open() {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(unread(path, cause)),
    }
}

fn is_empty(file: &File, path: &Path) -> Result<bool, Error> {
    let metadata = file.metadata().map_err(|cause| unread(path, cause))?;
    Ok(metadata.len() == 0)
}

fn unread(path: &Path, cause: io::Error) -> Error {
    Error::File {
        action: "read",
        path: path.into(),
        cause,
    }
}
