//! What service mode costs: memory, the way to the first hello, and what it adds to each task.
//!
//! `cargo bench --bench service` runs the real program and the real component between the stand-ins
//! for ConductorOne and Valimail. `cargo bench --bench service -- PROGRAM` measures another build of
//! the program, such as an image's. Of several syncs the best counts.

use anyhow::{Context, Result, ensure};
use e2e::{
    artifacts::artifacts,
    conductorone::{ConductorOne, Settings as ServiceSettings, messages::task::TaskType, tasks},
    valimail::{APP_ID, Accounts, CLIENT_ID, Request, SLUG, Settings, Standin},
};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

const STARTS: usize = 20;
const GRANTS: usize = 100;
/// A user of the demo company who is neither.
const MEMBER: &str = "2906d4927bf178077519";
const ACCOUNTS: u64 = 100_000;
const SYNCS: u32 = 3;

fn main() -> Result<()> {
    // The host's own client takes no other either.
    let _ = rustls::crypto::ring::default_provider().install_default();
    println!("{}", program().display());
    let company = Standin::start(Settings::company());
    println!("start to hello, warm cache: {:.1?}", hello(&company)?);
    let (memory, busy) = idle(&company)?;
    println!("idle: {memory:.1} MiB resident; after ten syncs {busy:.1} MiB");
    let [whole, alone, added] = grant(&company)?;
    println!("a grant, from poll to finish: {whole:.2?}");
    println!("its requests alone: {alone:.2?}; added: {added:.2?}");
    let many = Standin::start(Settings::with(Accounts::generated(ACCOUNTS)));
    let (task, once, peak) = sync(&many)?;
    let ratio = task.as_secs_f64() / once.as_secs_f64();
    println!("{ACCOUNTS} accounts: {task:.3?} as a task with its upload, {once:.3?} into a file");
    println!("ratio: {ratio:.2}; {peak:.1} MiB resident at the most");
    Ok(())
}

/// What is measured.
fn program() -> PathBuf {
    // Cargo's own flags come first.
    let named = env::args_os()
        .skip(1)
        .find(|argument| argument != "--bench");
    named.map_or_else(|| artifacts().host().to_owned(), PathBuf::from)
}

/// The program, configured for a stand-in, in a directory of its own.
fn connector(valimail: &Standin, directory: &Path) -> Command {
    let origin = valimail.origin();
    let mut connector = Command::new(program());
    connector
        .arg("run")
        .arg(artifacts().valimail())
        .env_clear()
        .env("BATON_VALIMAIL_APP_ID", APP_ID)
        .env("BATON_VALIMAIL_CLIENT_ID", CLIENT_ID)
        .env("BATON_VALIMAIL_SLUG", SLUG)
        .env("BATON_BASE_URL", &origin)
        .env("BATON_ALLOW_OUTBOUND", &origin)
        .env("BATON_TMPDIR", directory)
        .env("XDG_CACHE_HOME", &artifacts().cache)
        .current_dir(directory)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    connector
}

/// A service that is killed when it is not needed any more.
struct Service {
    process: Child,
    conductor: ConductorOne,
    began: Instant,
    _directory: tempfile::TempDir,
}

