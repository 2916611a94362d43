//! What is sent, and what statuses mean.

use super::*;
use crate::fake::*;
use serde_json::json;

const BODY: &str = "body";

fn outcome(answer: Answer) -> Outcome {
    let (mut client, _) = service([patched("u-1", answer)]);
    run(client.change_user("u-1", &json!(BODY))).expect("it was sent")
}

#[test]
fn a_change_says_what_it_is_and_what_it_takes() {
    let (mut client, fake) = service([step("POST Users", status(204))]);
    let outcome = run(client.create_user(&json!({"userName": "a@b.example"})));
    assert!(matches!(outcome, Ok(Outcome::Accepted(..))));
    fake.last(|sent| {
        assert_eq!(sent.headers["content-type"], "application/scim+json");
        assert_eq!(
            sent.headers["accept"],
            "application/scim+json, application/json"
        );
        assert_eq!(sent.headers["authorization"], format!("Bearer {TOKEN}"));
        assert_eq!(sent.body, json!({"userName": "a@b.example"}));
    });
}

#[test]
fn a_read_has_no_content_type() {
    let (mut client, fake) = service([everybody(&[])]);
    assert!(run(client.users("")).is_ok());
    fake.last(|sent| assert!(!sent.headers.contains_key("content-type")));
}

#[test]
fn an_id_is_one_segment_whatever_it_contains() {
    let (mut client, _) = service([patched("a/../b?c", status(204))]);
    let url = client.settings().user_url("a/../b?c");
    assert!(url.ends_with("/Users/a%2F..%2Fb%3Fc"), "{url}");
    assert!(run(client.change_user("a/../b?c", &json!(BODY))).is_ok());
}

#[test]
fn a_token_that_is_not_accepted_is_renewed_once() {
    let (mut client, fake) = service([
        patched("u-1", status(401)),
        step("POST auth", ok(json!({"token": "a-new-token"}))),
        patched("u-1", ok(user("u-1", "owner"))),
    ]);
    let outcome = run(client.change_user("u-1", &json!(BODY)));
    assert!(matches!(outcome, Ok(Outcome::Accepted(_, Some(_)))));
    fake.last(|sent| assert_eq!(sent.headers["authorization"], "Bearer a-new-token"));
}

#[test]
fn a_second_refusal_of_the_token_is_final() {
    let (mut client, fake) = service([patched("u-1", status(401)), patched("u-1", status(401))]);
    let outcome = run(client.change_user("u-1", &json!(BODY)));
    assert!(
        matches!(outcome, Ok(Outcome::Refused(refusal)) if refusal.status == StatusCode::UNAUTHORIZED)
    );
    assert_eq!(fake.count("POST auth"), 2);
}

#[test]
fn nothing_is_sent_without_a_token() {
    let (mut client, fake) = service([step("POST auth", refuses(422, "invalid app-id"))]);
    let result = run(client.change_user("u-1", &json!(BODY)));
    assert_error(
        result,
        "unauthenticated",
        &["POST https://valimail.test/auth", "invalid app-id"],
    );
    assert!(fake.changes().is_empty());
}

#[test]
fn a_change_that_is_answered_shows_the_user_if_it_can_be_read() {
    let shown = |answer| match outcome(answer) {
        Outcome::Accepted(status, user) => (status.as_u16(), user.and_then(|user| user.id)),
        other => panic!("{other:?}"),
    };
    let id = Some("u-1".to_owned());
    assert_eq!(shown(ok(user("u-1", "owner"))), (200, id.clone()));
    assert_eq!(shown(reply(201, r#"{"id":"u-1"}"#.into())), (201, id));
    assert_eq!(shown(status(204)), (204, None));
    assert_eq!(shown(cut_off(200)), (200, None));
    assert_eq!(shown(reply(200, "<html>".into())), (200, None));
}

#[test]
fn of_a_failure_of_the_service_nobody_knows_what_it_did() {
    for answer in [
        refuses(500, "Out to lunch"),
        status(502),
        status(503),
        status(504),
        status(408),
        lost_connection(),
    ] {
        let outcome = outcome(answer);
        let Outcome::Unknown(what) = outcome else {
            panic!("{outcome:?}");
        };
        assert!(what.starts_with("PATCH https://valimail.test/"), "{what}");
    }
}

#[test]
fn a_refusal_changes_nothing_and_says_why() {
    for code in [302, 400, 403, 404, 409, 422, 429] {
        let outcome = outcome(refuses(code, &format!("because of {TOKEN}")));
        let Outcome::Refused(refusal) = outcome else {
            panic!("{outcome:?}");
        };
        assert_eq!(refusal.status.as_u16(), code);
        assert_eq!(refusal.detail.as_deref(), Some("because of ***"));
        assert!(refusal.what.ends_with("because of ***"), "{}", refusal.what);
    }
}

#[test]
fn what_the_host_holds_back_has_not_been_sent() {
    let (mut client, _) = service([patched("u-1", held_back())]);
    assert_error(
        run(client.change_user("u-1", &json!(BODY))),
        "failed-precondition",
        &["PATCH https://valimail.test/accounts/acme/scim/v2/Users/u-1"],
    );
}
