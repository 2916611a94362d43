//! What the file held before: checked, counted, and the part worth keeping copied.
//!
//! The database comes from somewhere else and is treated that way. It is opened immutable, only
//! ordinary tables whose names begin like Baton's are looked at, and neither views nor triggers are
//! carried over. A table keeps the columns that it has, so that what a newer Baton has stored in
//! columns unknown to us survives; rows are numbered anew.

use std::path::Path;

use rusqlite::{Connection, config::DbConfig, types::ValueRef};

use super::{
    Counts, Error,
    counts::count,
    database::{Database, is_machine_failure},
    schema::{INDEXES, TABLES},
    sql_name::{address, is, quoted},
    timestamp,
};

/// What is left to know of the earlier syncs once they have been copied.
#[derive(Default)]
pub(super) struct Earlier {
    /// Rows of the newest finished full sync.
    pub(super) previous: Option<Counts>,
    /// The next sync has to end at this time or later to be shown as the newest.
    pub(super) ends_from: Option<String>,
    /// Statements for indexes that are not ours.
    pub(super) indexes: Vec<String>,
}

/// Copies the newest `keep` finished full syncs of the database in `file` into `database`, where it
/// also creates the tables that they need. `path` is the c1z file, for errors.
pub(super) fn carry_over(
    database: &Database,
    file: &Path,
    path: &Path,
    keep: usize,
) -> Result<Earlier, Error> {
    let source = Source { database, path };
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
    let earlier = source.copy(keep)?;
    source.run("drop table temp.kept; detach old", "end the reading")?;
    // This one also forbids working without a journal, which is what comes next.
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false)
        .map_err(|cause| source.failed("end the reading", cause))?;
    Ok(earlier)
}

/// The earlier database, attached as `old`.
struct Source<'a> {
    database: &'a Database,
    path: &'a Path,
}

/// A table as it is in the earlier database.
struct Found {
    name: String,
    statement: String,
}

/// A column as it is in the earlier database.
struct Column {
    name: String,
    kind: String,
    mandatory: bool,
    key: i64,
}

