//! Every way in which a change may go, and the last owner.

use super::*;
use crate::{
    fake::*,
    patch::{MEMBER_TYPE_COLON, MEMBER_TYPE_DOT},
};
use serde_json::{Value, json};

fn to(member_type: &str) -> Change {
    Change::MemberType(member_type.to_owned())
}

fn changed(client: &mut Client<Fake>, before: Value, change: &Change) -> Result<Changed, Error> {
    let before: User = serde_json::from_value(before).expect("a user");
    let id = before.id.clone().expect("an id");
    run(make(client, &id, &before, change))
}

/// Makes the member u-1 an owner, which nothing guards.
fn promote(script: impl IntoIterator<Item = Step>) -> (Result<Changed, Error>, Fake) {
    let (mut client, fake) = service(script);
    let result = changed(&mut client, user("u-1", "member"), &to("owner"));
    (result, fake)
}

/// Makes the owner u-1 a member.
fn demote(script: impl IntoIterator<Item = Step>) -> (Result<Changed, Error>, Fake) {
    let (mut client, fake) = service(script);
    let result = changed(&mut client, user("u-1", "owner"), &to("member"));
    (result, fake)
}

fn two_owners() -> Step {
    everybody(&[user("u-1", "owner"), user("u-2", "owner")])
}

fn no_other_owner() -> Step {
    everybody(&[
        user("u-1", "owner"),
        user("u-2", "member"),
        but(user("u-3", "owner"), "active", false),
        but(user("u-4", "owner"), "active", Value::Null),
        but(user("u-5", "owner"), "id", Value::Null),
        json!({"id": "u-6", "userName": 7}),
    ])
}

#[test]
fn an_answer_that_shows_the_change_is_enough() {
    let (result, fake) = promote([patched("u-1", ok(user("u-1", "Owner")))]);
    assert_eq!(result, Ok(Changed::Done));
    assert_eq!(
        fake.changes(),
        [(
            "PATCH Users/u-1".to_owned(),
            replace(MEMBER_TYPE_DOT, "owner")
        )]
    );
    assert_eq!(fake.pauses(), 0);
}

#[test]
fn an_answer_that_does_not_show_the_change_is_followed_by_a_look() {
    for answer in [
        status(204),
        ok(user("u-1", "member")),
        ok(user("another", "owner")),
        ok(json!({"id": "u-1"})),
        reply(200, "<html>".to_owned()),
        cut_off(200),
    ] {
        let (result, _) = promote([patched("u-1", answer), found(&user("u-1", "owner"))]);
        assert_eq!(result, Ok(Changed::Done));
    }
}

#[test]
fn valimail_is_given_time_to_show_the_change() {
    let (result, fake) = promote([
        patched("u-1", status(204)),
        found(&user("u-1", "member")),
        asked_for("u-1", status(500)),
        found(&user("u-1", "owner")),
    ]);
    assert_eq!(result, Ok(Changed::Done));
    assert_eq!(fake.pauses(), 3);
}

#[test]
fn a_change_that_never_shows_is_not_reported_as_made() {
    let before = user("u-1", "member");
    let (result, fake) = promote([
        patched("u-1", status(204)),
        found(&before),
        found(&before),
        found(&before),
    ]);
    assert_error(
        result,
        "unavailable",
        &[
            r#"giving user "u-1" the member type "owner": Valimail answered 204 No Content"#,
            r#"shows the member type "member" now"#,
            "run it again",
            "safe",
        ],
    );
    assert_eq!(fake.changes().len(), 1);
}

#[test]
fn a_change_of_which_nothing_came_back_may_have_worked() {
    for answer in [lost_connection(), refuses(500, "Out to lunch"), status(502)] {
        let (result, fake) = promote([
            patched("u-1", answer),
            found(&user("u-1", "member")),
            found(&user("u-1", "owner")),
        ]);
        assert_eq!(result, Ok(Changed::Done));
        assert_eq!(fake.changes().len(), 1, "it is never sent again");
    }
}

