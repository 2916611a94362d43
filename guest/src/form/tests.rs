//! What may be filled in, and what may not.

use super::*;
use crate::{
    contract::identity::connector::types::{Attribute, CredentialOption},
    fake::assert_error,
};

fn account(login: &str, email: &str, profile: &[(&str, &str)]) -> Account {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let profile = profile.iter().map(|(name, value)| Attribute {
        name: (*name).to_owned(),
        value: Value::Text((*value).to_owned()),
    });
    Account {
        login: given(login),
        email: given(email),
        profile: profile.collect(),
        credential: CredentialOption::NoPassword,
    }
}

fn wanted(login: &str, email: &str, profile: &[(&str, &str)]) -> Wanted {
    Wanted::new(&account(login, email, profile)).expect("an account that makes sense")
}

#[test]
fn the_email_address_is_the_user_name() {
    let profile = [("email", "profile@example.com")];
    for (login, email, profile, user_name) in [
        ("a", " ada@example.com ", &profile[..], "ada@example.com"),
        ("b@example.com", "", &profile, "b@example.com"),
        ("b", "", &profile, "profile@example.com"),
        ("", "", &profile, "profile@example.com"),
    ] {
        assert_eq!(wanted(login, email, profile).user_name, user_name);
    }
}

#[test]
fn what_is_no_address_is_named() {
    for (login, email, says) in [
        ("", "ada", "\"ada\""),
        ("ada@example.com", "ada@", "\"ada@\""),
        ("", "Ada <ada@example.com>", "Ada <ada@example.com>"),
        ("", "a@b@c.example", "\"a@b@c.example\""),
        ("ada", "", "needs an e-mail address"),
        ("", " ", "needs an e-mail address"),
    ] {
        let result = Wanted::new(&account(login, email, &[]));
        assert_error(result, "invalid-argument", &[says]);
    }
}

#[test]
fn names_come_from_the_address_where_they_are_not_given() {
    for (address, given, family) in [
        ("ada.lovelace@example.com", "Ada", "Lovelace"),
        (
            "grace_brewster-hopper@example.com",
            "Grace",
            "Brewster Hopper",
        ),
        ("ada+valimail@example.com", "Ada", "Valimail"),
        ("émilie@example.com", "Émilie", "-"),
        ("ADA@example.com", "ADA", "-"),
        ("_@example.com", "_", "-"),
    ] {
        let wanted = wanted("", address, &[("first_name", " "), ("last_name", "")]);
        let names = (wanted.given_name.as_str(), wanted.family_name.as_str());
        assert_eq!(names, (given, family));
    }
}

#[test]
fn what_is_given_is_taken_without_the_blanks_around_it() {
    let wanted = wanted(
        "",
        "ada.lovelace@example.com",
        &[
            ("last_name", " King "),
            ("member_type", " Owner "),
            ("external_id", " x-1 "),
        ],
    );
    assert_eq!(wanted.given_name, "Ada");
    assert_eq!(wanted.family_name, "King");
    assert_eq!(wanted.member_type, "owner");
    assert_eq!(wanted.external_id.as_deref(), Some("x-1"));
}

#[test]
fn nobody_becomes_an_owner_by_accident() {
    assert_eq!(wanted("", "a@b.example", &[]).member_type, "member");
    let empty = wanted("", "a@b.example", &[("member_type", " ")]);
    assert_eq!(empty.member_type, "member");
}

#[test]
fn a_member_type_that_there_is_none_of_names_those_that_there_are() {
    let account = account("", "a@b.example", &[("member_type", "emperor")]);
    assert_error(
        Wanted::new(&account),
        "invalid-argument",
        &["emperor", "owner, member, marketer"],
    );
}

#[test]
fn a_field_of_another_kind_is_named() {
    for name in FIELDS {
        let mut account = account("", "a@b.example", &[]);
        account.profile.push(Attribute {
            name: name.to_owned(),
            value: Value::Number(7.0),
        });
        assert_error(Wanted::new(&account), "invalid-argument", &[name, "text"]);
    }
}

#[test]
fn the_request_names_both_schemas_and_always_a_member_type() {
    let body = wanted("", "ada.lovelace@example.com", &[]).body();
    assert_eq!(
        body,
        json!({
            "schemas": [CORE, EXTENSION],
            "userName": "ada.lovelace@example.com",
            "name": {"givenName": "Ada", "familyName": "Lovelace"},
            EXTENSION: {"memberType": "member"},
        })
    );
    let body = wanted("", "a@b.example", &[("external_id", "x-1")]).body();
    assert_eq!(body["externalId"], "x-1");
}

#[test]
fn what_is_of_no_use_is_said() {
    let email = "ada@example.com";
    let profile = [("login", "ada"), ("email", email), ("first_name", "Ada")];
    assert_eq!(wanted("Ada@example.com", email, &profile).unused, None);
    let unused = wanted("ada", email, &[("team", "blue")]).unused;
    let unused = unused.unwrap_or_default();
    assert!(
        unused.contains(r#"the login "ada", "team" in the profile"#),
        "{unused}"
    );
}
