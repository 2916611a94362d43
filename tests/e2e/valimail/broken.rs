//! Records that cannot be used.

use crate::rig::{FAILED_PRECONDITION, ONCE, Rig};
use e2e::{
    host::Transcript,
    valimail::{Account, Accounts, Pagination, Settings, company, field},
};
use serde_json::{Value, json};

/// The demo company and then these items, the first of which has the position 42.
fn company_and(items: impl IntoIterator<Item = Account>) -> Settings {
    let mut accounts = company();
    accounts.extend(items);
    Settings::with(accounts)
}

fn account(id: &str) -> Account {
    Account::new(id, format!("{id}@b.example"))
}

/// Position, id and reason of each record that has been reported.
fn reported(transcript: &Transcript) -> Vec<(u64, String, String)> {
    let lines = transcript.logged("skipping unusable record").into_iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    lines
        .map(|line| {
            assert_eq!(line["level"], "warn");
            assert_eq!(line["resource_type_id"], "user");
            let position = line["position"].as_u64().expect("a position");
            (position, text(&line["id"]), text(&line["reason"]))
        })
        .collect()
}

/// Syncs the company with one more item, which must be left out and reported with this id and
/// with a reason that says all of `words`.
fn is_left_out(item: Account, id: &str, words: &[&str]) {
    let rig = Rig::new(company_and([item.clone()]));
    let synced = rig.syncs(&ONCE);
    assert!(synced.holds_the_company(), "{item:?}");
    let reported = reported(&synced.transcript);
    let [(42, reported_id, reason)] = &reported[..] else {
        panic!("{item:?}: {reported:?}")
    };
    assert_eq!(reported_id, id, "{item:?}");
    for word in words {
        assert!(reason.contains(word), "{item:?}: {reason}");
    }
    assert!(!reason.contains("struct"), "Rust in a message: {reason}");
    assert!(!reason.contains("untagged"), "Rust in a message: {reason}");
}

#[test]
fn an_account_without_an_id_is_left_out_and_reported_by_its_address() {
    let missing = ["id", "missing"];
    is_left_out(account("a").without(field::ID), "a@b.example", &missing);
    is_left_out(account("a").null(field::ID), "a@b.example", &missing);
    is_left_out(account("a").with(field::ID, ""), "a@b.example", &missing);
}

#[test]
fn an_account_without_an_address_is_left_out_and_reported_by_its_id() {
    let missing = ["userName", "missing"];
    is_left_out(account("a").without(field::USER_NAME), "a", &missing);
    is_left_out(account("a").null(field::USER_NAME), "a", &missing);
    is_left_out(account("a").with(field::USER_NAME, ""), "a", &missing);
}

#[test]
fn an_account_with_a_value_of_the_wrong_type_is_left_out() {
    let address = "a@b.example";
    is_left_out(account("a").with(field::ID, json!({"x": 1})), address, &[]);
    is_left_out(account("a").with(field::ID, 1.5), "1.5", &[]);
    for (pointer, value) in [
        (field::USER_NAME, json!(["a@b.example"])),
        (field::USER_NAME, json!(17)),
        (field::ACTIVE, json!("perhaps")),
        (field::ACTIVE, json!(1)),
        (field::NAME, json!("Test Person")),
        (field::GIVEN_NAME, json!({})),
        (field::MEMBER_TYPE, json!(["owner", "member"])),
        (field::EXTENSION, json!("owner")),
        (field::META, json!(12)),
    ] {
        is_left_out(account("a").with(pointer, value), "a", &[]);
    }
}

#[test]
fn an_item_that_is_no_object_is_left_out() {
    for item in [
        json!(null),
        json!("a@b.example"),
        json!(17),
        json!(true),
        json!([]),
        json!(["id", "a@b.example"]),
    ] {
        is_left_out(Account::item(item), "(none)", &["not an object"]);
    }
    is_left_out(Account::item(json!({})), "(none)", &["id", "missing"]);
}

#[test]
fn an_account_with_two_ids_is_left_out() {
    let twice = r#"{"id": "a", "id": "b", "userName": "a@b.example"}"#;
    is_left_out(Account::verbatim(twice), "b", &["duplicate", "id"]);
}

