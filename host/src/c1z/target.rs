//! The file to replace, and the file next to it that becomes the new one and is the lock meanwhile.

use std::{
    fs::{self, File, OpenOptions, Permissions, TryLockError},
    io,
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use super::Error;
use crate::directory;

/// How often to start over when the lock file changes hands between opening and locking it.
const ATTEMPTS: usize = 100;
/// As many symbolic links in a row as Linux itself follows.
const LINKS: usize = 40;

/// A target that nobody else writes as long as this exists. Dropping it removes the lock file and
/// leaves the target alone.
///
/// The lock is the operating system's lock on `<target>.tmp`, not the presence of that file. A run
/// that was killed leaves the file behind without the lock, and the next run takes it over.
#[derive(Debug)]
pub(super) struct Target {
    path: PathBuf,
    temporary: PathBuf,
    file: File,
    replaced: bool,
}

impl Target {
    /// Takes the lock, after every check that can be made before there is anything to write.
    pub(super) fn acquire(path: &Path) -> Result<Self, Error> {
        let path = follow_links(path)?;
        let directory = match path.parent() {
            Some(parent) if parent == Path::new("") => Path::new("."),
            Some(parent) => parent,
            None => return Err(Error::IsDirectory { path }),
        };
        let Some(name) = path.file_name() else {
            return Err(Error::IsDirectory { path });
        };
        if !directory.is_dir() {
            return Err(Error::NoDirectory {
                directory: directory.into(),
                path,
            });
        }
        let mode = check_existing(&path)?;
        let mut temporary = name.to_owned();
        temporary.push(".tmp");
        let temporary = directory.join(temporary);
        let target = Self {
            file: lock(&path, &temporary)?,
            path,
            temporary,
            replaced: false,
        };
        target.file.set_len(0).map_err(|cause| Error::File {
            action: "empty",
            path: target.temporary.clone(),
            cause,
        })?;
        // Accounts are personal data: whoever narrowed the file's permissions meant it.
        if let Some(mode) = mode {
            target
                .file
                .set_permissions(Permissions::from_mode(mode))
                .map_err(|cause| Error::File {
                    action: "set the permissions of",
                    path: target.temporary.clone(),
                    cause,
                })?;
        }
        Ok(target)
    }

    /// The target, symbolic links followed.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What is there now; nothing where the file is missing or empty, which readers treat alike.
    pub(super) fn existing(&self) -> Result<Option<File>, Error> {
        let failed = |cause| Error::File {
            action: "read",
            path: self.path.clone(),
            cause,
        };
        match File::open(&self.path) {
            Ok(file) => {
                let empty = file.metadata().map_err(failed)?.len() == 0;
                Ok((!empty).then_some(file))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(failed(cause)),
        }
    }

    /// The file that is to take the target's place; empty at first.
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Puts the new file in the target's place and gives the target's path. Afterwards the new
    /// content survives a power cut; before, or where this fails, the old content is there.
    pub(super) fn replace(mut self) -> Result<PathBuf, Error> {
        self.file.sync_all().map_err(|cause| Error::File {
            action: "write to disk the file",
            path: self.temporary.clone(),
            cause,
        })?;
        fs::rename(&self.temporary, &self.path).map_err(|cause| Error::File {
            action: "put the new file in the place of",
            path: self.path.clone(),
            cause,
        })?;
        self.replaced = true;
        let parent = match self.path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        directory::sync(parent).map_err(|cause| Error::File {
            action: "write to disk the entry of the new file, which is in place, in",
            path: parent.into(),
            cause,
        })?;
        Ok(self.path.clone())
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        // The lock is still held here, so what has our name is ours.
        if !self.replaced && is_at(&self.file, &self.temporary).unwrap_or(false) {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// Where a path leads, also where nothing is yet at the end.
fn follow_links(path: &Path) -> Result<PathBuf, Error> {
    let mut current = path.to_path_buf();
    for _ in 0..LINKS {
        match fs::symlink_metadata(&current) {
            Ok(metadata) if metadata.is_symlink() => {}
            _ => return Ok(current),
        }
        let link = fs::read_link(&current).map_err(|cause| Error::File {
            action: "follow the symbolic link",
            path: current.clone(),
            cause,
        })?;
        current = current.parent().unwrap_or(Path::new("")).join(link);
    }
    Err(Error::File {
        action: "follow the symbolic link",
        path: path.into(),
        cause: io::ErrorKind::TooManyLinks.into(),
    })
}

/// Refuses what must not be replaced; gives the permissions of a file that may.
fn check_existing(path: &Path) -> Result<Option<u32>, Error> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => {
            return Err(Error::File {
                action: "look at",
                path: path.into(),
                cause,
            });
        }
    };
    let path = path.into();
    if metadata.is_dir() {
        return Err(Error::IsDirectory { path });
    }
    if !metadata.is_file() {
        return Err(Error::NotRegular { path });
    }
    let mode = metadata.mode() & 0o777;
    // A rename asks only for a writable directory, and root may do anything: so ask the mode.
    if mode & 0o222 == 0 {
        return Err(Error::ReadOnlyFile { path });
    }
    Ok(Some(mode))
}

/// Opens and locks the file `temporary`, for the target `path`.
fn lock(path: &Path, temporary: &Path) -> Result<File, Error> {
    for _ in 0..ATTEMPTS {
        match fs::symlink_metadata(temporary) {
            Ok(metadata) if !metadata.is_file() => {
                return Err(Error::NotRegular {
                    path: temporary.into(),
                });
            }
            _ => {}
        }
        // Not truncated here: another run may be writing it.
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o644)
            .open(temporary)
            .map_err(|cause| Error::ReadOnlyDirectory {
                path: temporary.into(),
                cause,
            })?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::Locked { path: path.into() }),
            Err(TryLockError::Error(cause)) => {
                return Err(Error::LockUnsupported {
                    path: temporary.into(),
                    cause,
                });
            }
        }
        // Between opening and locking, another run may have finished: its rename made the file that
        // we hold the target itself, or its failure removed it.
        match is_at(&file, temporary) {
            Ok(true) => return Ok(file),
            Ok(false) => {}
            Err(cause) => {
                return Err(Error::File {
                    action: "look at",
                    path: temporary.into(),
                    cause,
                });
            }
        }
    }
    Err(Error::Locked { path: path.into() })
}

/// Whether `path` is a name of the open `file`.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let open = file.metadata()?;
    match fs::symlink_metadata(path) {
        Ok(named) => Ok((named.dev(), named.ino()) == (open.dev(), open.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}
