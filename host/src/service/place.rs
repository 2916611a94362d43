//! A directory for one sync, which is gone when the sync is, and is found by the next process if
//! this one has no time to take it away.

use crate::failure::{Failure, Kind, Result};
use rustix::{
    fs::{Mode, OFlags},
    process::geteuid,
};
use std::{
    fs::{self, File, TryLockError},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// What the names of these directories begin with.
const NAME: &str = "connector-host-sync-";

/// A directory of its own.
pub(super) struct Place {
    directory: TempDir,
    /// The directory itself, locked for as long as somebody works in it.
    _lock: File,
}

impl Place {
    /// Makes one in `parent`, or in the system's directory for temporary files.
    ///
    /// # Errors
    ///
    /// When that is not possible: it is read-only, or full.
    pub(super) fn make(parent: Option<&Path>) -> Result<Self> {
        let parent = parent_or_default(parent);
        let make = || loop {
            let directory = tempfile::Builder::new().prefix(NAME).tempdir_in(&parent)?;
            let lock = match open(directory.path()) {
                // Somebody has swept it up before it was locked.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                lock => lock?,
            };
            match lock.try_lock() {
                Err(TryLockError::WouldBlock) => continue,
                // Some network file systems lock no directories. Nobody sweeps there, either.
                Ok(()) | Err(TryLockError::Error(_)) => {}
            }
            if directory.path().exists() {
                return Ok(Self {
                    directory,
                    _lock: lock,
                });
            }
        };
        make().map_err(|error: io::Error| {
            Failure::of(Kind::Other, error)
                .context(format!("cannot work in {}", parent.display()))
                .hint("Syncs need room for temporary files: see --c1z-temp-dir and BATON_TMPDIR.")
        })
    }

    /// It is there as long as this is.
    pub(super) fn path(&self) -> &Path {
        self.directory.path()
    }
}

/// Takes away what processes have left that were killed.
pub(super) fn sweep(parent: Option<&Path>) {
    let parent = parent_or_default(parent);
    let Ok(entries) = fs::read_dir(&parent) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let ours = name.to_str().is_some_and(|name| name.starts_with(NAME));
        let path = entry.path();
        let Some(_lock) = ours.then(|| left(&path)).flatten() else {
            continue;
        };
        match fs::remove_dir_all(&path) {
            Ok(()) => {
                tracing::info!(path = %path.display(), "removed what a killed process has left")
            }
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "cannot remove what a killed process has left")
            }
        }
    }
}

/// A directory of this user's in which nobody works any more, locked.
fn left(path: &Path) -> Option<File> {
    let directory = open(path).ok()?;
    let is_ours = directory.metadata().ok()?.uid() == geteuid().as_raw();
    (is_ours && directory.try_lock().is_ok()).then_some(directory)
}

/// Opens a directory, and nothing that merely looks like one.
fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(rustix::fs::open(path, flags, Mode::empty())?.into())
}

fn parent_or_default(parent: Option<&Path>) -> PathBuf {
    parent.map_or_else(std::env::temp_dir, Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_gone_when_it_is_not_needed_any_more() {
        let parent = tempfile::tempdir().unwrap();
        let place = Place::make(Some(parent.path())).unwrap();
        fs::write(place.path().join("sync.c1z"), b"a sync").unwrap();
        let path = place.path().to_owned();
        drop(place);
        assert!(!path.exists());
    }

    #[test]
    fn what_is_left_is_swept_and_what_is_worked_in_is_not() {
        let parent = tempfile::tempdir().unwrap();
        let left = parent.path().join(format!("{NAME}left"));
        fs::create_dir(&left).unwrap();
        fs::write(left.join("sync.c1z"), b"half of it").unwrap();
        let strange = parent.path().join("something-else");
        fs::create_dir(&strange).unwrap();
        let link = parent.path().join(format!("{NAME}link"));
        std::os::unix::fs::symlink(&strange, &link).unwrap();
        let place = Place::make(Some(parent.path())).unwrap();
        sweep(Some(parent.path()));
        assert!(!left.exists());
        assert!(place.path().exists() && strange.exists() && link.is_symlink());
    }

    #[test]
    fn where_nothing_can_be_written_the_place_is_named() {
        let failure = Place::make(Some(Path::new("/nowhere"))).err().unwrap();
        assert!(failure.to_string().contains("/nowhere"), "{failure}");
    }
}
