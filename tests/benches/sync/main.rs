//! What the sandbox costs.
//!
//! `cargo bench --bench sync` runs the real program with the real component against the
//! stand-in, and beside it a *native floor*: the same download, the same parser and the same
//! rows, by plain Rust in one process without a sandbox. Each run is a process of its own, and
//! so is the stand-in. Of several runs the best counts.

mod floor;
mod measure;

use anyhow::{Context, Result, ensure};
use connector_host::c1z;
use e2e::{
    artifacts::artifacts,
    c1z::File,
    valimail::{APP_ID, CLIENT_ID, SLUG, Settings, Standin},
};
use measure::{Measured, measured};
use std::{
    env,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// Accounts, and how often each side syncs them.
const CASES: [(u64, u32); 3] = [(1_000, 10), (100_000, 5), (1_000_000, 2)];

fn main() -> Result<()> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--floor", origin, file] => floor::run(origin, Path::new(file)),
        ["--measure", ref command @ ..] => measure::child(command),
        ["--idle", component] => measure::idle(Path::new(component)),
        _ => all(arguments.iter().find_map(|argument| argument.parse().ok())),
    }
}

/// Runs all cases, or those up to a number of accounts.
fn all(most: Option<u64>) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let program = env::current_exe()?;
    let program = program.to_str().context("a path in UTF-8")?;
    println!(" accounts    sandbox      floor  ratio   sandbox peak   floor peak");
    for (accounts, runs) in CASES {
        if most.is_some_and(|most| accounts > most) {
            continue;
        }
        let standin = Service::start(accounts)?;
        let (sandboxed, native) = (
            directory.path().join("s.c1z"),
            directory.path().join("n.c1z"),
        );
        let mut best = [Measured::WORST; 2];
        for _ in 0..runs {
            let _ = std::fs::remove_file(&sandboxed);
            let _ = std::fs::remove_file(&native);
            let host = host(&standin.origin, &sandboxed)?;
            best[0] = best[0].best(measured(program, &host, &environment(&standin.origin))?);
            let floor = [
                program,
                "--floor",
                &standin.origin,
                native.to_str().context("a path")?,
            ];
            best[1] = best[1].best(measured(program, &floor.map(str::to_owned), &[])?);
        }
        same_rows(&sandboxed, &native, accounts)?;
        let [sandbox, floor] = best;
        println!(
            "{accounts:>9} {:>8.3} s {:>8.3} s {:>6.2} {:>10.1} MiB {:>8.1} MiB",
            sandbox.wall.as_secs_f64(),
            floor.wall.as_secs_f64(),
            sandbox.wall.as_secs_f64() / floor.wall.as_secs_f64(),
            sandbox.peak_mib,
            floor.peak_mib,
        );
    }
    println!(
        "start to first request, warm cache: {:.1?}",
        first_request()?
    );
    let component = artifacts()
        .valimail()
        .to_str()
        .context("a path")?
        .to_owned();
    let idle = Command::new(program)
        .args(["--idle", &component])
        .output()?;
    ensure!(
        idle.status.success(),
        "{}",
        String::from_utf8_lossy(&idle.stderr)
    );
    println!(
        "idle instance: {}",
        String::from_utf8_lossy(&idle.stdout).trim()
    );
    Ok(())
}

/// The host's command line for a sync.
fn host(origin: &str, file: &Path) -> Result<Vec<String>> {
    let artifacts = artifacts();
    let path = |path: &Path| path.to_str().map(str::to_owned).context("a path in UTF-8");
    Ok(vec![
        path(artifacts.host())?,
        "run".to_owned(),
        path(artifacts.valimail())?,
        "--file".to_owned(),
        path(file)?,
        format!("--allow-outbound={origin}"),
    ])
}

fn environment(origin: &str) -> Vec<(&'static str, String)> {
    vec![
        ("BATON_VALIMAIL_APP_ID", APP_ID.to_owned()),
        ("BATON_VALIMAIL_CLIENT_ID", CLIENT_ID.to_owned()),
        ("BATON_VALIMAIL_SLUG", SLUG.to_owned()),
        ("BATON_BASE_URL", origin.to_owned()),
        ("XDG_CACHE_HOME", artifacts().cache.display().to_string()),
    ]
}

/// Both sides must have written the same, or the comparison is worth nothing.
fn same_rows(sandboxed: &Path, native: &Path, accounts: u64) -> Result<()> {
    let rows = |file: &Path| {
        let file = File::open(file);
        let query =
            |table| format!("select hex(data) from {table} order by external_id limit 2000");
        let first = [
            "v1_resource_types",
            "v1_resources",
            "v1_entitlements",
            "v1_grants",
        ]
        .map(|table| file.texts(&query(table)));
        let numbers = ["v1_resources", "v1_grants"]
            .map(|table| file.number(&format!("select count(*) from {table}")));
        (first, numbers)
    };
    let (sandboxed, native) = (rows(sandboxed), rows(native));
    ensure!(
        sandboxed.1[0] == accounts as i64 + 3,
        "not all accounts are there"
    );
    ensure!(
        sandboxed == native,
        "the sandbox and the floor write different rows"
    );
    Ok(())
}

/// From the start of the process to the arrival of its first request; best of several.
fn first_request() -> Result<Duration> {
    let mut best = Duration::MAX;
    for _ in 0..20 {
        let standin = Standin::start(Settings::company());
        let directory = tempfile::tempdir()?;
        let command = host(&standin.origin(), &directory.path().join("s.c1z"))?;
        let start = Instant::now();
        let status = Command::new(&command[0])
            .args(&command[1..])
            .env_clear()
            .envs(environment(&standin.origin()))
            .stderr(Stdio::null())
            .status()?;
        ensure!(status.success(), "the sync failed");
        let requests = standin.requests();
        let first = requests.first().context("a request")?;
        best = best.min(first.at.duration_since(start));
    }
    Ok(best)
}

/// The stand-in, as a process of its own.
struct Service {
    process: Child,
    origin: String,
}

impl Service {
    fn start(accounts: u64) -> Result<Self> {
        let mut process = Command::new(artifacts().standin())
            .args([
                "--listen",
                "127.0.0.1:0",
                "--accounts",
                &accounts.to_string(),
            ])
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = process.stdout.take().context("standard output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let origin = line
            .trim()
            .strip_prefix("listening on ")
            .context("an address")?;
        Ok(Self {
            process,
            origin: origin.to_owned(),
        })
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Rows are written the same way on both sides.
fn file_options() -> c1z::Options {
    c1z::Options::default()
}
