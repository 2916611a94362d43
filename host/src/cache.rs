//! Compiled components, kept for the next start.
//!
//! Machine code from a file is run as it is, so it counts only when this program has written it,
//! as this user. Each entry begins with a code (HMAC-SHA256) of the machine code and of what it is
//! good for: the component's digest, the engine, and the processor. The key ([`key`]) lies beside
//! the directory, and only this user can read it. What is read once is judged, and that, not the
//! file, is run. Anything else is compiled again.
//!
//! The cache is a convenience: where it cannot be had, starting takes a little longer.

mod key;

use crate::{engine::Engine, machine_code::MachineCode};
use etcetera::BaseStrategy;
use hmac::{Hmac, Mac};
use key::Key;
use memmap2::MmapMut;
use sha2::{Digest as _, Sha256};
use std::{
    fs::{self, DirBuilder, Metadata},
    hash::{Hash, Hasher},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
};
use wasmtime::component::Component;

/// What an entry begins with: this program, and the version of the format.
const MAGIC: &[u8; 16] = b"connector-host 1";
/// Bytes of the code after it.
const CODE: usize = 32;

/// Where compiled components are kept: `connector-host` in the user's cache directory.
pub fn directory() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.cache_dir().join("connector-host"))
}

/// The compiled component of that digest, if this program has put it there.
pub fn load(engine: &Engine, directory: &Path, digest: &str) -> Option<Component> {
    let purpose = Purpose::new(engine, digest);
    let path = purpose.entry(directory);
    let loaded = authentic(directory, &path, &purpose).and_then(|compiled| {
        let component = compiled.component(engine);
        component.map_err(|error| io::Error::other(format!("{error:#}")))
    });
    match loaded {
        Ok(component) => Some(component),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => {
            tracing::warn!(
                path = %path.display(),
                %error,
                "compiled component is not used, and compiled again"
            );
            None
        }
    }
}

/// Machine code that this program has written.
fn authentic(directory: &Path, path: &Path, purpose: &Purpose) -> io::Result<MachineCode<MmapMut>> {
    check(directory)?;
    let mut file = key::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() || !only_ours(&metadata) {
        return Err(foreign(
            "it belongs to somebody else, or others can write to it",
        ));
    }
    // Only an entry that is not there is nothing to speak of.
    let key = key::read(&key_path(directory)).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => foreign("there is no key that it could be verified with"),
        _ => error,
    })?;
    let length = usize::try_from(metadata.len()).map_err(io::Error::other)?;
    // Not on the heap, where it would leave a hole of its size behind.
    let mut entry = MmapMut::map_anon(length.max(1))?;
    file.read_exact(&mut entry[..length])?;
    let damaged = || foreign("it is damaged, or this program has not written it");
    let (code, compiled) = entry[..length]
        .strip_prefix(MAGIC)
        .and_then(|rest| rest.split_at_checked(CODE))
        .ok_or_else(damaged)?;
    // In constant time.
    let verified = purpose.code(&key, compiled)?.verify_slice(code);
    verified.map_err(|_| damaged())?;
    Ok(MachineCode::vouched_for(entry, MAGIC.len() + CODE))
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
    check(directory)?;
    let key = key::get(&key_path(directory))?;
    let compiled = component.serialize().map_err(io::Error::other)?;
    let purpose = Purpose::new(engine, digest);
    // Written aside: another process may be reading the entry at this moment.
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(MAGIC)?;
    file.write_all(&purpose.code(&key, &compiled)?.finalize().into_bytes())?;
    file.write_all(&compiled)?;
    file.persist(purpose.entry(directory))?;
    Ok(())
}

/// What machine code is good for.
struct Purpose<'a> {
    digest: &'a str,
    /// Of the engine, its release and configuration, and of the processor, its kind and features.
    machine: [u8; 32],
}

impl<'a> Purpose<'a> {
    fn new(engine: &Engine, digest: &'a str) -> Self {
        let mut machine = Hashed::default();
        // The processor is in there as far as code depends on it: the triple and the instructions
        // that the compiler has found it to have.
        engine
            .wasmtime()
            .precompile_compatibility_hash()
            .hash(&mut machine);
        Self {
            digest,
            machine: machine.0.finalize().into(),
        }
    }

    fn entry(&self, directory: &Path) -> PathBuf {
        let machine = hex::encode(&self.machine[..8]);
        directory.join(format!("{}-{machine}.cwasm", self.digest))
    }

    /// The code of machine code for this purpose, yet to be compared or taken.
    fn code(&self, key: &Key, compiled: &[u8]) -> io::Result<Hmac<Sha256>> {
        let mut code = Hmac::<Sha256>::new_from_slice(&**key).map_err(io::Error::other)?;
        code.update(MAGIC);
        // Each part but the last has a length that is fixed or said, so that none can be taken for
        // the beginning of the next.
        code.update(&(self.digest.len() as u64).to_be_bytes());
        code.update(self.digest.as_bytes());
        code.update(&self.machine);
        code.update(compiled);
        Ok(code)
    }
}

/// All that is hashed, without the short result that hashers have.
#[derive(Default)]
struct Hashed(Sha256);

impl Hasher for Hashed {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}

/// Beside the directory, so that whoever brings its content from elsewhere brings no key.
fn key_path(directory: &Path) -> PathBuf {
    directory.with_extension("key")
}

fn check(directory: &Path) -> io::Result<()> {
    let metadata = fs::symlink_metadata(directory)?;
    match metadata.is_dir() && only_ours(&metadata) {
        true => Ok(()),
        false => Err(foreign(
            "the directory belongs to somebody else, or others can write to it",
        )),
    }
}

fn foreign(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, why)
}

fn only_ours(metadata: &Metadata) -> bool {
    metadata.uid() == rustix::process::geteuid().as_raw() && metadata.mode() & 0o022 == 0
}

#[cfg(test)]
mod tests;
