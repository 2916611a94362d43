//! A stand-in, a host that is configured for it, and what holds for each of its runs.

use e2e::{
    c1z::{self, File},
    host::{Host, Transcript, holds_only},
    valimail::{APP_ID, CLIENT_ID, Endpoint, Faults, SLUG, Settings, Standin},
};
use std::{fs, sync::LazyLock};

/// Exit codes: the numbers of gRPC.
pub const INVALID_ARGUMENT: i32 = 3;
pub const DEADLINE_EXCEEDED: i32 = 4;
pub const NOT_FOUND: i32 = 5;
pub const ALREADY_EXISTS: i32 = 6;
pub const PERMISSION_DENIED: i32 = 7;
pub const FAILED_PRECONDITION: i32 = 9;
pub const UNIMPLEMENTED: i32 = 12;
pub const INTERNAL: i32 = 13;
pub const UNAVAILABLE: i32 = 14;
pub const UNAUTHENTICATED: i32 = 16;

/// The file of a run that is not told otherwise.
const FILE: &str = "sync.c1z";
/// Where tests have receipts written.
pub const RECEIPTS: &str = "receipts.jsonl";

/// For what is not about trying again.
pub const ONCE: [&str; 2] = ["--retries", "0"];

/// The file of an earlier sync of the demo company.
static EARLIER: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let rig = Rig::new(Settings::company());
    rig.syncs(&[]);
    fs::read(rig.host.file()).expect("the file")
});

/// A stand-in, and a host in a directory of its own.
pub struct Rig {
    pub standin: Standin,
    pub host: Host,
}

impl Rig {
    pub fn new(settings: Settings) -> Self {
        let standin = Standin::start(settings);
        let host = Host::of(&standin);
        Self::with_host(standin, host)
    }

    /// The demo company, and what goes wrong with it.
    pub fn with_faults(faults: Faults) -> Self {
        Self::new(Settings {
            faults,
            ..Settings::company()
        })
    }

    /// A host that is configured in another way.
    pub fn with_host(standin: Standin, host: Host) -> Self {
        fs::create_dir(host.path("tmp")).expect("a directory");
        let temporary = host.path("tmp").display().to_string();
        let host = host.env("BATON_TMPDIR", &temporary);
        Self { standin, host }
    }

    /// The demo company, at an address that the host has not been told to let through.
    pub fn not_allowed() -> Self {
        let standin = Standin::start(Settings::company());
        let host = Host::unconfigured()
            .env("BATON_VALIMAIL_APP_ID", APP_ID)
            .env("BATON_VALIMAIL_CLIENT_ID", CLIENT_ID)
            .env("BATON_VALIMAIL_SLUG", SLUG)
            .env("BATON_BASE_URL", &standin.origin());
        Self::with_host(standin, host)
    }

    /// Sets an environment variable of the host.
    #[must_use]
    pub fn env(self, name: &str, value: &str) -> Self {
        Self {
            host: self.host.env(name, value),
            ..self
        }
    }

    /// Puts the file of an earlier sync into the directory, and gives its bytes.
    pub fn put_earlier_file(&self) -> &'static [u8] {
        fs::write(self.host.file(), &*EARLIER).expect("written");
        &EARLIER
    }

    /// Runs a sync that must succeed.
    pub fn syncs(&self, arguments: &[&str]) -> Synced {
        let transcript = self.host.run(arguments).succeeded();
        self.leaves_nothing_behind(&transcript);
        let database = c1z::decompressed(&self.host.file());
        for secret in self.secrets() {
            let found = database
                .windows(secret.len())
                .any(|window| window == secret.as_bytes());
            assert!(!found, "a secret is in the file: {secret}");
        }
        Synced {
            file: File::open(&self.host.file()),
            transcript,
        }
    }

    /// Runs a sync that must fail with this code and with an error that says all of `texts`, and
    /// must leave the file that is there, or that of an earlier sync, as it is.
    pub fn fails(&self, code: i32, arguments: &[&str], texts: &[&str]) -> Transcript {
        if !self.host.file().exists() {
            self.put_earlier_file();
        }
        let before = fs::read(self.host.file()).expect("the earlier file");
        let transcript = self.host.run(arguments).failed_with(texts);
        assert_eq!(transcript.code, Some(code), "{transcript}");
        let after = fs::read(self.host.file()).expect("the earlier file");
        assert!(after == before, "the file has changed\n{transcript}");
        self.leaves_nothing_behind(&transcript);
        transcript
    }

    /// How many requests one endpoint has had.
    pub fn count(&self, endpoint: Endpoint) -> usize {
        self.standin.count(endpoint)
    }

    /// What nothing that is printed or written may contain.
    pub fn secrets(&self) -> Vec<String> {
        let mut secrets = self.standin.secrets();
        secrets.push(CLIENT_ID.to_owned());
        secrets
    }

    /// Fails when a run has told a secret, or has left anything but its file and receipts.
    pub fn leaves_nothing_behind(&self, transcript: &Transcript) {
        tells_none(transcript, &self.secrets());
        let mut names = vec!["tmp"];
        names.extend(
            [FILE, RECEIPTS]
                .iter()
                .filter(|name| self.host.path(name).exists()),
        );
        assert!(
            holds_only(self.host.directory.path(), &names)
                && holds_only(&self.host.path("tmp"), &[]),
            "something is left behind\n{transcript}"
        );
    }
}

/// What a successful sync has said and written.
pub struct Synced {
    pub transcript: Transcript,
    pub file: File,
}

impl Synced {
    /// Ids of the accounts, in the order of the list.
    pub fn ids(&self) -> Vec<String> {
        let users = self.file.resources("user").into_iter();
        users
            .map(|row| row.resource.id.expect("an id").resource)
            .collect()
    }

    /// Whether the file holds the demo company, each account and each grant once.
    pub fn holds_the_company(&self) -> bool {
        let accounts = e2e::valimail::company();
        let ids: Vec<_> = accounts
            .iter()
            .filter_map(|account| account.text("/id").map(str::to_owned))
            .collect();
        self.ids() == ids && self.file.grants().len() == 40
    }
}

/// Fails when a secret, or the beginning or the end of one, is in what has been printed.
pub fn tells_none(transcript: &Transcript, secrets: &[String]) {
    for secret in secrets {
        let length = secret.len().min(10);
        for part in [&secret[..length], &secret[secret.len() - length..]] {
            assert!(
                !transcript.stdout.contains(part) && !transcript.stderr.contains(part),
                "{part}, which is of a secret, has been printed\n{transcript}"
            );
        }
    }
}
