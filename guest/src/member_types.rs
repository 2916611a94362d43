//! Member types: what an account may do in Valimail. Each account has exactly one.

use crate::{
    accounts::USER,
    contract::{
        exports::identity::connector::list_resources::{Item, Listed},
        identity::connector::types::{
            Entitlement, EntitlementId, Grant, Purpose, Resource, ResourceId,
        },
    },
};

/// Id of the resource type.
pub const MEMBER_TYPE: &str = "member_type";
/// What one holds of a member type.
pub const ASSIGNED: &str = "assigned";
/// The member types that Valimail documents. Accounts may show others, which then count, too.
pub const KNOWN: [&str; 3] = [OWNER, MEMBER, "marketer"];
/// Manages users and API keys, so somebody has to be one.
pub const OWNER: &str = "owner";
/// The least of them. As every account has a member type, this one cannot be taken away.
pub const MEMBER: &str = "member";

/// The known member type of this name, in any spelling.
pub fn known(name: &str) -> Option<&'static str> {
    KNOWN
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(name))
}

/// The resource that stands for a member type.
pub fn resource(member_type: &str) -> Resource {
    Resource {
        id: id(member_type),
        display_name: capitalized(member_type),
        description: match member_type {
            OWNER => Some("Can do everything, users and API keys included"),
            MEMBER => Some("Has the rights of the teams that they are in"),
            "marketer" => Some("Sees the BIMI products, where the account has them"),
            _ => None,
        }
        .map(str::to_owned),
        parent: None,
        user: None,
        created_at: None,
        profile: Vec::new(),
    }
}

/// The resource, as an item of a listing. `position` is that of the record that names it.
pub fn item(member_type: &str, position: u64) -> Item {
    Item::Listed(listed(member_type, position))
}

/// The resource, with its entitlement.
pub fn listed(member_type: &str, position: u64) -> Listed {
    Listed {
        resource: resource(member_type),
        entitlements: vec![entitlement(member_type)],
        grants: Vec::new(),
        position,
    }
}

/// Being of a member type.
pub fn entitlement(member_type: &str) -> Entitlement {
    let display_name = capitalized(member_type);
    Entitlement {
        id: entitlement_id(member_type),
        description: Some(format!("Has the {display_name} member type in Valimail")),
        display_name: format!("{display_name} Member Type assigned"),
        purpose: Purpose::Assignment,
        grantable_to: vec![USER.to_owned()],
    }
}

/// `principal` being of a member type.
pub fn grant(member_type: &str, principal: ResourceId) -> Grant {
    Grant {
        entitlement: entitlement_id(member_type),
        principal,
    }
}

/// Names being of a member type.
pub fn entitlement_id(member_type: &str) -> EntitlementId {
    EntitlementId {
        on: id(member_type),
        slug: ASSIGNED.to_owned(),
    }
}

fn id(member_type: &str) -> ResourceId {
    ResourceId {
        resource_type: MEMBER_TYPE.to_owned(),
        id: member_type.to_owned(),
    }
}

/// `owner` becomes `Owner`.
pub fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_begins_with_a_capital_in_any_script() {
        assert_eq!(capitalized("owner"), "Owner");
        assert_eq!(capitalized("école"), "École");
        assert_eq!(capitalized(""), "");
    }
}
