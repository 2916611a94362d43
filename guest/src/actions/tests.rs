//! Enabling and disabling.

use super::*;
use crate::fake::*;
use serde_json::json;

fn argument(value: Value) -> Vec<Attribute> {
    vec![Attribute {
        name: USER_ID.to_owned(),
        value,
    }]
}

fn invoked(
    name: &str,
    script: impl IntoIterator<Item = Step>,
) -> (Result<Vec<Attribute>, Error>, Fake) {
    let (mut client, fake) = service(script);
    let arguments = argument(Value::Text("u-1".to_owned()));
    (run(invoke(&mut client, name, &arguments)), fake)
}

fn success() -> Result<Vec<Attribute>, Error> {
    Ok(vec![Attribute {
        name: "success".to_owned(),
        value: Value::Flag(true),
    }])
}

#[test]
fn a_user_is_enabled_and_disabled_with_a_flag() {
    let on = user("u-1", "member");
    let off = but(on.clone(), "active", false);
    for (name, before, after, active) in [(ENABLE, &off, &on, true), (DISABLE, &on, &off, false)] {
        let (result, fake) = invoked(name, [found(before), patched("u-1", ok(after.clone()))]);
        assert_eq!(result, success());
        assert_eq!(
            fake.changes(),
            [("PATCH Users/u-1".to_owned(), replace("active", active))]
        );
    }
}

#[test]
fn a_user_that_is_as_wanted_is_left_alone() {
    let on = user("u-1", "owner");
    let off = but(on.clone(), "active", false);
    for (name, user) in [(ENABLE, &on), (DISABLE, &off)] {
        let (result, _) = invoked(name, [found(user)]);
        assert_eq!(result, success());
    }
}

#[test]
fn where_nothing_is_said_of_the_state_the_change_is_sent() {
    for (name, active) in [(ENABLE, true), (DISABLE, false)] {
        let after = but(user("u-1", "member"), "active", active);
        let (result, fake) = invoked(
            name,
            [found(&json!({"id": "u-1"})), patched("u-1", ok(after))],
        );
        assert_eq!(result, success());
        assert_eq!(fake.changes().len(), 1);
    }
}

#[test]
fn the_last_active_owner_is_not_disabled() {
    let owner = user("u-1", "owner");
    let (result, fake) = invoked(
        DISABLE,
        [found(&owner), everybody(std::slice::from_ref(&owner))],
    );
    assert_error(
        result,
        "failed-precondition",
        &["disabling", "--allow-last-owner"],
    );
    assert!(fake.changes().is_empty());
}

#[test]
fn a_change_that_does_not_show_is_in_doubt() {
    let before = user("u-1", "member");
    let (result, _) = invoked(
        DISABLE,
        [
            found(&before),
            patched("u-1", lost_connection()),
            found(&before),
            found(&before),
            found(&json!({"id": "u-1"})),
        ],
    );
    assert_error(
        result,
        "unavailable",
        &["not known", "shows not whether it is active"],
    );
}

#[test]
fn nobody_cannot_be_disabled() {
    let (result, _) = invoked(DISABLE, no_such("u-1"));
    assert_error(result, "not-found", &["u-1"]);
    let [first, second] = no_such("u-1");
    let (result, _) = invoked(
        DISABLE,
        [
            found(&user("u-1", "member")),
            patched("u-1", status(404)),
            first,
            second,
        ],
    );
    assert_error(result, "not-found", &["u-1"]);
}

#[test]
fn an_argument_that_is_no_id_is_named() {
    for (arguments, says) in [
        (Vec::new(), "is missing"),
        (argument(Value::Text(" ".to_owned())), "is empty"),
        (argument(Value::Number(7.0)), "is not a text"),
    ] {
        let (mut client, _) = service([]);
        let result = run(invoke(&mut client, ENABLE, &arguments));
        assert_error(
            result,
            "invalid-argument",
            &["enable_user", "user_id", says],
        );
    }
}

#[test]
fn an_action_that_there_is_none_of_names_those_that_there_are() {
    let (result, _) = invoked("delete_user", []);
    assert_error(
        result,
        "not-found",
        &["delete_user", "enable_user and disable_user"],
    );
}
