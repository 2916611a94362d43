//! A SCIM user becomes an account: a resource of the type `user`.

use crate::{
    contract::{
        exports::identity::connector::list_resources::{Item, Listed, Unusable},
        identity::connector::types::{
            AccountType, Attribute, Resource, ResourceId, Status, Timestamp, User, Value,
        },
    },
    member_types, scim,
};

/// Id of the resource type.
pub const USER: &str = "user";

/// The account that a record describes, with the grant of its member type.
///
/// Without an id or a user name there is nothing to hang an account on, so such a record is
/// unusable. Everything else may be missing.
pub fn item(user: scim::User, position: u64) -> Item {
    let id = user.id.filter(|id| !id.is_empty());
    let user_name = user.user_name.filter(|name| !name.is_empty());
    let (id, user_name) = match (id, user_name) {
        (Some(id), Some(user_name)) => (id, user_name),
        (id, user_name) => {
            let missing = if id.is_none() { "id" } else { "userName" };
            return Item::Unusable(Unusable {
                position,
                id: id.or(user_name),
                reason: format!("{missing} is missing or empty"),
            });
        }
    };
    let id = ResourceId {
        resource_type: USER.to_owned(),
        id,
    };
    let name = user.name.unwrap_or_default();
    let given = name.given.filter(|name| !name.is_empty());
    let family = name.family.filter(|name| !name.is_empty());
    let member_type = user
        .extension
        .and_then(|extension| extension.member_type)
        .filter(|member_type| !member_type.is_empty());
    let meta = user.meta.unwrap_or_default();
    let display_name = match (&given, &family) {
        (Some(given), Some(family)) => format!("{given} {family}"),
        (Some(name), None) | (None, Some(name)) => name.clone(),
        (None, None) => user_name.clone(),
    };
    // Valimail's user names are e-mail addresses, but nothing checks that they are.
    let emails = if user_name.contains('@') {
        vec![user_name.clone()]
    } else {
        Vec::new()
    };
    let grants = member_type
        .iter()
        .map(|member_type| member_types::grant(member_type, id.clone()))
        .collect();

    let mut profile = vec![text("user_id", &id.id), text("email", &user_name)];
    let optional = [
        ("first_name", &given),
        ("last_name", &family),
        ("external_id", &user.external_id),
        ("member_type", &member_type),
        ("last_modified", &meta.last_modified),
    ];
    profile.extend(optional.into_iter().filter_map(|(name, value)| {
        let value = value.as_deref().filter(|value| !value.is_empty())?;
        Some(text(name, value))
    }));

    Item::Listed(Listed {
        resource: Resource {
            id,
            display_name,
            description: None,
            parent: None,
            user: Some(User {
                status: match user.active {
                    Some(true) => Status::Enabled,
                    Some(false) => Status::Disabled,
                    None => Status::Unspecified,
                },
                status_details: None,
                account_type: AccountType::Human,
                login: Some(user_name),
                emails,
                given_name: given,
                family_name: family,
                last_login: None,
                mfa_enabled: None,
            }),
            created_at: meta.created.as_deref().and_then(timestamp),
            profile,
        },
        entitlements: Vec::new(),
        grants,
        position,
    })
}

fn text(name: &str, value: &str) -> Attribute {
    Attribute {
        name: name.to_owned(),
        value: Value::Text(value.to_owned()),
    }
}

