//! What is in the image.

use crate::archive::{Image, image};
use serde_json::json;
use std::io::Read;
use tar::{Archive, EntryType};

/// An entry of a layer.
struct Entry {
    path: String,
    kind: EntryType,
    mode: u32,
    owner: u64,
    content: Vec<u8>,
}

fn entries(image: &Image) -> Vec<Entry> {
    let mut all = Vec::new();
    for layer in &image.layers {
        let mut archive = Archive::new(&layer[..]);
        for entry in archive.entries().expect("entries") {
            let mut entry = entry.expect("an entry");
            let mut content = Vec::new();
            entry.read_to_end(&mut content).expect("its content");
            let header = entry.header();
            all.push(Entry {
                path: entry.path().expect("a path").display().to_string(),
                kind: header.entry_type(),
                mode: header.mode().expect("a mode"),
                owner: header.uid().expect("an owner"),
                content,
            });
        }
    }
    all
}

#[test]
fn there_is_nothing_in_it_but_what_it_takes() {
    let Some(image) = image() else { return };
    let entries = entries(image);
    let mut files: Vec<_> = entries
        .iter()
        .filter(|entry| entry.kind != EntryType::Directory)
        .map(|entry| entry.path.as_str())
        .collect();
    files.sort_unstable();
    let expected = [
        "LICENSE",
        "baton-valimail",
        "baton-valimail.wasm",
        "etc/group",
        "etc/passwd",
        "etc/ssl/certs/ca-certificates.crt",
    ];
    assert_eq!(files, expected);
}

#[test]
fn it_is_smaller_than_40_megabytes() {
    let Some(image) = image() else { return };
    let unpacked: usize = image.layers.iter().map(Vec::len).sum();
    println!("{} bytes packed, {unpacked} unpacked", image.size);
    assert!(image.size < 40_000_000, "{} packed", image.size);
    assert!(unpacked < 40_000_000, "{unpacked} unpacked");
}

#[test]
fn it_starts_the_connector_as_nobody() {
    let Some(image) = image() else { return };
    let config = &image.config["config"];
    assert_eq!(config["User"], "65532:65532");
    assert_eq!(config["Entrypoint"], json!(["/baton-valimail"]));
    assert!(config["Cmd"].as_array().is_none_or(Vec::is_empty));
}

#[test]
fn its_labels_say_what_it_is() {
    let Some(image) = image() else { return };
    let labels = &image.config["config"]["Labels"];
    let label = |name: &str| &labels[format!("org.opencontainers.image.{name}")];
    assert_eq!(label("title"), "baton-valimail");
    assert_eq!(label("version"), env!("CARGO_PKG_VERSION"));
    assert_eq!(label("licenses"), "Apache-2.0");
}

#[test]
fn its_user_can_write_to_nothing_but_the_directory_for_temporary_files() {
    let Some(image) = image() else { return };
    for entry in entries(image) {
        assert_eq!(entry.owner, 0, "{}", entry.path);
        let temporary = entry.path.trim_end_matches('/') == "tmp";
        assert_eq!(entry.mode & 0o022 != 0, temporary, "{}", entry.path);
        assert_eq!(entry.mode & 0o6000, 0, "{}", entry.path);
    }
}

#[test]
fn its_program_needs_nothing_around_it_and_says_what_it_is_made_of() {
    let Some(image) = image() else { return };
    let entries = entries(image);
    let program = entries.iter().find(|entry| entry.path == "baton-valimail");
    let program = &program.expect("a program").content;
    let says = |text: &[u8]| program.windows(text.len()).any(|window| window == text);
    assert!(program.starts_with(b"\x7fELF"));
    assert!(
        !says(b"/lib/ld-musl") && !says(b"/lib64/ld-linux"),
        "it is not static"
    );
    // The section in which `cargo auditable` lists the dependencies.
    assert!(says(b".dep-v0"));
}
