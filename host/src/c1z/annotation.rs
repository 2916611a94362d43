//! Messages that travel inside `annotations`, wrapped in an `Any`.
//!
//! The JSON output of older `baton` commands fails as a whole on an annotation that they do not
//! know. Those that are safe in stored rows for every `baton` from the end of 2024 on say so.

use prost::{Message, Name};
use prost_types::{Any, Struct};

/// Protobuf package of all of Baton's connector messages.
const PACKAGE: &str = "c1.connector.v2";

/// Wraps a message as an annotation.
///
/// Readers tell annotations apart by what follows the last slash of the type address. The value of
/// an `Any` is compared byte by byte; maps inside are sorted here, so equal messages give equal
/// bytes.
pub fn any<M: Message + Name>(message: &M) -> Any {
    Any {
        type_url: format!("type.googleapis.com/{}", M::full_name()),
        value: message.encode_to_vec(),
    }
}

macro_rules! named {
    ($($message:ident),+ $(,)?) => {$(
        impl Name for $message {
            const NAME: &'static str = stringify!($message);
            const PACKAGE: &'static str = PACKAGE;
        }
    )+};
}

named!(
    AppTrait,
    ChildResourceType,
    EntitlementImmutable,
    ExternalLink,
    GrantImmutable,
    GrantMetadata,
    GroupTrait,
    RoleTrait,
    SkipEntitlements,
    SkipEntitlementsAndGrants,
    SkipGrants,
    V1Identifier,
);

impl Name for super::UserTrait {
    const NAME: &'static str = "UserTrait";
    const PACKAGE: &'static str = PACKAGE;
}

/// Makes a resource a group. Safe in stored rows.
#[derive(Clone, PartialEq, Message)]
pub struct GroupTrait {
    /// Free-form attributes.
    #[prost(message, optional, tag = "2")]
    pub profile: Option<Struct>,
}

/// Makes a resource a role. Safe in stored rows.
#[derive(Clone, PartialEq, Message)]
pub struct RoleTrait {
    /// Free-form attributes.
    #[prost(message, optional, tag = "1")]
    pub profile: Option<Struct>,
}

/// Makes a resource an application. Safe in stored rows.
#[derive(Clone, PartialEq, Message)]
pub struct AppTrait {
    /// Where people find help; at most 1024 bytes.
    #[prost(string, tag = "1")]
    pub help_url: String,
    /// Free-form attributes.
    #[prost(message, optional, tag = "4")]
    pub profile: Option<Struct>,
}

/// On a resource type or a resource: it has neither entitlements nor grants. Safe in stored rows.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Message)]
pub struct SkipEntitlementsAndGrants {}

/// On a resource type or a resource: it has no entitlements. Known only since late 2025.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Message)]
pub struct SkipEntitlements {}

/// On a resource: it has no grants. Known only since 2025.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Message)]
pub struct SkipGrants {}

/// On a resource: objects of another type live below it; one annotation per type. Safe.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct ChildResourceType {
    /// Which type.
    #[prost(string, tag = "1")]
    pub resource_type_id: String,
}

/// On a resource: a page about it. Safe in stored rows.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct ExternalLink {
    /// An `https` address of at most 1024 bytes.
    #[prost(string, tag = "1")]
    pub url: String,
}

/// On any stored object: its identity in an earlier generation of connectors. Safe.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct V1Identifier {
    /// That identity.
    #[prost(string, tag = "1")]
    pub id: String,
}

/// On a grant: attributes of it. Safe in stored rows.
#[derive(Clone, PartialEq, Message)]
pub struct GrantMetadata {
    /// Free-form attributes.
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<Struct>,
}

/// On a grant: it cannot be revoked here. Safe in stored rows.
#[derive(Clone, PartialEq, Message)]
pub struct GrantImmutable {
    /// What it follows from.
    #[prost(string, tag = "1")]
    pub source_id: String,
    /// Free-form attributes.
    #[prost(message, optional, tag = "2")]
    pub metadata: Option<Struct>,
}

/// On an entitlement: it can be neither granted nor revoked here. Safe in stored rows.
#[derive(Clone, PartialEq, Message)]
pub struct EntitlementImmutable {
    /// What it follows from.
    #[prost(string, tag = "1")]
    pub source_id: String,
    /// Free-form attributes.
    #[prost(message, optional, tag = "2")]
    pub metadata: Option<Struct>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_annotation_has_an_address_and_nothing_else() {
        let wrapped = any(&SkipEntitlementsAndGrants {});
        assert_eq!(
            wrapped.type_url,
            "type.googleapis.com/c1.connector.v2.SkipEntitlementsAndGrants"
        );
        assert_eq!(wrapped.encode_to_vec().len(), 2 + wrapped.type_url.len());
    }
}