impl Source<'_> {
    fn connection(&self) -> &Connection {
        self.database.connection()
    }

    fn copy(&self, keep: usize) -> Result<Earlier, Error> {
        let tables = self.tables()?;
        if let Some(missing) = TABLES
            .iter()
            .find(|table| table.required && !tables.iter().any(|found| is(&found.name, table.name)))
        {
            return Err(Error::NoTable {
                path: self.path.into(),
                table: missing.name.into(),
            });
        }
        let columns = tables
            .iter()
            .map(|table| self.columns(&table.name))
            .collect::<Result<Vec<_>, _>>()?;
        for (table, columns) in tables.iter().zip(&columns) {
            self.check(&table.name, columns)?;
        }
        // Partial syncs came later than the first tables, and with them the column.
        let typed = tables.iter().zip(&columns).any(|(table, columns)| {
            is(&table.name, "v1_sync_runs") && columns.iter().any(|c| is(&c.name, "sync_type"))
        });
        let syncs = self
            .newest(typed, keep.max(1))
            .map_err(|cause| self.failed("list the syncs", cause))?;
        let previous = match syncs.first() {
            Some((newest, _)) => Some(
                self.count(newest)
                    .map_err(|cause| self.failed("count the rows", cause))?,
            ),
            None => None,
        };
        let kept = &syncs[..keep.min(syncs.len())];
        let ends_from = match kept.first() {
            Some((sync_id, ended_at)) => Some(timestamp::just_after(ended_at).ok_or_else(
                || Error::EndedAt {
                    path: self.path.into(),
                    sync_id: sync_id.clone(),
                    ended_at: ended_at.clone(),
                },
            )?),
            None => None,
        };
        self.run(
            "create temp table kept (sync_id text primary key); begin",
            "begin the copy",
        )?;
        for (sync_id, _) in kept {
            self.connection()
                .execute("insert or ignore into temp.kept values (?1)", [sync_id])
                .map_err(|cause| self.failed("begin the copy", cause))?;
        }
        for (table, columns) in tables.iter().zip(&columns) {
            self.copy_table(table, columns)
                .map_err(|cause| self.failed("copy the rows", cause))?;
        }
        self.run("commit", "end the copy")?;
        Ok(Earlier {
            previous,
            ends_from,
            indexes: self
                .indexes()
                .map_err(|cause| self.failed("list the indexes", cause))?,
        })
    }

    /// Ours first, in our order: readers and people look at them in that order.
    fn tables(&self) -> Result<Vec<Found>, Error> {
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
        Ok(tables)
    }

    fn columns(&self, table: &str) -> Result<Vec<Column>, Error> {
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

    /// Whether our rows can go into a table with these columns.
    fn check(&self, name: &str, columns: &[Column]) -> Result<(), Error> {
        let Some(table) = TABLES.iter().find(|table| is(name, table.name)) else {
            return Ok(());
        };
        let unknown = |column: &str, problem| {
            Err(Error::UnknownSchema {
                path: self.path.into(),
                table: table.name.into(),
                column: column.into(),
                problem,
            })
        };
        for (name, _) in table.columns {
            match columns.iter().find(|column| is(&column.name, name)) {
                None => return unknown(name, "is not there"),
                Some(column)
                    if *name == "id" && (column.key != 1 || !is(&column.kind, "integer")) =>
                {
                    return unknown(name, "is not the row number");
                }
                Some(_) => {}
            }
        }
        let ours = |column: &Column| table.columns.iter().any(|(name, _)| is(&column.name, name));
        match columns
            .iter()
            .find(|column| column.mandatory && !ours(column))
        {
            Some(column) => unknown(&column.name, "has to be filled"),
            None => Ok(()),
        }
    }

    /// Names and ends of the newest finished full syncs, newest first, as readers order them.
    fn newest(&self, typed: bool, limit: usize) -> rusqlite::Result<Vec<(String, String)>> {
        let full = if typed { "and sync_type = 'full'" } else { "" };
        let mut statement = self.connection().prepare(&format!(
            "select sync_id, ended_at from old.v1_sync_runs not indexed
             where ended_at is not null {full}
             order by ended_at desc, sync_id desc limit ?1"
        ))?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map([limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect()
    }

    fn count(&self, sync_id: &str) -> rusqlite::Result<Counts> {
        let number = |table: &str| {
            self.connection().query_row(
                &format!("select count(*) from old.{table} not indexed where sync_id = ?1"),
                [sync_id],
                |row| row.get(0),
            )
        };
        let mut counts = Counts {
            resource_types: number("v1_resource_types")?,
            entitlements: number("v1_entitlements")?,
            ..Counts::default()
        };
        let Counts {
            resources,
            grants,
            resources_by_type,
            grants_by_type,
            ..
        } = &mut counts;
        for (table, total, by_type) in [
            ("v1_resources", resources, resources_by_type),
            ("v1_grants", grants, grants_by_type),
        ] {
            // Counted here, since grouping in SQL would sort all of them.
            let mut statement = self.connection().prepare(&format!(
                "select resource_type_id from old.{table} not indexed where sync_id = ?1"
            ))?;
            let mut rows = statement.query([sync_id])?;
            while let Some(row) = rows.next()? {
                *total += 1;
                match row.get_ref(0)? {
                    ValueRef::Text(text) => count(by_type, &String::from_utf8_lossy(text)),
                    _ => count(by_type, ""),
                }
            }
        }
        Ok(counts)
    }

    fn copy_table(&self, table: &Found, columns: &[Column]) -> rusqlite::Result<()> {
        let connection = self.connection();
        // `prepare` takes one statement and no more.
        connection.prepare(&table.statement)?.execute([])?;
        let ours = TABLES.iter().any(|known| is(&table.name, known.name));
        let name = quoted(&table.name);
        let list: Vec<String> = columns
            .iter()
            .filter(|column| !(ours && is(&column.name, "id")))
            .map(|column| quoted(&column.name))
            .collect();
        let list = list.join(", ");
        let mut copy =
            format!("insert into main.{name} ({list}) select {list} from old.{name} not indexed");
        if columns.iter().any(|column| is(&column.name, "sync_id")) {
            copy.push_str(" where sync_id in (select sync_id from temp.kept)");
        }
        if ours {
            copy.push_str(" order by id");
        }
        connection.execute(&copy, [])?;
        Ok(())
    }

    fn indexes(&self) -> rusqlite::Result<Vec<String>> {
        let mut statement = self.connection().prepare(
            r"select name, sql from old.sqlite_schema
              where type = 'index' and tbl_name like 'v1\_%' escape '\'
              and (sql like 'create index %' or sql like 'create unique index %')",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut foreign = Vec::new();
        for row in rows {
            let (name, sql): (String, String) = row?;
            if !INDEXES.iter().any(|index| is(&name, index.name)) {
                foreign.push(sql);
            }
        }
        Ok(foreign)
    }

    fn run(&self, statements: &str, action: &'static str) -> Result<(), Error> {
        self.connection()
            .execute_batch(statements)
            .map_err(|cause| self.failed(action, cause))
    }

    /// Puts an error into words that say whether the machine or the file is at fault.
    fn failed(&self, action: &'static str, cause: rusqlite::Error) -> Error {
        if is_machine_failure(&cause) {
            self.database
                .failed("copy the syncs of the file that is to be replaced", cause)
        } else {
            Error::Damaged {
                path: self.path.into(),
                action,
                cause,
            }
        }
    }
}
