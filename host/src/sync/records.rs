//! What the contract says becomes what a c1z holds.

use crate::{
    baton::any,
    c1z::{
        self, AppTrait, GroupTrait, RoleTrait, SkipEntitlements, SkipEntitlementsAndGrants,
        SkipGrants,
    },
    contract::{
        describe::{self, Source},
        types::{self, AccountType, Purpose, Status, Value},
    },
};
use prost_types::{Any, ListValue, Struct, Timestamp, value::Kind};

/// Bytes of a display name and of an identifier, by Baton's rules.
const NAME: usize = 1024;
/// Bytes of a description of a resource or an entitlement, by Baton's rules.
const DESCRIPTION: usize = 2048;

/// A described resource type.
pub fn resource_type(described: &describe::ResourceType) -> c1z::ResourceType {
    let annotations = match (described.entitlements, described.grants) {
        (Source::None, Source::None) => vec![any(&SkipEntitlementsAndGrants {})],
        (Source::None, _) => vec![any(&SkipEntitlements {})],
        (_, Source::None) => vec![any(&SkipGrants {})],
        _ => Vec::new(),
    };
    c1z::ResourceType {
        id: described.id.clone(),
        display_name: described.display_name.clone(),
        traits: described
            .traits
            .iter()
            .map(|&ty| trait_of(ty).into())
            .collect(),
        annotations,
        description: described.description.clone().unwrap_or_default(),
        sourced_externally: false,
    }
}

fn trait_of(ty: describe::Trait) -> c1z::Trait {
    match ty {
        describe::Trait::User => c1z::Trait::User,
        describe::Trait::Group => c1z::Trait::Group,
        describe::Trait::Role => c1z::Trait::Role,
        describe::Trait::App => c1z::Trait::App,
    }
}

/// Whether an identifier can be stored.
pub fn usable(id: &types::ResourceId) -> Result<(), &'static str> {
    if id.id.is_empty() {
        Err("its id is empty")
    } else if id.id.len() > NAME {
        Err("its id is longer than 1,024 bytes")
    } else {
        Ok(())
    }
}

/// A listed resource. Status, profile and date stand in the trait, where older readers look
/// for them, and beside it, where newer ones do.
pub fn resource(resource: types::Resource, traits: &[describe::Trait]) -> c1z::Resource {
    let profile = Struct {
        fields: resource
            .profile
            .into_iter()
            .map(|attribute| (attribute.name, value(attribute.value)))
            .collect(),
    };
    let created_at = resource.created_at.map(timestamp);
    let status = resource.user.as_ref().map(|user| c1z::Status {
        status: match user.status {
            Status::Unspecified => c1z::ResourceStatus::Unspecified,
            Status::Enabled => c1z::ResourceStatus::Enabled,
            Status::Disabled => c1z::ResourceStatus::Disabled,
            Status::Deleted => c1z::ResourceStatus::Deleted,
        }
        .into(),
        details: short(user.status_details.as_deref(), NAME),
    });
    let mut annotations: Vec<Any> = Vec::with_capacity(traits.len());
    let mut user = resource.user;
    let stated = (!profile.fields.is_empty()).then(|| profile.clone());
    for ty in traits {
        annotations.push(match ty {
            describe::Trait::User => {
                let Some(user) = user.take() else { continue };
                any(&user_trait(user, profile.clone(), created_at))
            }
            describe::Trait::Group => any(&GroupTrait {
                profile: stated.clone(),
            }),
            describe::Trait::Role => any(&RoleTrait {
                profile: stated.clone(),
            }),
            describe::Trait::App => any(&AppTrait {
                profile: stated.clone(),
                ..AppTrait::default()
            }),
        });
    }
    let display_name = match resource.display_name.as_str() {
        "" => resource.id.id.clone(),
        name => cut(name, NAME).to_owned(),
    };
    c1z::Resource {
        id: Some(resource_id(resource.id)),
        parent_resource_id: resource.parent.map(resource_id),
        display_name,
        annotations,
        description: short(resource.description.as_deref(), DESCRIPTION),
        profile: stated,
        status,
        created_at,
    }
}

