//! Every way in which the service may know, or not know, a user.

use super::*;
use crate::fake::*;
use crate::scim::EXTENSION;
use serde_json::json;

fn name(user: Result<Option<User>, Error>) -> Option<String> {
    user.expect("an answer").and_then(|user| user.user_name)
}

#[test]
fn a_user_is_found_with_one_request() {
    let (mut client, _) = service([found(&user("u-1", "owner"))]);
    assert_eq!(
        name(run(by_id(&mut client, "u-1"))).as_deref(),
        Some("u-1@example.com")
    );
}

#[test]
fn a_filter_that_is_ignored_finds_the_right_one_all_the_same() {
    let everybody = list(&[user("u-0", "owner"), user("u-1", "member")]);
    let (mut client, _) = service([asked_for("u-1", everybody)]);
    assert_eq!(
        name(run(by_id(&mut client, "u-1"))).as_deref(),
        Some("u-1@example.com")
    );
}

#[test]
fn an_id_is_compared_as_it_is_written() {
    let (mut client, _) = service([
        asked_for("U-1", list(&[user("u-1", "owner")])),
        step("GET Users/U-1", refuses(404, "User not found")),
    ]);
    assert_eq!(name(run(by_id(&mut client, "U-1"))), None);
}

#[test]
fn quotes_and_backslashes_stay_inside_the_filter() {
    let id = r#"a"b\c"#;
    let (mut client, _) = service([step(
        r#"GET Users?filter=id eq "a\"b\\c""#,
        list(&[user(id, "owner")]),
    )]);
    assert!(name(run(by_id(&mut client, id))).is_some());
}

#[test]
fn a_user_that_neither_the_list_nor_the_single_read_knows_is_gone() {
    let (mut client, _) = service(no_such("u-1"));
    assert_eq!(name(run(by_id(&mut client, "u-1"))), None);
}

#[test]
fn what_the_list_does_not_show_may_still_be_read() {
    let (mut client, _) = service([
        asked_for("u-1", list(&[])),
        step("GET Users/u-1", ok(user("u-1", "owner"))),
    ]);
    assert!(name(run(by_id(&mut client, "u-1"))).is_some());
}

#[test]
fn where_the_filter_is_not_understood_the_user_is_read() {
    let (mut client, _) = service([
        asked_for("u-1", refuses(400, "The filter is wrong")),
        step("GET Users/u-1", ok(user("u-1", "owner"))),
    ]);
    assert!(name(run(by_id(&mut client, "u-1"))).is_some());
}

#[test]
fn not_found_is_not_believed_where_the_filter_is_not_understood() {
    let (mut client, _) = service([
        asked_for("u-1", refuses(400, "The filter is wrong")),
        step("GET Users/u-1", refuses(404, "User not found")),
        everybody(&[user("u-0", "owner"), user("u-1", "owner")]),
    ]);
    assert!(name(run(by_id(&mut client, "u-1"))).is_some());
}

