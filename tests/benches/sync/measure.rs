//! Time and memory of a process.

use anyhow::{Context, Result, ensure};
use connector_host::{
    connector::{Connector, Terms},
    egress::{Clients, Gate, Operation, Options},
    sandbox::Limits,
};
use futures::{
    StreamExt,
    future::{Either, select},
    stream::FuturesUnordered,
};
use nix::sys::resource::{UsageWho, getrusage};
use std::{
    path::Path,
    pin::pin,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

/// What a process took.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    pub wall: Duration,
    /// The most memory that it has held at a time.
    pub peak_mib: f64,
}

impl Measured {
    pub const WORST: Self = Self {
        wall: Duration::MAX,
        peak_mib: 0.0,
    };

    /// The quicker run's time, and the greater peak.
    pub fn best(self, other: Self) -> Self {
        Self {
            wall: self.wall.min(other.wall),
            peak_mib: self.peak_mib.max(other.peak_mib),
        }
    }
}

/// Runs a command below a process of its own, as the peak is known for all of a process's
/// children together.
pub fn measured(
    program: &str,
    command: &[String],
    environment: &[(&str, String)],
) -> Result<Measured> {
    let output = Command::new(program)
        .arg("--measure")
        .args(command)
        .env_clear()
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .output()?;
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout)?;
    let (wall, peak) = text.trim().split_once(' ').context("two numbers")?;
    Ok(Measured {
        wall: Duration::from_secs_f64(wall.parse()?),
        peak_mib: peak.parse()?,
    })
}

/// The process in between: runs the command and prints seconds and MiB.
pub fn child(command: &[&str]) -> Result<()> {
    let [program, arguments @ ..] = command else {
        anyhow::bail!("no command");
    };
    let start = Instant::now();
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()?;
    let wall = start.elapsed();
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let peak = getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss();
    println!("{} {}", wall.as_secs_f64(), peak as f64 / 1024.0);
    Ok(())
}

/// Prints how much memory an instance takes that waits for something.
pub fn idle(component: &Path) -> Result<()> {
    const INSTANCES: u32 = 50;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let connector = Connector::load(component, Terms::default())
            .await
            .map_err(|e| e.error)?;
        let clients = Arc::new(Clients::new(Options {
            timeout: Duration::from_secs(1),
            ..Options::default()
        }));
        let limits = Limits::default();
        let waiting = Arc::new(AtomicU32::new(0));
        let wait = || {
            let gate = Gate::new(Operation::Validate, Arc::default(), Arc::clone(&clients));
            // It has been called before it waits, so that it has touched its memory.
            connector.call(gate, Arc::default(), &limits, async |instance| {
                instance
                    .run(async |on, by| by.describe.call_describe(on).await)
                    .await?;
                waiting.fetch_add(1, Ordering::Relaxed);
                std::future::pending::<()>().await;
                Ok(())
            })
        };
        let before = resident()?;
        let mut instances: FuturesUnordered<_> = (0..INSTANCES).map(|_| wait()).collect();
        while waiting.load(Ordering::Relaxed) < INSTANCES {
            let moment = tokio::time::sleep(Duration::from_millis(10));
            if let Either::Left((Some(Err(failure)), _)) =
                select(instances.next(), pin!(moment)).await
            {
                return Err(failure.error);
            }
        }
        let each = (resident()? - before) / f64::from(INSTANCES);
        println!("{each:.2} MiB (of {INSTANCES})");
        Ok(())
    })
}

/// Resident memory of this process, in MiB.
fn resident() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: f64 = line
        .and_then(|line| line.split_whitespace().next())
        .context("VmRSS")?
        .parse()?;
    Ok(kib / 1024.0)
}
