//! The ids that people give: looked up in the file of the last sync or, where there is none, taken
//! apart.

use super::{Change, State, change, text};
use crate::{
    c1z::{self, Near, Reader},
    contract::{
        describe::Description,
        types::{EntitlementId, ResourceId},
    },
    failure::{Failure, Kind, Result},
};
use indicatif::HumanDuration;
use jiff::Timestamp;
use std::path::{Path, PathBuf};

/// A change, and what is known of the resource that it is about before anybody has been asked.
#[derive(Debug)]
pub struct Known {
    /// What is to be done.
    pub change: Change,
    /// What the file says.
    pub state: Option<State>,
    /// What to say if the product does not know the principal either; none where the file does.
    pub unknown: Option<Failure>,
}

/// Whoever knows what ids stand for.
pub struct Ids<'d> {
    description: &'d Description,
    path: PathBuf,
    /// None without a file.
    reader: Option<Reader>,
}

impl<'d> Ids<'d> {
    /// Opens the file of the last sync, if there is one. This and everything else here blocks.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or holds no sync.
    pub fn open(
        path: &Path,
        temp_dir: Option<&Path>,
        description: &'d Description,
    ) -> Result<Self> {
        let reader = Reader::open(path, temp_dir).map_err(failed)?;
        if reader
            .as_ref()
            .is_some_and(|reader| reader.finished().is_none())
        {
            return Err(Failure::new(
                Kind::NotFound,
                format!(
                    "{} holds no finished sync, so no id is known",
                    path.display()
                ),
            )
            .hint("Run a sync first."));
        }
        Ok(Self {
            description,
            path: path.to_owned(),
            reader,
        })
    }

    /// A grant of `entitlement` to `principal`.
    ///
    /// # Errors
    ///
    /// When one of them is not known, or the one cannot be granted to the other.
    pub fn grant(
        &self,
        entitlement: &str,
        principal: &str,
        principal_type: Option<&str>,
    ) -> Result<Known> {
        let (id, grantable_to) = self.entitlement(entitlement)?;
        let principal_type = match principal_type {
            Some(given) => given.to_owned(),
            None => self.type_of(principal, &grantable_to)?,
        };
        self.check_type(&principal_type)?;
        if !grantable_to.is_empty() && !grantable_to.contains(&principal_type) {
            return Err(Failure::new(
                Kind::InvalidArgument,
                format!(
                    "{entitlement} cannot be granted to a {principal_type}, only to a {}",
                    grantable_to.join(" or a ")
                ),
            ));
        }
        let principal = ResourceId {
            resource_type: principal_type,
            id: principal.to_owned(),
        };
        let state = self.state(&principal)?;
        let unknown = match (&self.reader, &state) {
            (Some(reader), None) => Some(self.no_principal(reader, &principal)?),
            _ => None,
        };
        Ok(Known {
            change: Change::Grant {
                entitlement: id,
                principal,
            },
            state,
            unknown,
        })
    }

    /// A revocation of the grant with this id.
    ///
    /// # Errors
    ///
    /// When it is not known what the id stands for.
    pub fn revoke(&self, grant: &str) -> Result<Known> {
        let (entitlement, principal) = match &self.reader {
            Some(reader) => self.grant_in_file(reader, grant)?,
            None => text::only(
                grant,
                text::grants(grant, self.description),
                self.description,
            )?,
        };
        let state = self.state(&principal)?;
        Ok(Known {
            change: Change::Revoke {
                entitlement,
                principal,
            },
            state,
            unknown: None,
        })
    }

