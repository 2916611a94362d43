//! Files that are no component, or none that this host can run.

use crate::support::{Component, component, fails, misfit_bytes};
use e2e::host::{Host, connector_host};
use std::path::Path;

const INTERFACES: [&str; 5] = [
    "describe",
    "validate",
    "list-resources",
    "list-entitlements",
    "list-grants",
];

/// A component that exports empty interfaces of the contract, and imports what it is told to.
fn exporting(interfaces: &[&str], version: &str, imports: &[&str]) -> Component {
    let imports = imports
        .iter()
        .map(|name| format!("(import {name:?} (instance))"));
    let exports = interfaces.iter().map(|interface| {
        format!("(export \"identity:connector/{interface}@{version}\" (instance $empty))")
    });
    let text: String = imports
        .chain(["(instance $empty)".to_owned()])
        .chain(exports)
        .collect();
    let bytes = wat::parse_str(format!("(component {text})")).expect("a component");
    component(&bytes)
}

fn refused(file: &Path, code: i32, texts: &[&str]) {
    let _ = fails(Host::with_component(file), &[], code, texts);
    // Whatever one does with it.
    for command in ["validate", "inspect"] {
        let path = file.to_str().expect("a path");
        let transcript = connector_host(&[command, path]).failed_with(texts);
        assert_eq!(transcript.code, Some(code), "{command}: {transcript}");
    }
}

#[test]
fn a_file_that_is_missing_is_named() {
    refused(
        Path::new("/nowhere/connector.wasm"),
        5,
        &[
            "cannot read the component /nowhere/connector.wasm",
            "No such file",
        ],
    );
}

#[test]
fn a_directory_is_no_component() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path();
    refused(
        path,
        2,
        &[
            "cannot read the component",
            path.to_str().expect("a path"),
            "directory",
        ],
    );
}

#[test]
fn a_text_is_no_component() {
    let file = component(b"#!/bin/sh\necho hello\n");
    refused(&file.path, 3, &["component.wasm is not WebAssembly"]);
}

#[test]
fn an_empty_file_is_no_component() {
    let file = component(b"");
    refused(&file.path, 3, &["component.wasm is not WebAssembly"]);
}

#[test]
fn a_core_module_is_told_how_to_become_a_component() {
    let file = component(&wat::parse_str("(module)").expect("a module"));
    refused(
        &file.path,
        3,
        &[
            "component.wasm is a core WebAssembly module, not a component",
            "Build it for the target wasm32-wasip2",
        ],
    );
}

#[test]
fn a_component_that_is_cut_off_is_not_valid() {
    let bytes = misfit_bytes();
    for length in [9, bytes.len() / 2, bytes.len() - 1] {
        let file = component(&bytes[..length]);
        refused(&file.path, 3, &["component.wasm is not a valid component"]);
    }
}

#[test]
fn a_component_that_is_damaged_is_not_valid() {
    let mut bytes = misfit_bytes();
    let middle = bytes.len() / 2;
    bytes[middle - 2000..middle].fill(0xff);
    let file = component(&bytes);
    refused(&file.path, 3, &["component.wasm is not a valid component"]);
}

#[test]
fn a_component_of_another_trade_is_no_connector() {
    let bytes = wat::parse_str(
        "(component (instance $empty) (export \"wasi:cli/run@0.2.0\" (instance $empty)))",
    );
    let file = component(&bytes.expect("a component"));
    refused(
        &file.path,
        9,
        &[
            "cannot run",
            "component.wasm",
            "exports nothing of identity:connector",
            "wasi:cli/run@0.2.0",
        ],
    );
}

#[test]
fn a_component_that_lacks_an_export_is_told_which() {
    let file = exporting(&INTERFACES[..3], "0.1.0", &[]);
    refused(
        &file.path,
        9,
        &[
            "it exports describe, list-resources, validate of identity:connector@0.1.0",
            "but not list-entitlements, list-grants",
            "this host (identity:connector@0.1)",
        ],
    );
}

#[test]
fn a_component_of_a_later_contract_is_told_both_versions() {
    for version in ["0.2.0", "1.0.0"] {
        let file = exporting(&INTERFACES, version, &[]);
        refused(
            &file.path,
            9,
            &[
                &format!("it was built against identity:connector@{version}"),
                "this host speaks identity:connector@0.1",
                "a newer host can run it",
            ],
        );
    }
}

#[test]
fn a_component_of_an_earlier_contract_has_to_be_built_again() {
    for version in ["0.0.9", "0.1.0-draft"] {
        let file = exporting(&INTERFACES, version, &[]);
        refused(
            &file.path,
            9,
            &[
                &format!("it was built against identity:connector@{version}"),
                "this host speaks identity:connector@0.1",
                "it has to be built again",
            ],
        );
    }
}

#[test]
fn a_component_that_imports_something_foreign_is_told_what() {
    let foreign = ["acme:database/sql@1.0.0", "wasi:keyvalue/store@0.2.0"];
    let file = exporting(&INTERFACES, "0.1.0", &foreign);
    refused(
        &file.path,
        9,
        &[
            "it imports acme:database/sql@1.0.0, wasi:keyvalue/store@0.2.0",
            "which this host does not offer to connectors",
        ],
    );
}

#[test]
fn interfaces_of_another_shape_are_refused_before_they_are_called() {
    let file = exporting(&INTERFACES, "0.1.0", &[]);
    refused(&file.path, 9, &["cannot run", "component.wasm", "describe"]);
}

#[test]
fn without_a_component_the_usage_is_shown() {
    for command in ["run", "validate", "inspect"] {
        let transcript = connector_host(&[command]).failed_with(&["<COMPONENT>", "Usage:"]);
        assert_eq!(transcript.code, Some(2), "{transcript}");
    }
    let transcript = connector_host(&["sync"]).failed_with(&["unrecognized subcommand 'sync'"]);
    assert_eq!(transcript.code, Some(2), "{transcript}");
}
