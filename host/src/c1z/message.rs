//! The objects that a sync stores, as protobuf messages of the package `c1.connector.v2`.
//!
//! Written by hand for `prost`: the handful of messages needed here does not justify a protobuf
//! compiler in the build. Field numbers are Baton's. Encoding is deterministic (fields by number,
//! maps sorted, defaults left out, enums packed), because `baton diff` compares stored bytes.

use prost::Message;
use prost_types::{Any, Struct, Timestamp};

/// A kind of object, such as accounts or roles.
#[derive(Clone, PartialEq, Message)]
pub struct ResourceType {
    /// Stable name of the kind, `user` for instance; 1 to 1024 bytes.
    #[prost(string, tag = "1")]
    pub id: String,
    /// Name for people; up to 1024 bytes.
    #[prost(string, tag = "2")]
    pub display_name: String,
    /// What objects of this kind are. Each of them must then carry the matching trait annotation.
    /// `baton explorer` looks for accounts only where [`Trait::User`] comes first.
    #[prost(enumeration = "Trait", repeated, tag = "3")]
    pub traits: Vec<i32>,
    /// Hints such as [`SkipEntitlementsAndGrants`](super::SkipEntitlementsAndGrants).
    #[prost(message, repeated, tag = "4")]
    pub annotations: Vec<Any>,
    /// Explanation for people; up to 4096 bytes.
    #[prost(string, tag = "5")]
    pub description: String,
    /// Whether objects of this kind come from another system.
    #[prost(bool, tag = "6")]
    pub sourced_externally: bool,
}

/// What objects of a resource type are. Later Baton releases know more values than these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
pub enum Trait {
    /// Not said.
    Unspecified = 0,
    /// An account.
    User = 1,
    /// A set of accounts.
    Group = 2,
    /// A role.
    Role = 3,
    /// An application.
    App = 4,
}

/// Which object: kind and identity within the kind.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct ResourceId {
    /// [`ResourceType::id`]; 1 to 1024 bytes.
    #[prost(string, tag = "1")]
    pub resource_type: String,
    /// Identity among objects of that kind; 1 to 1024 bytes.
    #[prost(string, tag = "2")]
    pub resource: String,
}

/// An object: an account, a role, a group.
///
/// Readers before mid-2026 know nothing of `profile`, `status` and `created_at` and look for them
/// in the trait annotation, so both places are to be filled.
#[derive(Clone, PartialEq, Message)]
pub struct Resource {
    /// Required: readers fail on a resource without it.
    #[prost(message, optional, tag = "1")]
    pub id: Option<ResourceId>,
    /// The object that this one belongs to.
    #[prost(message, optional, tag = "2")]
    pub parent_resource_id: Option<ResourceId>,
    /// Name for people; up to 1024 bytes.
    #[prost(string, tag = "3")]
    pub display_name: String,
    /// Traits and hints.
    #[prost(message, repeated, tag = "4")]
    pub annotations: Vec<Any>,
    /// Explanation for people; up to 2048 bytes.
    #[prost(string, tag = "5")]
    pub description: String,
    /// Free-form attributes.
    #[prost(message, optional, tag = "9")]
    pub profile: Option<Struct>,
    /// Whether the object is in use.
    #[prost(message, optional, tag = "11")]
    pub status: Option<Status>,
    /// When the object came into being.
    #[prost(message, optional, tag = "12")]
    pub created_at: Option<Timestamp>,
}

/// Whether an object is in use, and why not.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct Status {
    /// The state.
    #[prost(enumeration = "ResourceStatus", tag = "1")]
    pub status: i32,
    /// The source's own words; up to 1024 bytes.
    #[prost(string, tag = "2")]
    pub details: String,
}

/// State of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
pub enum ResourceStatus {
    /// Not said; shown as enabled by some readers.
    Unspecified = 0,
    /// In use.
    Enabled = 1,
    /// Switched off, can come back.
    Disabled = 2,
    /// Gone.
    Deleted = 3,
}

/// Something that can be given to a principal, such as membership in a role.
#[derive(Clone, PartialEq, Message)]
pub struct Entitlement {
    /// What it gives access to: the full object, since spreadsheet exports take the name from here.
    #[prost(message, optional, tag = "1")]
    pub resource: Option<Resource>,
    /// See [`entitlement_id`](super::entitlement_id). Readers refuse an empty one.
    #[prost(string, tag = "2")]
    pub id: String,
    /// Name for people; up to 1024 bytes.
    #[prost(string, tag = "3")]
    pub display_name: String,
    /// Explanation for people; up to 2048 bytes.
    #[prost(string, tag = "4")]
    pub description: String,
    /// The kinds of object that it can be given to, in full.
    #[prost(message, repeated, tag = "5")]
    pub grantable_to: Vec<ResourceType>,
    /// Hints such as [`EntitlementImmutable`](super::EntitlementImmutable).
    #[prost(message, repeated, tag = "6")]
    pub annotations: Vec<Any>,
    /// What sort of access it is.
    #[prost(enumeration = "Purpose", tag = "7")]
    pub purpose: i32,
    /// Short name within the resource; the last part of the id.
    #[prost(string, tag = "8")]
    pub slug: String,
}

/// What sort of access an entitlement gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
pub enum Purpose {
    /// Not said.
    Unspecified = 0,
    /// Being a member of, or being assigned to, something.
    Assignment = 1,
    /// Being allowed to do something.
    Permission = 2,
    /// Owning something. Readers before 2026 show the number.
    Ownership = 3,
}

