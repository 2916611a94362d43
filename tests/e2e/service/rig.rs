//! A service between its two stand-ins.

use e2e::{
    artifacts::artifacts,
    c1z::File,
    conductorone::{
        ConductorOne, Method, Record, Settings as ServiceSettings, messages::task::TaskType,
    },
    host::{Host, Transcript, finish, holds_only},
    valimail::{Endpoint, Faults, Settings, Standin, field},
};
use serde_json::Value;
use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, ChildStderr, Command},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// Exit codes: the numbers of gRPC.
pub const INVALID_ARGUMENT: i32 = 3;
pub const UNAUTHENTICATED: i32 = 16;

/// Far more than anything takes that is done at once, however busy the machine is, and far less
/// than a grace of an hour.
const AT_ONCE: Duration = Duration::from_secs(20);
/// Nothing takes so long when all is well.
const PATIENCE: Duration = Duration::from_secs(120);

/// A member of the demo company, and what makes him an owner.
pub const MEMBER: &str = "2906d4927bf178077519";
pub const OWNER: &str = "member_type:owner:assigned";

/// Both stand-ins, and a host that is configured for them.
pub struct Rig {
    pub conductor: ConductorOne,
    pub valimail: Standin,
    pub host: Host,
}

impl Rig {
    /// The demo company, and a ConductorOne to which all is well.
    pub fn new() -> Self {
        Self::with(ServiceSettings::default())
    }

    pub fn with(settings: ServiceSettings) -> Self {
        Self::of(settings, Settings::company())
    }

    pub fn of(settings: ServiceSettings, valimail: Settings) -> Self {
        let valimail = Standin::start(valimail);
        let host = Host::of(&valimail);
        Self::around(settings, valimail, host)
    }

    /// The demo company on a bad day, with changes of access allowed.
    pub fn faulty(settings: ServiceSettings, faults: Faults) -> Self {
        let company = Settings {
            faults,
            ..Settings::company()
        };
        Self::of(settings, company).allowing_changes()
    }

    /// Another connector, which has nothing to do with Valimail.
    pub fn around_component(settings: ServiceSettings, name: &str) -> Self {
        let host = Host::with_component(artifacts().component(name));
        Self::around(settings, Standin::start(Settings::company()), host)
    }

    fn around(settings: ServiceSettings, valimail: Standin, host: Host) -> Self {
        let conductor = ConductorOne::start(settings);
        fs::create_dir(host.path("tmp")).expect("a directory");
        let host = host
            .env("BATON_CLIENT_ID", &conductor.client_id())
            .env("BATON_CLIENT_SECRET", conductor.client_secret())
            .env("BATON_CA_FILE", &conductor.ca_file().display().to_string())
            .env("BATON_HOST_ID", "a-pod")
            .env("BATON_TMPDIR", "tmp");
        Self {
            conductor,
            valimail,
            host,
        }
    }

    /// With changes of access allowed.
    pub fn provisioning() -> Self {
        Self::new().allowing_changes()
    }

    fn allowing_changes(self) -> Self {
        self.env("BATON_PROVISIONING", "true")
    }

    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.host = self.host.env(name, value);
        self
    }

    /// Starts the service.
    pub fn start(&self, arguments: &[&str]) -> Running {
        Running::of(self.host.start("run", arguments))
    }

    /// Starts the service, and waits until it has said hello.
    pub fn started(&self) -> Running {
        let before = self.conductor.look(|state| state.hellos_heard);
        let running = self.start(&[]);
        self.conductor
            .wait_until("a hello", |state| state.hellos_heard > before);
        running
    }

    /// Starts the service, gives it a task, and waits until a request of this task has arrived at
    /// Valimail.
    pub fn asking(&self, endpoint: Endpoint, task: TaskType) -> (Running, String) {
        let running = self.started();
        let task = self.conductor.push(task);
        self.conductor
            .wait_until("a request", |_| self.valimail.count(endpoint) > 0);
        (running, task)
    }

    /// Waits until a method has been called so often.
    pub fn called(&self, method: Method, times: u64) {
        let what = format!("{times} calls of {method:?}");
        self.conductor
            .wait_until(&what, |state| state.calls(method) >= times);
    }

    /// All that has been heard of a task.
    pub fn record(&self, task: &str) -> Record {
        self.conductor
            .look(|state| state.record(task).cloned())
            .expect("a task")
    }

    /// The one file that was uploaded for a task.
    pub fn uploaded(&self, record: &Record) -> File {
        assert!(record.end().is_success(), "{record:?}");
        assert_eq!(record.uploads.len(), 1, "{record:?}");
        let path = self.conductor.directory().join("uploaded.c1z");
        fs::write(&path, &record.uploads[0].0).expect("a file");
        File::open(&path)
    }

    /// The role of a member of the company.
    pub fn member_type(&self, user: &str) -> Option<String> {
        let account = self.valimail.account(user).expect("an account");
        account.text(field::MEMBER_TYPE).map(str::to_owned)
    }

    /// That nothing has been left behind, and that a strict server has nothing to say.
    pub fn assert_clean(&self) {
        assert_eq!(self.conductor.violations(), Vec::<String>::new());
        assert!(
            holds_only(&self.host.path("tmp"), &[]),
            "temporary files are left"
        );
    }
}

