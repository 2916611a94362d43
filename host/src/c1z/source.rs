//! A database that was taken out of a file, attached for reading.
//!
//! It comes from somewhere else and is treated that way. It is opened immutable, only ordinary
//! tables whose names begin like Baton's are looked at, and views and triggers are switched off.

use std::path::Path;

use rusqlite::{Connection, config::DbConfig};

use super::{
    Error,
    database::{Database, is_machine_failure},
    schema::TABLES,
    sql_name::{address, is},
};

/// The earlier database, attached as `old`.
pub(super) struct Source<'a> {
    pub(super) database: &'a Database,
    /// The c1z file, for errors.
    pub(super) path: &'a Path,
}

/// A table as it is in the earlier database.
pub(super) struct Found {
    pub(super) name: String,
    pub(super) statement: String,
}

/// A column as it is in the earlier database.
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) mandatory: bool,
    pub(super) key: i64,
}

impl<'a> Source<'a> {
    /// Attaches the database in `file`. `path` is the c1z file, for errors.
    pub(super) fn attach(
        database: &'a Database,
        file: &Path,
        path: &'a Path,
    ) -> Result<Self, Error> {
        let source = Self { database, path };
        let connection = database.connection();
        let hardening = [
            (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        ];
        for (setting, value) in hardening {
            connection
                .set_db_config(setting, value)
                .map_err(|cause| source.failed("begin the reading", cause))?;
        }
        connection
            .execute("attach ?1 as old", [address(file)])
            .map_err(|cause| source.failed("open the tables", cause))?;
        Ok(source)
    }

    pub(super) fn connection(&self) -> &Connection {
        self.database.connection()
    }

    /// Ours first, in our order: readers and people look at them in that order. Fails where one is
    /// missing that a c1z has.
    pub(super) fn tables(&self) -> Result<Vec<Found>, Error> {
        let list = || {
            let mut statement = self.connection().prepare(
                r"select name, sql from old.sqlite_schema
                  where type = 'table' and name like 'v1\_%' escape '\'
                  and sql like 'create table %'",
            )?;
            let rows = statement.query_map([], |row| {
                Ok(Found {
                    name: row.get(0)?,
                    statement: row.get(1)?,
                })
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        let mut tables = list().map_err(|cause| self.failed("list the tables", cause))?;
        tables.sort_by_key(|found| {
            TABLES
                .iter()
                .position(|table| is(&found.name, table.name))
                .unwrap_or(TABLES.len())
        });
        match TABLES
            .iter()
            .find(|table| table.required && !tables.iter().any(|found| is(&found.name, table.name)))
        {
            None => Ok(tables),
            Some(missing) => Err(Error::NoTable {
                path: self.path.into(),
                table: missing.name.into(),
            }),
        }
    }

    pub(super) fn columns(&self, table: &str) -> Result<Vec<Column>, Error> {
        let list = || {
            let mut statement = self.connection().prepare(
                r#"select name, type, "notnull" and dflt_value is null, pk
                   from pragma_table_info(?1, 'old')"#,
            )?;
            let rows = statement.query_map([table], |row| {
                Ok(Column {
                    name: row.get(0)?,
                    kind: row.get(1)?,
                    mandatory: row.get(2)?,
                    key: row.get(3)?,
                })
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        list().map_err(|cause| self.failed("list the columns", cause))
    }

    /// Names and ends of the newest finished full syncs, newest first, as readers order them.
    pub(super) fn newest(&self, limit: usize) -> Result<Vec<(String, String)>, Error> {
        // Partial syncs came later than the first tables, and with them the column.
        let typed = self
            .columns("v1_sync_runs")?
            .iter()
            .any(|column| is(&column.name, "sync_type"));
        let full = if typed { "and sync_type = 'full'" } else { "" };
        let list = || {
            let mut statement = self.connection().prepare(&format!(
                "select sync_id, ended_at from old.v1_sync_runs not indexed
                 where ended_at is not null {full}
                 order by ended_at desc, sync_id desc limit ?1"
            ))?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let rows = statement.query_map([limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        list().map_err(|cause| self.failed("list the syncs", cause))
    }

    pub(super) fn run(&self, statements: &str, action: &'static str) -> Result<(), Error> {
        self.connection()
            .execute_batch(statements)
            .map_err(|cause| self.failed(action, cause))
    }

    /// Puts an error into words that say whether the machine or the file is at fault.
    pub(super) fn failed(&self, action: &'static str, cause: rusqlite::Error) -> Error {
        if is_machine_failure(&cause) {
            self.database.failed("read a copy of the c1z file", cause)
        } else {
            Error::Damaged {
                path: self.path.into(),
                action,
                cause,
            }
        }
    }
}
