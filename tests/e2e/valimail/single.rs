//! Syncs of single accounts and member types.

use crate::{
    operations::{ADA, GRACE, IDA, ROSE, ZOE, entitlement, grant_id, staff},
    rig::{INTERNAL, ONCE, Rig, Synced, UNAVAILABLE},
};
use e2e::valimail::{Accounts, Endpoint, ErrorBody, Fault, Faults, Script, Settings};

fn syncs(rig: &Rig, resources: &str) -> Synced {
    rig.syncs(&["--sync-resources", resources])
}

fn user(id: &str) -> String {
    format!("bid:r:user/{id}")
}

/// Ids of the member types, of the entitlements and of the grants of the newest sync.
fn held(synced: &Synced) -> [Vec<String>; 3] {
    let member_types = synced.file.resources("member_type").into_iter();
    let entitlements = synced.file.entitlements().into_iter();
    let grants = synced.file.grants().into_iter();
    [
        member_types.map(|row| row.key).collect(),
        entitlements.map(|row| row.id).collect(),
        grants.map(|row| row.id).collect(),
    ]
}

fn kinds(synced: &Synced) -> Vec<String> {
    let query = "select sync_type from v1_sync_runs order by ended_at";
    synced.file.texts(query)
}

#[test]
fn an_account_comes_with_its_member_type() {
    let rig = Rig::new(Settings::with(staff()));
    let synced = syncs(&rig, &user(ADA));
    assert_eq!(kinds(&synced), ["partial"]);
    assert_eq!(synced.ids(), [ADA]);
    let [member_types, entitlements, grants] = held(&synced);
    assert_eq!(member_types, ["member_type:owner"]);
    assert_eq!(entitlements, [entitlement("owner")]);
    assert_eq!(grants, [grant_id("owner", ADA)]);
    assert_eq!(rig.count(Endpoint::List), 1);
}

#[test]
fn an_account_of_a_member_type_that_nothing_documents_comes_with_it() {
    let rig = Rig::new(Settings::with(staff()));
    let [member_types, entitlements, grants] = held(&syncs(&rig, &user(ROSE)));
    assert_eq!(member_types, ["member_type:auditor"]);
    assert_eq!(entitlements, [entitlement("auditor")]);
    assert_eq!(grants, [grant_id("auditor", ROSE)]);
}

#[test]
fn an_account_without_a_member_type_comes_alone() {
    let rig = Rig::new(Settings::with(staff()));
    let synced = syncs(&rig, &user(ZOE));
    assert_eq!(synced.ids(), [ZOE]);
    assert_eq!(held(&synced), [const { Vec::<String>::new() }; 3]);
}

#[test]
fn a_member_type_comes_with_all_who_have_it() {
    let rig = Rig::new(Settings::with(staff()));
    let synced = syncs(&rig, "bid:r:member_type/owner");
    let [member_types, entitlements, grants] = held(&synced);
    assert_eq!(member_types, ["member_type:owner"]);
    assert_eq!(entitlements, [entitlement("owner")]);
    assert_eq!(grants, [ADA, GRACE, IDA].map(|id| grant_id("owner", id)));
    let mut ids = synced.ids();
    ids.sort();
    assert_eq!(ids, [ADA, GRACE, IDA]);
}

#[test]
fn a_grant_that_two_resources_tell_of_is_stored_once() {
    let rig = Rig::new(Settings::with(staff()));
    let synced = syncs(&rig, &format!("{},bid:r:member_type/owner", user(ADA)));
    let [_, _, grants] = held(&synced);
    assert_eq!(grants, [ADA, GRACE, IDA].map(|id| grant_id("owner", id)));
}

#[test]
fn an_account_that_is_gone_is_left_out() {
    let rig = Rig::new(Settings::with(staff()));
    let synced = syncs(&rig, &format!("{},{}", user("nobody"), user(ADA)));
    assert_eq!(synced.ids(), [ADA]);
    let warnings = synced
        .transcript
        .logged("skipping resource due to not found");
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0]["resource_id"], "nobody");
}

#[test]
fn a_few_accounts_next_to_many_are_no_drop() {
    let rig = Rig::new(Settings::with(Accounts::generated(150)));
    let full = rig.syncs(&ONCE);
    let first = &full.ids()[0];
    let synced = syncs(&rig, &user(first));
    assert_eq!(kinds(&synced), ["full", "partial"]);
    assert_eq!(synced.ids(), [first.as_str()]);
    assert_eq!(synced.file.syncs()[1..], full.file.syncs());
    let contents = |file: &e2e::c1z::File| file.contents(&full.file.syncs()[0]);
    assert!(contents(&synced.file) == contents(&full.file));
    // Of the types that are left out there, none is in this sync.
    let arguments = [
        "--sync-resources",
        &user(first),
        "--sync-resource-types",
        "user",
    ];
    assert!(rig.syncs(&arguments).file.grants().is_empty());
}

#[test]
fn a_look_that_fails_for_the_moment_is_tried_again() {
    let broken = || Fault::Status(500, ErrorBody::Empty);
    let rig = Rig::new(Settings {
        faults: Faults::find(broken()),
        ..Settings::with(staff())
    });
    let synced = rig.syncs(&["--sync-resources", &user(ADA), "--retries", "1"]);
    assert_eq!(synced.ids(), [ADA]);
    assert_eq!(synced.transcript.logged("retrying operation").len(), 1);

    let rig = Rig::new(Settings {
        faults: Faults::find(Script::forever(broken())),
        ..Settings::with(staff())
    });
    let arguments = ["--sync-resources", &user(ADA), "--retries", "1"];
    let texts = ["cannot look at user:ada-0001"];
    let transcript = rig.fails(UNAVAILABLE, &arguments, &texts);
    assert_eq!(transcript.logged("retrying operation").len(), 1);
}

#[test]
fn a_look_that_fails_for_good_is_not_tried_again() {
    let rig = Rig::new(Settings {
        faults: Faults::find(Script::forever(Fault::Html)),
        ..Settings::with(staff())
    });
    let arguments = ["--sync-resources", &user(ADA)];
    let transcript = rig.fails(INTERNAL, &arguments, &["cannot look at user:ada-0001"]);
    assert!(transcript.logged("retrying operation").is_empty());
}
