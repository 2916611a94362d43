//! Accounts as the service sends them, and as they stand in the file.

use crate::{
    rig::Rig,
    rows::{DISABLED, ENABLED, Row, UNSPECIFIED, come_out, row, stored, usual},
};
use e2e::valimail::{Account, Settings, company, field};
use serde_json::json;

#[test]
fn each_account_of_the_company_is_stored_as_it_was_served() {
    let synced = Rig::new(Settings::company()).syncs(&[]);
    let expected: Vec<_> = company().iter().map(|account| Row::of(&account)).collect();
    assert_eq!(stored(&synced), expected);
    assert_eq!(expected.len(), 42);
}

#[test]
fn an_account_of_the_published_description_is_stored_to_the_letter() {
    let synced = Rig::new(Settings::company()).syncs(&[]);
    let profile = [
        ("user_id", "49c398b12b"),
        ("email", "foo@somedomain.com"),
        ("first_name", "foo"),
        ("last_name", "bar"),
        ("member_type", "owner"),
        ("external_id", "string"),
        ("last_modified", "2026-03-25T13:22:47.26Z"),
    ];
    let expected = Row {
        key: "user:49c398b12b".to_owned(),
        display_name: "foo bar".to_owned(),
        login: "foo@somedomain.com".to_owned(),
        emails: vec![("foo@somedomain.com".to_owned(), true)],
        status: DISABLED,
        profile: profile
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        created: Some((1_773_670_389, 867_000_000)),
    };
    assert_eq!(stored(&synced)[0], expected);
}

#[test]
fn whatever_may_be_missing_may_be_missing() {
    come_out([
        (usual("full"), row("full")),
        (
            usual("nameless").without(field::NAME),
            row("nameless")
                .called("nameless@somewhere.example")
                .less(&["first_name", "last_name"]),
        ),
        (
            usual("no-given").without(field::GIVEN_NAME),
            row("no-given").called("Person").less(&["first_name"]),
        ),
        (
            usual("no-family").without(field::FAMILY_NAME),
            row("no-family").called("Test").less(&["last_name"]),
        ),
        (
            usual("no-active").without(field::ACTIVE),
            row("no-active").with_status(UNSPECIFIED),
        ),
        (
            usual("no-extension").without(field::EXTENSION),
            row("no-extension").less(&["member_type"]),
        ),
        (
            usual("no-member-type").without(field::MEMBER_TYPE),
            row("no-member-type").less(&["member_type"]),
        ),
        (
            usual("no-meta").without(field::META),
            row("no-meta").less(&["last_modified"]).created(None),
        ),
        (
            usual("no-external-id").without(field::EXTERNAL_ID),
            row("no-external-id").less(&["external_id"]),
        ),
        (
            Account::item(json!({"id": "bare", "userName": "bare@somewhere.example"})),
            row("bare")
                .called("bare@somewhere.example")
                .less(&[
                    "first_name",
                    "last_name",
                    "member_type",
                    "external_id",
                    "last_modified",
                ])
                .with_status(UNSPECIFIED)
                .created(None),
        ),
    ]);
}

#[test]
fn null_and_the_empty_text_are_as_good_as_missing() {
    let nothing = row("x").less(&[
        "first_name",
        "last_name",
        "member_type",
        "external_id",
        "last_modified",
    ]);
    let nothing = |id: &str| {
        let address = format!("{id}@somewhere.example");
        Row {
            key: format!("user:{id}"),
            login: address.clone(),
            emails: vec![(address.clone(), true)],
            ..nothing.clone()
        }
        .called(&address)
        .with("email", &address)
        .with("user_id", id)
        .with_status(UNSPECIFIED)
        .created(None)
    };
    let parts = [
        field::NAME,
        field::EXTENSION,
        field::META,
        field::EXTERNAL_ID,
        field::ACTIVE,
    ];
    let inner = [
        field::GIVEN_NAME,
        field::FAMILY_NAME,
        field::MEMBER_TYPE,
        field::CREATED,
        field::LAST_MODIFIED,
        field::EXTERNAL_ID,
    ];
    let nulls = |id: &str, fields: &[&str]| {
        let account = usual(id).null(field::ACTIVE);
        fields.iter().fold(account, |account, at| account.null(at))
    };
    let empty = inner
        .iter()
        .fold(usual("empty").null(field::ACTIVE), |account, at| {
            account.with(at, "")
        });
    come_out([
        (nulls("outer", &parts), nothing("outer")),
        (nulls("inner", &inner), nothing("inner")),
        (empty, nothing("empty")),
    ]);
}

