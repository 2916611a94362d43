//! Taking back what a page of a listing has stored, when the page turns out to be incomplete.

use super::{Counts, Error, Writer};

const ACTION: &str = "take back an incomplete page";

/// How far a sync had come.
#[derive(Clone, Debug)]
pub struct Mark {
    resources: i64,
    entitlements: i64,
    grants: i64,
    counts: Counts,
}

impl Mark {
    /// Row number of the resource that was stored last.
    pub fn last_resource(&self) -> i64 {
        self.resources
    }
}

impl Writer {
    /// Remembers how far the sync has come.
    pub fn mark(&self) -> Result<Mark, Error> {
        let last = |table| {
            let query = format!("select ifnull(max(id), 0) from {table}");
            self.database
                .connection()
                .query_row(&query, [], |row| row.get(0))
                .map_err(|cause| self.database.failed("read row numbers", cause))
        };
        Ok(Mark {
            resources: last("v1_resources")?,
            entitlements: last("v1_entitlements")?,
            grants: last("v1_grants")?,
            counts: self.counts.clone(),
        })
    }

    /// Takes back every resource, entitlement and grant that has been stored since.
    pub fn rewind(&mut self, mark: &Mark) -> Result<(), Error> {
        for (table, last) in [
            ("v1_resources", mark.resources),
            ("v1_entitlements", mark.entitlements),
            ("v1_grants", mark.grants),
        ] {
            self.database
                .connection()
                .execute(&format!("delete from {table} where id > ?1"), [last])
                .map_err(|cause| self.database.failed(ACTION, cause))?;
        }
        self.counts.clone_from(&mark.counts);
        Ok(())
    }
}
