//! The file that is the lock, and where no file can be written.

use std::{
    fs::{self, Permissions},
    io::Write,
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    path::Path,
};

use super::super::{Error, target::Target};

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(directory)
        .expect("a directory")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("text")
        })
        .collect();
    names.sort();
    names
}

#[test]
fn a_second_writer_is_turned_away_until_the_first_is_gone() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("sync.c1z");
    let first = Target::acquire(&path).expect("nobody else");
    let error = Target::acquire(&path).expect_err("locked");
    assert!(matches!(&error, Error::Locked { path: locked } if *locked == path));
    assert!(error.to_string().contains("another run is writing"));
    drop(first);
    assert_eq!(names(directory.path()), [""; 0]);
    Target::acquire(&path).expect("free again");
}

#[test]
fn what_a_killed_run_left_behind_is_taken_over() {
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(directory.path().join("sync.c1z.tmp"), "half a file").expect("written");
    let target = Target::acquire(&directory.path().join("sync.c1z")).expect("free");
    assert_eq!(target.file().metadata().expect("metadata").len(), 0);
}

#[test]
fn only_one_of_many_gets_the_lock() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("sync.c1z");
    let holders = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for turn in 0..100 {
                    let Ok(target) = Target::acquire(&path) else {
                        continue;
                    };
                    let others = holders.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                    assert_eq!(others, 0);
                    std::thread::yield_now();
                    holders.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                    if turn % 2 == 0 {
                        target.replace().expect("replaced");
                    }
                }
            });
        }
    });
    assert_eq!(names(directory.path()), ["sync.c1z"]);
}

#[test]
fn places_where_no_file_can_be_are_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    let inside = |name: &str| directory.path().join(name);
    assert!(matches!(
        Target::acquire(directory.path()),
        Err(Error::IsDirectory { .. })
    ));
    assert!(matches!(
        Target::acquire(Path::new("..")),
        Err(Error::IsDirectory { .. })
    ));
    assert!(matches!(
        Target::acquire(&inside("missing/sync.c1z")),
        Err(Error::NoDirectory { .. })
    ));
    fs::write(inside("file"), "").expect("written");
    assert!(matches!(
        Target::acquire(&inside("file/sync.c1z")),
        Err(Error::NoDirectory { .. })
    ));
    let _socket = std::os::unix::net::UnixListener::bind(inside("socket")).expect("bound");
    assert!(matches!(
        Target::acquire(&inside("socket")),
        Err(Error::NotRegular { .. })
    ));
    fs::create_dir(inside("taken.tmp")).expect("created");
    assert!(matches!(
        Target::acquire(&inside("taken")),
        Err(Error::NotRegular { .. })
    ));
    assert!(matches!(
        Target::acquire(Path::new("/proc/sync.c1z")),
        Err(Error::ReadOnlyDirectory { .. })
    ));
}

#[test]
fn a_read_only_file_is_refused_even_to_root() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("sync.c1z");
    fs::write(&path, "").expect("written");
    fs::set_permissions(&path, Permissions::from_mode(0o444)).expect("set");
    assert!(matches!(
        Target::acquire(&path),
        Err(Error::ReadOnlyFile { .. })
    ));
    assert_eq!(names(directory.path()), ["sync.c1z"]);
}

#[test]
fn a_file_that_only_its_owner_reads_stays_that_way() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("sync.c1z");
    fs::write(&path, "").expect("written");
    fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("set");
    let target = Target::acquire(&path).expect("free");
    target.replace().expect("replaced");
    assert_eq!(fs::metadata(&path).expect("metadata").mode() & 0o777, 0o600);
}

#[test]
fn a_link_stays_and_what_it_points_at_is_replaced() {
    let directory = tempfile::tempdir().expect("a directory");
    let link = directory.path().join("sync.c1z");
    fs::create_dir(directory.path().join("real")).expect("created");
    symlink("real/file.c1z", &link).expect("linked");
    let target = Target::acquire(&link).expect("free");
    assert!(target.existing().expect("readable").is_none());
    target.file().write_all(b"new").expect("written");
    target.replace().expect("replaced");
    assert!(fs::symlink_metadata(&link).expect("metadata").is_symlink());
    assert_eq!(fs::read(&link).expect("readable"), b"new");
    assert_eq!(names(&directory.path().join("real")), ["file.c1z"]);
    symlink("loop", directory.path().join("loop")).expect("linked");
    assert!(Target::acquire(&directory.path().join("loop")).is_err());
}
