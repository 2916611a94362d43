//! An image as it has been built: an archive in the layout of the OCI image specification.

use anyhow::{Context, Result, ensure};
use flate2::read::GzDecoder;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    env,
    fs::File,
    io::{self, Cursor, Read, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::LazyLock,
};
use tar::Archive;

/// What it takes to build an image.
const TOOLS: [&str; 3] = ["buildah", "cargo-auditable", "musl-gcc"];

/// An image for one kind of machine.
pub struct Image {
    /// Bytes of the archive.
    pub size: u64,
    /// `application/vnd.oci.image.config.v1+json`.
    pub config: Value,
    /// Uncompressed, the lowest first.
    pub layers: Vec<Vec<u8>>,
}

/// The image of the Valimail connector, built when it is first asked for.
///
/// `None` where the tools are missing with which it is built.
///
/// # Panics
///
/// When it cannot be built: nothing can be tested then. Nor can it where tools are missing, and the
/// variable `CI` says that everything has to be.
pub fn image() -> Option<&'static Image> {
    static IMAGE: LazyLock<Option<Image>> = LazyLock::new(|| {
        let missing: Vec<_> = TOOLS.into_iter().filter(|tool| !is_there(tool)).collect();
        if !missing.is_empty() {
            untested(&format!("an image cannot be built without {missing:?}"));
            return None;
        }
        Some(build().unwrap_or_else(|error| panic!("cannot build the image: {error:#}")))
    });
    IMAGE.as_ref()
}

/// Says that something is left out, also where the test passes; where everything has to be tested,
/// as the variable `CI` says, that is a failure.
///
/// # Panics
///
/// With `CI`.
pub fn untested(why: &str) {
    leave_out(why, env::var_os("CI").is_some());
}

fn leave_out(why: &str, everything: bool) {
    assert!(!everything, "CI is set, so this has to be tested: {why}");
    // What macros print is shown of tests that fail only.
    let _ = writeln!(io::stderr(), "not tested: {why}");
}

#[test]
#[should_panic = "CI is set, so this has to be tested: it is raining"]
fn leaving_something_out_is_not_fine_where_everything_has_to_be_tested() {
    leave_out("it is raining", true);
}

fn is_there(tool: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|directory| directory.join(tool).is_file())
}

fn build() -> Result<Image> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("image.tar");
    let status = Command::new(workspace.join("host/deploy/image/build"))
        .arg("valimail")
        .arg(format!("oci-archive:{}", file.display()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()?;
    ensure!(status.success(), "host/deploy/image/build failed");
    read(&file)
}

fn read(path: &Path) -> Result<Image> {
    let mut files = BTreeMap::new();
    for entry in Archive::new(File::open(path)?).entries()? {
        let mut entry = entry?;
        let name = entry.path()?.into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content)?;
        files.insert(name, content);
    }
    let json = |path: &Path| -> Result<Value> {
        let file = files.get(path).with_context(|| format!("no {path:?}"))?;
        Ok(serde_json::from_slice(file)?)
    };
    let index = json(Path::new("index.json"))?;
    let manifest = json(&blob(&index["manifests"][0])?)?;
    let layers = manifest["layers"].as_array().context("no layers")?;
    let layers = layers.iter().map(|layer| {
        let compressed = files.get(&blob(layer)?).context("a layer is missing")?;
        let mut content = Vec::new();
        GzDecoder::new(Cursor::new(compressed)).read_to_end(&mut content)?;
        Ok(content)
    });
    Ok(Image {
        size: path.metadata()?.len(),
        config: json(&blob(&manifest["config"])?)?,
        layers: layers.collect::<Result<_>>()?,
    })
}

/// Where a descriptor's content is (OCI image layout, "Blobs").
fn blob(descriptor: &Value) -> Result<PathBuf> {
    let digest = descriptor["digest"].as_str().context("no digest")?;
    let digest = digest.strip_prefix("sha256:").context("another digest")?;
    Ok(Path::new("blobs/sha256").join(digest))
}