    /// What the file says of a resource.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn state(&self, of: &ResourceId) -> Result<Option<State>> {
        match &self.reader {
            Some(reader) => State::read(reader, of).map_err(failed),
            None => Ok(None),
        }
    }

    /// An entitlement, and the types it can be granted to, as far as the file says so.
    fn entitlement(&self, id: &str) -> Result<(EntitlementId, Vec<String>)> {
        let Some(reader) = &self.reader else {
            let taken_apart = text::entitlement(id, self.description).into_iter();
            return Ok((
                text::only(id, taken_apart.collect(), self.description)?,
                Vec::new(),
            ));
        };
        let Some(found) = reader.entitlement(id).map_err(failed)? else {
            let near = reader.nearest_entitlement(id).map_err(failed)?;
            return Err(self.not_found(reader, &format!("entitlement {id:?}"), near));
        };
        let grantable_to = found.grantable_to.iter().map(|ty| ty.id.clone()).collect();
        Ok((self.entitlement_id(&found)?, grantable_to))
    }

    fn entitlement_id(&self, found: &c1z::Entitlement) -> Result<EntitlementId> {
        // What the file calls it is what the connector is asked for, or nothing is.
        change::named(found).ok_or_else(|| {
            Failure::new(
                Kind::InvalidArgument,
                format!(
                    "{} is in {}, but not as an entitlement of this connector",
                    found.id,
                    self.path.display()
                ),
            )
        })
    }

    fn grant_in_file(&self, reader: &Reader, id: &str) -> Result<(EntitlementId, ResourceId)> {
        if let Some(grant) = reader.grant(id).map_err(failed)? {
            let parts = (grant.entitlement, grant.principal.and_then(|p| p.id));
            if let (Some(entitlement), Some(principal)) = parts {
                return Ok((self.entitlement_id(&entitlement)?, resource_id(&principal)));
            }
        }
        // It may have been revoked since, or granted again: the parts are as good.
        for (entitlement, principal) in text::grants(id, self.description) {
            let known = reader
                .entitlement(&change::id(&entitlement))
                .map_err(failed)?;
            if known.is_some() && self.state(&principal)?.is_some() {
                return Ok((entitlement, principal));
            }
        }
        let near = match self.with_type(reader, id)? {
            None => reader.nearest_grant(id).map_err(failed)?,
            near => near,
        };
        Err(self.not_found(reader, &format!("grant {id:?}"), near))
    }

    /// The grant that an id means in which nothing but the principal's type is missing.
    fn with_type(&self, reader: &Reader, id: &str) -> Result<Option<Near>> {
        let Some((entitlement, principal)) = id.rsplit_once(':') else {
            return Ok(None);
        };
        for ty in &self.description.resource_types {
            let id = c1z::grant_id(entitlement, &ty.id, principal);
            if reader.grant(&id).map_err(failed)?.is_some() {
                let name = String::new();
                return Ok(Some(Near { id, name }));
            }
        }
        Ok(None)
    }

    /// The type of a principal of which nothing but the id is given.
    fn type_of(&self, principal: &str, grantable_to: &[String]) -> Result<String> {
        let types = match (grantable_to, &self.reader) {
            ([only], _) => return Ok(only.clone()),
            (_, Some(reader)) => reader.resource_types_of(principal).map_err(failed)?,
            (_, None) => Vec::new(),
        };
        match types.as_slice() {
            [only] => Ok(only.clone()),
            _ => Err(Failure::new(
                Kind::InvalidArgument,
                format!("it is not clear of which type the principal {principal:?} is"),
            )
            .hint(format!(
                "Give --grant-principal-type; there are {}.",
                text::types(self.description)
            ))),
        }
    }

    fn check_type(&self, ty: &str) -> Result<()> {
        match self
            .description
            .resource_types
            .iter()
            .any(|known| known.id == ty)
        {
            true => Ok(()),
            false => Err(Failure::new(
                Kind::InvalidArgument,
                format!(
                    "there is no resource type {ty:?}; there are {}",
                    text::types(self.description)
                ),
            )),
        }
    }

    fn no_principal(&self, reader: &Reader, principal: &ResourceId) -> Result<Failure> {
        let ResourceId { resource_type, id } = principal;
        let near = reader.nearest_resource(resource_type, id).map_err(failed)?;
        Ok(self.not_found(reader, &format!("{resource_type} {id:?}"), near))
    }

    fn not_found(&self, reader: &Reader, what: &str, near: Option<Near>) -> Failure {
        let path = self.path.display();
        let ended = reader.finished().map(|sync| sync.ended_at);
        let synced = ended.unwrap_or_default();
        let age = Timestamp::now().duration_since(synced).unsigned_abs();
        let failure = Failure::new(
            Kind::NotFound,
            format!("there is no {what} in {path}, which was synced {synced:.0}"),
        );
        let failure = match near {
            Some(Near { id, name }) if name.is_empty() => {
                failure.hint(format!("Did you mean {id}?"))
            }
            Some(Near { id, name }) => failure.hint(format!("Did you mean {id} ({name})?")),
            None => failure,
        };
        failure.hint(format!(
            "The file is {} old; sync again to know what is newer.",
            HumanDuration(age)
        ))
    }
}

fn resource_id(id: &c1z::ResourceId) -> ResourceId {
    ResourceId {
        resource_type: id.resource_type.clone(),
        id: id.resource.clone(),
    }
}

fn failed(error: c1z::Error) -> Failure {
    Failure::of(Kind::Other, error).context("cannot look ids up")
}
