//! The product that `misfit` changes: takes down what arrives, and answers as a test wants it.

use crate::{service::Service, support::misfit};
use e2e::host::{Host, Transcript};
use serde_json::Value;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    thread,
};

pub const GRANT: [&str; 6] = [
    "--grant-entitlement",
    "group:g1:member",
    "--grant-principal",
    "u3",
    "--grant-principal-type",
    "user",
];
pub const REVOKE: [&str; 2] = ["--revoke-grant", "group:g1:member:user:u1"];
pub const CREATE: [&str; 2] = ["--create-account-email", "new@misfit.example"];
pub const ACTION: [&str; 4] = [
    "--invoke-action",
    "disable_user",
    "--invoke-action-args",
    r#"{"user_id": "u2"}"#,
];

/// The operations, and the request by which `misfit` carries each of them out.
pub const OPERATIONS: [(&[&str], &str); 4] = [
    (&GRANT, "PUT /grants/group:g1:member:user:u3"),
    (&REVOKE, "DELETE /grants/group:g1:member:user:u1"),
    (&CREATE, "POST /accounts"),
    (&ACTION, "POST /actions/disable_user"),
];

/// How the product answers.
#[derive(Clone, Copy)]
pub enum Reply {
    /// `200 OK`.
    Status(&'static str),
    /// It closes the connection.
    Cut,
}

/// A request that has arrived.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// `PUT /grants/...`.
    pub line: String,
    pub body: String,
}

impl Arrived {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// Neither reads nor signs in, whatever the connector declares it to be.
    fn changes(&self) -> bool {
        !self.line.starts_with("GET ") && self.line != "POST /sign-in"
    }
}

/// A service that answers for as long as the test runs.
pub struct Product {
    origin: String,
    arrived: Arc<Mutex<Vec<Arrived>>>,
}

impl Product {
    /// To which everything is fine.
    pub fn start() -> Self {
        Self::answering("200 OK", &[])
    }

    /// With replies to the first changes; to what comes after them everything is fine again.
    pub fn with_replies(replies: &[Reply]) -> Self {
        Self::answering("200 OK", replies)
    }

    /// That answers like this when it is asked for a resource.
    pub fn with_reads(status: &'static str) -> Self {
        Self::answering(status, &[])
    }

    fn answering(reads: &'static str, replies: &[Reply]) -> Self {
        let service = Service::start();
        let origin = service.origin();
        let arrived = Arc::new(Mutex::new(Vec::new()));
        let list = Arc::clone(&arrived);
        let mut replies: VecDeque<_> = replies.to_vec().into();
        thread::spawn(move || {
            loop {
                let request = service.request();
                let arrived = Arrived {
                    line: request.line().to_owned(),
                    body: request.body.clone(),
                };
                let reply = if arrived.changes() {
                    replies.pop_front().unwrap_or(Reply::Status("200 OK"))
                } else if arrived.line.starts_with("GET /resources/") {
                    Reply::Status(reads)
                } else {
                    Reply::Status("200 OK")
                };
                list.lock().expect("a list").push(arrived);
                match reply {
                    Reply::Status(status) => request.answer(status, ""),
                    Reply::Cut => drop(request),
                }
            }
        });
        Self { origin, arrived }
    }

    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Everything that has arrived.
    pub fn requests(&self) -> Vec<Arrived> {
        self.arrived.lock().expect("a list").clone()
    }

    /// First lines of everything that has arrived.
    pub fn lines(&self) -> Vec<String> {
        let requests = self.requests().into_iter();
        requests.map(|request| request.line).collect()
    }

    /// What has arrived and changes something.
    pub fn changes(&self) -> Vec<Arrived> {
        let mut requests = self.requests();
        requests.retain(Arrived::changes);
        requests
    }

    /// The one change that has arrived.
    pub fn change(&self) -> Arrived {
        let mut changes = self.changes();
        assert_eq!(changes.len(), 1, "{changes:?}");
        changes.remove(0)
    }

    /// The misbehaving component, which may reach this.
    pub fn misfit(&self, behaviour: &str) -> Host {
        self.configure(misfit(behaviour))
    }

    /// A host that may reach this.
    pub fn configure(&self, host: Host) -> Host {
        host.env("BATON_ORIGIN", &self.origin)
            .env("BATON_ALLOW_OUTBOUND", &self.origin)
    }
}

/// Runs what must succeed and have nothing to say on standard output.
pub fn succeeds(host: &Host, arguments: &[&str]) -> Transcript {
    let transcript = host.run(arguments).succeeded();
    assert_eq!(transcript.stdout, "", "{transcript}");
    transcript
}

/// Runs what must fail like that.
pub fn fails(host: &Host, arguments: &[&str], code: i32, texts: &[&str]) -> Transcript {
    let transcript = host.run(arguments).failed_with(texts);
    assert_eq!(transcript.code, Some(code), "{transcript}");
    assert_eq!(transcript.stdout, "", "{transcript}");
    transcript
}

/// The one line of the log with that message.
pub fn logged(transcript: &Transcript, message: &str) -> Value {
    let mut lines = transcript.logged(message);
    assert_eq!(lines.len(), 1, "{message}\n{transcript}");
    lines.remove(0)
}

/// The warnings that have been logged, with their fields.
pub fn warnings(transcript: &Transcript) -> Vec<String> {
    let lines = transcript.log().into_iter();
    let warnings = lines.filter(|line| line["level"] == "warn");
    warnings.map(|line| line.to_string()).collect()
}