/// Reads a date of RFC 3339, with any number of digits after the second. A date that is none
/// is as good as missing: no access depends on it.
fn timestamp(text: &str) -> Option<Timestamp> {
    let time: jiff::Timestamp = text.trim().parse().ok()?;
    // Before 1970, jiff counts both parts backwards.
    let nanoseconds = time.as_nanosecond();
    Some(Timestamp {
        seconds: i64::try_from(nanoseconds.div_euclid(1_000_000_000)).ok()?,
        nanoseconds: u32::try_from(nanoseconds.rem_euclid(1_000_000_000)).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(json: &str) -> Listed {
        let user = serde_json::from_str(json).unwrap_or_else(|e| panic!("{json}: {e}"));
        match item(user, 7) {
            Item::Listed(listed) => listed,
            Item::Unusable(unusable) => panic!("{json} is unusable: {unusable:?}"),
        }
    }

    fn in_profile<'a>(listed: &'a Listed, name: &str) -> Option<&'a str> {
        let mut values = listed.resource.profile.iter().filter(|a| a.name == name);
        match values.next().map(|attribute| &attribute.value) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    #[test]
    fn a_full_record_becomes_an_account_with_all_it_says() {
        let listed = listed(
            r#"{"id":"49c398b12b","userName":"foo@somedomain.com","externalId":"x-1",
                "name":{"familyName":"bar","givenName":"foo"},"active":false,
                "urn:ietf:params:scim:schemas:extension:valimailuserextension:2.0:User":{"memberType":"owner"},
                "meta":{"created":"2026-03-16T14:13:09.867Z","lastModified":"2026-03-25T13:22:47.26Z"}}"#,
        );
        assert_eq!(listed.resource.id.id, "49c398b12b");
        assert_eq!(listed.resource.display_name, "foo bar");
        assert_eq!(listed.position, 7);
        let created = listed.resource.created_at;
        assert_eq!(
            created,
            Some(Timestamp {
                seconds: 1_773_670_389,
                nanoseconds: 867_000_000
            })
        );
        assert_eq!(in_profile(&listed, "member_type"), Some("owner"));
        assert_eq!(in_profile(&listed, "external_id"), Some("x-1"));
        assert_eq!(
            in_profile(&listed, "last_modified"),
            Some("2026-03-25T13:22:47.26Z")
        );
        assert_eq!(
            listed.grants,
            [member_types::grant("owner", listed.resource.id.clone())]
        );
        let user = listed
            .resource
            .user
            .unwrap_or_else(|| panic!("an account is a user"));
        assert_eq!(user.status, Status::Disabled);
        assert_eq!(user.login.as_deref(), Some("foo@somedomain.com"));
        assert_eq!(user.emails, ["foo@somedomain.com"]);
    }

    #[test]
    fn an_id_and_a_user_name_are_enough() {
        let listed = listed(r#"{"id":"1","userName":"robot"}"#);
        assert_eq!(listed.resource.display_name, "robot");
        assert!(listed.grants.is_empty());
        assert_eq!(listed.resource.created_at, None);
        let user = listed
            .resource
            .user
            .unwrap_or_else(|| panic!("an account is a user"));
        assert_eq!(user.status, Status::Unspecified);
        assert!(user.emails.is_empty(), "robot is not an address");
    }

    #[test]
    fn what_is_missing_is_named() {
        for (json, id, reason) in [
            (
                r#"{"userName":"a@b"}"#,
                Some("a@b"),
                "id is missing or empty",
            ),
            (r#"{"id":"1"}"#, Some("1"), "userName is missing or empty"),
            (r#"{"id":"","userName":""}"#, None, "id is missing or empty"),
        ] {
            let user = serde_json::from_str(json).unwrap_or_else(|e| panic!("{json}: {e}"));
            let expected = Unusable {
                position: 3,
                id: id.map(str::to_owned),
                reason: reason.to_owned(),
            };
            assert_eq!(item(user, 3), Item::Unusable(expected));
        }
    }

    #[test]
    fn dates_come_with_any_number_of_digits_or_not_at_all() {
        let nanoseconds = |text| timestamp(text).map(|t| t.nanoseconds);
        assert_eq!(nanoseconds("2026-03-25T13:22:47Z"), Some(0));
        assert_eq!(nanoseconds("2026-03-25T13:22:47.26Z"), Some(260_000_000));
        assert_eq!(
            nanoseconds("2029-10-31T18:26:50.597068836Z"),
            Some(597_068_836)
        );
        assert_eq!(nanoseconds("2026-03-25T15:22:47+02:00"), Some(0));
        for no_date in ["", "yesterday", "2026-03-25", "2026-13-45T00:00:00Z"] {
            assert_eq!(timestamp(no_date), None, "{no_date}");
        }
        assert_eq!(
            timestamp("1969-12-31T23:59:59.5Z"),
            Some(Timestamp {
                seconds: -1,
                nanoseconds: 500_000_000
            })
        );
    }
}
