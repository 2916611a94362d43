//! The program and the components under test, built when they are first asked for.
//!
//! They are always up to date, whichever test is run alone; when they already are, cargo finds
//! out in a moment.

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::LazyLock,
};

const TARGET: &str = "wasm32-wasip2";

/// Everything that has been built.
#[derive(Debug)]
pub struct Artifacts {
    /// Programs by name.
    programs: BTreeMap<String, PathBuf>,
    /// Components by the name of their package.
    components: BTreeMap<String, PathBuf>,
    /// Compiled components are kept here, apart from the user's own.
    pub cache: PathBuf,
}

impl Artifacts {
    /// The host: `connector-host`.
    pub fn host(&self) -> &Path {
        self.program("connector-host")
    }

    /// The stand-in for Valimail, as a program.
    pub fn standin(&self) -> &Path {
        self.program("valimail-standin")
    }

    /// The Valimail component.
    pub fn valimail(&self) -> &Path {
        self.component("valimail")
    }

    /// A component of the test suite's own.
    pub fn component(&self, package: &str) -> &Path {
        match self.components.get(package) {
            Some(path) => path,
            None => panic!(
                "no component {package} has been built: {:?}",
                self.components
            ),
        }
    }

    fn program(&self, name: &str) -> &Path {
        match self.programs.get(name) {
            Some(path) => path,
            None => panic!("no program {name} has been built: {:?}", self.programs),
        }
    }
}

/// Builds, or finds, everything.
///
/// # Panics
///
/// When it cannot be built: nothing can be tested then.
pub fn artifacts() -> &'static Artifacts {
    static ARTIFACTS: LazyLock<Artifacts> =
        LazyLock::new(|| build().unwrap_or_else(|error| panic!("cannot build: {error:#}")));
    &ARTIFACTS
}

fn build() -> Result<Artifacts> {
    add_target()?;
    let components = [
        "--release",
        "--target",
        TARGET,
        "-p",
        "valimail",
        "-p",
        "misfit",
        "-p",
        "hostile",
    ];
    let components = cargo(&components)?;
    // The whole workspace, as `cargo test` and `cargo bench` do: features are those of all its
    // packages then, and nothing is built twice.
    let mut programs = vec!["--workspace", "--bins"];
    if !cfg!(debug_assertions) {
        programs.push("--release");
    }
    let programs = cargo(&programs)?;
    let paths = |built: &[Built], extension: Option<&str>| {
        let fitting = built
            .iter()
            .filter(|built| built.path.extension().and_then(|e| e.to_str()) == extension);
        fitting
            .map(|built| (built.name.clone(), built.path.clone()))
            .collect()
    };
    let artifacts = Artifacts {
        programs: paths(&programs, None),
        components: paths(&components, Some("wasm")),
        cache: target_directory()?.join("e2e-cache"),
    };
    // Compiled once here rather than by each of the first tests at the same time.
    for component in artifacts.components.values() {
        let inspected = Command::new(artifacts.host())
            .arg("inspect")
            .arg(component)
            .env("XDG_CACHE_HOME", &artifacts.cache)
            .stdout(Stdio::null())
            .status()?;
        ensure!(
            inspected.success(),
            "{} cannot be inspected",
            component.display()
        );
    }
    Ok(artifacts)
}

/// A fresh machine has no standard library for the target, and `rust-toolchain.toml` does not
/// bring it where rustup is told not to install anything by itself.
fn add_target() -> Result<()> {
    let installed = Command::new("rustup")
        .args(["target", "list", "--installed"])
        .output();
    let Ok(installed) = installed else {
        // Without rustup, the target is a package of the system, or cargo will say what is missing.
        return Ok(());
    };
    if String::from_utf8_lossy(&installed.stdout)
        .lines()
        .any(|line| line == TARGET)
    {
        return Ok(());
    }
    let status = Command::new("rustup")
        .args(["target", "add", TARGET])
        .status()?;
    ensure!(status.success(), "rustup target add {TARGET} failed");
    Ok(())
}

struct Built {
    name: String,
    path: PathBuf,
}

/// Runs `cargo build` and collects what it has built.
fn cargo(arguments: &[&str]) -> Result<Vec<Built>> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    // What cargo has said of the package that runs now would make build scripts run again, and all
    // that needs them be built again.
    for (name, _) in env::vars_os() {
        let ours = name.to_str().is_some_and(|name| {
            name == "OUT_DIR"
                || name.starts_with("CARGO_PKG_")
                || name.starts_with("CARGO_MANIFEST_")
        });
        if ours {
            command.env_remove(name);
        }
    }
    let output = command
        .arg("build")
        .args(arguments)
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run cargo")?;
    if !output.status.success() {
        bail!("cargo build {} failed", arguments.join(" "));
    }
    let mut built = Vec::new();
    for line in output
        .stdout
        .split(|&b| b == b'\n')
        .filter(|line| !line.is_empty())
    {
        let message: Value = serde_json::from_slice(line)?;
        // Tests are named like what they test.
        if message["reason"] != "compiler-artifact" || message["profile"]["test"] == true {
            continue;
        }
        let name = message["target"]["name"].as_str().unwrap_or_default();
        for path in message["filenames"].as_array().into_iter().flatten() {
            built.push(Built {
                name: name.to_owned(),
                path: path.as_str().unwrap_or_default().into(),
            });
        }
    }
    Ok(built)
}

fn target_directory() -> Result<PathBuf> {
    let program = env::current_exe()?;
    // target/debug/deps/program, or target/debug/program.
    let directory = program
        .ancestors()
        .find(|path| path.ends_with("debug") || path.ends_with("release"));
    Ok(directory
        .context("this program is in no target directory")?
        .to_owned())
}
