//! The stand-in as a test holds it.

use super::{
    CLIENT_SECRET, NAME,
    faults::Faults,
    messages::{Task, task::TaskType},
    queue::Record,
    server::{self, Shared},
    state::State,
    tls::Identity,
};
use std::{
    fs, io,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    sync::Arc,
    thread::JoinHandle,
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::{net::TcpSocket, sync::oneshot};

/// Nothing takes so long when all is well.
const PATIENCE: Duration = Duration::from_secs(120);

/// How the stand-in behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// When to ask for a task again.
    pub next_poll: Duration,
    /// When to send a heartbeat again.
    pub next_heartbeat: Duration,
    /// A task of which nothing is heard for so long is handed out again.
    pub lease: Duration,
    /// A task that may be tried again is handed out again after so long...
    pub again_after: Duration,
    /// ... but not more often than this.
    pub offers: u32,
    /// How long tokens are said to be good.
    pub token_seconds: u64,
    /// How long they really are.
    pub tokens_last: Duration,
    /// How far its clock is ahead of this machine's, in seconds.
    pub clock_ahead: i64,
    /// For what is left to chance.
    pub seed: u64,
    /// Where the authority's certificate goes; if not said, into a directory that goes with the
    /// stand-in.
    pub directory: Option<PathBuf>,
    pub faults: Faults,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            next_poll: Duration::from_millis(10),
            next_heartbeat: Duration::from_secs(1),
            lease: Duration::from_secs(30),
            again_after: Duration::from_millis(50),
            offers: 5,
            token_seconds: 3600,
            tokens_last: Duration::from_secs(3600),
            clock_ahead: 0,
            seed: 1,
            directory: None,
            faults: Faults::default(),
        }
    }
}

/// A running stand-in. It stops, and drops every connection, when it is dropped.
pub struct ConductorOne {
    address: SocketAddr,
    shared: Shared,
    identity: Identity,
    directory: PathBuf,
    /// Keeps the port while nobody listens.
    _port: TcpSocket,
    running: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
    /// Goes last.
    _own: Option<TempDir>,
}

impl ConductorOne {
    /// Starts on a free port of 127.0.0.1.
    pub fn start(settings: Settings) -> Self {
        Self::listen(SocketAddr::from(([127, 0, 0, 1], 0)), settings)
    }

    /// Starts on this address.
    pub fn listen(address: SocketAddr, settings: Settings) -> Self {
        Self::bind(address, settings).expect("a port that is free")
    }

    /// Starts on this address.
    ///
    /// # Errors
    ///
    /// When it is taken, or the directory cannot be written to.
    pub fn bind(address: SocketAddr, settings: Settings) -> io::Result<Self> {
        let port = TcpSocket::new_v4()?;
        port.set_reuseaddr(true)?;
        port.bind(address)?;
        let listener = TcpListener::bind(port.local_addr()?)?;
        let identity = Identity::new();
        let own = match settings.directory {
            Some(_) => None,
            None => Some(tempfile::tempdir()?),
        };
        let own_path = own.as_ref().map(|own| own.path().to_owned());
        let directory = settings.directory.clone().or(own_path).unwrap_or_default();
        fs::create_dir_all(&directory)?;
        let directory = directory.canonicalize()?;
        fs::write(directory.join("ca.pem"), &identity.authority)?;
        let mut standin = Self {
            address: listener.local_addr().expect("an address"),
            shared: Shared::new(State::new(settings)),
            identity,
            directory,
            _port: port,
            running: None,
            _own: own,
        };
        standin.serve(listener);
        Ok(standin)
    }

    /// Cuts all connections, and answers nobody until it is brought [`up`](Self::up) again.
    pub fn down(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            let _ = stop.send(());
            let _ = thread.join();
        }
    }

    /// Answers again, at the same port, and remembers everything.
    pub fn up(&mut self) {
        self.down();
        let listener = TcpListener::bind(self.address);
        self.serve(listener.expect("a port that has been kept"));
    }

    /// Lets whatever comes disappear without an answer, on connections old and new, or no more.
    pub fn swallow(&self, swallows: bool) {
        self.shared.swallow(swallows);
    }

    fn serve(&mut self, listener: TcpListener) {
        listener.set_nonblocking(true).expect("it can be set");
        let (stop, stopped) = oneshot::channel();
        let (tls, shared) = (Arc::clone(&self.identity.server), self.shared.clone());
        let authority: Arc<str> = self.address.to_string().into();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener);
                let listener = listener.expect("a listener that does not block");
                tokio::select! {
                    _ = stopped => {}
                    () = server::serve(listener, tls, authority, shared) => {}
                }
            });
        });
        self.running = Some((stop, thread));
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `BATON_CLIENT_ID`.
    pub fn client_id(&self) -> String {
        format!("{NAME}@{}/ccc", self.address)
    }

    /// `BATON_CLIENT_SECRET`.
    pub fn client_secret(&self) -> &'static str {
        CLIENT_SECRET
    }

    /// The authority that its clients have to trust.
    pub fn ca_file(&self) -> PathBuf {
        self.directory.join("ca.pem")
    }

    /// Where it keeps its files.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Adds a task, and gives its id.
    pub fn push(&self, task: TaskType) -> String {
        self.shared.change(|state| {
            let id = format!("task{:023}", state.records.len() + 1);
            state.records.push(Record::new(Task {
                id: id.clone(),
                debug: false,
                task_type: Some(task),
            }));
            id
        })
    }

    /// Changes what is to go wrong from now on.
    pub fn set_faults(&self, faults: Faults) {
        self.shared.change(|state| state.settings.faults = faults);
    }

    /// Tells the next heartbeat of a task that nobody wants it any more.
    pub fn cancel(&self, task: &str) {
        self.shared.change(|state| {
            state.record_mut(task).expect("a task").cancelled = true;
        });
    }

    /// Takes no token any more that it has given so far.
    pub fn revoke_tokens(&self) {
        self.shared.change(|state| {
            let now = Instant::now();
            state.tokens.values_mut().for_each(|until| *until = now);
        });
    }

    /// Looks at what it knows.
    pub fn look<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.shared.lock())
    }

    /// What it knows.
    pub fn state(&self) -> State {
        self.shared.lock().clone()
    }

    /// What a strict server would not have stood for.
    pub fn violations(&self) -> Vec<String> {
        self.shared.lock().violations.clone()
    }

    /// Waits until something is so.
    ///
    /// # Panics
    ///
    /// When it takes too long.
    pub fn wait_until(&self, what: &str, is_so: impl Fn(&State) -> bool) {
        self.wait_within(PATIENCE, what, is_so);
    }

    /// The same, for as long as a test likes.
    ///
    /// # Panics
    ///
    /// When it takes longer.
    pub fn wait_within(&self, patience: Duration, what: &str, is_so: impl Fn(&State) -> bool) {
        let start = Instant::now();
        let mut state = self.shared.lock();
        while !is_so(&state) {
            assert!(start.elapsed() < patience, "not yet {what}: {state:#?}");
            state = self.shared.wait(state);
        }
    }

    /// Waits until a task is over, and gives all that has been heard of it.
    ///
    /// # Panics
    ///
    /// When it takes too long.
    pub fn finished(&self, task: &str) -> Record {
        let over = |state: &State| state.record(task).is_some_and(Record::is_finished);
        self.wait_until(&format!("finished: {task}"), over);
        self.state().record(task).cloned().expect("a task")
    }
}

impl Drop for ConductorOne {
    fn drop(&mut self) {
        self.down();
    }
}
