//! The key that this user's compiled components are authenticated with.

use super::only_ours;
use rustix::fs::OFlags;
use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::Path,
};
use zeroize::Zeroizing;

/// As long as what HMAC-SHA256 gives (RFC 2104, section 3).
const LENGTH: usize = 32;

/// Known to this user only.
pub(super) type Key = Zeroizing<[u8; LENGTH]>;

/// Reads the key, or makes one that nobody else can read.
///
/// # Errors
///
/// When there is neither, or when others may know or replace it.
pub(super) fn get(path: &Path) -> io::Result<Key> {
    match read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        read => return read,
    }
    match make(path) {
        // Another process was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => read(path),
        made => made,
    }
}

/// Reads the key.
///
/// # Errors
///
/// When there is none, or when others may know or replace it.
pub(super) fn read(path: &Path) -> io::Result<Key> {
    let mut file = open(path)?;
    let metadata = file.metadata()?;
    let private = metadata.is_file() && only_ours(&metadata) && metadata.mode() & 0o077 == 0;
    if !private {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!(
                "{} can be read by others, or belongs to somebody else; remove it",
                path.display()
            ),
        ));
    }
    let mut key = Key::default();
    if metadata.len() != LENGTH as u64 || file.read_exact(&mut *key).is_err() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("{} is no key; remove it", path.display()),
        ));
    }
    Ok(key)
}

/// Opens a file, but never what a link leads to, and does not wait for the other end of a pipe.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).map_err(io::Error::other)?;
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

fn make(path: &Path) -> io::Result<Key> {
    let directory = path.parent().unwrap_or(Path::new("."));
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)?;
    let directory_metadata = fs::metadata(directory)?;
    if !only_ours(&directory_metadata) {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!("others can write to {}", directory.display()),
        ));
    }
    let mut key = Key::default();
    getrandom::fill(&mut *key).map_err(io::Error::other)?;
    // Whole from the first moment on, and for this user only.
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(&*key)?;
    file.persist_noclobber(path)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_key_is_made_once_and_for_nobody_else() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("deep/key");
        let key = get(&path).unwrap();
        assert_ne!(*key, [0; LENGTH]);
        assert_eq!(*get(&path).unwrap(), *key);
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        let other = home.path().join("other");
        assert_ne!(*get(&other).unwrap(), *key);
    }

    #[test]
    fn a_key_that_others_can_read_or_write_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("key");
        let key = get(&path).unwrap();
        for mode in [0o640, 0o604, 0o620, 0o602] {
            set_mode(&path, mode);
            assert!(get(&path).is_err(), "{mode:o}");
        }
        set_mode(&path, 0o600);
        assert_eq!(*get(&path).unwrap(), *key);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("key");
        for content in [&b""[..], &[1; LENGTH - 1], &[1; LENGTH + 1]] {
            fs::write(&path, content).unwrap();
            set_mode(&path, 0o600);
            assert!(get(&path).is_err(), "{} bytes", content.len());
        }
        fs::remove_file(&path).unwrap();
        let elsewhere = home.path().join("elsewhere");
        get(&elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
        assert!(get(&path).is_err(), "a link");
    }

    #[test]
    fn no_key_is_made_where_others_could_replace_it() {
        let home = tempfile::tempdir().unwrap();
        set_mode(home.path(), 0o777);
        assert!(get(&home.path().join("key")).is_err());
    }

    #[test]
    fn processes_that_start_together_agree_on_a_key() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("key");
        let keys: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| get(&path).unwrap()))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        assert!(keys.iter().all(|key| **key == *keys[0]));
    }
}
