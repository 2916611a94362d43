//! The file that receipts are appended to.

use crate::{
    product::{GRANT, OPERATIONS, Product, fails, succeeds},
    receipts::{FILE, receipts, with_receipts},
    support::{assert_untouched, careful},
};
use e2e::host::Host;
use serde_json::Value;
use std::{fs, os::unix::fs::PermissionsExt};

#[test]
fn receipts_are_added_to_those_that_are_there() {
    for before in ["", "{\"earlier\": 1}\n", "{\"earlier\": 1}"] {
        let product = Product::start();
        let host = product.misfit("well");
        fs::write(host.path(FILE), before).expect("a file");
        for (arguments, _) in OPERATIONS {
            let _ = succeeds(&host, &with_receipts(arguments));
        }
        let receipts = receipts(&host);
        let operations: Vec<_> = receipts.iter().map(|line| &line["operation"]).collect();
        let earlier: &[Value] = if before.is_empty() {
            &[]
        } else {
            &[Value::Null]
        };
        let now = ["grant", "revoke", "create-account", "invoke-action"].map(Value::from);
        let expected: Vec<_> = earlier.iter().chain(&now).collect();
        assert_eq!(operations, expected);
    }
}

#[test]
fn a_new_file_of_receipts_is_for_its_owner_only() {
    let product = Product::start();
    let host = product.misfit("well");
    let _ = succeeds(&host, &with_receipts(&GRANT));
    let mode = |host: &Host| {
        let metadata = fs::metadata(host.path(FILE)).expect("a file");
        metadata.permissions().mode() & 0o777
    };
    assert_eq!(mode(&host), 0o600);
    fs::set_permissions(host.path(FILE), fs::Permissions::from_mode(0o640)).expect("a mode");
    let _ = succeeds(&host, &with_receipts(&GRANT));
    assert_eq!(mode(&host), 0o640, "what is there is left as it is");
}

#[test]
fn a_file_that_cannot_be_written_is_found_out_before_anything_is_sent() {
    for path in ["missing/receipts.jsonl", ".", "/"] {
        for (arguments, _) in OPERATIONS {
            let product = Product::start();
            let host = product.misfit("well");
            let arguments = [arguments, &["--receipts", path]].concat();
            let transcript = host.run(&arguments).failed_with(&["receipts"]);
            assert_eq!(transcript.code, Some(2), "{transcript}");
            assert_eq!(transcript.stdout, "", "{transcript}");
            assert!(product.requests().is_empty(), "{:?}", product.lines());
        }
    }
}

#[test]
fn a_receipt_that_is_lost_is_an_error_that_says_what_has_been_done() {
    let product = Product::start();
    let host = product.misfit("well");
    let arguments = [&GRANT[..], &["--receipts", "/dev/full"]].concat();
    let _ = fails(&host, &arguments, 2, &["/dev/full", "has been"]);
    let _ = product.change();
}

#[test]
fn a_dry_run_leaves_no_receipt() {
    for (arguments, _) in OPERATIONS {
        let product = Product::start();
        let host = product.misfit("well");
        let arguments = [&with_receipts(arguments)[..], &["--dry-run"]].concat();
        let _ = host.run(&arguments).succeeded();
        let text = fs::read_to_string(host.path(FILE)).unwrap_or_default();
        assert_eq!(text, "");
    }
}

#[test]
fn a_sync_leaves_no_receipt() {
    let product = Product::start();
    let host = product.misfit("well");
    let _ = succeeds(&host, &["--receipts", FILE]);
    let text = fs::read_to_string(host.path(FILE)).unwrap_or_default();
    assert_eq!(text, "");
}

#[test]
fn receipts_do_not_go_into_the_file_of_the_syncs() {
    let product = Product::start();
    let host = careful(product.misfit("well"));
    for path in ["sync.c1z", "./sync.c1z"] {
        let arguments = [&GRANT[..], &["--receipts", path]].concat();
        let _ = fails(&host, &arguments, 2, &["receipts", "sync.c1z"]);
    }
    assert!(product.changes().is_empty());
    assert_untouched(&host);
}
