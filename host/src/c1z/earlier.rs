//! What the file held before: checked, counted, and the part worth keeping copied.
//!
//! Neither views nor triggers are carried over. A table keeps the columns that it has, so that what
//! a newer Baton has stored in columns unknown to us survives; rows are numbered anew.

use std::path::Path;

use rusqlite::{config::DbConfig, types::ValueRef};

use super::{
    Counts, Error,
    counts::count,
    database::Database,
    schema::{INDEXES, TABLES},
    source::{Column, Found, Source},
    sql_name::{is, quoted},
    timestamp,
};

/// What is left to know of the earlier syncs once they have been copied.
#[derive(Default)]
pub(super) struct Earlier {
    /// Rows of the newest finished full sync.
    pub(super) previous: Option<Counts>,
    /// Id of that sync.
    pub(super) newest: Option<String>,
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
    let source = Source::attach(database, file, path)?;
    let earlier = source.copy(keep)?;
    source.run("drop table temp.kept; detach old", "end the reading")?;
    // This one also forbids working without a journal, which is what comes next.
    database
        .connection()
        .set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false)
        .map_err(|cause| source.failed("end the reading", cause))?;
    Ok(earlier)
}

impl Source<'_> {
    fn copy(&self, keep: usize) -> Result<Earlier, Error> {
        let tables = self.tables()?;
        let columns = tables
            .iter()
            .map(|table| self.columns(&table.name))
            .collect::<Result<Vec<_>, _>>()?;
        for (table, columns) in tables.iter().zip(&columns) {
            self.check(&table.name, columns)?;
        }
        let syncs = self.newest(keep.max(1))?;
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
            newest: syncs.first().map(|(sync_id, _)| sync_id.clone()),
            ends_from,
            indexes: self
                .indexes()
                .map_err(|cause| self.failed("list the indexes", cause))?,
        })
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
}
