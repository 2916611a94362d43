//! Directories, as files that keep names.

use std::{
    fs::File,
    io::{self, ErrorKind},
    path::Path,
};

/// Waits until the names in a directory are on the disk. Some network file systems cannot do this for
/// directories, nor do they need it.
///
/// # Errors
///
/// When they do not get there.
pub fn sync(path: &Path) -> io::Result<()> {
    match File::open(path)?.sync_all() {
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::InvalidInput | ErrorKind::Unsupported
            ) =>
        {
            Ok(())
        }
        synced => synced,
    }
}
