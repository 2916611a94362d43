//! Baton's ids of resources, as `--sync-resources` takes them: `bid:r:<type>/<id>`, or
//! `bid:r:<parent type>/<parent id>/<type>/<id>`. A backslash stands before a slash, a colon or a
//! backslash that is part of a type or an id.

use connector_host::contract::types::ResourceId;

/// What comes before the parts.
const PREFIX: &str = "bid:r:";

/// The resource that such an id names. Connectors know it without its parent.
pub fn resource(bid: &str) -> Result<ResourceId, String> {
    let parts = bid.strip_prefix(PREFIX).and_then(parts);
    match parts.as_deref() {
        Some([resource_type, id] | [_, _, resource_type, id])
            if !resource_type.is_empty() && !id.is_empty() =>
        {
            Ok(ResourceId {
                resource_type: resource_type.clone(),
                id: id.clone(),
            })
        }
        _ => Err(format!(
            "not of the form {PREFIX}<type>/<id>, with a backslash before each slash, colon and backslash in them"
        )),
    }
}

/// What is between the slashes, if it is written as it has to be.
fn parts(text: &str) -> Option<Vec<String>> {
    let mut parts = vec![String::new()];
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let character = match character {
            '/' => {
                parts.push(String::new());
                continue;
            }
            ':' => return None,
            '\\' => characters.next().filter(|next| r"\/:".contains(*next))?,
            other => other,
        };
        parts.last_mut()?.push(character);
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn named(bid: &str) -> Option<(String, String)> {
        let id = resource(bid).ok()?;
        Some((id.resource_type, id.id))
    }

    #[test]
    fn a_resource_is_named_with_or_without_its_parent() {
        let named_by = |bid: &str, ty: &str, id: &str| {
            assert_eq!(named(bid), Some((ty.to_owned(), id.to_owned())), "{bid}");
        };
        named_by("bid:r:user/1", "user", "1");
        named_by("bid:r:org/acme/user/1", "user", "1");
        named_by(r"bid:r:user/a\/b\:c\\d", "user", r"a/b:c\d");
    }

    #[test]
    fn anything_else_is_refused() {
        for bid in [
            "",
            "user/1",
            "user:1",
            "bid:r:",
            "bid:r:user",
            "bid:r:user/",
            "bid:r:/1",
            "bid:r:org/acme/user",
            "bid:r:a/b/c/d/e",
            "bid:r:user/a:b",
            r"bid:r:user/a\b",
            r"bid:r:user/a\",
            "bid:e:group/g1:member",
        ] {
            assert_eq!(named(bid), None, "{bid}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_escaped_comes_back(ty in ".+", id in ".+") {
            let escaped = |text: &str| {
                text.replace('\\', r"\\").replace('/', r"\/").replace(':', r"\:")
            };
            let bid = format!("bid:r:{}/{}", escaped(&ty), escaped(&id));
            prop_assert_eq!(named(&bid), Some((ty, id)));
        }

        #[test]
        fn no_text_makes_it_panic(text: String) {
            let _ = resource(&format!("bid:r:{text}"));
        }
    }
}
