//! What keeps a sync from writing what cannot be right, and `validate`.

use crate::rig::{
    FAILED_PRECONDITION, INTERNAL, INVALID_ARGUMENT, ONCE, PERMISSION_DENIED, Rig, UNAUTHENTICATED,
    UNAVAILABLE, tells_none,
};
use e2e::{
    host::{Host, holds_only},
    valimail::{
        Account, Accounts, Endpoint, Fault, Faults, Script, Settings, Standin, WrongCredentials,
    },
};

fn generated(number: u64) -> Settings {
    Settings::with(Accounts::generated(number))
}

#[test]
fn a_list_that_shrinks_by_more_than_a_fifth_fails_with_the_numbers_and_the_flag() {
    let rig = Rig::new(generated(150));
    let _ = rig.syncs(&ONCE);
    rig.standin.set_accounts(Accounts::generated(119));
    let texts = [
        "119 resources of the type user instead of 150",
        "119 grants on the type member_type instead of 150",
        "more than 20 % fewer",
        "would look like deletions",
        "--max-drop 100",
    ];
    let _ = rig.fails(FAILED_PRECONDITION, &ONCE, &texts);
    // The same again: a refused sync is not what the next one is compared with.
    let _ = rig.fails(FAILED_PRECONDITION, &ONCE, &texts);
    let synced = rig.syncs(&["--max-drop", "100"]);
    assert_eq!(synced.ids().len(), 119);
    assert_eq!(synced.file.syncs().len(), 2);
    // What has been accepted is the measure from then on.
    assert_eq!(rig.syncs(&ONCE).ids().len(), 119);
}

#[test]
fn a_list_that_shrinks_by_a_fifth_passes() {
    let rig = Rig::new(generated(150));
    let _ = rig.syncs(&ONCE);
    rig.standin.set_accounts(Accounts::generated(120));
    assert_eq!(rig.syncs(&ONCE).ids().len(), 120);
}

#[test]
fn how_much_a_list_may_shrink_is_the_operators_choice() {
    let rig = Rig::new(generated(200));
    let _ = rig.syncs(&ONCE);
    rig.standin.set_accounts(Accounts::generated(199));
    let texts = ["199 resources", "instead of 200", "more than 0 %"];
    let _ = rig.fails(FAILED_PRECONDITION, &["--max-drop", "0"], &texts);
    assert_eq!(rig.syncs(&["--max-drop", "1"]).ids().len(), 199);
}

#[test]
fn fewer_than_a_hundred_accounts_are_not_compared() {
    let rig = Rig::new(generated(99));
    let _ = rig.syncs(&ONCE);
    rig.standin.set_accounts([]);
    assert!(rig.syncs(&ONCE).ids().is_empty());
}

#[test]
fn a_list_that_is_empty_all_of_a_sudden_fails() {
    let rig = Rig::new(generated(100));
    let _ = rig.syncs(&ONCE);
    rig.standin.set_accounts([]);
    let texts = ["0 resources of the type user instead of 100"];
    let _ = rig.fails(FAILED_PRECONDITION, &ONCE, &texts);
}

#[test]
fn member_types_that_are_all_gone_fail_although_the_accounts_are_there() {
    let rig = Rig::new(generated(120));
    let _ = rig.syncs(&ONCE);
    let stripped = Accounts::generated(120);
    let stripped: Vec<_> = stripped
        .iter()
        .map(|account| account.without(e2e::valimail::field::EXTENSION))
        .collect();
    rig.standin.set_accounts(stripped);
    let texts = ["0 grants on the type member_type instead of 120"];
    let transcript = rig.fails(FAILED_PRECONDITION, &ONCE, &texts);
    assert!(!transcript.error().contains("resources of the type user"));
}

#[test]
fn accounts_without_a_member_type_are_mentioned() {
    let synced = Rig::new(Settings::company()).syncs(&ONCE);
    let lines = synced
        .transcript
        .logged("2 accounts have no memberType and get no grant");
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["connector"], "valimail");
}

#[test]
fn a_base_url_that_is_none_is_refused_before_anything_is_sent() {
    for wrong in [
        "api.valimail.com",
        "not a url",
        "ftp://127.0.0.1",
        "https://",
        "file:///etc/passwd",
        "http://user:pass@127.0.0.1",
        "http://127.0.0.1/?a=b",
        "http://127.0.0.1/#a",
    ] {
        let rig = Rig::new(Settings::company());
        let texts = ["base-url", wrong];
        let _ = rig.fails(INVALID_ARGUMENT, &["--base-url", wrong], &texts);
        assert_eq!(rig.standin.connections(), 0, "{wrong}");
    }
}

#[test]
fn a_base_url_may_end_in_a_slash() {
    let rig = Rig::new(Settings::company());
    let url = format!("{}/", rig.standin.origin());
    assert!(rig.syncs(&["--base-url", &url]).holds_the_company());
    assert_eq!(rig.standin.requests()[0].path, "/auth");
}