fn user_trait(user: types::User, profile: Struct, created_at: Option<Timestamp>) -> c1z::UserTrait {
    let name =
        (user.given_name.is_some() || user.family_name.is_some()).then(|| c1z::StructuredName {
            given_name: user.given_name.unwrap_or_default(),
            family_name: user.family_name.unwrap_or_default(),
            ..c1z::StructuredName::default()
        });
    c1z::UserTrait {
        emails: (0..)
            .zip(user.emails)
            .map(|(at, address)| c1z::Email {
                address,
                is_primary: at == 0,
            })
            .collect(),
        status: Some(c1z::UserStatus {
            status: match user.status {
                Status::Unspecified => c1z::UserStatusValue::Unspecified,
                Status::Enabled => c1z::UserStatusValue::Enabled,
                Status::Disabled => c1z::UserStatusValue::Disabled,
                Status::Deleted => c1z::UserStatusValue::Deleted,
            }
            .into(),
            details: short(user.status_details.as_deref(), NAME),
        }),
        // Present even when empty: older spreadsheet exports crash without one.
        profile: Some(profile),
        account_type: match user.account_type {
            AccountType::Human => c1z::AccountType::Human,
            AccountType::Service => c1z::AccountType::Service,
            AccountType::System => c1z::AccountType::System,
        }
        .into(),
        login: user.login.unwrap_or_default(),
        created_at,
        last_login: user.last_login.map(timestamp),
        mfa_status: user
            .mfa_enabled
            .map(|mfa_enabled| c1z::MfaStatus { mfa_enabled }),
        structured_name: name,
        ..c1z::UserTrait::default()
    }
}

/// A listed entitlement on a stored resource.
pub fn entitlement(
    entitlement: types::Entitlement,
    id: String,
    on: c1z::Resource,
    grantable_to: Vec<c1z::ResourceType>,
) -> c1z::Entitlement {
    c1z::Entitlement {
        resource: Some(on),
        id,
        display_name: match entitlement.display_name.as_str() {
            "" => entitlement.id.slug.clone(),
            name => cut(name, NAME).to_owned(),
        },
        description: short(entitlement.description.as_deref(), DESCRIPTION),
        grantable_to,
        annotations: Vec::new(),
        purpose: match entitlement.purpose {
            Purpose::Assignment => c1z::Purpose::Assignment,
            Purpose::Permission => c1z::Purpose::Permission,
            Purpose::Ownership => c1z::Purpose::Ownership,
        }
        .into(),
        slug: entitlement.id.slug,
    }
}

pub fn resource_id(id: types::ResourceId) -> c1z::ResourceId {
    c1z::ResourceId {
        resource_type: id.resource_type,
        resource: id.id,
    }
}

fn timestamp(time: types::Timestamp) -> Timestamp {
    Timestamp {
        seconds: time.seconds,
        nanos: i32::try_from(time.nanoseconds.min(999_999_999)).unwrap_or(0),
    }
}

fn value(value: Value) -> prost_types::Value {
    let text = |text| prost_types::Value {
        kind: Some(Kind::StringValue(text)),
    };
    match value {
        Value::Text(value) => text(value),
        Value::Number(number) => prost_types::Value {
            kind: Some(Kind::NumberValue(number)),
        },
        Value::Flag(flag) => prost_types::Value {
            kind: Some(Kind::BoolValue(flag)),
        },
        Value::Texts(texts) => prost_types::Value {
            kind: Some(Kind::ListValue(ListValue {
                values: texts.into_iter().map(text).collect(),
            })),
        },
    }
}

fn short(text: Option<&str>, limit: usize) -> String {
    cut(text.unwrap_or_default(), limit).to_owned()
}

/// As many whole characters as fit.
fn cut(text: &str, limit: usize) -> &str {
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(cut("añb", 2), "a");
        assert_eq!(cut("añb", 3), "añ");
        assert_eq!(cut("añb", 10), "añb");
    }

    #[test]
    fn a_type_says_what_need_not_be_asked_for() {
        let described = |entitlements, grants| describe::ResourceType {
            id: "user".into(),
            display_name: "User".into(),
            description: None,
            traits: vec![describe::Trait::User],
            parent: None,
            entitlements,
            grants,
            provisionable: false,
            exclusive: None,
        };
        let annotation = |entitlements, grants| {
            let ty = resource_type(&described(entitlements, grants));
            ty.annotations.first().map(|any| {
                any.type_url
                    .rsplit('.')
                    .next()
                    .unwrap_or_default()
                    .to_owned()
            })
        };
        assert_eq!(
            annotation(Source::None, Source::None).as_deref(),
            Some("SkipEntitlementsAndGrants")
        );
        assert_eq!(
            annotation(Source::None, Source::Listed).as_deref(),
            Some("SkipEntitlements")
        );
        assert_eq!(
            annotation(Source::WithResources, Source::WithResources),
            None
        );
    }
}