#[test]
fn an_id_of_more_than_a_kilobyte_is_left_out_and_cut_in_the_log() {
    let id = "x".repeat(1025);
    is_left_out(account(&id), &"x".repeat(100), &["1,024 bytes"]);
}

#[test]
fn of_two_accounts_with_the_same_id_the_first_counts_with_its_grant() {
    let rig = Rig::new(company_and([
        account("twin").named("First", "Twin"),
        account("twin").named("Second", "Twin").owner(),
    ]));
    let synced = rig.syncs(&ONCE);
    let users = synced.file.resources("user");
    assert_eq!(users.len(), 43);
    assert_eq!(users[42].resource.display_name, "First Twin");
    let grants = synced.file.grants().into_iter().map(|grant| grant.id);
    let grants: Vec<_> = grants.filter(|id| id.ends_with(":user:twin")).collect();
    assert_eq!(grants, ["member_type:member:assigned:user:twin"]);
    let same = "a record before it has the same id".to_owned();
    assert_eq!(
        reported(&synced.transcript),
        [(43, "twin".to_owned(), same)]
    );
}

#[test]
fn a_broken_account_takes_its_grant_with_it() {
    let rig = Rig::new(company_and([
        account("good").owner(),
        account("bad").owner().without(field::USER_NAME),
    ]));
    let synced = rig.syncs(&ONCE);
    let grants: Vec<_> = synced.file.grants().into_iter().map(|g| g.id).collect();
    assert_eq!(grants.len(), 41);
    assert!(grants.contains(&"member_type:owner:assigned:user:good".to_owned()));
    assert!(!grants.iter().any(|id| id.contains("bad")));
}

#[test]
fn broken_accounts_are_counted_at_the_end() {
    let rig = Rig::new(company_and([
        account("a").without(field::ID),
        Account::item(json!(null)),
    ]));
    let synced = rig.syncs(&ONCE);
    let done = &synced.transcript.logged("Sync complete.")[0];
    assert_eq!(done["skipped"], 2);
    assert_eq!(done["resources"], 42 + 4);
    let message = "sync completed with unusable records, which are not in the file";
    assert_eq!(synced.transcript.logged(message)[0]["records"], 2);
}

#[test]
fn a_position_counts_from_the_beginning_of_the_whole_list() {
    let mut settings = company_and([account("a").without(field::USER_NAME)]);
    settings.pagination = Pagination::Rfc7644 { page: 20 };
    let synced = Rig::new(settings).syncs(&ONCE);
    let positions = reported(&synced.transcript);
    assert_eq!(positions[0].0, 42);
}

#[test]
fn more_than_five_percent_of_broken_accounts_fail_the_sync_unless_they_are_allowed() {
    let broken = |number: u64| {
        let mut accounts = Accounts::generated(100 - number);
        accounts.extend((0..number).map(|_| Account::item(json!({}))));
        Settings::with(accounts)
    };
    assert_eq!(Rig::new(broken(5)).syncs(&ONCE).ids().len(), 95);

    let rig = Rig::new(broken(6));
    let transcript = rig.fails(
        FAILED_PRECONDITION,
        &ONCE,
        &[
            "6 of 100 records of the type user are unusable",
            "more than 5 %",
            "would look like deleted",
            "--max-unusable",
        ],
    );
    assert_eq!(reported(&transcript).len(), 6);
    let _ = rig.fails(
        FAILED_PRECONDITION,
        &["--max-unusable", "5"],
        &["6 of 100 records"],
    );
    assert_eq!(rig.syncs(&["--max-unusable", "6"]).ids().len(), 94);
}

#[test]
fn a_list_of_nothing_but_broken_accounts_fails() {
    let items: Vec<_> = (0..3).map(|n| Account::item(json!(n))).collect();
    let rig = Rig::new(Settings::with(items));
    let _ = rig.fails(FAILED_PRECONDITION, &ONCE, &["3 of 3 records"]);
}

#[test]
fn of_very_many_broken_accounts_the_log_names_the_first_hundred() {
    let items: Vec<_> = (0..250).map(|n| Account::item(json!(n))).collect();
    let rig = Rig::new(Settings::with(items));
    let transcript = rig.fails(FAILED_PRECONDITION, &ONCE, &["250 of 250 records"]);
    let reported = reported(&transcript);
    assert_eq!(reported.len(), 100);
    assert_eq!(reported[99].0, 99);
}
