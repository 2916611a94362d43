//! Syncs of single resources, of a component that behaves and of one that does not.

use crate::{
    product::{Product, fails, logged},
    support::{component, earlier, misfit_bytes, without},
};
use e2e::{
    c1z::File,
    host::{Host, Transcript},
};
use std::fs;

struct Synced {
    transcript: Transcript,
    file: File,
    product: Product,
}

impl Synced {
    /// Keys of a table's rows of the newest sync, in their order.
    fn keys(&self, table: &str) -> Vec<String> {
        self.file.texts(&format!(
            "select external_id from v1_{table} where sync_id =
             (select sync_id from v1_sync_runs order by ended_at desc limit 1) order by external_id"
        ))
    }

    /// Types of the file's syncs, the oldest first.
    fn kinds(&self) -> Vec<String> {
        self.file
            .texts("select sync_type from v1_sync_runs order by ended_at")
    }
}

/// Syncs these resources into a new file.
fn synced(resources: &str, arguments: &[&str]) -> Synced {
    let product = Product::start();
    let host = product.misfit("well");
    let synced = synced_by(&host, resources, arguments);
    Synced { product, ..synced }
}

fn synced_by(host: &Host, resources: &str, arguments: &[&str]) -> Synced {
    let mut all = vec!["--sync-resources", resources];
    all.extend(arguments);
    let transcript = host.run(&all).succeeded();
    Synced {
        transcript,
        file: File::open(&host.file()),
        product: Product::start(),
    }
}

#[test]
fn a_principal_comes_with_all_that_it_brings() {
    let synced = synced("bid:r:user/u1", &[]);
    assert_eq!(synced.kinds(), ["partial"]);
    assert_eq!(
        synced.keys("resource_types"),
        ["group", "repository", "role", "user"]
    );
    assert_eq!(synced.keys("resources"), ["role:admin", "user:u1"]);
    assert_eq!(synced.keys("entitlements"), ["role:admin:assigned"]);
    assert_eq!(synced.keys("grants"), ["role:admin:assigned:user:u1"]);
    assert_eq!(
        synced.product.lines(),
        [
            "POST /sign-in",
            "GET /resources/user/u1",
            "GET /resources/role/admin"
        ]
    );
}

#[test]
fn what_is_held_comes_with_all_who_hold_it_and_all_that_lives_in_it() {
    let synced = synced("bid:r:group/g1", &[]);
    assert_eq!(
        synced.keys("resources"),
        [
            "group:g1",
            "group:g2",
            "repository:compiler",
            "repository:linker",
            "user:u1",
            "user:u2"
        ]
    );
    assert_eq!(
        synced.keys("entitlements"),
        ["group:g1:member", "group:g1:owner"]
    );
    assert_eq!(
        synced.keys("grants"),
        [
            "group:g1:member:user:u1",
            "group:g1:member:user:u2",
            "group:g1:owner:group:g2",
            "group:g1:owner:user:u1"
        ],
        "what the principals hold elsewhere is left alone"
    );
}

#[test]
fn a_resource_that_is_named_twice_or_is_of_no_type_to_sync_is_asked_for_once_or_never() {
    let synced = synced(
        "bid:r:user/u1,bid:r:group/g1,bid:r:group/g1/user/u1",
        &["--sync-resource-types", "user,role"],
    );
    assert_eq!(synced.keys("resources"), ["role:admin", "user:u1"]);
    let lines = synced.product.lines();
    assert_eq!(lines.len(), 3, "{lines:?}");
}

#[test]
fn a_sync_of_nothing_that_is_of_the_types_to_sync_is_an_empty_partial_one() {
    let synced = synced("bid:r:group/g1", &["--sync-resource-types", "user"]);
    assert_eq!(synced.kinds(), ["partial"]);
    assert_eq!(synced.keys("resources"), [""; 0]);
    assert_eq!(synced.product.lines(), [""; 0]);
}

#[test]
fn a_resource_that_is_not_there_is_left_out_with_a_warning() {
    let synced = synced("bid:r:user/u9,bid:r:user/u2", &[]);
    let warning = logged(&synced.transcript, "skipping resource due to not found");
    assert_eq!(warning["level"], "warn");
    assert_eq!(warning["resource_type_id"], "user");
    assert_eq!(warning["resource_id"], "u9");
    assert_eq!(
        synced.keys("resources"),
        ["role:hidden", "role:viewer", "user:u2"]
    );
}

