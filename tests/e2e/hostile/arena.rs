//! Where attacks take place: in one process with a connector that behaves, on the two threads that
//! the program has.
//!
//! While an attack goes on, and at least once, the neighbour syncs the made-up company of the
//! stand-in, and each of its files has to be whole. Whatever becomes of the attack, its secret must
//! have been written down nowhere, and a failed sync has left nothing.

use crate::{journal, outcome::Outcome};
use connector_host::{
    c1z,
    connector::{Connector, Terms},
    contract::describe::Description,
    egress::{
        Bounds, Clients, Exchange, Gates, Names, Operation, Options, Origin, Policy, Retries,
        Witness,
    },
    failure::Failure,
    sandbox::{Limits, Value, Variables},
    sync::{self, Progress, Summary, Tolerance},
};
use e2e::{
    artifacts::artifacts,
    c1z::File,
    valimail::{APP_ID, CLIENT_ID, SLUG, Settings, Standin, company},
};
use futures::{FutureExt, future::BoxFuture};
use nix::sys::resource::{UsageWho, getrusage};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{runtime::Runtime, sync::Semaphore, task::JoinHandle};

/// What this process may have used in the end, whatever has been tried in it: KiB.
const MEMORY: i64 = 1 << 20;

/// As the program has it.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    journal::begin();
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
});
/// Attacks at once, however many processors there are.
static TURNS: Semaphore = Semaphore::const_new(2);
static STANDIN: LazyLock<Standin> = LazyLock::new(|| Standin::start(Settings::company()));
static NEIGHBOUR: LazyLock<Connector> = LazyLock::new(|| loaded(artifacts().valimail()));
static HOSTILE: LazyLock<Connector> = LazyLock::new(|| loaded(artifacts().component("hostile")));

fn loaded(path: &Path) -> Connector {
    let loading = Connector::load(path, terms());
    match RUNTIME.block_on(loading) {
        Ok(connector) => connector,
        Err(failure) => panic!("{}", said(&failure)),
    }
}

/// What components are read by.
pub fn terms() -> Terms {
    Terms {
        cache: None,
        ..Terms::default()
    }
}

/// A failure and its hints, as people read them.
fn said(failure: &Failure) -> String {
    format!("{failure} {}", failure.hints.join(" "))
}

/// Does something while the neighbour syncs.
pub fn beside<T: Send + 'static>(attack: impl Future<Output = T> + Send + 'static) -> T {
    // Made here rather than on a thread that others need.
    let (_, _) = (&*NEIGHBOUR, &*STANDIN);
    RUNTIME.block_on(async {
        let _turn = TURNS.acquire().await.expect("a turn");
        let over = Arc::new(AtomicBool::new(false));
        let attack = tokio::spawn(attack);
        let neighbour = tokio::spawn(neighbour(Arc::clone(&over)));
        let came_of = attack.await.expect("the host does not panic");
        over.store(true, Ordering::Relaxed);
        neighbour.await.expect("the neighbour is unharmed");
        assert!(memory() < MEMORY, "{} KiB have been used", memory());
        came_of
    })
}

/// The most memory that this process has used: KiB.
fn memory() -> i64 {
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("it is known");
    match cfg!(target_os = "macos") {
        true => usage.max_rss() >> 10,
        false => usage.max_rss(),
    }
}

/// Syncs until the attack is over, and at least once.
async fn neighbour(over: Arc<AtomicBool>) {
    loop {
        let last = over.load(Ordering::Relaxed);
        neighbours_sync().await;
        if last {
            return;
        }
    }
}

/// One sync of the neighbour's.
async fn neighbours_sync() {
    let directory = tempfile::tempdir().expect("a directory");
    let origin = STANDIN.origin();
    let plain = |value: &str| Value::Plain(value.to_owned());
    let values = [
        ("valimail-app-id", Value::Secret(APP_ID.into())),
        ("valimail-client-id", Value::Secret(CLIENT_ID.into())),
        ("valimail-slug", plain(SLUG)),
        ("base-url", plain(&origin)),
    ];
    let sync = Sync {
        connector: &NEIGHBOUR,
        gates: gates(&NEIGHBOUR.description, &values, &[&origin]),
        variables: Arc::new(Variables::new(values)),
        limits: Limits::default(),
        directory: directory.path().to_owned(),
    };
    let path = sync.file();
    if let Err(failure) = sync.run().await {
        panic!("the neighbour has failed: {}", said(&failure));
    }
    let file = File::open(&path);
    let users = file.resources("user").into_iter().map(|row| row.key);
    let accounts = company();
    let keys: Vec<_> = accounts
        .iter()
        .filter_map(|account| Some(format!("user:{}", account.text("/id")?)))
        .collect();
    assert_eq!(users.collect::<Vec<_>>(), keys);
    assert_eq!(file.grants().len(), 40);
}