impl Service {
    /// Starts, and waits for the hello.
    fn start(valimail: &Standin) -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let conductor = ConductorOne::start(ServiceSettings::default());
        let mut connector = connector(valimail, directory.path());
        connector
            .env("BATON_CLIENT_ID", conductor.client_id())
            .env("BATON_CLIENT_SECRET", conductor.client_secret())
            .env("BATON_CA_FILE", conductor.ca_file())
            .env("BATON_HOST_ID", "bench")
            .env("BATON_PROVISIONING", "true");
        let began = Instant::now();
        let process = connector.spawn()?;
        conductor.wait_until("a hello", |state| state.hellos_heard > 0);
        Ok(Self {
            process,
            conductor,
            began,
            _directory: directory,
        })
    }

    /// Does a task, and gives what it took from its handing out to its end.
    fn does(&self, task: TaskType) -> Result<Duration> {
        let task = self.conductor.push(task);
        let record = self.conductor.finished(&task);
        ensure!(record.end().is_success(), "the task failed: {record:?}");
        record.took().context("it was handed out")
    }

    /// Memory in MiB: `VmRSS` is what is resident, `VmHWM` what was at the most (proc_pid_status(5)).
    fn memory(&self, field: &str) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        let kib = line.and_then(|line| line.trim_start_matches(':').split_whitespace().next());
        Ok(kib.context(field.to_owned())?.parse::<f64>()? / 1024.0)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// From the start of the process to the arrival of its hello; a median.
fn hello(valimail: &Standin) -> Result<Duration> {
    // The cache is warm afterwards.
    Service::start(valimail)?;
    let start = || Ok(Service::start(valimail)?.began.elapsed());
    let times: Result<Vec<_>> = std::iter::repeat_with(start).take(STARTS).collect();
    times.map(median)
}

/// What it holds while it waits for tasks, before and after there were some.
fn idle(valimail: &Standin) -> Result<(f64, f64)> {
    let service = Service::start(valimail)?;
    thread::sleep(Duration::from_secs(2));
    let before = service.memory("VmRSS")?;
    for _ in 0..10 {
        service.does(tasks::sync())?;
    }
    thread::sleep(Duration::from_secs(2));
    Ok((before, service.memory("VmRSS")?))
}

/// What a grant takes; what a plain client takes for the very same requests, with a connection that
/// is there already; and the difference. Medians.
fn grant(valimail: &Standin) -> Result<[Duration; 3]> {
    let service = Service::start(valimail)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let client = reqwest::Client::new();
    let mut times: [Vec<Duration>; 3] = Default::default();
    for number in 0..GRANTS {
        valimail.forget_requests();
        let name = ["owner", "marketer"][number % 2];
        let entitlement = format!("member_type:{name}:assigned");
        let whole = service.does(tasks::grant(&entitlement, MEMBER))?;
        let requests = valimail.requests();
        let requests = requests.iter().map(|sent| again(&client, valimail, sent));
        let requests: Vec<_> = requests.collect::<Result<_>>()?;
        let start = Instant::now();
        runtime.block_on(async {
            for request in requests {
                client.execute(request).await?.bytes().await?;
            }
            anyhow::Ok(())
        })?;
        let alone = start.elapsed();
        let added = whole.saturating_sub(alone);
        for (times, time) in times.iter_mut().zip([whole, alone, added]) {
            times.push(time);
        }
    }
    Ok(times.map(median))
}

/// A request that the stand-in has answered already.
fn again(client: &reqwest::Client, valimail: &Standin, sent: &Request) -> Result<reqwest::Request> {
    let mut url = reqwest::Url::parse(&valimail.origin())?;
    url.set_path(&sent.path);
    if !sent.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&sent.query);
    }
    let mut request = client.request(sent.method.parse()?, url);
    for name in ["accept", "authorization", "content-type"] {
        if let Some(value) = sent.header(name) {
            request = request.header(name, value);
        }
    }
    Ok(request.body(sent.text.clone()).build()?)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// A sync as a task, and into a file; and the memory of the service.
fn sync(valimail: &Standin) -> Result<(Duration, Duration, f64)> {
    let service = Service::start(valimail)?;
    let mut best = [Duration::MAX; 2];
    for _ in 0..SYNCS {
        best[0] = best[0].min(service.does(tasks::sync())?);
        let directory = tempfile::tempdir()?;
        let start = Instant::now();
        let status = connector(valimail, directory.path()).status()?;
        ensure!(status.success(), "the sync failed");
        best[1] = best[1].min(start.elapsed());
    }
    Ok((best[0], best[1], service.memory("VmHWM")?))
}