#[test]
fn only_accounts_are_synced_when_only_they_are_wanted() {
    let rig = Rig::new(Settings::company());
    let synced = rig.syncs(&["--sync-resource-types", "user"]);
    assert_eq!(synced.ids().len(), 42);
    assert!(synced.file.resources("member_type").is_empty());
    assert!(synced.file.entitlements().is_empty());
    assert!(synced.file.grants().is_empty());
    let types = synced
        .file
        .texts("select external_id from v1_resource_types");
    assert_eq!(types, ["user"]);
    // What was left out on purpose is nothing to warn of.
    let warnings: Vec<_> = synced
        .transcript
        .log()
        .into_iter()
        .filter(|line| line["level"] == "warn")
        .collect();
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn a_hundred_thousand_accounts_are_synced_without_their_member_types() {
    let rig = Rig::new(generated(100_001));
    let synced = rig.syncs(&["--sync-resource-types", "user"]);
    let users = synced
        .file
        .number("select count(*) from v1_resources where resource_type_id = 'user'");
    assert_eq!(users, 100_001);
}

#[test]
fn no_list_is_asked_for_when_only_member_types_are_wanted() {
    let rig = Rig::new(Settings::company());
    let synced = rig.syncs(&["--sync-resource-types", "member_type"]);
    assert_eq!(synced.file.resources("member_type").len(), 3);
    assert_eq!(synced.file.entitlements().len(), 3);
    assert_eq!(rig.count(Endpoint::List), 0);
}

#[test]
fn a_file_that_holds_other_types_is_not_overwritten_with_some() {
    let rig = Rig::new(Settings::company());
    let _ = rig.put_earlier_file();
    for (wanted, other) in [("user", "member_type"), ("member_type", "user")] {
        let other = format!("holds resources of the type {other}, which this sync is to leave out");
        let arguments = ["--sync-resource-types", wanted];
        let _ = rig.fails(FAILED_PRECONDITION, &arguments, &[&other, "--file"]);
    }
    assert_eq!(rig.standin.connections(), 0);
}

#[test]
fn a_resource_type_that_there_is_not_is_refused_with_those_that_there_are() {
    let rig = Rig::new(Settings::company());
    let texts = ["\"team\"", "member_type, user"];
    let arguments = ["--sync-resource-types", "user,team"];
    let _ = rig.fails(INVALID_ARGUMENT, &arguments, &texts);
    assert_eq!(rig.standin.connections(), 0);
}

#[test]
fn settings_that_are_missing_are_all_named() {
    let rig = Rig::with_host(Standin::start(Settings::company()), Host::unconfigured());
    let texts = [
        "valimail-app-id, valimail-client-id, valimail-slug",
        "BATON_VALIMAIL_APP_ID",
        "--valimail-client-id",
        ".baton.yaml",
    ];
    let _ = rig.fails(INVALID_ARGUMENT, &[], &texts);
}

#[test]
fn validate_signs_in_and_looks_at_the_list_and_writes_nothing() {
    let rig = Rig::new(Settings::company());
    let transcript = rig.host.command("validate", &[]).succeeded();
    assert_eq!(
        transcript.stdout,
        "Valimail: signed in and read the beginning of the account list\n"
    );
    let endpoints: Vec<_> = rig.standin.requests().iter().map(|r| r.endpoint).collect();
    assert_eq!(endpoints, [Endpoint::Auth, Endpoint::List]);
    assert!(holds_only(rig.host.directory.path(), &["tmp"]));
}

/// Runs a validation that must fail.
fn is_invalid(rig: &Rig, code: i32, texts: &[&str]) {
    let arguments = ["--retries", "0"];
    let transcript = rig.host.command("validate", &arguments).failed_with(texts);
    assert_eq!(transcript.code, Some(code), "{transcript}");
    let transcript = transcript.failed_with(&["Valimail cannot be used"]);
    assert_eq!(transcript.stdout, "");
    tells_none(&transcript, &rig.standin.secrets());
    assert!(holds_only(rig.host.directory.path(), &["tmp"]));
}

#[test]
fn validate_tells_wrong_credentials() {
    let rig = Rig::new(Settings {
        wrong_credentials: WrongCredentials::Unprocessable422,
        ..Settings::company()
    })
    .env("BATON_VALIMAIL_CLIENT_ID", "somebody-else");
    let texts = ["answered 422", "valimail-app-id and valimail-client-id"];
    is_invalid(&rig, UNAUTHENTICATED, &texts);
}

#[test]
fn validate_tells_a_wrong_slug() {
    let rig = Rig::new(Settings::company()).env("BATON_VALIMAIL_SLUG", "elsewhere");
    let texts = ["answered 403", "valimail-slug", "\"elsewhere\""];
    is_invalid(&rig, PERMISSION_DENIED, &texts);
}

#[test]
fn validate_tells_a_service_that_is_down() {
    let host = Host::at("http://127.0.0.1:1");
    let rig = Rig::with_host(Standin::start(Settings::company()), host);
    is_invalid(
        &rig,
        UNAVAILABLE,
        &["POST http://127.0.0.1:1/auth", "refused"],
    );
}

#[test]
fn validate_tells_an_answer_that_is_no_list() {
    let rig = Rig::with_faults(Faults::list(Script::forever(Fault::Html)));
    is_invalid(&rig, INTERNAL, &["an HTML page where JSON was expected"]);
}

#[test]
fn validate_tells_an_address_that_is_not_allowed() {
    let rig = Rig::not_allowed();
    let allow = format!("--allow-outbound {}", rig.standin.origin());
    let texts = ["The sandbox refused a request", &allow];
    is_invalid(&rig, FAILED_PRECONDITION, &texts);
    assert_eq!(rig.standin.connections(), 0);
}

#[test]
fn validate_reads_no_more_of_a_long_list_than_it_must() {
    let rig = Rig::with_faults(Faults::list(Fault::EndlessAccounts));
    let _ = rig.host.command("validate", &[]).succeeded();
}

#[test]
fn a_file_of_another_kind_is_not_replaced() {
    let rig = Rig::new(Settings::with([Account::new("1", "a@b.example")]));
    std::fs::write(rig.host.file(), "my notes").expect("written");
    let transcript = rig.host.run(&ONCE).failed_with(&["sync.c1z"]);
    assert_eq!(std::fs::read(rig.host.file()).expect("read"), b"my notes");
    assert_eq!(rig.standin.connections(), 0, "{transcript}");
}
