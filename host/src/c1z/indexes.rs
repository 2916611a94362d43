//! Building indexes, and getting rid of the duplicates that stand in the way of one.

use std::collections::BTreeMap;

use rusqlite::ErrorCode;

use super::{
    Error,
    database::{Database, is_machine_failure},
    schema::{INDEXES, Index, Kind},
};

const ACTION: &str = "build the indexes";

/// Builds the indexes that tell whether a row is stored already.
pub(super) fn build_live(database: &Database) -> Result<(), Error> {
    for index in INDEXES.iter().filter(|index| index.kind == Kind::Live) {
        unique(database, index, "")?;
    }
    Ok(())
}

/// Builds all other indexes, `foreign` ones included. Gives the number of grants of the sync that
/// had to go because an earlier one has the same id, by the resource type of their entitlement.
pub(super) fn build_rest(
    database: &Database,
    foreign: &[String],
    sync_id: &str,
) -> Result<BTreeMap<String, u64>, Error> {
    let mut removed = BTreeMap::new();
    for index in INDEXES {
        match index.kind {
            Kind::Live => {}
            Kind::Unique => removed.append(&mut unique(database, index, sync_id)?),
            Kind::Plain => database.run(&index.statement(), ACTION)?,
        }
    }
    for statement in foreign {
        match database.connection().execute(statement, []) {
            Ok(_) => {}
            Err(cause) if is_machine_failure(&cause) => return Err(database.failed(ACTION, cause)),
            // A rule of somebody else's that our rows break, or a thing that only they know how to
            // sort. Readers create the indexes that they need themselves.
            Err(_) => {}
        }
    }
    Ok(removed)
}

/// Builds a unique index, without the later ones of equal rows if there are any.
fn unique(
    database: &Database,
    index: &Index,
    sync_id: &str,
) -> Result<BTreeMap<String, u64>, Error> {
    let create = || database.connection().execute(&index.statement(), []);
    match create() {
        Ok(_) => Ok(BTreeMap::new()),
        Err(error) if is_duplicate(&error) => {
            let removed = remove_duplicates(database, index, sync_id)
                .map_err(|cause| database.failed("remove duplicates", cause))?;
            create().map_err(|cause| database.failed(ACTION, cause))?;
            Ok(removed)
        }
        Err(cause) => Err(database.failed(ACTION, cause)),
    }
}

fn is_duplicate(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
}

fn remove_duplicates(
    database: &Database,
    index: &Index,
    sync_id: &str,
) -> rusqlite::Result<BTreeMap<String, u64>> {
    let connection = database.connection();
    let Index { table, columns, .. } = index;
    connection.execute_batch(&format!(
        "create temp table duplicate as
         select id from (
             select id, row_number() over (partition by {columns} order by id) as position
             from {table}
         ) where position > 1"
    ))?;
    let mut removed = BTreeMap::new();
    if *table == "v1_grants" {
        let mut statement = connection.prepare(
            "select resource_type_id, count(*) from v1_grants
             where sync_id = ?1 and id in (select id from temp.duplicate)
             group by resource_type_id",
        )?;
        let rows = statement.query_map([sync_id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        removed = rows.collect::<rusqlite::Result<_>>()?;
    }
    connection.execute_batch(&format!(
        "delete from {table} where id in (select id from temp.duplicate);
         drop table temp.duplicate"
    ))?;
    Ok(removed)
}
