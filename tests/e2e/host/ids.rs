//! Which entitlement, principal or grant an id means.

use crate::{
    product::{GRANT, Product, fails, logged, succeeds},
    support::{SECRET, careful, component, describing, misfit_bytes, without},
};
use e2e::{c1z::decompressed, host::Host};
use rusqlite::Connection;
use std::fs;

fn grant(entitlement: &str, principal: &str, ty: &str) -> Vec<String> {
    let [a, _, b, _, c, _] = GRANT;
    [a, entitlement, b, principal, c, ty]
        .map(str::to_owned)
        .into()
}

fn revoke(id: &str) -> Vec<String> {
    vec!["--revoke-grant".to_owned(), id.to_owned()]
}

fn refused(host: &Host, product: &Product, arguments: &[String], code: i32, texts: &[&str]) {
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let _ = fails(host, &arguments, code, texts);
    assert!(product.changes().is_empty(), "{:?}", product.changes());
}

/// With the file of a sync, which has to say what there is.
fn refused_by_file(arguments: &[String], code: i32, texts: &[&str]) {
    let product = Product::start();
    let host = careful(product.misfit("well"));
    refused(&host, &product, arguments, code, texts);
}

/// Without a file: the connector has to judge.
fn refused_without_file(arguments: &[String], code: i32, texts: &[&str]) {
    let product = Product::start();
    refused(&product.misfit("well"), &product, arguments, code, texts);
}

/// The same file, in which no sync has come to its end.
fn unfinished(host: &Host) -> Vec<u8> {
    let path = host.path("unfinished.db");
    fs::write(&path, decompressed(&host.file())).expect("a file");
    let database = Connection::open(&path).expect("a database");
    database
        .execute("update v1_sync_runs set ended_at = null", [])
        .expect("an update");
    database.close().expect("closed");
    let bytes = fs::read(&path).expect("a file");
    fs::remove_file(&path).expect("removed");
    let frame = zstd::encode_all(&bytes[..], 3).expect("a frame");
    [&b"C1ZF\0"[..], &frame].concat()
}

#[test]
fn an_unknown_entitlement_names_the_nearest() {
    let texts = ["group:g1:membre", "group:g1:member", "which was synced"];
    refused_by_file(&grant("group:g1:membre", "u3", "user"), 5, &texts);
    let texts = ["role:admim:assigned", "role:admin:assigned"];
    refused_by_file(&grant("role:admim:assigned", "u3", "user"), 5, &texts);
}

#[test]
fn what_is_no_entitlement_at_all_is_refused() {
    for id in [
        "nothing",
        ":",
        "group:g1",
        "::",
        "group::member",
        "group:g1:",
    ] {
        refused_without_file(&grant(id, "u3", "user"), 3, &[id]);
    }
    refused_by_file(&grant("nothing", "u3", "user"), 5, &["nothing"]);
}

#[test]
fn an_entitlement_of_an_unknown_type_names_the_types_that_there_are() {
    let texts = ["planet", "group", "role"];
    refused_without_file(&grant("planet:mars:member", "u3", "user"), 3, &texts);
}

#[test]
fn a_type_of_which_nothing_can_be_given_is_not_implemented() {
    let texts = ["repository"];
    refused_without_file(&grant("repository:linker:reader", "u3", "user"), 12, &texts);
    let id = "repository:linker:reader:user:u3";
    refused_without_file(&revoke(id), 12, &texts);
}

#[test]
fn an_interface_that_is_not_exported_is_not_implemented() {
    let bytes = describing(misfit_bytes(), "lists-only");
    let interfaces = ["grant", "create-account", "invoke-action"];
    let bytes = interfaces.into_iter().fold(bytes, without);
    let component = component(&bytes);
    let product = Product::start();
    let host = Host::with_component(&component.path).env("BATON_BEHAVIOUR", "well");
    let host = product.configure(host);
    for (arguments, _) in crate::product::OPERATIONS {
        let _ = fails(&host, arguments, 12, &[]);
        let dry = [arguments, &["--dry-run"]].concat();
        let _ = fails(&host, &dry, 12, &[]);
    }
    assert!(product.requests().is_empty());
}

#[test]
fn an_unknown_principal_names_the_nearest() {
    for (typed, nearest) in [
        ("u33", "u3"),
        ("User u2", "u2"),
        ("user u2", "u2"),
        ("u2@misfit.example", "u2"),
        ("u2@home.example", "u2"),
    ] {
        let product = Product::with_reads("404 Not Found");
        let host = careful(product.misfit("well"));
        let texts = [typed, nearest, "which was synced"];
        let arguments = grant("group:g1:member", typed, "user");
        refused(&host, &product, &arguments, 5, &texts);
    }
}

#[test]
fn a_principal_that_is_newer_than_the_file_is_looked_for_at_the_service() {
    let product = Product::start();
    let host = careful(product.misfit("well"));
    let mut arguments = GRANT;
    arguments[3] = "u4";
    let transcript = succeeds(&host, &arguments);
    assert_eq!(logged(&transcript, "Granted.")["principal"], "user:u4");
    assert_eq!(product.change().line, "PUT /grants/group:g1:member:user:u4");
}

#[test]
fn a_principal_that_is_nowhere_is_not_found() {
    refused_by_file(&grant("group:g1:member", "u9", "user"), 5, &["u9"]);
    refused_without_file(&grant("group:g1:member", "u9", "user"), 5, &["u9"]);
}

