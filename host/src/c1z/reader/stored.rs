//! Rows of a file, made into the objects that they hold.

use prost::Message;
use rusqlite::Row;

use super::super::{Entitlement, Grant, Resource, ResourceId};

/// The largest message that is decoded, in bytes. What comes in over Baton's own protocol has to
/// fit into 4 MiB. A decoded message can take many times the room of an encoded one.
const LARGEST: usize = 16 << 20;

/// An object that has a row of its own.
pub(super) trait Stored: Sized {
    const TABLE: &'static str;
    /// The columns to ask for: the key, the encoded message, and what else there is to know.
    const COLUMNS: &'static str;
    /// What is being done while they are read.
    const ACTION: &'static str;

    /// The object, or what is wrong with the row.
    fn from_row(row: &Row<'_>) -> Result<Self, String>;
}

impl Stored for Entitlement {
    const TABLE: &'static str = "v1_entitlements";
    const COLUMNS: &'static str = "external_id, data, resource_id";
    const ACTION: &'static str = "read the entitlements";

    fn from_row(row: &Row<'_>) -> Result<Self, String> {
        let entitlement: Self = message(row)?;
        own(text(row, 0) == Some(&entitlement.id))?;
        Ok(entitlement)
    }
}

impl Stored for Resource {
    const TABLE: &'static str = "v1_resources";
    const COLUMNS: &'static str = "external_id, data, resource_type_id";
    const ACTION: &'static str = "read the resources";

    fn from_row(row: &Row<'_>) -> Result<Self, String> {
        let resource: Self = message(row)?;
        let id = resource.id.as_ref().ok_or("it has no id")?;
        let key = text(row, 0).and_then(|key| object_id(key, &id.resource_type));
        own(key == Some(&id.resource))?;
        Ok(resource)
    }
}

impl Stored for Grant {
    const TABLE: &'static str = "v1_grants";
    const COLUMNS: &'static str = "external_id, data, entitlement_id, resource_type_id,
        resource_id, principal_resource_type_id, principal_resource_id";
    const ACTION: &'static str = "read the grants";

    /// Baton can be told to leave out of the message what the columns say.
    fn from_row(row: &Row<'_>) -> Result<Self, String> {
        let mut grant: Self = message(row)?;
        own(text(row, 0) == Some(&grant.id))?;
        let column = |column| -> Result<String, String> {
            row.get(column)
                .map_err(|error: rusqlite::Error| error.to_string())
        };
        let stub = |resource_type, resource| -> Result<Resource, String> {
            Ok(Resource {
                id: Some(ResourceId {
                    resource_type: column(resource_type)?,
                    resource: column(resource)?,
                }),
                ..Resource::default()
            })
        };
        if grant.entitlement.is_none() {
            grant.entitlement = Some(Entitlement {
                id: column(2)?,
                resource: Some(stub(3, 4)?),
                ..Entitlement::default()
            });
        }
        if grant.principal.is_none() {
            grant.principal = Some(stub(5, 6)?);
        }
        Ok(grant)
    }
}

/// A column that holds text.
pub(super) fn text<'a>(row: &'a Row<'_>, column: usize) -> Option<&'a str> {
    row.get_ref(column).ok()?.as_str().ok()
}

/// The encoded message, if it is one that may be decoded.
pub(super) fn data<'a>(row: &'a Row<'_>) -> Result<&'a [u8], String> {
    let data = row.get_ref(1).map_err(|error| error.to_string())?;
    let data = data.as_blob().map_err(|error| error.to_string())?;
    if data.len() > LARGEST {
        return Err(format!("it is larger than {LARGEST} bytes"));
    }
    Ok(data)
}

/// What is left of the key of a resource's row without its type.
pub(super) fn object_id<'a>(key: &'a str, resource_type: &str) -> Option<&'a str> {
    key.strip_prefix(resource_type)?.strip_prefix(':')
}

fn message<M: Message + Default>(row: &Row<'_>) -> Result<M, String> {
    M::decode(data(row)?).map_err(|error| error.to_string())
}

/// Whoever looks for one object must not be given another.
fn own(same: bool) -> Result<(), String> {
    if same {
        Ok(())
    } else {
        Err("it is of another id".to_owned())
    }
}
