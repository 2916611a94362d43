//! Questions about what a sync has stored so far.

use prost::Message;
use rusqlite::{OptionalExtension, params};

use super::{Error, Resource, Writer, id::resource_key};

impl Writer {
    /// A stored object.
    pub fn find_resource(
        &mut self,
        resource_type: &str,
        resource: &str,
    ) -> Result<Option<Resource>, Error> {
        resource_key(&mut self.key, resource_type, resource);
        let data: Option<Vec<u8>> = self
            .database
            .connection()
            .prepare_cached("select data from v1_resources where external_id = ?1 and sync_id = ?2")
            .and_then(|mut statement| {
                let values = params![self.key, self.sync_id];
                statement.query_row(values, |row| row.get(0)).optional()
            })
            .map_err(|cause| self.database.failed("read a resource", cause))?;
        let Some(data) = data else { return Ok(None) };
        match Resource::decode(data.as_slice()) {
            Ok(resource) => Ok(Some(resource)),
            Err(cause) => Err(Error::NotAResource {
                resource_type: resource_type.into(),
                cause,
            }),
        }
    }

    /// Row number of a stored object.
    pub fn resource_row(
        &mut self,
        resource_type: &str,
        resource: &str,
    ) -> Result<Option<i64>, Error> {
        resource_key(&mut self.key, resource_type, resource);
        self.database
            .connection()
            .prepare_cached("select id from v1_resources where external_id = ?1 and sync_id = ?2")
            .and_then(|mut statement| {
                let values = params![self.key, self.sync_id];
                statement.query_row(values, |row| row.get(0)).optional()
            })
            .map_err(|cause| self.database.failed("read a resource", cause))
    }

    /// Types and ids of resources that this sync names as the parent of one, or as the principal of
    /// a grant, and does not have. Each comes once.
    pub fn missing_resources(&self) -> Result<Vec<(String, String)>, Error> {
        self.pairs(
            "select resource_type, resource from (
               select principal_resource_type_id as resource_type,
                 principal_resource_id as resource from v1_grants where sync_id = ?1
               union
               select parent_resource_type_id, parent_resource_id from v1_resources
               where sync_id = ?1 and parent_resource_id is not null)
             where not exists (select 1 from v1_resources where sync_id = ?1
               and external_id = resource_type || ':' || resource)",
        )
    }

    /// Types and ids of the resources on which this sync has grants of entitlements that it does
    /// not have. Each comes once.
    pub fn resources_without_entitlements(&self) -> Result<Vec<(String, String)>, Error> {
        self.pairs(
            "select distinct resource_type_id, resource_id from v1_grants where sync_id = ?1
             and entitlement_id not in
               (select external_id from v1_entitlements where sync_id = ?1)",
        )
    }

    /// The two columns of a query about this sync.
    fn pairs(&self, query: &str) -> Result<Vec<(String, String)>, Error> {
        let pairs = || {
            let mut statement = self.database.connection().prepare_cached(query)?;
            let rows =
                statement.query_map([&self.sync_id], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        pairs().map_err(|cause| self.database.failed("look for what is missing", cause))
    }

    /// Removes the grants of this sync that name an entitlement or a principal which it does not
    /// have, and says how many they were. Readers show such grants badly; older ones crash.
    /// Whoever knows that all principals are stored can save the time of looking for them.
    pub fn remove_dangling_grants(&mut self, principals: bool) -> Result<u64, Error> {
        let principal = if principals {
            "or not exists (select 1 from v1_resources where sync_id = ?1 and external_id =
               principal_resource_type_id || ':' || principal_resource_id)"
        } else {
            ""
        };
        let Self {
            database,
            counts,
            sync_id,
            ..
        } = self;
        let mut removed = 0;
        database
            .connection()
            .prepare(&format!(
                "delete from v1_grants where sync_id = ?1 and (entitlement_id not in
                   (select external_id from v1_entitlements where sync_id = ?1) {principal})
                 returning resource_type_id"
            ))
            .and_then(|mut statement| {
                let mut rows = statement.query([&*sync_id])?;
                while let Some(row) = rows.next()? {
                    removed += 1;
                    counts.grants -= 1;
                    if let Some(grants) = counts.grants_by_type.get_mut(row.get_ref(0)?.as_str()?) {
                        *grants -= 1;
                    }
                }
                Ok(())
            })
            .map_err(|cause| database.failed("look for dangling grants", cause))?;
        Ok(removed)
    }
}