/// Gates to what a connector describes, some origins of which are named by the operator.
fn gates(description: &Description, values: &[(&str, Value)], named: &[&str]) -> Gates {
    let value = |name: &str| {
        let value = values.iter().find(|(set, _)| *set == name);
        Some(match value {
            Some((_, Value::Plain(value))) => value.clone(),
            _ => String::new(),
        })
    };
    let named = named
        .iter()
        .map(|origin| origin.parse().expect("an origin"));
    let named: Vec<Origin> = named.collect();
    let policy = Policy::new(&description.outbound_requests, value, named).expect("a policy");
    Gates {
        policy: Arc::new(policy),
        clients: Arc::new(clients(Duration::from_secs(300), None)),
        retries: Retries {
            times: 0,
            ..Retries::default()
        },
        bounds: Bounds::default(),
        witnesses: Vec::new(),
    }
}

fn clients(timeout: Duration, names: Option<Arc<dyn Names>>) -> Clients {
    let options = Options {
        timeout,
        ..Options::default()
    };
    Clients::new(match names {
        Some(names) => Options { names, ..options },
        None => options,
    })
}

/// A sync that is about to begin.
struct Sync<'c> {
    connector: &'c Connector,
    gates: Gates,
    variables: Arc<Variables>,
    limits: Limits,
    directory: PathBuf,
}

impl Sync<'_> {
    fn file(&self) -> PathBuf {
        self.directory.join("sync.c1z")
    }

    async fn run(self) -> Synced {
        let options = sync::Options {
            targets: Vec::new(),
            path: self.file(),
            file: c1z::Options {
                temp_dir: Some(self.directory.clone()),
                ..c1z::Options::default()
            },
            tolerance: Tolerance::default(),
            resource_types: Vec::new(),
            limits: self.limits,
        };
        let gate = self.gates.open(Operation::Sync);
        let (variables, progress) = (self.variables, Arc::new(Progress::default()));
        sync::run(self.connector, gate, variables, &options, progress).await
    }
}

/// An attack, and what holds for it.
pub struct Attack {
    settings: BTreeMap<&'static str, String>,
    named: Vec<String>,
    names: Option<Arc<dyn Names>>,
    timeout: Duration,
    limits: Limits,
    bounds: Bounds,
    secret: String,
}

/// What the service has returned as secret, beside the configured one.
pub const TOKEN: &str = "token-of-the-service-that-nobody-may-see";

/// An attack of the component `hostile`.
pub fn attack(name: &str) -> Attack {
    static NUMBER: AtomicUsize = AtomicUsize::new(1000);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    Attack {
        settings: BTreeMap::from([("attack", name.to_owned())]),
        named: Vec::new(),
        names: None,
        timeout: Duration::from_secs(300),
        limits: Limits::default(),
        bounds: Bounds::default(),
        secret: format!("{number}-correct-horse-battery-staple-{number}"),
    }
}

impl Attack {
    /// Lets it reach a service.
    pub fn at(self, origin: &str) -> Self {
        self.named("origin", origin)
    }

    /// Sets an origin that the operator allows.
    pub fn named(mut self, setting: &'static str, origin: &str) -> Self {
        self.named.push(origin.to_owned());
        self.set(setting, origin)
    }

    /// Sets a setting.
    pub fn set(mut self, setting: &'static str, value: &str) -> Self {
        self.settings.insert(setting, value.to_owned());
        self
    }

    /// Names are looked up there.
    pub fn names(mut self, names: Arc<dyn Names>) -> Self {
        self.names = Some(names);
        self
    }

    /// For an attempt of a request.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets limits of the component.
    pub fn limits(mut self, set: impl FnOnce(&mut Limits)) -> Self {
        set(&mut self.limits);
        self
    }