/// A service that is stopped when it is not needed any more.
///
/// What it logs is read all the time: nothing has to wait until there is room for it.
pub struct Running {
    child: Option<Child>,
    log: Arc<Log>,
    reader: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Log {
    text: Mutex<String>,
    changed: Condvar,
}

impl Log {
    fn read(&self, stderr: ChildStderr) {
        let lines = BufReader::new(stderr).split(b'\n');
        for line in lines.map_while(Result::ok) {
            let mut text = self.lock();
            text.push_str(&String::from_utf8_lossy(&line));
            text.push('\n');
            self.changed.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, String> {
        self.text.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Running {
    fn of(mut child: Child) -> Self {
        let stderr = child.stderr.take().expect("a pipe");
        let log = Arc::new(Log::default());
        let reader = thread::spawn({
            let log = Arc::clone(&log);
            move || log.read(stderr)
        });
        Self {
            child: Some(child),
            log,
            reader: Some(reader),
        }
    }

    fn child(&self) -> &Child {
        self.child.as_ref().expect("it is running")
    }

    /// Of the process.
    pub fn id(&self) -> u32 {
        self.child().id()
    }

    /// Waits until it has logged so many lines with that message.
    pub fn wait_for_log(&self, message: &str, lines: usize) {
        let start = Instant::now();
        let mut text = self.log.lock();
        while logged(&text, message) < lines {
            assert!(start.elapsed() < PATIENCE, "no {message:?} is logged");
            let moment = Duration::from_millis(100);
            let waited = self.log.changed.wait_timeout(text, moment);
            text = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Sends a signal.
    pub fn signal(&self, name: &str) {
        let id = self.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Asks it to stop, and waits for its end.
    pub fn stop(self) -> Transcript {
        self.signal("TERM");
        self.wait()
    }

    /// The same, and it waits for nothing.
    pub fn stop_at_once(self) -> Transcript {
        self.signal("TERM");
        self.ends_at_once()
    }

    /// Waits for its end, which has to come soon.
    pub fn ends_at_once(self) -> Transcript {
        let start = Instant::now();
        let transcript = self.wait();
        let took = start.elapsed();
        assert!(took < AT_ONCE, "it took {took:?}\n{transcript}");
        transcript
    }

    /// Ends it without a warning.
    pub fn kill(self) -> Transcript {
        self.signal("KILL");
        self.wait()
    }

    /// Waits for its end.
    pub fn wait(mut self) -> Transcript {
        let transcript = finish(self.child.take().expect("it is running"));
        self.with_log(transcript)
    }

    fn with_log(&mut self, transcript: Transcript) -> Transcript {
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the log can be read");
        }
        Transcript {
            stderr: self.log.lock().clone(),
            ..transcript
        }
    }
}

/// Tests several cases at the same time, because most of it is waiting.
pub fn each<T: Sync>(cases: &[T], test: impl Fn(&T) + Sync) {
    thread::scope(|scope| {
        for case in cases {
            scope.spawn(|| test(case));
        }
    });
}

/// How many lines have that message.
fn logged(text: &str, message: &str) -> usize {
    let lines = text.lines();
    let lines = lines.filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["msg"] == message).count()
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        if thread::panicking() {
            eprintln!("{}", *self.log.lock());
        }
    }
}
