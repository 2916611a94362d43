//! Identities made of other identities.
//!
//! Baton joins the parts with colons and escapes nothing, so that an identity cannot be taken
//! apart again, and two different lists of parts can give the same one. ConductorOne remembers
//! these strings: they must never change for an object that stays the same.

/// Identity of an entitlement: `<resource type>:<resource>:<slug>`.
pub fn entitlement_id(resource_type: &str, resource: &str, slug: &str) -> String {
    join([resource_type, resource, slug])
}

/// Identity of a grant: `<entitlement id>:<principal type>:<principal>`.
pub fn grant_id(entitlement_id: &str, principal_type: &str, principal: &str) -> String {
    join([entitlement_id, principal_type, principal])
}

/// Key of a resource's row: `<resource type>:<resource>`. Replaces what `key` held before.
pub(super) fn resource_key(key: &mut String, resource_type: &str, resource: &str) {
    key.clear();
    key.push_str(resource_type);
    key.push(':');
    key.push_str(resource);
}

fn join(parts: [&str; 3]) -> String {
    let mut id = String::with_capacity(parts.iter().map(|part| part.len() + 1).sum());
    for (position, part) in parts.iter().enumerate() {
        if position > 0 {
            id.push(':');
        }
        id.push_str(part);
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_id_is_its_parts_with_colons_between(a: String, b: String, c: String) {
            let mut key = "left over".to_owned();
            resource_key(&mut key, &a, &b);
            prop_assert_eq!(&key, &format!("{a}:{b}"));
            prop_assert_eq!(entitlement_id(&a, &b, &c), format!("{a}:{b}:{c}"));
            prop_assert_eq!(grant_id(&a, &b, &c), format!("{a}:{b}:{c}"));
        }
    }

    #[test]
    fn colons_in_the_parts_stay_as_they_are() {
        assert_eq!(entitlement_id("a:b", "c", "d:"), "a:b:c:d:");
    }
}