    /// Sets bounds of its requests.
    pub fn bounds(mut self, set: impl FnOnce(&mut Bounds)) -> Self {
        set(&mut self.bounds);
        self
    }

    /// The secret that it is trusted with.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// Syncs with it, beside the neighbour.
    pub fn run(self) -> Outcome {
        self.run_with(&HOSTILE)
    }

    /// The same without the neighbour, for an attack that comes in many forms.
    pub fn run_alone(self) -> Outcome {
        self.outcome(&HOSTILE, |sync| RUNTIME.block_on(sync))
    }

    /// Begins to sync with it.
    pub fn begin(self) -> Begun {
        let directory = tempfile::tempdir().expect("a directory");
        let connector: &'static Connector = &HOSTILE;
        let sync = Sync {
            connector,
            gates: self.gates(connector).0,
            variables: self.variables(),
            limits: self.limits,
            directory: directory.path().to_owned(),
        };
        Begun(RUNTIME.spawn(async move {
            let _directory = directory;
            sync.run().await
        }))
    }

    /// Syncs with another component.
    pub fn run_with(self, connector: &'static Connector) -> Outcome {
        self.outcome(connector, beside)
    }

    fn outcome(
        self,
        connector: &'static Connector,
        run: impl FnOnce(BoxFuture<'static, Synced>) -> Synced,
    ) -> Outcome {
        let directory = tempfile::tempdir().expect("a directory");
        let (gates, seen) = self.gates(connector);
        let sync = Sync {
            connector,
            gates,
            variables: self.variables(),
            limits: self.limits,
            directory: directory.path().to_owned(),
        };
        let file = sync.file();
        let result = run(sync.run().boxed()).map_err(|failure| said(&failure));
        let exchanges = std::mem::take(&mut *seen.0.lock().expect("a lock"));
        let outcome = Outcome {
            result,
            exchanges,
            file,
            _directory: directory,
        };
        outcome.tells_nothing(&[&self.secret, TOKEN]);
        outcome
    }

    fn values(&self) -> Vec<(&'static str, Value)> {
        let settings = self.settings.iter();
        let mut values: Vec<_> = settings
            .map(|(name, value)| (*name, Value::Plain(value.clone())))
            .collect();
        values.push(("api-secret", Value::Secret(self.secret.as_str().into())));
        values
    }

    fn variables(&self) -> Arc<Variables> {
        Arc::new(Variables::new(self.values()))
    }

    fn gates(&self, connector: &Connector) -> (Gates, Arc<Seen>) {
        let named: Vec<_> = self.named.iter().map(String::as_str).collect();
        let seen = Arc::new(Seen::default());
        let gates = Gates {
            clients: Arc::new(clients(self.timeout, self.names.clone())),
            bounds: self.bounds,
            witnesses: vec![Arc::clone(&seen) as Arc<dyn Witness>],
            ..gates(&connector.description, &self.values(), &named)
        };
        (gates, seen)
    }
}

/// What a sync comes to.
type Synced = Result<Summary, Failure>;

/// An attack that goes on.
pub struct Begun(JoinHandle<Synced>);

impl Begun {
    /// Stops it, and panics when it has come to an end by itself.
    pub fn give_up(self) {
        self.0.abort();
        let ended = RUNTIME.block_on(self.0);
        assert!(
            ended.is_err_and(|error| error.is_cancelled()),
            "it has ended"
        );
    }
}

/// Keeps what there is to tell of each request.
#[derive(Default)]
struct Seen(Mutex<Vec<Exchange>>);

impl Witness for Seen {
    fn ready(&self) -> Result<(), String> {
        Ok(())
    }

    fn saw(&self, exchange: &Exchange) {
        self.0.lock().expect("a lock").push(exchange.clone());
    }
}

/// Reads a component, beside the neighbour. It cannot be dropped, as others are.
pub fn load(bytes: &[u8], terms: Terms) -> Result<&'static Connector, String> {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("component.wasm");
    fs::write(&path, bytes).expect("a file");
    let loading = async move { Connector::load(&path, terms).await };
    match beside(loading) {
        Ok(connector) => Ok(Box::leak(Box::new(connector))),
        Err(failure) => Err(said(&failure)),
    }
}