#[test]
fn a_change_of_which_nothing_came_back_and_that_does_not_show_is_in_doubt() {
    let before = but(user("u-1", "member"), crate::scim::EXTENSION, Value::Null);
    let (result, fake) = promote([
        patched("u-1", refuses(500, "Out to lunch, reference a1b2")),
        found(&before),
        found(&before),
        found(&before),
    ]);
    assert_error(
        result,
        "unavailable",
        &[
            "reference a1b2",
            "not known whether it has worked",
            "the account shows no member type now",
            "run it again",
        ],
    );
    assert_eq!(fake.changes().len(), 1);
}

#[test]
fn where_nothing_can_be_read_either_that_is_said() {
    let (result, _) = promote([
        patched("u-1", lost_connection()),
        asked_for("u-1", lost_connection()),
        asked_for("u-1", lost_connection()),
        asked_for("u-1", refuses(500, TOKEN)),
    ]);
    assert_error(
        result,
        "unavailable",
        &[
            "connection reset",
            "not known",
            "reading the account again failed",
            "500",
        ],
    );
}

#[test]
fn what_the_account_shows_is_told_without_secrets() {
    let shows_a_secret = user("u-1", TOKEN);
    let (result, _) = promote([
        patched("u-1", status(204)),
        found(&shows_a_secret),
        found(&shows_a_secret),
        found(&shows_a_secret),
    ]);
    assert_error(result, "unavailable", &[r#"the member type "***""#]);
}

#[test]
fn a_user_that_has_been_deleted_meanwhile_is_gone() {
    let [first, second] = no_such("u-1");
    let (result, _) = promote([patched("u-1", status(404)), first, second]);
    assert_eq!(result, Ok(Changed::Gone));
    let [first, second] = no_such("u-1");
    let (result, _) = promote([patched("u-1", lost_connection()), first, second]);
    assert_eq!(result, Ok(Changed::Gone));
}

#[test]
fn a_user_who_is_there_is_not_taken_to_be_gone() {
    let (result, _) = promote([
        patched("u-1", reply(404, "<html>".to_owned())),
        found(&user("u-1", "member")),
    ]);
    assert_error(result, "not-found", &["404", "lists it all the same"]);
    let (result, _) = promote([
        patched("u-1", status(404)),
        asked_for("u-1", lost_connection()),
    ]);
    assert_error(result, "unavailable", &["connection reset"]);
}

#[test]
fn a_refusal_is_passed_on_and_nothing_is_read() {
    let detail = format!("Unsupported value for path {MEMBER_TYPE_DOT}: \"owner\"");
    let (result, _) = promote([patched("u-1", refuses(400, &detail))]);
    assert_error(result, "invalid-argument", &["Unsupported value for path"]);
}

#[test]
fn the_last_active_owner_is_neither_demoted_nor_disabled() {
    for change in [to("member"), to("marketer"), Change::Active(false)] {
        for active in [json!(true), Value::Null] {
            let (mut client, fake) = service([no_other_owner()]);
            let before = but(user("u-1", "Owner"), "active", active);
            assert_error(
                changed(&mut client, before, &change),
                "failed-precondition",
                &[
                    r#"user "u-1""#,
                    "nobody could manage",
                    "first grant member_type:owner:assigned to somebody else",
                    "--allow-last-owner",
                ],
            );
            assert!(fake.changes().is_empty());
        }
    }
}

#[test]
fn that_there_is_no_other_owner_takes_a_whole_list() {
    let part = json!({"totalResults": 9, "Resources": [user("u-1", "owner")]});
    for (answer, kind) in [
        (ok(part), "unavailable"),
        (cut_off(200), "unavailable"),
        (status(403), "permission-denied"),
    ] {
        let (result, fake) = demote([step("GET Users", answer)]);
        assert_error(result, kind, &[]);
        assert!(fake.changes().is_empty());
    }
}

#[test]
fn that_there_is_another_owner_takes_no_more_than_a_part_of_the_list() {
    let part = json!({"totalResults": 9, "Resources": [user("u-2", "OWNER")]});
    let (result, _) = demote([
        step("GET Users", ok(part)),
        patched("u-1", ok(user("u-1", "member"))),
        two_owners(),
    ]);
    assert_eq!(result, Ok(Changed::Done));
}

#[test]
fn nobody_else_is_guarded() {
    let inactive = but(user("u-1", "owner"), "active", false);
    for (before, change, after) in [
        (
            user("u-1", "member"),
            to("marketer"),
            user("u-1", "marketer"),
        ),
        (inactive.clone(), to("member"), user("u-1", "member")),
        (inactive, Change::Active(true), user("u-1", "owner")),
        (
            user("u-1", "member"),
            Change::Active(false),
            but(user("u-1", "member"), "active", false),
        ),
    ] {
        let (mut client, _) = service([patched("u-1", ok(after))]);
        let result = changed(&mut client, before, &change);
        assert_eq!(result, Ok(Changed::Done));
    }
}

#[test]
fn the_guard_can_be_switched_off() {
    let (mut client, _) = service_with([patched("u-1", ok(user("u-1", "member")))], true);
    let result = changed(&mut client, user("u-1", "owner"), &to("member"));
    assert_eq!(result, Ok(Changed::Done));
}

#[test]
fn when_the_other_owner_is_taken_away_at_the_same_moment_the_change_is_undone() {
    let inactive = but(user("u-1", "owner"), "active", false);
    for (change, after, back) in [
        (
            to("member"),
            user("u-1", "member"),
            replace(MEMBER_TYPE_DOT, "owner"),
        ),
        (Change::Active(false), inactive, replace("active", true)),
    ] {
        let (mut client, fake) = service([
            two_owners(),
            patched("u-1", ok(after)),
            no_other_owner(),
            patched("u-1", status(204)),
            found(&user("u-1", "owner")),
        ]);
        assert_error(
            changed(&mut client, user("u-1", "owner"), &change),
            "failed-precondition",
            &["at the same time", "it has been undone"],
        );
        assert_eq!(fake.changes().last().map(|(_, body)| body), Some(&back));
    }
}

#[test]
fn an_undoing_that_fails_is_said_loudly_with_what_to_send() {
    let refused = vec![patched("u-1", refuses(403, "The key is dead"))];
    let [first, second] = no_such("u-1");
    let deleted = vec![patched("u-1", status(404)), first, second];
    for (last, says) in [(refused, "The key is dead"), (deleted, "the user is gone")] {
        let unsupported = refuses(400, "Unsupported path");
        let (result, _) = demote(
            [
                two_owners(),
                patched("u-1", unsupported),
                patched("u-1", ok(user("u-1", "member"))),
                no_other_owner(),
            ]
            .into_iter()
            .chain(last),
        );
        let body = replace(MEMBER_TYPE_COLON, "owner").to_string();
        assert_error(
            result,
            "failed-precondition",
            &[
                "NOBODY CAN MANAGE VALIMAIL",
                says,
                "PATCH https://valimail.test/accounts/acme/scim/v2/Users/u-1",
                &body,
            ],
        );
    }
}

#[test]
fn a_change_that_has_worked_in_doubt_is_looked_after_as_well() {
    let (result, _) = demote([
        two_owners(),
        patched("u-1", lost_connection()),
        found(&user("u-1", "member")),
        no_other_owner(),
        patched("u-1", ok(user("u-1", "owner"))),
    ]);
    assert_error(result, "failed-precondition", &["it has been undone"]);
}

#[test]
fn whether_an_owner_is_left_is_asked_again_until_there_is_an_answer() {
    let (result, _) = demote([
        two_owners(),
        patched("u-1", ok(user("u-1", "member"))),
        step("GET Users", status(500)),
        two_owners(),
    ]);
    assert_eq!(result, Ok(Changed::Done));
}

#[test]
fn where_it_cannot_be_known_whether_an_owner_is_left_that_is_said() {
    let (result, fake) = demote([
        two_owners(),
        patched("u-1", ok(user("u-1", "member"))),
        step("GET Users", status(500)),
        step("GET Users", status(500)),
        step("GET Users", refuses(500, "Out to lunch")),
    ]);
    assert_error(
        result,
        "unavailable",
        &["has worked", "could not be checked", "Out to lunch"],
    );
    assert_eq!(fake.changes().len(), 1);
}

#[test]
fn an_owner_who_is_deleted_meanwhile_is_nobodys_doing() {
    let [first, second] = no_such("u-1");
    let (result, _) = demote([two_owners(), patched("u-1", status(404)), first, second]);
    assert_eq!(result, Ok(Changed::Gone));
}
