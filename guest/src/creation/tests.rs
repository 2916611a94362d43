//! One account, or none.

use super::*;
use crate::{contract::identity::connector::types::CredentialOption, fake::*, scim::EXTENSION};
use serde_json::{Value, json};

const NAME: &str = "ada.lovelace@example.com";

fn created(
    member_type: &str,
    script: impl IntoIterator<Item = Step>,
) -> (Result<Created, Error>, Fake) {
    let (mut client, fake) = service(script);
    (run(create(&mut client, &account(member_type))), fake)
}

fn account(member_type: &str) -> Account {
    use crate::contract::identity::connector::types::{Attribute, Value};
    Account {
        login: None,
        email: Some(NAME.to_owned()),
        profile: vec![Attribute {
            name: "member_type".to_owned(),
            value: Value::Text(member_type.to_owned()),
        }],
        credential: CredentialOption::NoPassword,
    }
}

fn ada(member_type: &str) -> Value {
    but(user("u-1", member_type), "userName", NAME)
}

fn nobody() -> Step {
    asked_for_name(NAME, list(&[]))
}

fn somebody(user: Value) -> Step {
    asked_for_name(NAME, list(&[user]))
}

fn posted(answer: Answer) -> Step {
    step("POST Users", answer)
}

#[track_caller]
fn assert_created(result: Result<Created, Error>) {
    match result {
        Ok(Created::Created(account)) => {
            assert_eq!(account.resource.id.id, "u-1");
            assert!(account.secrets.is_empty());
        }
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn assert_existing(result: Result<Created, Error>) {
    match result {
        Ok(Created::AlreadyExists(resource)) => assert_eq!(resource.id.id, "u-1"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_account_is_created_with_one_request() {
    let (result, fake) = created(
        "member",
        [nobody(), posted(reply(201, ada("member").to_string()))],
    );
    assert_created(result);
    let body = Wanted::new(&account("member"))
        .expect("it makes sense")
        .body();
    assert_eq!(fake.changes(), [("POST Users".to_owned(), body)]);
}

#[test]
fn an_account_that_exists_is_left_as_it_is() {
    for user in [ada("member"), but(ada("owner"), "active", false)] {
        let (result, fake) = created("member", [somebody(user)]);
        assert_existing(result);
        assert!(fake.changes().is_empty());
    }
}

#[test]
fn what_makes_no_sense_is_not_sent() {
    let (result, fake) = created("emperor", []);
    assert_error(result, "invalid-argument", &["emperor"]);
    assert_eq!(fake.count("POST auth"), 0);
}

#[test]
fn where_nobody_can_be_looked_up_nobody_is_created() {
    let (result, fake) = created("member", [asked_for_name(NAME, status(500))]);
    assert_error(result, "unavailable", &["500"]);
    assert!(fake.changes().is_empty());
}

#[test]
fn an_answer_that_does_not_show_the_account_is_followed_by_a_look() {
    for answer in [
        status(204),
        reply(201, "<html>".to_owned()),
        cut_off(201),
        reply(201, but(ada("member"), "id", "").to_string()),
        reply(
            201,
            but(ada("member"), "userName", "b@c.example").to_string(),
        ),
        reply(201, but(ada("member"), EXTENSION, Value::Null).to_string()),
    ] {
        let (result, fake) = created(
            "member",
            [nobody(), posted(answer), nobody(), somebody(ada("member"))],
        );
        assert_created(result);
        assert_eq!(fake.changes().len(), 1);
    }
}

#[test]
fn an_answer_with_an_id_counts_even_where_the_account_is_not_listed_yet() {
    let without = but(ada("member"), EXTENSION, Value::Null);
    let script = [
        nobody(),
        posted(ok(without)),
        nobody(),
        nobody(),
        nobody(),
        everybody(&[]),
    ];
    let (result, _) = created("owner", script);
    let Ok(Created::ActionRequired((account, to_do))) = result else {
        panic!("{result:?}");
    };
    assert_eq!(account.resource.id.id, "u-1");
    assert!(to_do.contains("no member type instead of owner"), "{to_do}");
}

#[test]
fn an_account_of_another_member_type_than_asked_for_takes_one_more_step() {
    let (result, _) = created("member", [nobody(), posted(ok(ada("owner")))]);
    let Ok(Created::ActionRequired((account, to_do))) = result else {
        panic!("{result:?}");
    };
    assert_eq!(account.resource.id.id, "u-1");
    assert_eq!(
        to_do,
        "the account has the member type \"owner\" instead of member; run this: --grant-entitlement member_type:member:assigned --grant-principal u-1 --grant-principal-type user"
    );
}

#[test]
fn a_request_of_which_nothing_came_back_is_never_sent_again() {
    for answer in [
        lost_connection(),
        refuses(500, "Out to lunch"),
        status(504),
        status(408),
    ] {
        let script = [
            nobody(),
            posted(answer),
            nobody(),
            asked_for_name(NAME, lost_connection()),
            somebody(ada("member")),
        ];
        let (result, fake) = created("member", script);
        assert_created(result);
        assert_eq!(fake.changes().len(), 1);
        assert_eq!(fake.pauses(), 3);
    }
}

#[test]
fn an_account_that_does_not_turn_up_is_in_doubt() {
    let script = [
        nobody(),
        posted(refuses(500, "reference a1b2")),
        nobody(),
        nobody(),
        nobody(),
        everybody(&[user("u-0", "owner")]),
    ];
    let (result, fake) = created("member", script);
    assert_error(
        result,
        "unavailable",
        &[
            NAME,
            "POST https://valimail.test/accounts/acme/scim/v2/Users answered 500",
            "reference a1b2",
            "not known whether there is a new account",
            "run it again",
            "not be a second account",
        ],
    );
    assert_eq!(fake.changes().len(), 1);
}

#[test]
fn an_account_that_the_filter_does_not_find_turns_up_in_the_list() {
    let script = [
        nobody(),
        posted(lost_connection()),
        nobody(),
        nobody(),
        nobody(),
        everybody(&[user("u-0", "owner"), ada("member")]),
    ];
    let (result, _) = created("member", script);
    assert_created(result);
}

#[test]
fn an_account_of_which_nothing_can_be_read_is_in_doubt() {
    let unread = || asked_for_name(NAME, refuses(500, TOKEN));
    let script = [
        nobody(),
        posted(status(204)),
        unread(),
        unread(),
        unread(),
        step("GET Users", refuses(500, TOKEN)),
    ];
    let (result, _) = created("member", script);
    assert_error(
        result,
        "unavailable",
        &["answered 204 No Content", "looking for it failed"],
    );
}

#[test]
fn a_conflict_is_with_an_account_that_can_be_found() {
    let (result, _) = created(
        "member",
        [
            nobody(),
            posted(refuses(409, "exists")),
            somebody(ada("member")),
        ],
    );
    assert_existing(result);
}

#[test]
fn a_conflict_may_be_with_another_spelling() {
    let spelled = but(ada("member"), "userName", "Ada.Lovelace@Example.com");
    let (result, _) = created(
        "member",
        [
            nobody(),
            posted(refuses(409, "exists")),
            nobody(),
            everybody(&[user("u-0", "owner"), spelled]),
        ],
    );
    assert_existing(result);
}

#[test]
fn a_conflict_with_nobody_is_an_error() {
    let (result, _) = created(
        "member",
        [
            nobody(),
            posted(refuses(409, "User with email exists")),
            nobody(),
            everybody(&[user("u-0", "owner")]),
        ],
    );
    assert_error(
        result,
        "already-exists",
        &[NAME, "User with email exists", "inactive and hidden"],
    );
}

#[test]
fn every_refusal_says_what_was_tried_and_what_to_do() {
    for (code, kind, says) in [
        (400, "invalid-argument", "because"),
        (401, "unauthenticated", "revoked"),
        (
            403,
            "permission-denied",
            "POST /accounts/acme/scim/v2/Users",
        ),
        (404, "internal", "because"),
        (422, "invalid-argument", "because"),
        (429, "rate-limited", "because"),
    ] {
        let times = if code == 401 { 2 } else { 1 };
        let posts = (0..times).map(|_| posted(refuses(code, "because")));
        let (result, _) = created("member", [nobody()].into_iter().chain(posts));
        let tried = "creating ada.lovelace@example.com: POST https://valimail.test/";
        assert_error(result, kind, &[says, tried, "because"]);
    }
}

#[test]
fn a_record_that_cannot_be_read_is_named() {
    let broken = json!({"userName": NAME});
    let (result, _) = created("member", [somebody(broken)]);
    assert_error(result, "internal", &[NAME, "id is missing"]);
}

fn remarked(user: Value, member_type: &str) -> Option<String> {
    let user: User = serde_json::from_value(user).expect("a user");
    let wanted = Wanted::new(&account(member_type)).expect("it makes sense");
    remark(&user, &wanted)
}

#[test]
fn nothing_is_remarked_of_an_account_that_is_as_wanted() {
    assert_eq!(remarked(ada("Owner"), "owner"), None);
}

#[test]
fn what_is_different_is_remarked_with_how_to_change_it() {
    let user = but(ada("owner"), "active", false);
    let user = but(user, "userName", "Ada.Lovelace@example.com");
    let remark = remarked(user, "member").unwrap_or_default();
    for says in [
        "exists already and is left as it is",
        "is spelled Ada.Lovelace@example.com",
        r#"is disabled (--invoke-action enable_user --invoke-action-args '{"user_id":"u-1"}' enables it)"#,
        r#"has the member type "owner""#,
        "--grant-entitlement member_type:member:assigned --grant-principal u-1 --grant-principal-type user",
    ] {
        assert!(remark.contains(says), "{says:?} is not in {remark:?}");
    }
}

#[test]
fn what_is_to_do_is_told_without_secrets() {
    let (result, _) = created("member", [nobody(), posted(ok(ada(TOKEN)))]);
    let Ok(Created::ActionRequired((_, to_do))) = result else {
        panic!("{result:?}");
    };
    assert!(!to_do.contains(TOKEN), "{to_do}");
}
