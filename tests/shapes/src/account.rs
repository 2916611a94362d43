//! The account of a number, in each of the two forms in which it can be sent.

use crate::component::contract::{list_resources, types};
use crate::protobuf;

/// Makes the account with the structures of `$types`; those of both modules have the same names.
macro_rules! listed {
    ($number:ident, $types:ident, $listed:path) => {{
        let id = |resource_type: &str, id: &str| $types::ResourceId {
            resource_type: resource_type.into(),
            id: id.into(),
        };
        let attribute = |name: &str, value: $types::Value| $types::Attribute {
            name: name.into(),
            value: value.into(),
        };
        let text = |name, text| attribute(name, $types::Value::Text(text));
        let account = format!("{:024x}", $number);
        let login = format!("user{}@example.com", $number);
        let (given_name, family_name) = (format!("Given{}", $number), format!("Family{}", $number));
        $listed {
            resource: $types::Resource {
                id: id("user", &account),
                display_name: format!("{given_name} {family_name}"),
                description: None,
                parent: None,
                user: Some($types::User {
                    status: $types::Status::Enabled.into(),
                    status_details: None,
                    account_type: $types::AccountType::Human.into(),
                    login: Some(login.clone()),
                    emails: vec![login],
                    given_name: Some(given_name),
                    family_name: Some(family_name),
                    last_login: None,
                    mfa_enabled: None,
                }),
                created_at: Some($types::Timestamp {
                    seconds: 1_767_225_600 + i64::from($number),
                    nanoseconds: 0,
                }),
                profile: vec![
                    text("employee_number", format!("E-{:08}", $number)),
                    text("department", "Engineering".into()),
                    text("member_type", "member".into()),
                    attribute("external", $types::Value::Flag(false)),
                ],
            },
            entitlements: Vec::new(),
            grants: vec![$types::Grant {
                entitlement: $types::EntitlementId {
                    on: id("role", "member"),
                    slug: "assigned".into(),
                },
                principal: id("user", &account),
            }],
            position: $number.into(),
        }
    }};
}

pub(crate) fn item(number: u32) -> list_resources::Item {
    list_resources::Item::Listed(listed!(number, types, list_resources::Listed))
}

pub(crate) fn message(number: u32) -> protobuf::Listed {
    listed!(number, protobuf, protobuf::Listed)
}
