//! One sync after the other, and syncs of any size.

use crate::rig::{Rig, Synced};
use e2e::{
    c1z::text,
    valimail::{Account, Accounts, Endpoint, Settings, company, field},
};
use std::collections::BTreeSet;

/// Ids of the rows that differ between the two syncs in a file, by table.
fn differences(synced: &Synced) -> Vec<(&'static str, String)> {
    let syncs = synced.file.syncs();
    let [new, old] = &syncs[..] else {
        panic!("there are not two syncs: {syncs:?}")
    };
    let (new, old) = (synced.file.contents(new), synced.file.contents(old));
    let keys: BTreeSet<_> = new.keys().chain(old.keys()).cloned().collect();
    keys.into_iter()
        .filter(|key| new.get(key) != old.get(key))
        .collect()
}

#[test]
fn two_syncs_of_an_unchanged_service_are_kept_and_do_not_differ() {
    let rig = Rig::new(Settings::company());
    let first = rig.syncs(&[]).file.syncs();
    let second = rig.syncs(&[]);
    assert_eq!(first.len(), 1);
    assert_eq!(second.file.syncs().len(), 2);
    assert_eq!(second.file.syncs()[1], first[0]);
    assert_eq!(differences(&second), []);
    let rows = second.file.contents(&first[0]).len();
    assert_eq!(rows, 2 + 42 + 4 + 4 + 40);
}

#[test]
fn of_three_syncs_the_last_two_are_kept() {
    let rig = Rig::new(Settings::company());
    let first = rig.syncs(&[]).file.syncs();
    let second = rig.syncs(&[]).file.syncs();
    let third = rig.syncs(&[]);
    let kept = third.file.syncs();
    assert_eq!(kept.len(), 2);
    assert_eq!(kept[1], second[0]);
    assert!(!kept.contains(&first[0]));
    assert_eq!(
        third.file.number("select count(*) from v1_resources"),
        2 * 46,
        "rows of the first sync are gone"
    );
}

#[test]
fn resources_alone_are_a_sync_of_another_kind() {
    let rig = Rig::new(Settings::company());
    let full = rig.syncs(&[]).file.syncs();
    let synced = rig.syncs(&["--skip-entitlements-and-grants"]);
    let kinds = synced
        .file
        .texts("select sync_type from v1_sync_runs order by ended_at");
    assert_eq!(kinds, ["full", "resources_only"]);
    assert_eq!(synced.file.resources("user").len(), 42);
    assert!(synced.file.grants().is_empty());
    // What the full sync has found is still there, and is what the next one is compared with.
    assert_eq!(synced.file.syncs()[1], full[0]);
    let next = rig.syncs(&[]);
    assert_eq!(next.file.grants().len(), 40);
    assert_eq!(next.file.syncs()[1], full[0]);
}

#[test]
fn a_changed_account_is_one_row_that_differs() {
    let rig = Rig::new(Settings::company());
    rig.syncs(&[]);
    let mut accounts = company();
    let changed = accounts.get(7).expect("an account");
    let id = changed.text(field::ID).expect("an id").to_owned();
    accounts.replace(7, changed.with(field::FAMILY_NAME, "Newly-Married"));
    rig.standin.set_accounts(accounts);
    let synced = rig.syncs(&[]);
    assert_eq!(
        differences(&synced),
        [("v1_resources", format!("user:{id}"))]
    );
}

#[test]
fn a_promotion_is_one_account_that_differs_and_a_grant_for_a_grant() {
    let rig = Rig::new(Settings::company());
    rig.syncs(&[]);
    let mut accounts = company();
    let promoted = accounts.get(20).expect("an account");
    let id = promoted.text(field::ID).expect("an id").to_owned();
    assert_eq!(promoted.text(field::MEMBER_TYPE), Some("member"));
    accounts.replace(20, promoted.owner());
    rig.standin.set_accounts(accounts);
    let synced = rig.syncs(&[]);
    assert_eq!(
        differences(&synced),
        [
            (
                "v1_grants",
                format!("member_type:member:assigned:user:{id}")
            ),
            ("v1_grants", format!("member_type:owner:assigned:user:{id}")),
            ("v1_resources", format!("user:{id}")),
        ]
    );
}

#[test]
fn an_account_that_comes_and_one_that_goes_show_with_their_grants() {
    let rig = Rig::new(Settings::company());
    rig.syncs(&[]);
    let mut accounts = company();
    accounts.retain(|account| account.text(field::ID) != Some("49c398b12b"));
    accounts.push(Account::new("new", "new@larkspurfreight.example").marketer());
    rig.standin.set_accounts(accounts);
    let synced = rig.syncs(&[]);
    assert_eq!(
        differences(&synced),
        [
            ("v1_grants", "member_type:marketer:assigned:user:new"),
            ("v1_grants", "member_type:owner:assigned:user:49c398b12b"),
            ("v1_resources", "user:49c398b12b"),
            ("v1_resources", "user:new"),
        ]
        .map(|(table, id)| (table, id.to_owned()))
    );
}

fn a_hundred_thousand_accounts(settings: Settings) {
    let accounts = Accounts::generated(100_000);
    let rig = Rig::new(Settings {
        accounts: accounts.clone(),
        ..settings
    });
    let synced = rig.syncs(&ONLY_ONE);
    assert_eq!(rig.count(Endpoint::List), 1);
    let users = synced.file.resources("user");
    assert_eq!(users.len(), 100_000);
    for (position, row) in (0..).zip(&users).step_by(997) {
        let account = accounts.get(position).expect("an account");
        let value = |pointer| account.text(pointer).expect("a value");
        assert_eq!(row.key, format!("user:{}", value(field::ID)));
        let user = row.user.as_ref().expect("a user trait");
        assert_eq!(user.login, value(field::USER_NAME));
        let profile = user.profile.as_ref();
        assert_eq!(
            text(profile, "member_type"),
            account.text(field::MEMBER_TYPE)
        );
        assert_eq!(
            text(profile, "external_id"),
            account.text(field::EXTERNAL_ID)
        );
        assert_eq!(text(profile, "last_name"), account.text(field::FAMILY_NAME));
    }
    let whole = synced.file.number(
        "select count(*) from v1_grants g join v1_resources p on p.sync_id = g.sync_id
         and p.external_id = 'user:' || g.principal_resource_id
         where g.external_id = g.entitlement_id || ':user:' || g.principal_resource_id",
    );
    assert_eq!(whole, 100_000);
    let done = &synced.transcript.logged("Sync complete.")[0];
    assert_eq!(
        (&done["resources"], &done["entitlements"], &done["grants"]),
        (&100_003.into(), &3.into(), &100_000.into())
    );
}

/// A second request would be a second list.
const ONLY_ONE: [&str; 2] = crate::rig::ONCE;

#[test]
fn a_hundred_thousand_accounts_are_stored_and_each_of_them_once() {
    a_hundred_thousand_accounts(Settings::default());
}

#[test]
fn a_hundred_thousand_accounts_come_compressed_as_well() {
    a_hundred_thousand_accounts(Settings {
        gzip: true,
        ..Settings::default()
    });
}
