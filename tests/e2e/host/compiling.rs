//! The process that compiles components: this program itself, which is told nothing but the bytes.

use e2e::artifacts::artifacts;
use std::{
    fs::{self, File},
    path::Path,
    process::{Command, Output},
};

fn compiled(component: &Path) -> Output {
    let component = File::open(component).expect("it can be read");
    let mut process = Command::new(artifacts().host());
    process.args(["compile-component", "1048576"]).env_clear();
    process.stdin(component).output().expect("it starts")
}

#[test]
fn it_answers_with_machine_code_and_nothing_else() {
    let output = compiled(artifacts().component("misfit"));
    assert!(output.status.success(), "{output:?}");
    // An object file, as wasmtime writes it.
    assert!(output.stdout.starts_with(b"\x7fELF"));
    assert!(output.stderr.is_empty());
}

#[test]
fn it_says_what_is_wrong_with_what_is_no_component() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("half.wasm");
    let whole = fs::read(artifacts().component("misfit")).expect("it can be read");
    fs::write(&path, &whole[..whole.len() / 2]).expect("it can be written");
    let output = compiled(&path);
    assert_eq!(output.status.code(), Some(3));
    assert!(output.stdout.is_empty());
    let said = String::from_utf8(output.stderr).expect("a text");
    assert!(said.contains("is out of bounds"), "{said}");
}
