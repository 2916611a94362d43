//! Running the real `connector-host` in a clean environment.

use crate::{
    artifacts::artifacts,
    valimail::{APP_ID, CLIENT_ID, SLUG, Standin},
};
use serde_json::Value;
use std::{
    ffi::OsStr,
    fmt,
    io::Read,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// A run that takes longer is stopped and fails its test.
const PATIENCE: Duration = Duration::from_secs(120);

/// A directory of its own, and a command line to be run in it.
///
/// The environment is empty but for what is set here.
pub struct Host {
    pub directory: TempDir,
    component: PathBuf,
    environment: Vec<(String, String)>,
}

impl Host {
    /// Any component, without any configuration.
    pub fn with_component(component: &Path) -> Self {
        Self {
            directory: tempfile::tempdir().expect("a temporary directory"),
            component: component.to_owned(),
            environment: Vec::new(),
        }
    }

    /// The Valimail component without any configuration.
    pub fn unconfigured() -> Self {
        Self::with_component(artifacts().valimail())
    }

    /// The Valimail component, configured for a stand-in.
    pub fn of(standin: &Standin) -> Self {
        Self::at(&standin.origin())
    }

    /// The Valimail component, configured for an origin, which it may reach.
    pub fn at(origin: &str) -> Self {
        Self::unconfigured()
            .env("BATON_VALIMAIL_APP_ID", APP_ID)
            .env("BATON_VALIMAIL_CLIENT_ID", CLIENT_ID)
            .env("BATON_VALIMAIL_SLUG", SLUG)
            .env("BATON_BASE_URL", origin)
            .env("BATON_ALLOW_OUTBOUND", origin)
    }

    /// Sets, or replaces, an environment variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.retain(|(set, _)| set != name);
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A file in the run's directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The file that a run writes when it is not told otherwise.
    pub fn file(&self) -> PathBuf {
        self.path("sync.c1z")
    }

    /// `connector-host run <COMPONENT> <ARGUMENTS>`.
    pub fn run(&self, arguments: &[&str]) -> Transcript {
        finish(self.start("run", arguments))
    }

    /// `connector-host <COMMAND> <COMPONENT> <ARGUMENTS>`. A command may be two words.
    pub fn command(&self, command: &str, arguments: &[&str]) -> Transcript {
        finish(self.start(command, arguments))
    }

    /// Starts a run and does not wait for it.
    pub fn start(&self, command: &str, arguments: &[&str]) -> Child {
        let mut host = bare(self.directory.path());
        host.args(command.split(' '))
            .arg(&self.component)
            .args(arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        host.spawn().expect("connector-host starts")
    }

    /// Runs a shell script with `$HOST` and `$COMPONENT`, for limits that only a shell can set.
    pub fn shell(&self, script: &str) -> Transcript {
        let mut shell = Command::new("/bin/sh");
        shell
            .arg("-c")
            .arg(script)
            .env("HOST", artifacts().host())
            .env("COMPONENT", &self.component)
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        finish(
            in_directory(&mut shell, self.directory.path())
                .spawn()
                .expect("a shell starts"),
        )
    }
}

/// `connector-host <ARGUMENTS>`, without a component.
pub fn connector_host(arguments: &[&str]) -> Transcript {
    let directory = tempfile::tempdir().expect("a temporary directory");
    finish(
        bare(directory.path())
            .args(arguments)
            .spawn()
            .expect("connector-host starts"),
    )
}

fn bare(directory: &Path) -> Command {
    let mut host = Command::new(artifacts().host());
    host.env_clear();
    in_directory(&mut host, directory);
    host
}

fn in_directory<'a>(command: &'a mut Command, directory: &Path) -> &'a mut Command {
    command
        .env("XDG_CACHE_HOME", &artifacts().cache)
        .env("HOME", directory)
        .current_dir(directory)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
}

/// What a run has said, and how it has ended.
#[must_use = "look at what came of it"]
pub struct Transcript {
    pub stdout: String,
    pub stderr: String,
    /// `None` when a signal has ended it.
    pub code: Option<i32>,
}

impl Transcript {
    /// The same transcript, if the run has succeeded.
    pub fn succeeded(self) -> Self {
        assert_eq!(self.code, Some(0), "{self}");
        self
    }

    /// The same transcript, if the run has failed and its last error says all of `texts`.
    pub fn failed_with(self, texts: &[&str]) -> Self {
        assert!(!matches!(self.code, Some(0) | None), "{self}");
        let error = self.error();
        for text in texts {
            assert!(
                error.contains(text),
                "the error does not say {text:?}: {error}\n{self}"
            );
        }
        self
    }

    /// The last error that has been logged, with its hints.
    pub fn error(&self) -> String {
        let lines = self.log().into_iter().rev();
        let mut errors = lines.filter(|line| line["level"] == "error");
        match errors.next() {
            Some(line) => format!(
                "{} {}",
                line["msg"].as_str().unwrap_or_default(),
                line["hints"].as_str().unwrap_or_default()
            ),
            None => self.stderr.clone(),
        }
    }

    /// The log, line by line, as far as it is JSON.
    pub fn log(&self) -> Vec<Value> {
        self.stderr
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// Lines of the log with that message.
    pub fn logged(&self, message: &str) -> Vec<Value> {
        let mut lines = self.log();
        lines.retain(|line| line["msg"] == message);
        lines
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "exit code {:?}\n------- stdout -------\n{}\n------- stderr -------\n{}",
            self.code, self.stdout, self.stderr
        )
    }
}

/// Waits for a run's end, and stops one that has none.
///
/// # Panics
///
/// When it takes too long.
pub fn finish(mut child: Child) -> Transcript {
    fn drain(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<String> {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = pipe.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        })
    }
    let stdout = child.stdout.take().map(drain);
    let stderr = child.stderr.take().map(drain);
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child that can be waited for") {
            break Some(status);
        }
        if start.elapsed() > PATIENCE {
            let _ = child.kill();
            let _ = child.wait();
            break None;
        }
        thread::sleep(Duration::from_millis(5));
    };
    let text = |pipe: Option<thread::JoinHandle<String>>| {
        pipe.and_then(|pipe| pipe.join().ok()).unwrap_or_default()
    };
    let transcript = Transcript {
        stdout: text(stdout),
        stderr: text(stderr),
        code: status.and_then(|status| status.code()),
    };
    assert!(
        status.is_some(),
        "still running after {PATIENCE:?}\n{transcript}"
    );
    transcript
}

/// Whether there is nothing in a directory but the named files.
pub fn holds_only(directory: &Path, names: &[&str]) -> bool {
    let entries = std::fs::read_dir(directory).expect("a directory");
    let found: Vec<_> = entries
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    found.len() == names.len()
        && names
            .iter()
            .all(|name| found.iter().any(|found| found == OsStr::new(name)))
}
