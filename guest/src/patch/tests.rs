//! One attribute, two spellings of its path.

use super::*;
use crate::fake::*;

fn owner() -> Change {
    Change::MemberType("owner".to_owned())
}

fn invalid_path() -> Answer {
    let body = json!({"scimType": "invalidPath", "detail": "no"});
    reply(400, body.to_string())
}

#[test]
fn a_change_replaces_one_attribute_with_a_plain_value() {
    assert_eq!(
        owner().body(MEMBER_TYPE_DOT),
        replace(MEMBER_TYPE_DOT, "owner")
    );
    assert_eq!(
        Change::Active(false).body(MEMBER_TYPE_DOT),
        replace("active", false)
    );
}

#[test]
fn a_path_that_is_not_understood_is_spelled_the_other_way_once() {
    for answer in [
        invalid_path(),
        refuses(
            400,
            &format!("Invalid PATCH operation: Unsupported path: {MEMBER_TYPE_DOT}"),
        ),
        refuses(400, "unknown PATH"),
        refuses(400, &format!("no such attribute: {MEMBER_TYPE_DOT}")),
    ] {
        let (mut client, fake) = service([
            patched("u-1", answer),
            patched("u-1", ok(user("u-1", "owner"))),
        ]);
        let outcome = run(send(&mut client, "u-1", &owner()));
        assert!(matches!(outcome, Ok(Outcome::Accepted(..))), "{outcome:?}");
        let bodies: Vec<_> = fake.changes().into_iter().map(|(_, body)| body).collect();
        assert_eq!(
            bodies,
            [MEMBER_TYPE_DOT, MEMBER_TYPE_COLON].map(|path| replace(path, "owner"))
        );
    }
}

#[test]
fn the_spelling_that_works_is_kept() {
    let (mut client, fake) = service([
        patched("u-1", invalid_path()),
        patched("u-1", status(204)),
        patched("u-1", status(204)),
    ]);
    assert!(run(send(&mut client, "u-1", &owner())).is_ok());
    assert!(run(send(&mut client, "u-1", &owner())).is_ok());
    fake.last(|sent| assert_eq!(sent.body, replace(MEMBER_TYPE_COLON, "owner")));
}

#[test]
fn where_neither_spelling_works_the_second_refusal_counts() {
    let (mut client, _) = service([
        patched("u-1", invalid_path()),
        patched("u-1", refuses(400, "Unsupported path, again")),
    ]);
    let outcome = run(send(&mut client, "u-1", &owner()));
    assert!(matches!(outcome, Ok(Outcome::Refused(refusal)) if refusal.what.contains("again")));
}

#[test]
fn a_value_that_is_not_accepted_is_not_tried_again() {
    let value = format!("Unsupported value for path {MEMBER_TYPE_DOT}: \"marketer\"");
    let invalid_value = json!({"scimType": "invalidValue", "detail": "the path is fine"});
    for answer in [
        refuses(400, &value),
        refuses(400, "Invalid PATCH operation: Unsupported operation type"),
        reply(400, invalid_value.to_string()),
        status(400),
        refuses(403, "not that path"),
    ] {
        let (mut client, _) = service([patched("u-1", answer)]);
        let outcome = run(send(&mut client, "u-1", &owner()));
        assert!(matches!(outcome, Ok(Outcome::Refused(_))), "{outcome:?}");
    }
}

#[test]
fn the_path_of_active_has_no_other_spelling() {
    let (mut client, _) = service([patched("u-1", refuses(400, "Unsupported path: active"))]);
    let outcome = run(send(&mut client, "u-1", &Change::Active(true)));
    assert!(matches!(outcome, Ok(Outcome::Refused(_))), "{outcome:?}");
}

#[test]
fn what_is_shown_is_compared_in_any_spelling() {
    let shown = |json| serde_json::from_value(json).expect("a user");
    assert!(owner().is_shown_by(&shown(user("u-1", "Owner"))));
    assert!(!owner().is_shown_by(&shown(user("u-1", "member"))));
    assert!(!owner().is_shown_by(&User::default()));
    let active = shown(user("u-1", "owner"));
    assert!(Change::Active(true).is_shown_by(&active));
    assert!(!Change::Active(false).is_shown_by(&active));
    // What is not said is not seen.
    assert!(!Change::Active(false).is_shown_by(&User::default()));
    assert!(!Change::Active(true).is_shown_by(&User::default()));
}

#[test]
fn every_refusal_says_what_was_tried_and_what_to_do() {
    for (code, kind, says) in [
        (400, "invalid-argument", "because"),
        (401, "unauthenticated", "revoked"),
        (
            403,
            "permission-denied",
            "PATCH /accounts/acme/scim/v2/Users/{id}",
        ),
        (409, "failed-precondition", "because"),
        (415, "internal", "because"),
        (422, "invalid-argument", "because"),
        (429, "rate-limited", "because"),
    ] {
        let answers = if code == 401 { 2 } else { 1 };
        let script = (0..answers).map(|_| patched("u-1", refuses(code, "because")));
        let (mut client, _) = service(script);
        let Ok(Outcome::Refused(refusal)) = run(send(&mut client, "u-1", &owner())) else {
            panic!("{code} is a refusal");
        };
        let error = refused(&client, &owner().doing("u-1"), refusal);
        let said = [
            says,
            r#"giving user "u-1" the member type "owner": PATCH https://valimail.test/"#,
            "because",
        ];
        assert_error::<()>(Err(error), kind, &said);
    }
}
