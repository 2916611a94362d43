//! A service between its two stand-ins.

use e2e::{
    conductorone::{ConductorOne, Settings as ServiceSettings},
    host::{Host, Transcript, finish, holds_only},
    valimail::{Settings, Standin},
};
use std::{
    fs,
    process::{Child, Command},
};

/// Exit codes: the numbers of gRPC.
pub const INVALID_ARGUMENT: i32 = 3;
pub const UNAUTHENTICATED: i32 = 16;

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
        let conductor = ConductorOne::start(settings);
        let valimail = Standin::start(valimail);
        let host = Host::of(&valimail);
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
        Self::new().env("BATON_PROVISIONING", "true")
    }

    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.host = self.host.env(name, value);
        self
    }

    /// Starts the service.
    pub fn start(&self, arguments: &[&str]) -> Running {
        Running(Some(self.host.start("run", arguments)))
    }

    /// Starts the service, and waits until it has said hello.
    pub fn started(&self) -> Running {
        let running = self.start(&[]);
        self.conductor
            .wait_until("a hello", |state| state.hellos_heard > 0);
        running
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
pub struct Running(Option<Child>);

impl Running {
    fn child(&self) -> &Child {
        self.0.as_ref().expect("it is running")
    }

    /// Sends a signal.
    pub fn signal(&self, name: &str) {
        let id = self.child().id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Asks it to stop, and waits for its end.
    pub fn stop(self) -> Transcript {
        self.signal("TERM");
        self.wait()
    }

    /// Ends it without a warning.
    pub fn kill(self) -> Transcript {
        self.signal("KILL");
        self.wait()
    }

    /// Waits for its end.
    pub fn wait(mut self) -> Transcript {
        finish(self.0.take().expect("it is running"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            let _ = child.kill();
            let transcript = finish(child);
            if std::thread::panicking() {
                eprintln!("{transcript}");
            }
        }
    }
}
