//! A directory for one sync, which is gone when the sync is, and is found by the next process if
//! this one has no time to take it away.

use crate::failure::{Failure, Kind, Result};
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// What the names of these directories begin with.
const NAME: &str = "connector-host-sync-";
/// Held by the process that works in the directory.
const LOCK: &str = "lock";

/// A directory of its own.
pub(super) struct Place {
    directory: TempDir,
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
        let make = || {
            let directory = tempfile::Builder::new().prefix(NAME).tempdir_in(&parent)?;
            let lock = File::create_new(directory.path().join(LOCK))?;
            lock.lock()?;
            Ok(Self {
                directory,
                _lock: lock,
            })
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
        let ours = entry
            .file_name()
            .to_str()
            .is_some_and(|name| name.starts_with(NAME));
        if ours && is_left(&entry.path()) {
            let path = entry.path();
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
}

/// Whether nobody works in there any more. Without a lock it has just been made, or is not ours.
fn is_left(directory: &Path) -> bool {
    let plain = fs::symlink_metadata(directory).is_ok_and(|metadata| metadata.is_dir());
    plain && File::open(directory.join(LOCK)).is_ok_and(|lock| lock.try_lock().is_ok())
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
        fs::write(left.join(LOCK), b"").unwrap();
        let strange = parent.path().join("something-else");
        fs::create_dir(&strange).unwrap();
        let place = Place::make(Some(parent.path())).unwrap();
        sweep(Some(parent.path()));
        assert!(!left.exists());
        assert!(place.path().exists() && strange.exists());
    }

    #[test]
    fn where_nothing_can_be_written_the_place_is_named() {
        let failure = Place::make(Some(Path::new("/nowhere"))).err().unwrap();
        assert!(failure.to_string().contains("/nowhere"), "{failure}");
    }
}
