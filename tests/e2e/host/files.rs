//! Trouble with the file that is to be written.

use crate::support::{assert_left, assert_untouched, careful, earlier, misfit};
use e2e::{
    c1z::File,
    host::{Host, Transcript, holds_only},
};
use std::{
    fs::{self, Permissions},
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    path::Path,
};

/// A host that is asked to replace a file of that content.
fn replacing(content: &[u8]) -> Host {
    let host = careful(misfit("well"));
    fs::write(host.file(), content).expect("a file");
    host
}

fn refused(host: &Host, arguments: &[&str], texts: &[&str]) -> Transcript {
    let transcript = host.run(arguments).failed_with(texts);
    assert_eq!(transcript.code, Some(2), "{transcript}");
    // Before the component has been asked for anything.
    let asked = transcript.logged("Syncing resources...");
    assert!(asked.is_empty(), "{transcript}");
    transcript
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("permissions");
}

#[test]
fn a_file_that_is_no_c1z_is_left_alone() {
    for content in [&b"dear diary, today I"[..], b"C1Z", b"SQLite format 3\0"] {
        let host = replacing(content);
        let texts = ["sync.c1z exists and is not a c1z file", "--file"];
        let _ = refused(&host, &[], &texts);
        assert_left(&host, Some(content));
    }
}

#[test]
fn a_file_of_the_third_format_is_left_alone() {
    let content = b"C1Z3\0and whatever comes then";
    let host = replacing(content);
    let texts = [
        "sync.c1z",
        "third format (Pebble)",
        "--storage-engine=sqlite",
    ];
    let _ = refused(&host, &[], &texts);
    assert_left(&host, Some(content));
}

#[test]
fn a_file_that_is_cut_off_is_left_alone() {
    for length in [5, 200, earlier().len() / 2, earlier().len() - 1] {
        let content = &earlier()[..length];
        let host = replacing(content);
        let _ = refused(
            &host,
            &[],
            &["sync.c1z is cut off", "restore it from a copy"],
        );
        assert_left(&host, Some(content));
    }
}

#[test]
fn a_file_that_is_damaged_is_left_alone() {
    let mut content = earlier().to_vec();
    let middle = content.len() / 2;
    content[middle] ^= 0xff;
    let host = replacing(&content);
    let _ = refused(
        &host,
        &[],
        &["sync.c1z is damaged", "restore it from a copy"],
    );
    assert_left(&host, Some(&content));
}

#[test]
fn an_empty_file_is_a_new_one() {
    let host = replacing(b"");
    let _ = host.run(&[]).succeeded();
    assert_eq!(File::open(&host.file()).syncs().len(), 1);
}

#[test]
fn a_directory_is_no_file() {
    let host = careful(misfit("well"));
    for name in ["temporary", "temporary/", "/"] {
        let texts = ["cannot write", "it is a directory", "--file"];
        let _ = refused(&host, &["--file", name], &texts);
    }
    assert_untouched(&host);
}

#[test]
fn a_file_in_a_missing_directory_is_refused() {
    let host = careful(misfit("well"));
    let texts = ["there is no directory missing", "create it first"];
    let _ = refused(&host, &["-f", "missing/sync.c1z"], &texts);
    assert_untouched(&host);
}

#[test]
fn a_file_that_is_marked_read_only_is_left_alone() {
    let host = careful(misfit("well"));
    set_mode(&host.file(), 0o444);
    let texts = ["sync.c1z", "it is marked read-only", "chmod u+w"];
    let _ = refused(&host, &[], &texts);
    assert_untouched(&host);
}

#[test]
fn a_directory_in_which_nothing_can_be_created_is_refused() {
    // `/proc` is such a directory for root, too, whom permissions do not hold back.
    let host = careful(misfit("well"));
    let texts = [
        "cannot create /proc/sync.c1z.tmp",
        "the directory has to be writable",
    ];
    let _ = refused(&host, &["--file", "/proc/sync.c1z"], &texts);
    assert_untouched(&host);
}