/// That a principal has an entitlement.
#[derive(Clone, PartialEq, Message)]
pub struct Grant {
    /// Required. By convention only `id` and `resource` are filled; readers take the rest from the
    /// entitlement's own row, which must exist in the same sync.
    #[prost(message, optional, tag = "1")]
    pub entitlement: Option<Entitlement>,
    /// Required. An object with nothing but its id will do.
    #[prost(message, optional, tag = "2")]
    pub principal: Option<Resource>,
    /// See [`grant_id`](super::grant_id).
    #[prost(string, tag = "3")]
    pub id: String,
    /// Hints such as [`GrantImmutable`](super::GrantImmutable).
    #[prost(message, repeated, tag = "4")]
    pub annotations: Vec<Any>,
}

#[cfg(test)]
mod tests {
    use super::super::{RoleTrait, SkipEntitlementsAndGrants, any, entitlement_id, grant_id};
    use super::*;

    /// One length-delimited field: its key byte, the length, the content.
    fn field(number: u8, content: &[u8]) -> Vec<u8> {
        let length = u8::try_from(content.len()).expect("fixtures stay below 256 bytes");
        let mut bytes = vec![number << 3 | 2];
        if length >= 0x80 {
            bytes.extend([length, 0x01]);
        } else {
            bytes.push(length);
        }
        bytes.extend(content);
        bytes
    }

    fn user_type() -> ResourceType {
        ResourceType {
            id: "user".into(),
            display_name: "User".into(),
            traits: vec![Trait::User.into()],
            annotations: vec![any(&SkipEntitlementsAndGrants {})],
            ..ResourceType::default()
        }
    }

    fn role() -> Resource {
        Resource {
            id: Some(ResourceId {
                resource_type: "member_type".into(),
                resource: "owner".into(),
            }),
            display_name: "owner".into(),
            annotations: vec![any(&RoleTrait::default())],
            ..Resource::default()
        }
    }

    fn user_type_bytes() -> Vec<u8> {
        let url = b"type.googleapis.com/c1.connector.v2.SkipEntitlementsAndGrants";
        [
            b"\x0a\x04user".to_vec(),
            b"\x12\x04User".to_vec(),
            vec![0x1a, 0x01, 0x01],
            field(4, &field(1, url)),
        ]
        .concat()
    }

    fn role_bytes() -> Vec<u8> {
        let id = [b"\x0a\x0bmember_type".as_slice(), b"\x12\x05owner"].concat();
        let url = b"type.googleapis.com/c1.connector.v2.RoleTrait";
        [
            field(1, &id),
            b"\x1a\x05owner".to_vec(),
            field(4, &field(1, url)),
        ]
        .concat()
    }

    #[test]
    fn a_resource_type_has_the_bytes_that_baton_writes() {
        assert_eq!(user_type().encode_to_vec(), user_type_bytes());
    }

    #[test]
    fn a_resource_has_the_bytes_that_baton_writes() {
        assert_eq!(role().encode_to_vec(), role_bytes());
        let project = Resource {
            id: Some(ResourceId {
                resource_type: "project".into(),
                resource: "project-0000000".into(),
            }),
            display_name: "Project 0000000".into(),
            ..Resource::default()
        };
        assert_eq!(
            project.encode_to_vec(),
            b"\x0a\x1a\x0a\x07project\x12\x0fproject-0000000\x1a\x0fProject 0000000"
        );
    }

    #[test]
    fn an_entitlement_has_the_bytes_that_baton_writes() {
        let entitlement = Entitlement {
            resource: Some(role()),
            id: entitlement_id("member_type", "owner", "assigned"),
            display_name: "assigned".into(),
            grantable_to: vec![user_type()],
            purpose: Purpose::Assignment.into(),
            slug: "assigned".into(),
            ..Entitlement::default()
        };
        let expected = [
            field(1, &role_bytes()),
            b"\x12\x1amember_type:owner:assigned".to_vec(),
            b"\x1a\x08assigned".to_vec(),
            field(5, &user_type_bytes()),
            vec![0x38, 0x01],
            b"\x42\x08assigned".to_vec(),
        ]
        .concat();
        assert_eq!(entitlement.encode_to_vec(), expected);
    }

    #[test]
    fn a_grant_has_the_bytes_that_baton_writes() {
        let id = entitlement_id("member_type", "owner", "assigned");
        let grant = Grant {
            id: grant_id(&id, "user", "000000000003"),
            entitlement: Some(Entitlement {
                resource: Some(role()),
                id,
                ..Entitlement::default()
            }),
            principal: Some(Resource {
                id: Some(ResourceId {
                    resource_type: "user".into(),
                    resource: "000000000003".into(),
                }),
                ..Resource::default()
            }),
            annotations: Vec::new(),
        };
        let stub = [
            field(1, &role_bytes()),
            b"\x12\x1amember_type:owner:assigned".to_vec(),
        ]
        .concat();
        let principal = b"\x0a\x14\x0a\x04user\x12\x0c000000000003";
        let expected = [
            field(1, &stub),
            field(2, principal),
            b"\x1a\x2cmember_type:owner:assigned:user:000000000003".to_vec(),
        ]
        .concat();
        assert_eq!(grant.encode_to_vec(), expected);
        assert_eq!(Grant::decode(expected.as_slice()), Ok(grant));
    }
}
