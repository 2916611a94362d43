//! What the sandbox's edge costs: policy, placeholders and audit.
//!
//! `cargo bench --bench edge` syncs 100,000 accounts from the stand-in with the edge as it is, and
//! with as little of it as there can be: no secrets, so that nothing is filled in or looked for, no
//! audit file, and one rule per request without a word about secrets. Both run in this process, in
//! turns, and the best run of each counts. Beside that, it measures how long a refusal takes.

use anyhow::{Context, Result};
use connector_host::{
    connector::{Connector, Terms},
    contract::describe::OutboundRequest,
    egress::{Audit, Clients, Gate, Operation, Options, Origin, Policy, Witness},
    sandbox::{Limits, Value, Variables},
    sync::{self, Progress, Tolerance},
};
use e2e::{
    artifacts::artifacts,
    valimail::{APP_ID, CLIENT_ID, SLUG},
};
use http_body_util::{BodyExt, Empty};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};
use wasmtime_wasi_http::WasiHttpHooks;

const ACCOUNTS: &str = "100000";
const RUNS: u32 = 7;
const REFUSALS: u32 = 10_000;

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let connector = Connector::load(artifacts().valimail(), Terms::default())
            .await
            .map_err(|failure| failure.error)?;
        let service = Service::start()?;
        let directory = tempfile::tempdir()?;
        let mut best = [Duration::MAX; 2];
        for _ in 0..RUNS {
            for (best, edge) in best.iter_mut().zip([Edge::Whole, Edge::Bare]) {
                let setup = Setup::new(&connector, &service.origin, directory.path(), edge)?;
                *best = setup.sync(&connector, directory.path()).await?.min(*best);
            }
        }
        let [whole, bare] = best.map(|time| time.as_secs_f64());
        println!("{ACCOUNTS} accounts: {whole:.3} s with the edge, {bare:.3} s without");
        println!("ratio: {:.3}", whole / bare);
        let setup = Setup::new(&connector, &service.origin, directory.path(), Edge::Whole)?;
        println!("a refusal: {:.1?}", setup.refusal(&service.origin).await);
        Ok(())
    })
}

#[derive(Clone, Copy, PartialEq)]
enum Edge {
    Whole,
    Bare,
}

struct Setup {
    gate: Gate,
    variables: Arc<Variables>,
}

impl Setup {
    fn new(connector: &Connector, origin: &str, directory: &Path, edge: Edge) -> Result<Self> {
        let plain = |value: &str| Value::Plain(value.to_owned());
        let secret = |value: &str| match edge {
            Edge::Whole => Value::Secret(value.into()),
            Edge::Bare => plain(value),
        };
        let variables = Arc::new(Variables::new([
            ("valimail-app-id", secret(APP_ID)),
            ("valimail-client-id", secret(CLIENT_ID)),
            ("valimail-slug", plain(SLUG)),
            ("base-url", plain(origin)),
        ]));
        let requests = connector.description.outbound_requests.iter().cloned();
        let requests: Vec<_> = requests
            .map(|request| match edge {
                Edge::Whole => request,
                Edge::Bare => OutboundRequest {
                    sends_secrets: Vec::new(),
                    returns_secrets: Vec::new(),
                    ..request
                },
            })
            .collect();
        let value = |name: &str| match name {
            "base-url" => Some(origin.to_owned()),
            "valimail-slug" => Some(SLUG.to_owned()),
            _ => None,
        };
        let named: Origin = origin.parse().map_err(anyhow::Error::msg)?;
        let policy = Policy::new(&requests, value, vec![named])?;
        let clients = Clients::new(Options {
            timeout: Duration::from_secs(300),
            ..Options::default()
        });
        let mut gate = Gate::new(Operation::Sync, Arc::new(policy), Arc::new(clients));
        if edge == Edge::Whole {
            let secrets = Arc::clone(variables.secrets());
            let audit = Audit::open(&directory.join("audit.jsonl"), connector, secrets);
            let audit = audit.map_err(|failure| failure.error)?;
            gate.witnesses = vec![Arc::new(audit) as Arc<dyn Witness>];
        }
        Ok(Self { gate, variables })
    }

    async fn sync(self, connector: &Connector, directory: &Path) -> Result<Duration> {
        let path = directory.join("sync.c1z");
        let _ = std::fs::remove_file(&path);
        let options = sync::Options {
            path,
            file: connector_host::c1z::Options::default(),
            tolerance: Tolerance::default(),
            resource_types: Vec::new(),
            targets: Vec::new(),
            limits: Limits::default(),
        };
        let progress = Arc::new(Progress::default());
        let synced = sync::run(connector, self.gate, self.variables, &options, progress).await;
        Ok(synced.map_err(|failure| failure.error)?.elapsed)
    }

    /// How long it takes to refuse a request; the mean of many.
    async fn refusal(mut self, origin: &str) -> Duration {
        let start = Instant::now();
        for number in 0..REFUSALS {
            let body = Empty::new().map_err(|never| match never {});
            let request = http::Request::get(format!("{origin}/elsewhere/{number}"));
            let request = request.body(body.boxed_unsync()).expect("a request");
            let sent = self
                .gate
                .send_request(request, None, Box::new(async { Ok(()) }));
            let answer = Box::into_pin(sent).await;
            assert!(answer.is_err(), "it has been sent");
        }
        start.elapsed() / REFUSALS
    }
}

/// The stand-in, as a process of its own.
struct Service {
    process: Child,
    origin: String,
}

impl Service {
    fn start() -> Result<Self> {
        let mut process = Command::new(artifacts().standin())
            .args(["--listen", "127.0.0.1:0", "--accounts", ACCOUNTS])
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = process.stdout.take().context("standard output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let origin = line.trim().strip_prefix("listening on ");
        let origin = origin.context("an address")?.to_owned();
        Ok(Self { process, origin })
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
