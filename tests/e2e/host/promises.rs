//! What `SECURITY.md` promises, and the tests that it names.

use std::{fs, path::Path};

const SECURITY: &str = include_str!("../../../SECURITY.md");

/// The promises themselves.
fn promises() -> &'static str {
    let (_, promises) = SECURITY
        .split_once("## What is guaranteed")
        .expect("promises");
    promises.split_once("## What is not").expect("their end").0
}

/// Names of tests: `target: module::test`.
fn named() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    promises().split('`').skip(1).step_by(2).filter_map(|code| {
        let (target, path) = code.split_once(": ")?;
        let (module, test) = path.split_once("::")?;
        Some((target, module, test))
    })
}

#[test]
fn every_promise_names_tests_that_there_are() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("e2e");
    let mut number = 0;
    for (target, module, test) in named() {
        let file = tests.join(target).join(format!("{module}.rs"));
        let content = fs::read_to_string(&file);
        let content = content.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let found = content.contains(&format!("#[test]\nfn {test}()"));
        assert!(found, "there is no {target}: {module}::{test}");
        number += 1;
    }
    assert!(number > 50, "only {number} tests are named");
}

#[test]
fn every_promise_has_a_test() {
    for promise in promises().lines().filter(|line| line.starts_with("- ")) {
        assert!(promise.contains("::"), "no test for: {promise}");
    }
}