#[test]
fn a_device_is_no_file() {
    let host = careful(misfit("well"));
    let texts = ["/dev/null", "no regular file"];
    let _ = refused(&host, &["--file", "/dev/null"], &texts);
    assert_untouched(&host);
}

#[test]
fn a_missing_directory_for_temporary_files_is_named() {
    let host = careful(misfit("well"));
    let texts = ["cannot create a directory", "nowhere", "No such file"];
    let _ = refused(&host, &["--c1z-temp-dir", "nowhere"], &texts);
    assert_untouched(&host);
}

/// No file of the process may grow beyond so many KiB. The system says so with a signal, which
/// has to be ignored for a write to fail as it does on a full disk.
fn on_a_disk_of(kibibytes: u32, host: &Host) -> Transcript {
    // `ulimit -f` counts in blocks of 512 bytes.
    let blocks = kibibytes * 2;
    host.shell(&format!(
        "trap '' XFSZ; ulimit -f {blocks}; exec \"$HOST\" run \"$COMPONENT\""
    ))
}

#[test]
fn a_full_disk_leaves_the_file_alone() {
    // In the middle of a list. (The finished file is smaller than the database, so a limit like this
    // one never meets it; a lower one meets what the component's memory is made of first.)
    let host = careful(misfit("endless-stream")).env("BATON_TIME_LIMIT", "60");
    let transcript = on_a_disk_of(2000, &host).failed_with(&[
        "cannot store a row in the temporary directory",
        "another one can be named with",
    ]);
    assert_eq!(transcript.code, Some(2), "{transcript}");
    assert_untouched(&host);
}

#[test]
fn a_symbolic_link_stays_one() {
    let host = careful(misfit("well"));
    fs::create_dir(host.path("elsewhere")).expect("a directory");
    fs::rename(host.file(), host.path("elsewhere/real.c1z")).expect("renamed");
    symlink("elsewhere/real.c1z", host.file()).expect("a link");
    let _ = host.run(&[]).succeeded();
    let link = fs::symlink_metadata(host.file()).expect("it is there");
    assert!(link.is_symlink());
    let file = File::open(&host.path("elsewhere/real.c1z"));
    assert_eq!(file.syncs().len(), 2);
}

#[test]
fn a_symbolic_link_to_nothing_leads_to_the_new_file() {
    let host = misfit("well");
    symlink("real.c1z", host.file()).expect("a link");
    let _ = host.run(&[]).succeeded();
    assert_eq!(File::open(&host.path("real.c1z")).syncs().len(), 1);
}

#[test]
fn symbolic_links_in_a_circle_are_refused() {
    let host = misfit("well");
    symlink("sync.c1z", host.path("other.c1z")).expect("a link");
    symlink("other.c1z", host.file()).expect("a link");
    let _ = refused(&host, &[], &["cannot follow the symbolic link", "sync.c1z"]);
}

#[test]
fn permissions_that_were_narrowed_stay_narrow() {
    let host = careful(misfit("well"));
    set_mode(&host.file(), 0o600);
    let _ = host.run(&[]).succeeded();
    let mode = fs::metadata(host.file()).expect("it is there").mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn the_last_two_syncs_are_kept() {
    let host = careful(misfit("well"));
    let mut seen = File::open(&host.file()).syncs();
    for _ in 0..2 {
        let _ = host.run(&[]).succeeded();
        let syncs = File::open(&host.file()).syncs();
        assert_eq!(syncs.len(), 2);
        assert_eq!(syncs[1], seen[0]);
        seen = syncs;
    }
}

#[test]
fn without_a_directory_for_temporary_files_the_current_one_will_do() {
    let host = misfit("well").env("TMPDIR", "/nowhere");
    let _ = host.run(&[]).succeeded();
    assert!(holds_only(host.directory.path(), &["sync.c1z"]));
}
