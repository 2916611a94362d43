use super::*;
use std::os::unix::fs::PermissionsExt;

/// The header of a component, and nothing in it.
const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

/// A cache that holds one component, under the name `digest`.
struct Kept {
    engine: Engine,
    home: tempfile::TempDir,
    directory: PathBuf,
}

impl Kept {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let kept = Self {
            engine: Engine::new(1 << 20).unwrap(),
            directory: home.path().join("cache"),
            home,
        };
        kept.store().unwrap();
        kept
    }

    fn store(&self) -> io::Result<()> {
        let component = Component::new(self.engine.wasmtime(), EMPTY).unwrap();
        store(&self.engine, &self.directory, "digest", &component)
    }

    fn is_found(&self, digest: &str) -> bool {
        load(&self.engine, &self.directory, digest).is_some()
    }

    fn entry(&self, digest: &str) -> PathBuf {
        Purpose::new(&self.engine, digest).entry(&self.directory)
    }
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn what_has_been_kept_is_found_again() {
    let kept = Kept::new();
    assert!(kept.is_found("digest"));
    assert!(!kept.is_found("another"));
}

#[test]
fn what_others_can_write_is_not_trusted() {
    let kept = Kept::new();
    let entry = kept.entry("digest");
    set_mode(&entry, 0o620);
    assert!(!kept.is_found("digest"), "a writable file");
    set_mode(&entry, 0o600);
    set_mode(&kept.directory, 0o777);
    assert!(!kept.is_found("digest"), "a writable directory");
    assert!(kept.store().is_err());
    set_mode(&kept.directory, 0o700);
    assert!(kept.is_found("digest"));
}

#[test]
fn a_link_to_elsewhere_is_not_followed() {
    let kept = Kept::new();
    let entry = kept.entry("digest");
    let elsewhere = kept.home.path().join("elsewhere");
    fs::rename(&entry, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &entry).unwrap();
    assert!(!kept.is_found("digest"));
}

#[test]
fn machine_code_without_its_code_is_not_run() {
    let kept = Kept::new();
    // Good machine code, of this very engine, that somebody else has put there.
    let component = Component::new(kept.engine.wasmtime(), EMPTY).unwrap();
    let compiled = component.serialize().unwrap();
    let forged = [&MAGIC[..], &[0; CODE], &compiled].concat();
    for content in [&compiled[..], &forged, &forged[..CODE], MAGIC, b""] {
        fs::write(kept.entry("digest"), content).unwrap();
        assert!(!kept.is_found("digest"));
    }
}

#[test]
fn a_single_bit_makes_it_another_file() {
    let kept = Kept::new();
    let entry = kept.entry("digest");
    let good = fs::read(&entry).unwrap();
    let places = (0..MAGIC.len() + CODE).chain((MAGIC.len() + CODE..good.len()).step_by(997));
    for place in places.chain([good.len() - 1]) {
        let mut bad = good.clone();
        bad[place] ^= 1;
        fs::write(&entry, &bad).unwrap();
        assert!(!kept.is_found("digest"), "at {place}");
    }
    fs::write(&entry, [&good[..], b"\0"].concat()).unwrap();
    assert!(!kept.is_found("digest"), "a byte more");
    fs::write(&entry, &good).unwrap();
    assert!(kept.is_found("digest"));
}

#[test]
fn machine_code_is_good_for_its_own_component_only() {
    let kept = Kept::new();
    fs::copy(kept.entry("digest"), kept.entry("another")).unwrap();
    assert!(kept.is_found("digest"));
    assert!(!kept.is_found("another"));
}

#[test]
fn machine_code_is_good_for_its_own_machine_only() {
    let kept = Kept::new();
    let purpose = Purpose::new(&kept.engine, "digest");
    let other = Purpose {
        machine: [7; 32],
        ..Purpose::new(&kept.engine, "digest")
    };
    assert_ne!(purpose.entry(&kept.directory), other.entry(&kept.directory));
    let entry = kept.entry("digest");
    let found = |purpose| authentic(&kept.directory, &entry, purpose).is_ok();
    assert!(found(&purpose));
    assert!(!found(&other));
    // What the engine compiles for is part of it.
    let mut config = wasmtime::Config::new();
    config.consume_fuel(true);
    let another = wasmtime::Engine::new(&config).unwrap();
    let machine = |engine: &wasmtime::Engine| {
        let mut hashed = Hashed::default();
        engine.precompile_compatibility_hash().hash(&mut hashed);
        <[u8; 32]>::from(hashed.0.finalize())
    };
    assert_eq!(machine(kept.engine.wasmtime()), purpose.machine);
    assert_ne!(machine(&another), purpose.machine);
}

#[test]
fn another_key_opens_nothing() {
    let kept = Kept::new();
    let key = key_path(&kept.directory);
    fs::write(&key, [7; 32]).unwrap();
    assert!(!kept.is_found("digest"), "another key");
    set_mode(&key, 0o644);
    assert!(!kept.is_found("digest"), "a key that others know");
    assert!(kept.store().is_err());
    fs::remove_file(&key).unwrap();
    assert!(!kept.is_found("digest"), "no key");
    kept.store().unwrap();
    assert!(kept.is_found("digest"));
}