#[test]
fn where_single_users_may_not_be_read_only_the_whole_list_is_certain() {
    for answer in [
        refuses(403, "Not authorized"),
        status(405),
        status(404),
        reply(404, r#"{"message":"no such path"}"#.to_owned()),
        refuses(400, "Invalid input data"),
        held_back(),
        ok(json!({"id": "another"})),
        reply(200, "<html>".to_owned()),
    ] {
        let (mut client, _) = service([
            asked_for("u-1", list(&[])),
            step("GET Users/u-1", answer),
            everybody(&[user("u-0", "owner")]),
        ]);
        assert_eq!(name(run(by_id(&mut client, "u-1"))), None);
    }
}

#[test]
fn a_right_that_is_missing_is_found_out_once() {
    let (mut client, fake) = service([
        asked_for("u-1", list(&[])),
        step("GET Users/u-1", status(403)),
        everybody(&[]),
        asked_for("u-1", list(&[])),
        everybody(&[user("u-1", "owner")]),
    ]);
    assert_eq!(name(run(by_id(&mut client, "u-1"))), None);
    assert!(name(run(by_id(&mut client, "u-1"))).is_some());
    assert_eq!(fake.count("GET Users/u-1"), 1);
}

#[test]
fn a_single_read_that_is_refused_with_a_new_token_as_well_is_left_alone() {
    let (mut client, _) = service([
        asked_for("u-1", list(&[])),
        step("GET Users/u-1", status(401)),
        step("GET Users/u-1", status(401)),
        everybody(&[user("u-1", "owner")]),
    ]);
    assert!(name(run(by_id(&mut client, "u-1"))).is_some());
}

#[test]
fn a_filtered_list_that_is_not_whole_settles_nothing() {
    let part = json!({"totalResults": 2, "Resources": [user("u-0", "owner")]});
    let (mut client, _) = service([
        asked_for("u-1", ok(part)),
        step("GET Users/u-1", refuses(404, "User not found")),
        everybody(&[user("u-0", "owner"), user("u-1", "owner")]),
    ]);
    assert!(name(run(by_id(&mut client, "u-1"))).is_some());
}

#[test]
fn the_whole_list_is_read_page_by_page() {
    let page = |start: u32, id| {
        ok(json!({
            "totalResults": 2, "startIndex": start, "itemsPerPage": 1,
            "Resources": [user(id, "owner")],
        }))
    };
    let (mut client, _) = service([
        asked_for("u-1", refuses(400, "no")),
        step("GET Users/u-1", status(404)),
        step("GET Users", page(1, "u-0")),
        step("GET Users?startIndex=2&count=1", page(2, "u-1")),
    ]);
    assert!(name(run(by_id(&mut client, "u-1"))).is_some());
}

#[test]
fn a_list_that_is_not_whole_proves_nothing() {
    let (mut client, _) = service([
        asked_for("u-1", refuses(400, "no")),
        step("GET Users/u-1", status(404)),
        step("GET Users", ok(json!({"totalResults": 5, "Resources": []}))),
    ]);
    assert_error(
        run(by_id(&mut client, "u-1")),
        "unavailable",
        &["there are 5 accounts, but sent 0"],
    );
}

#[test]
fn a_service_that_cannot_answer_is_not_taken_to_know_nobody() {
    for (answer, kind) in [
        (status(500), "unavailable"),
        (status(429), "rate-limited"),
        (status(302), "internal"),
        (lost_connection(), "unavailable"),
        (cut_off(200), "unavailable"),
    ] {
        let (mut client, _) = service([asked_for("u-1", list(&[])), step("GET Users/u-1", answer)]);
        assert_error(run(by_id(&mut client, "u-1")), kind, &["Users/u-1"]);
    }
    for (answer, kind) in [
        (status(500), "unavailable"),
        (status(403), "permission-denied"),
        (lost_connection(), "unavailable"),
        (cut_off(200), "unavailable"),
        (reply(200, "<html>".to_owned()), "internal"),
        (ok(json!({})), "internal"),
    ] {
        let (mut client, _) = service([asked_for("u-1", answer)]);
        assert_error(run(by_id(&mut client, "u-1")), kind, &[]);
    }
}

#[test]
fn a_record_that_cannot_be_read_is_named() {
    let broken = json!({"id": "u-1", "userName": {}});
    let (mut client, _) = service([found(&broken)]);
    assert_error(
        run(by_id(&mut client, "u-1")),
        "internal",
        &["u-1", "unusable", "expected a string"],
    );
}

#[test]
fn a_user_name_is_found_in_any_case() {
    let ada = but(user("u-1", "owner"), "userName", "Ada@Example.com");
    let (mut client, _) = service([asked_for_name("ada@example.com", list(&[ada]))]);
    assert_eq!(
        name(run(by_user_name(&mut client, "ada@example.com"))).as_deref(),
        Some("Ada@Example.com")
    );
}

#[test]
fn a_user_name_that_the_filter_does_not_find_is_not_looked_for_any_further() {
    let (mut client, _) = service([asked_for_name("a@b.example", list(&[]))]);
    assert_eq!(name(run(by_user_name(&mut client, "a@b.example"))), None);
}

#[test]
fn a_user_name_is_looked_for_everywhere_where_the_filter_is_not_understood() {
    let (mut client, _) = service([
        asked_for_name("u-1@example.com", refuses(400, "no")),
        everybody(&[user("u-1", "owner")]),
    ]);
    assert!(name(run(by_user_name(&mut client, "u-1@example.com"))).is_some());
}

fn of(resource_type: &str, id: &str) -> ResourceId {
    ResourceId {
        resource_type: resource_type.to_owned(),
        id: id.to_owned(),
    }
}

#[test]
fn a_user_is_a_resource_with_its_grant() {
    let (mut client, _) = service([found(&user("u-1", "owner"))]);
    let listed = run(resource(&mut client, &of("user", "u-1")));
    let listed = listed.expect("an answer").expect("a user");
    assert_eq!(listed.resource.id, of("user", "u-1"));
    assert_eq!(
        listed.grants,
        [member_types::grant("owner", of("user", "u-1"))]
    );
}

#[test]
fn a_user_that_is_gone_is_no_resource() {
    let (mut client, _) = service(no_such("u-1"));
    assert_eq!(run(resource(&mut client, &of("user", "u-1"))), Ok(None));
}

#[test]
fn a_user_without_a_name_is_unusable() {
    let (mut client, _) = service([found(&json!({"id": "u-1"}))]);
    assert_error(
        run(resource(&mut client, &of("user", "u-1"))),
        "internal",
        &["u-1", "userName is missing"],
    );
}

#[test]
fn the_member_types_that_valimail_documents_are_there_without_a_request() {
    for known in member_types::KNOWN {
        let (mut client, _) = service([]);
        let listed = run(resource(&mut client, &of("member_type", known)));
        assert_eq!(listed, Ok(Some(member_types::listed(known, 0))));
    }
}

#[test]
fn any_other_member_type_is_there_when_an_account_shows_it() {
    let odd = json!({"id": "u-2", "userName": "b@c", EXTENSION: {"memberType": "auditor"}});
    for (member_type, is_there) in [("auditor", true), ("emperor", false)] {
        let (mut client, _) = service([everybody(&[user("u-1", "owner"), odd.clone()])]);
        let listed = run(resource(&mut client, &of("member_type", member_type)));
        assert_eq!(
            listed,
            Ok(is_there.then(|| member_types::listed(member_type, 0)))
        );
    }
}

#[test]
fn a_type_that_there_is_none_of_is_an_error() {
    let (mut client, _) = service([]);
    assert_error(
        run(resource(&mut client, &of("team", "1"))),
        "not-found",
        &["team"],
    );
}