#[test]
fn grants_can_be_left_out() {
    let synced = synced("bid:r:group/g1", &["--skip-grants"]);
    assert_eq!(synced.kinds(), ["partial"]);
    assert_eq!(
        synced.keys("resources"),
        ["group:g1", "repository:compiler", "repository:linker"]
    );
    assert_eq!(
        synced.keys("entitlements"),
        ["group:g1:member", "group:g1:owner"]
    );
    assert_eq!(synced.keys("grants"), [""; 0]);
}

#[test]
fn entitlements_and_grants_can_be_left_out() {
    let arguments = ["--skip-entitlements-and-grants"];
    let synced = synced("bid:r:group/g1,bid:r:role/viewer", &arguments);
    assert_eq!(synced.kinds(), ["partial"]);
    assert_eq!(
        synced.keys("resources"),
        [
            "group:g1",
            "repository:compiler",
            "repository:linker",
            "role:viewer"
        ]
    );
    assert_eq!(synced.keys("entitlements"), [""; 0]);
    assert_eq!(synced.keys("grants"), [""; 0]);
}

#[test]
fn full_syncs_stay_in_the_file_and_go_on_from_each_other() {
    let product = Product::start();
    let host = product.misfit("well");
    let _ = host.run(&[]).succeeded();
    let _ = host.run(&[]).succeeded();
    let full = File::open(&host.file()).syncs();
    for _ in 0..2 {
        let synced = synced_by(&host, "bid:r:user/u1", &[]);
        assert_eq!(synced.kinds(), ["full", "full", "partial"]);
        assert_eq!(synced.file.syncs()[1..], full);
        let parents = "select parent_sync_id from v1_sync_runs where sync_type = 'partial'";
        assert_eq!(synced.file.texts(parents), full[..1]);
    }
    // Ids are looked up in the full sync, which knows what the partial one does not.
    let revoke = ["--revoke-grant", "group:g1:member:user:u1", "--dry-run"];
    let _ = host.run(&revoke).succeeded();
    let _ = host.run(&[]).succeeded();
    assert_eq!(File::open(&host.file()).syncs()[1..], full[..1]);
}

#[test]
fn a_component_that_cannot_look_syncs_no_single_resources() {
    let component = component(&without(misfit_bytes(), "get-resource"));
    let host = Host::with_component(&component.path).env("BATON_BEHAVIOUR", "well");
    fs::write(host.file(), earlier()).expect("a file");
    let arguments = ["--sync-resources", "bid:r:user/u1"];
    let texts = [
        "cannot sync single resources",
        "does not export get-resource",
    ];
    let _ = fails(&host, &arguments, 12, &texts);
    assert!(fs::read(host.file()).expect("a file") == earlier());
}

#[test]
fn a_component_that_looks_badly_fails_the_sync() {
    for (behaviour, code, text) in [
        ("look-finds-another", 13, "answered with user:u3"),
        ("look-fails", 13, "cannot look at user:u1"),
        ("look-traps", 13, "the connector crashed"),
        ("look-changes", 7, "cannot look at user:u1"),
    ] {
        let product = Product::start();
        let host = product.misfit(behaviour);
        fs::write(host.file(), earlier()).expect("a file");
        let _ = fails(&host, &["--sync-resources", "bid:r:user/u1"], code, &[text]);
        assert!(fs::read(host.file()).expect("a file") == earlier());
        assert!(product.changes().is_empty(), "{behaviour}");
    }
}

#[test]
fn what_names_no_resource_is_refused() {
    let host = Product::start().misfit("well");
    let refused = |resources: &str, code, texts: &[&str]| {
        let _ = fails(&host, &["--sync-resources", resources], code, texts);
    };
    refused("user:u1", 2, &["bid:r:<type>/<id>"]);
    refused("bid:r:user/u1/", 2, &["bid:r:<type>/<id>"]);
    let texts = [
        "invalid resource type \"planet\"",
        "group, user, role, repository",
    ];
    refused("bid:r:planet/1", 3, &texts);
}

#[test]
fn grants_cannot_be_left_out_of_a_full_sync() {
    let host = Product::start().misfit("well");
    let texts = [
        "skip-grants can only be set within a targeted sync",
        "--sync-resources",
    ];
    let _ = fails(&host, &["--skip-grants"], 2, &texts);
    assert!(!host.file().exists());
}
