//! Whether what a component says of itself can be shown to people.

mod forms;

use crate::{
    contract::describe::{Description, Effect},
    egress::rule::{may_read, method},
};

/// Bytes of a description, written out.
const LARGEST: usize = 1 << 20;

/// Checks that a description has a name, and holds nothing that could play tricks in a terminal:
/// control characters, line breaks, characters that turn the direction of writing around.
///
/// # Errors
///
/// Says what is wrong with it.
pub(super) fn check(description: &Description) -> Result<(), String> {
    let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if description.name.is_empty() || !description.name.bytes().all(legal) {
        return Err("its name is not lower-case letters, digits and hyphens".to_owned());
    }
    check_types(description)?;
    check_requests(description)?;
    check_secrets(description)?;
    forms::check(description)?;
    // Rust writes down as an escape whatever does not print.
    let written = format!("{description:?}");
    if written.len() > LARGEST {
        return Err("it is larger than 1 MiB".to_owned());
    }
    let mut characters = written.chars();
    while let Some(character) = characters.next() {
        if character == '\\' && !matches!(characters.next(), Some('\\' | '"' | '\'')) {
            return Err("it holds characters that cannot be printed".to_owned());
        }
    }
    Ok(())
}

/// Ids go into ids that are joined with colons. A parent stands before its children, because
/// resources are listed in that order.
fn check_types(description: &Description) -> Result<(), String> {
    let types = &description.resource_types;
    for (at, ty) in types.iter().enumerate() {
        if ty.id.is_empty() || ty.id.len() > 100 || ty.id.contains(':') {
            return Err(format!(
                "{:?} cannot be the id of a resource type: it takes 1 to 100 bytes without a colon",
                ty.id
            ));
        }
        let before = &types[..at];
        if before.iter().any(|other| other.id == ty.id) {
            return Err(format!("it describes the resource type {} twice", ty.id));
        }
        if let Some(parent) = &ty.parent
            && !before.iter().any(|other| other.id == *parent)
        {
            return Err(format!(
                "the parent of the resource type {}, {parent}, is not described before it",
                ty.id
            ));
        }
    }
    Ok(())
}

/// Methods are ones that can be sent, and what changes something by its definition is not declared
/// to read.
fn check_requests(description: &Description) -> Result<(), String> {
    for request in &description.outbound_requests {
        let mut methods = request.methods.iter();
        if let Some(wrong) = methods.find(|text| method(text).is_none()) {
            return Err(format!(
                "it declares a request to {} with {wrong:?}, which is no method that can be sent",
                request.url
            ));
        }
        let mut methods = request.methods.iter();
        let changing = methods.find(|method| !may_read(method));
        if let Some(method) = changing.filter(|_| request.effect != Effect::Change) {
            return Err(format!(
                "it declares {method} {} as a request that changes nothing",
                request.url
            ));
        }
    }
    Ok(())
}

/// What a request sends has to be a secret that there is: a setting, or what a request returns.
fn check_secrets(description: &Description) -> Result<(), String> {
    let requests = &description.outbound_requests;
    let settings = description.settings.iter().map(|setting| &setting.field);
    let returned = || requests.iter().flat_map(|request| &request.returns_secrets);
    for secret in returned() {
        let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if secret.name.is_empty() || !secret.name.bytes().all(legal) {
            return Err(format!(
                "{:?}, the name of a secret in a response, is not lower-case letters, digits and hyphens",
                secret.name
            ));
        }
        if settings.clone().any(|field| field.name == secret.name) {
            return Err(format!(
                "{} is the name of a setting and of a secret in a response",
                secret.name
            ));
        }
        if !secret.pointer.starts_with('/') {
            return Err(format!(
                "{:?}, where the secret {} is said to be, is no JSON Pointer to a part of a response",
                secret.pointer, secret.name
            ));
        }
    }
    for request in requests {
        let mut secret = settings.clone().filter(|field| field.secret);
        if let Some(field) =
            secret.find(|field| request.url.contains(&format!("{{{}}}", field.name)))
        {
            return Err(format!(
                "it declares a request to {}, where {} is a secret, which no URL can hold",
                request.url, field.name
            ));
        }
        let mut sent = request.sends_secrets.iter();
        let unknown = sent.find(|sent| {
            let mut secret = settings.clone().filter(|field| field.secret);
            !secret.any(|field| field.name == **sent)
                && !returned().any(|secret| secret.name == **sent)
        });
        if let Some(unknown) = unknown {
            return Err(format!(
                "it declares that {} {} sends {unknown}, which is neither a secret setting nor a secret in a response",
                request.methods.join("|"),
                request.url
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::describe::{ResourceType, Source};

    fn described(name: &str, display_name: &str) -> Result<(), String> {
        check(&Description {
            name: name.to_owned(),
            display_name: display_name.to_owned(),
            ..super::super::nameless()
        })
    }

    #[test]
    fn printable_texts_of_any_language_are_good() {
        assert_eq!(
            described("example-2", r#"Ünïcode 日本 "quoted" it's \ 100 %"#),
            Ok(())
        );
    }

    #[test]
    fn what_could_play_tricks_in_a_terminal_is_refused() {
        for text in [
            "a\u{1b}[2Jb",
            "a\nb",
            "a\rb",
            "a\u{202e}b",
            "a\0b",
            "a\u{9b}b",
        ] {
            assert!(described("example", text).is_err(), "{text:?}");
        }
    }

    fn types(types: &[(&str, Option<&str>)]) -> Result<(), String> {
        let types = types.iter().map(|(id, parent)| ResourceType {
            id: (*id).to_owned(),
            display_name: String::new(),
            description: None,
            traits: Vec::new(),
            parent: parent.map(str::to_owned),
            entitlements: Source::None,
            grants: Source::None,
            provisionable: false,
            exclusive: None,
        });
        check(&Description {
            name: "example".to_owned(),
            resource_types: types.collect(),
            ..super::super::nameless()
        })
    }

    #[test]
    fn a_parent_is_described_before_its_children() {
        assert_eq!(types(&[("group", None), ("role", Some("group"))]), Ok(()));
        for wrong in [
            &[("role", Some("group")), ("group", None)][..],
            &[("group", Some("group"))],
            &[("role", Some("nothing"))],
        ] {
            assert!(types(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_type_has_an_id_of_its_own_without_a_colon() {
        for wrong in [
            &[("", None)][..],
            &[("a:b", None)],
            &[("a", None), ("a", None)],
        ] {
            assert!(types(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_name_is_one_that_a_program_could_have() {
        for name in ["", "No", "a b", "../a", "a_b"] {
            assert!(described(name, "Example").is_err(), "{name:?}");
        }
    }
}
