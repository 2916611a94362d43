//! Compiled components, kept for the next start.
//!
//! Machine code from a file is run as it is, so a file counts only when nobody else can have
//! written it: the directory and the file belong to this user, and nobody else may write to
//! them. Without such a directory there is no cache, and starting takes a little longer.

use crate::engine::Engine;
use etcetera::BaseStrategy;
use std::{
    fs::{self, DirBuilder, Metadata},
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
};
use wasmtime::component::Component;

/// Where compiled components are kept: `connector-host` in the user's cache directory.
pub fn directory() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.cache_dir().join("connector-host"))
}

/// The compiled component of that digest, if it is there and can be trusted.
pub fn load(engine: &Engine, directory: &Path, digest: &str) -> Option<Component> {
    let path = entry(engine, directory, digest);
    let trusted = fs::symlink_metadata(directory).is_ok_and(|m| m.is_dir() && only_ours(&m))
        && fs::symlink_metadata(&path).is_ok_and(|m| m.is_file() && only_ours(&m));
    if !trusted {
        return None;
    }
    match deserialize(engine, &path) {
        Ok(component) => Some(component),
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "compiled component is of no use");
            None
        }
    }
}

#[expect(
    unsafe_code,
    reason = "the file has been written by this program, as this user, and nobody else could change it"
)]
fn deserialize(engine: &Engine, path: &Path) -> wasmtime::Result<Component> {
    // SAFETY: `load` has checked that the directory and the file are this user's alone; what
    // `store` writes there comes from `Component::serialize`.
    unsafe { Component::deserialize_file(engine.wasmtime(), path) }
}

/// Keeps a compiled component.
///
/// # Errors
///
/// When it cannot be written, or others could change it there. Not having it only costs time.
pub fn store(
    engine: &Engine,
    directory: &Path,
    digest: &str,
    component: &Component,
) -> io::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)?;
    let metadata = fs::symlink_metadata(directory)?;
    if !metadata.is_dir() || !only_ours(&metadata) {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "the directory belongs to somebody else, or others can write to it",
        ));
    }
    let compiled = component.serialize().map_err(io::Error::other)?;
    // Written aside: another process may be reading the entry at this moment.
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(&compiled)?;
    file.persist(entry(engine, directory, digest))?;
    Ok(())
}

/// Machine code is good for one component, one release of the engine with one configuration,
/// and one kind of processor.
fn entry(engine: &Engine, directory: &Path, digest: &str) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    engine
        .wasmtime()
        .precompile_compatibility_hash()
        .hash(&mut hasher);
    directory.join(format!("{digest}-{:016x}.cwasm", hasher.finish()))
}

fn only_ours(metadata: &Metadata) -> bool {
    metadata.uid() == rustix::process::geteuid().as_raw() && metadata.mode() & 0o022 == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// The header of a component, and nothing in it.
    const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

    fn kept() -> (Engine, tempfile::TempDir, PathBuf) {
        let engine = Engine::new(1 << 20).unwrap();
        let home = tempfile::tempdir().unwrap();
        let directory = home.path().join("cache");
        let component = Component::new(engine.wasmtime(), EMPTY).unwrap();
        store(&engine, &directory, "digest", &component).unwrap();
        (engine, home, directory)
    }

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn what_has_been_kept_is_found_again() {
        let (engine, _home, directory) = kept();
        assert!(load(&engine, &directory, "digest").is_some());
        assert!(load(&engine, &directory, "another").is_none());
    }

    #[test]
    fn what_others_can_write_is_not_trusted() {
        let (engine, _home, directory) = kept();
        let entry = entry(&engine, &directory, "digest");
        set_mode(&entry, 0o620);
        assert!(
            load(&engine, &directory, "digest").is_none(),
            "a writable file"
        );
        set_mode(&entry, 0o600);
        set_mode(&directory, 0o777);
        assert!(
            load(&engine, &directory, "digest").is_none(),
            "a writable directory"
        );
        let component = Component::new(engine.wasmtime(), EMPTY).unwrap();
        assert!(store(&engine, &directory, "digest", &component).is_err());
        set_mode(&directory, 0o700);
        assert!(load(&engine, &directory, "digest").is_some());
    }

    #[test]
    fn a_link_to_elsewhere_is_not_followed() {
        let (engine, home, directory) = kept();
        let entry = entry(&engine, &directory, "digest");
        let elsewhere = home.path().join("elsewhere");
        fs::rename(&entry, &elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &entry).unwrap();
        assert!(load(&engine, &directory, "digest").is_none());
    }

    #[test]
    fn damaged_machine_code_is_not_run() {
        let (engine, _home, directory) = kept();
        fs::write(entry(&engine, &directory, "digest"), b"no machine code").unwrap();
        assert!(load(&engine, &directory, "digest").is_none());
    }
}
