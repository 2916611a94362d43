//! That messages have the bytes that Baton writes.

use super::any;
use crate::c1z::{
    AccountType, Email, Entitlement, Grant, Purpose, Resource, ResourceId, ResourceType, RoleTrait,
    SkipEntitlementsAndGrants, Trait, UserStatus, UserStatusValue, UserTrait, entitlement_id,
    grant_id,
};
use prost::Message;
use prost_types::{Struct, Value, value::Kind};

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

fn text(value: &str) -> Value {
    Value {
        kind: Some(Kind::StringValue(value.into())),
    }
}

#[test]
fn a_profile_is_stored_in_the_order_of_its_keys() {
    let forward = [("a", "1"), ("b", "2"), ("c", "3")];
    let profile = |pairs: &mut dyn Iterator<Item = &(&str, &str)>| UserTrait {
        profile: Some(Struct {
            fields: pairs.map(|(k, v)| ((*k).to_owned(), text(v))).collect(),
        }),
        ..UserTrait::default()
    };
    let one = profile(&mut forward.iter()).encode_to_vec();
    let other = profile(&mut forward.iter().rev()).encode_to_vec();
    assert_eq!(one, other);
    assert_eq!(
        one,
        b"\x1a\x1e\x0a\x08\x0a\x01a\x12\x03\x1a\x011\
          \x0a\x08\x0a\x01b\x12\x03\x1a\x012\x0a\x08\x0a\x01c\x12\x03\x1a\x013"
    );
}

#[test]
fn an_account_has_the_bytes_that_baton_writes() {
    let account = UserTrait {
        emails: vec![Email {
            address: "user2@example.com".into(),
            is_primary: true,
        }],
        status: Some(UserStatus {
            status: UserStatusValue::Enabled.into(),
            details: String::new(),
        }),
        account_type: AccountType::Human.into(),
        login: "user2@example.com".into(),
        profile: Some(Struct::default()),
        ..UserTrait::default()
    };
    assert_eq!(
        account.encode_to_vec(),
        b"\x0a\x15\x0a\x11user2@example.com\x10\x01\x12\x02\x08\x01\x1a\x00\x28\x01\
          \x32\x11user2@example.com"
    );
}

#[test]
fn an_empty_annotation_has_an_address_and_nothing_else() {
    let wrapped = any(&SkipEntitlementsAndGrants {});
    assert_eq!(
        wrapped.type_url,
        "type.googleapis.com/c1.connector.v2.SkipEntitlementsAndGrants"
    );
    assert_eq!(wrapped.encode_to_vec().len(), 2 + wrapped.type_url.len());
}
