//! What the tests of this target share.

use e2e::{
    artifacts::artifacts,
    host::{Host, Transcript, holds_only},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command},
    sync::LazyLock,
};
use tempfile::TempDir;

/// The directory for temporary files of a [`careful`] host, within its own.
const TEMPORARY: &str = "temporary";
/// Stands in the misbehaving component; the word after it says how it describes itself.
const MARK: &[u8] = b"misfit describes itself: ";
const WORD: usize = 15;
/// What no output may contain.
pub const SECRET: &str = "correct-horse-battery-staple";

/// The misbehaving component, told how to behave.
pub fn misfit(behaviour: &str) -> Host {
    Host::with_component(artifacts().component("misfit"))
        .env("BATON_BEHAVIOUR", behaviour)
        .env("BATON_API_SECRET", SECRET)
}

/// A file that a sync has written.
pub fn earlier() -> &'static [u8] {
    static EARLIER: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let host = misfit("well");
        let _ = host.run(&[]).succeeded();
        fs::read(host.file()).expect("a file")
    });
    &EARLIER
}

/// The same host with a file of an [`earlier`] sync to lose, and a directory for temporary
/// files that can be looked into.
pub fn careful(host: Host) -> Host {
    fs::create_dir(host.path(TEMPORARY)).expect("a directory");
    fs::write(host.file(), earlier()).expect("a file");
    host.env("BATON_C1Z_TEMP_DIR", TEMPORARY)
}

/// That a [`careful`] host still has its file, and nothing else.
pub fn assert_untouched(host: &Host) {
    assert_left(host, Some(earlier()));
}

/// That there is this file, or none, and nothing else.
pub fn assert_left(host: &Host, content: Option<&[u8]>) {
    match content {
        Some(content) => {
            let now = fs::read(host.file()).expect("the file is there");
            assert!(now == content, "the file has been changed");
            assert_only(host, &["sync.c1z", TEMPORARY]);
        }
        None => assert_only(host, &[TEMPORARY]),
    }
    assert!(
        holds_only(&host.path(TEMPORARY), &[]),
        "temporary files are left: {:?}",
        names(&host.path(TEMPORARY))
    );
}

fn assert_only(host: &Host, expected: &[&str]) {
    let directory = host.directory.path();
    assert!(
        holds_only(directory, expected),
        "there is something else: {:?}",
        names(directory)
    );
}

fn names(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("a directory");
    entries
        .map(|entry| entry.expect("an entry").path())
        .collect()
}

/// Runs, and asserts that it fails like that and leaves the earlier file alone.
pub fn fails(host: Host, arguments: &[&str], code: i32, texts: &[&str]) -> Transcript {
    let host = careful(host);
    let transcript = host.run(arguments).failed_with(texts);
    assert_eq!(transcript.code, Some(code), "{transcript}");
    assert_eq!(transcript.stdout, "", "{transcript}");
    assert_untouched(&host);
    transcript
}

/// Sends a signal.
pub fn kill(child: &Child, signal: &str) {
    let status = Command::new("kill")
        .args(["-s", signal, &child.id().to_string()])
        .status();
    assert!(status.expect("kill runs").success());
}

/// A file beside everything else.
pub struct Component {
    pub path: PathBuf,
    _directory: TempDir,
}

/// A file with that content, to be run as a component.
pub fn component(content: &[u8]) -> Component {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("component.wasm");
    fs::write(&path, content).expect("a file");
    Component {
        path,
        _directory: directory,
    }
}

/// The bytes of the misbehaving component.
pub fn misfit_bytes() -> Vec<u8> {
    fs::read(artifacts().component("misfit")).expect("a component")
}

/// The same component, describing itself in another way.
pub fn describing(mut bytes: Vec<u8>, how: &str) -> Vec<u8> {
    let at = found(&bytes, MARK).next().expect("there is a mark") + MARK.len();
    bytes[at..at + WORD].copy_from_slice(format!("{how:WORD$}").as_bytes());
    bytes
}

/// The same component without an export: it has another name, of the same length.
pub fn without(mut bytes: Vec<u8>, interface: &str) -> Vec<u8> {
    let name = format!("identity:connector/{interface}@");
    let places: Vec<_> = found(&bytes, name.as_bytes()).collect();
    assert!(!places.is_empty(), "there is no {interface}");
    for at in places {
        bytes[at + name.len() - 2] = b'x';
    }
    bytes
}

fn found<'b>(bytes: &'b [u8], text: &'b [u8]) -> impl Iterator<Item = usize> + 'b {
    let windows = bytes.windows(text.len()).enumerate();
    windows
        .filter(move |(_, window)| *window == text)
        .map(|(at, _)| at)
}
