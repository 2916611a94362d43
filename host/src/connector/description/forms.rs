//! Whether what a component says of accounts and actions makes sense.

use crate::contract::describe::{Description, Field, Kind};

/// Checks the form for accounts and the actions.
///
/// # Errors
///
/// Says what is wrong.
pub(super) fn check(description: &Description) -> Result<(), String> {
    let described = |ty: &str| {
        description
            .resource_types
            .iter()
            .any(|known| known.id == ty)
    };
    for ty in &description.resource_types {
        let floor = ty.exclusive.as_ref().and_then(|ty| ty.floor.as_deref());
        if floor == Some("") {
            return Err(format!("the floor of the resource type {} is empty", ty.id));
        }
    }
    if let Some(form) = &description.account_form {
        if !described(&form.resource_type) {
            return Err(format!(
                "its accounts are of the type {:?}, which it does not describe",
                form.resource_type
            ));
        }
        if form.credentials.is_empty() {
            return Err("it does not say how accounts get their first credential".to_owned());
        }
        check_fields("the form for accounts", &form.fields)?;
    }
    for (at, action) in description.actions.iter().enumerate() {
        let name = &action.name;
        check_name("an action", name)?;
        if description.actions[..at]
            .iter()
            .any(|other| other.name == *name)
        {
            return Err(format!("it describes the action {name} twice"));
        }
        check_fields(&format!("the action {name}"), &action.arguments)?;
        check_fields(&format!("what {name} returns"), &action.returns)?;
        if let Some(target) = &action.target {
            let mut arguments = action.arguments.iter();
            let argument = arguments.find(|argument| argument.name == target.argument);
            if argument.is_none_or(|argument| argument.kind != Kind::Text) {
                return Err(format!(
                    "{:?}, which the action {name} acts on, is none of its texts",
                    target.argument
                ));
            }
            if !described(&target.resource_type) {
                return Err(format!(
                    "the action {name} acts on the type {:?}, which is not described",
                    target.resource_type
                ));
            }
        }
    }
    Ok(())
}

fn check_fields(of: &str, fields: &[Field]) -> Result<(), String> {
    for (at, field) in fields.iter().enumerate() {
        check_name(of, &field.name)?;
        if fields[..at].iter().any(|other| other.name == field.name) {
            return Err(format!("{of} has the field {} twice", field.name));
        }
    }
    Ok(())
}

fn check_name(of: &str, name: &str) -> Result<(), String> {
    let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    match name.starts_with(|c: char| c.is_ascii_lowercase()) && name.bytes().all(legal) {
        true => Ok(()),
        false => Err(format!(
            "{of} has the name {name:?}, which is not lower-case words with underscores"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::nameless;
    use super::*;
    use crate::contract::{
        describe::{AccountForm, Action, ActionKind, Exclusive, ResourceType, Source, Target},
        types::CredentialOption,
    };

    fn field(name: &str, kind: Kind) -> Field {
        Field {
            name: name.to_owned(),
            display_name: String::new(),
            description: String::new(),
            placeholder: None,
            kind,
            required: false,
            secret: false,
            default_value: None,
        }
    }

    fn whole() -> Description {
        Description {
            resource_types: vec![ResourceType {
                id: "user".to_owned(),
                display_name: String::new(),
                description: None,
                traits: Vec::new(),
                parent: None,
                entitlements: Source::None,
                grants: Source::None,
                provisionable: false,
                exclusive: None,
            }],
            account_form: Some(AccountForm {
                resource_type: "user".to_owned(),
                fields: vec![field("first_name", Kind::Text)],
                credentials: vec![CredentialOption::NoPassword],
            }),
            actions: vec![Action {
                name: "disable_user".to_owned(),
                display_name: String::new(),
                description: String::new(),
                kind: ActionKind::AccountDisable,
                target: Some(Target {
                    argument: "user_id".to_owned(),
                    resource_type: "user".to_owned(),
                }),
                arguments: vec![field("user_id", Kind::Text)],
                returns: vec![field("success", Kind::Flag)],
            }],
            ..nameless()
        }
    }

    #[test]
    fn what_makes_sense_is_good() {
        assert_eq!(check(&whole()), Ok(()));
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        type Spoil = fn(&mut Description);
        let spoilt: [(Spoil, &str); 8] = [
            (
                |d| {
                    d.resource_types[0].exclusive = Some(Exclusive {
                        floor: Some(String::new()),
                    })
                },
                "the floor of",
            ),
            (|d| d.resource_types.clear(), "accounts are of the type"),
            (
                |d| d.account_form.as_mut().unwrap().credentials.clear(),
                "first credential",
            ),
            (
                |d| {
                    d.account_form
                        .as_mut()
                        .unwrap()
                        .fields
                        .push(field("first_name", Kind::Flag))
                },
                "first_name twice",
            ),
            (|d| d.actions[0].name = "Disable".to_owned(), "underscores"),
            (
                |d| {
                    let again = d.actions[0].clone();
                    d.actions.push(again);
                },
                "disable_user twice",
            ),
            (
                |d| d.actions[0].arguments[0].kind = Kind::Number,
                "none of its texts",
            ),
            (
                |d| d.actions[0].target.as_mut().unwrap().resource_type = "x".to_owned(),
                "not described",
            ),
        ];
        for (spoil, text) in spoilt {
            let mut description = whole();
            spoil(&mut description);
            let what = check(&description).unwrap_err();
            assert!(what.contains(text), "{what}");
        }
    }
}