#[test]
fn an_id_may_be_of_any_style_or_a_number() {
    let ids = [
        "49c398b12b",
        "2906d4927bf178077519",
        "1234c223-7f76-453a-919d-413861904648",
        "0001",
        "Mixed:Case/and more",
    ];
    let texts = ids.map(|id| (usual(id), row(id)));
    let numbers = ["7", "9007199254740993", "-1"].map(|id| {
        let number: i64 = id.parse().expect("a number");
        (usual(id).with(field::ID, number), row(id))
    });
    come_out(texts.into_iter().chain(numbers));
}

#[test]
fn active_may_be_a_word() {
    come_out([
        (usual("a").with(field::ACTIVE, "true"), row("a")),
        (usual("b").with(field::ACTIVE, "True"), row("b")),
        (
            usual("c").with(field::ACTIVE, "false"),
            row("c").with_status(DISABLED),
        ),
        (usual("d").inactive(), row("d").with_status(DISABLED)),
        (
            usual("e").with(field::ACTIVE, true),
            row("e").with_status(ENABLED),
        ),
    ]);
}

#[test]
fn a_date_may_have_any_number_of_digits_and_one_that_is_none_does_no_harm() {
    let second = 1_774_444_967; // 2026-03-25T13:22:47Z
    let cases = [
        ("2026-03-25T13:22:47Z", Some((second, 0))),
        ("2026-03-25T13:22:47.26Z", Some((second, 260_000_000))),
        ("2026-03-25T13:22:47.867Z", Some((second, 867_000_000))),
        (
            "2026-03-25T13:22:47.123456789Z",
            Some((second, 123_456_789)),
        ),
        ("2026-03-25T15:22:47+02:00", Some((second, 0))),
        ("1969-12-31T23:59:58.75Z", Some((-2, 750_000_000))),
        ("2026-03-25", None),
        ("the other day", None),
        ("2026-13-45T99:00:00Z", None),
    ];
    come_out((0..).zip(cases).map(|(n, (date, created))| {
        let id = format!("dated-{n}");
        let account = usual(&id).dates(date, date);
        // What is no date to us may still mean something to people.
        let row = row(&id).created(created).with("last_modified", date);
        (account, row)
    }));
}

#[test]
fn a_user_name_that_is_no_address_is_a_login_all_the_same() {
    come_out([(
        Account::new("robot", "kiosk-17").external_id("idp-robot"),
        row("robot").without_address("kiosk-17"),
    )]);
}

#[test]
fn a_member_type_that_nobody_has_documented_is_kept_as_it_is_written() {
    let member_types = [
        "owner",
        "member",
        "marketer",
        "auditor",
        "Owner",
        "Prüfer (extern)",
    ];
    come_out((0..).zip(member_types).map(|(n, member_type)| {
        let id = format!("typed-{n}");
        let account = usual(&id).member_type(member_type);
        (account, row(&id).with("member_type", member_type))
    }));
}

#[test]
fn what_the_connector_does_not_know_is_passed_over() {
    let account = usual("extra")
        .with("/nickName", "X")
        .with(
            "/emails",
            json!([{"value": "other@somewhere.example", "primary": true}]),
        )
        .with("/name/middleName", "Q.")
        .with("/urn:some:other:extension/memberType", "owner")
        .with("/meta/version", "W/\"1\"")
        .with("/roles", json!([{"value": [[[{"deep": null}]]]}]))
        .with("/password", 17);
    come_out([(account, row("extra"))]);
}

#[test]
fn every_script_and_every_escape_arrives_unharmed() {
    let (given, family) = (
        "裕子 \"Yuki\" \\ \u{1F980}",
        "Ўладзімір\tО'Hara\n<b>&amp;</b>",
    );
    let plain = |id: &str| usual(id).named(given, family).external_id("ключ/№ 1");
    let expected = |id: &str| {
        row(id)
            .called(&format!("{given} {family}"))
            .with("first_name", given)
            .with("last_name", family)
            .with("external_id", "ключ/№ 1")
    };
    come_out([
        (plain("plain"), expected("plain")),
        (plain("escaped").escaped(), expected("escaped")),
        (plain("ид-裕子"), expected("ид-裕子")),
    ]);
}

#[test]
fn a_long_display_name_is_cut_between_characters() {
    let long = "é".repeat(2000);
    let account = usual("long").named(&long, "Person");
    // 1,024 bytes are what Baton allows.
    let row = row("long")
        .called(&"é".repeat(512))
        .with("first_name", &long);
    come_out([(account, row)]);
}