#[test]
fn a_principal_that_cannot_be_looked_for_is_not_found_either() {
    let component = component(&without(misfit_bytes(), "get-resource"));
    let product = Product::start();
    let host = Host::with_component(&component.path)
        .env("BATON_BEHAVIOUR", "well")
        .env("BATON_API_SECRET", SECRET);
    let host = careful(product.configure(host));
    let arguments = grant("group:g1:member", "u4", "user");
    refused(&host, &product, &arguments, 5, &["u4", "which was synced"]);
}

#[test]
fn a_principal_of_the_wrong_type_is_refused() {
    let texts = ["group", "user", "group:g1:member"];
    refused_by_file(&grant("group:g1:member", "g2", "group"), 3, &texts);
    // To which the owner's entitlement is grantable.
    let product = Product::start();
    let host = careful(product.misfit("already"));
    let mut arguments = GRANT;
    (arguments[1], arguments[3], arguments[5]) = ("group:g1:owner", "g2", "group");
    let _ = succeeds(&host, &arguments);
}

#[test]
fn a_principal_of_an_unknown_type_is_refused() {
    refused_by_file(&grant("group:g1:member", "u3", "planet"), 3, &["planet"]);
    refused_without_file(&grant("group:g1:member", "u3", "planet"), 3, &["planet"]);
}

#[test]
fn a_grant_of_the_file_is_revoked() {
    let product = Product::start();
    let host = careful(product.misfit("well"));
    let _ = succeeds(&host, &["--revoke-grant", "group:g1:member:user:u2"]);
    assert_eq!(
        product.change().line,
        "DELETE /grants/group:g1:member:user:u2"
    );
}

#[test]
fn a_grant_that_is_newer_than_the_file_is_put_together_from_what_there_is() {
    let product = Product::start();
    let host = careful(product.misfit("well"));
    let transcript = succeeds(&host, &["--revoke-grant", "group:g1:member:user:u3"]);
    let line = logged(&transcript, "Already revoked: nothing has been changed.");
    assert_eq!(line["entitlement"], "group:g1:member");
    assert_eq!(line["principal"], "user:u3");
}

#[test]
fn an_unknown_grant_names_the_nearest() {
    let texts = [
        "group:g1:membre:user:u2",
        "group:g1:member:user:u2",
        "which was synced",
    ];
    refused_by_file(&revoke("group:g1:membre:user:u2"), 5, &texts);
    for id in ["nothing", "group:g1:member", "group:g1:member:user:", ""] {
        let product = Product::start();
        let host = product.misfit("well");
        let transcript = host.run(&["--revoke-grant", id]);
        if !id.is_empty() {
            let _ = transcript.failed_with(&[id]);
        }
        assert!(product.changes().is_empty(), "{id}");
    }
}

#[test]
fn an_id_that_can_be_read_in_two_ways_needs_a_file() {
    let id = "group:g1:member:user:user:u1";
    refused_without_file(&revoke(id), 3, &[id, "sync first"]);
}

#[test]
fn without_a_file_the_connector_judges() {
    let texts = ["there is no group:g7:member"];
    refused_without_file(&grant("group:g7:member", "u3", "user"), 3, &texts);
    let product = Product::start();
    let host = product.misfit("well");
    let _ = succeeds(&host, &GRANT);
    assert!(!host.file().exists());
}

#[test]
fn a_file_without_a_sync_is_of_no_use() {
    let product = Product::start();
    let host = careful(product.misfit("well"));
    for content in [unfinished(&host), Vec::new()] {
        fs::write(host.file(), content).expect("a file");
        let arguments: Vec<_> = GRANT.map(str::to_owned).into();
        refused(&host, &product, &arguments, 5, &["sync.c1z", "sync"]);
    }
    assert!(product.requests().is_empty());
}

#[test]
fn a_file_that_cannot_be_read_is_not_passed_over() {
    let product = Product::start();
    let host = careful(product.misfit("well"));
    fs::write(host.file(), "dear diary").expect("a file");
    let arguments: Vec<_> = GRANT.map(str::to_owned).into();
    refused(
        &host,
        &product,
        &arguments,
        2,
        &["sync.c1z", "not a c1z file"],
    );
}

#[test]
fn another_file_can_be_named() {
    let product = Product::start();
    let host = careful(product.misfit("well"));
    fs::rename(host.file(), host.path("other.c1z")).expect("renamed");
    let mut arguments = grant("group:g1:membre", "u3", "user");
    arguments.extend(["--file".to_owned(), "other.c1z".to_owned()]);
    refused(
        &host,
        &product,
        &arguments,
        5,
        &["group:g1:member", "other.c1z"],
    );
}

#[test]
fn a_lookup_that_goes_wrong_is_not_taken_for_an_answer() {
    let product = Product::start();
    let arguments = grant("group:g1:member", "u4", "user");
    for (behaviour, code, text) in [
        ("look-fails", 13, "did not like the question"),
        ("look-traps", 13, "crashed"),
        ("look-finds-another", 13, "u3"),
        ("look-finds-nothing", 5, "u4"),
    ] {
        let host = careful(product.misfit(behaviour));
        refused(&host, &product, &arguments, code, &[text]);
    }
}
