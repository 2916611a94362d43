//! What holds for every run that is to change something.

use crate::{
    operations::staff,
    rig::{ONCE, RECEIPTS, Rig, tells_none},
};
use e2e::{
    host::Transcript,
    valimail::{Account, Endpoint, Faults, Request, Script, Settings, field},
};
use serde_json::Value;
use std::{fs, thread};

impl Rig {
    /// A stand-in that behaves like this from the end of a sync on, and the file of that sync.
    pub fn synced(settings: Settings) -> Self {
        let rig = Self::new(Settings::with(settings.accounts.clone()));
        let _ = rig.syncs(&ONCE);
        rig.standin.change(|present| *present = settings);
        rig.standin.forget_requests();
        rig
    }

    /// The staff, and the file of a sync of it.
    pub fn staffed() -> Self {
        Self::synced(Settings::with(staff()))
    }

    /// The staff, with what goes wrong after that sync.
    pub fn troubled(faults: Faults) -> Self {
        Self::synced(Settings {
            faults,
            ..Settings::with(staff())
        })
    }

    /// The staff, with what goes wrong when something is changed.
    pub fn troubled_by_changes(script: impl Into<Script>) -> Self {
        let script = script.into();
        Self::troubled(Faults {
            patch: script.clone(),
            create: script,
            ..Faults::default()
        })
    }

    /// Runs an operation. Whatever comes of it, it does not write into the file, leaves nothing
    /// behind and tells no secret.
    pub fn tries(&self, operation: &[String], flags: &[&str]) -> Transcript {
        let file = || fs::read(self.host.file()).ok();
        let before = file();
        let arguments: Vec<&str> = operation.iter().map(String::as_str).collect();
        let transcript = self.host.run(&[&arguments[..], flags].concat());
        assert!(file() == before, "the file has changed\n{transcript}");
        self.leaves_nothing_behind(&transcript);
        transcript
    }

    /// Runs an operation that must succeed and say nothing on standard output.
    pub fn does(&self, operation: &[String]) -> Transcript {
        self.does_with(operation, &[])
    }

    /// The same with more flags.
    pub fn does_with(&self, operation: &[String], flags: &[&str]) -> Transcript {
        let transcript = self.tries(operation, flags).succeeded();
        assert_eq!(transcript.stdout, "", "{transcript}");
        transcript
    }

    /// Runs an operation that must fail with this code and with an error that says `texts`.
    pub fn refuses(&self, operation: &[String], code: i32, texts: &[&str]) -> Transcript {
        self.refuses_with(operation, &[], code, texts)
    }

    /// The same with more flags.
    pub fn refuses_with(
        &self,
        operation: &[String],
        flags: &[&str],
        code: i32,
        texts: &[&str],
    ) -> Transcript {
        let transcript = self.tries(operation, flags).failed_with(texts);
        assert_eq!(transcript.code, Some(code), "{transcript}");
        assert_eq!(transcript.stdout, "", "{transcript}");
        assert!(outcomes(&transcript).is_empty(), "{transcript}");
        transcript
    }

    /// Requests that have arrived and do more than read or sign in, whatever became of them.
    pub fn sent(&self) -> Vec<Request> {
        let mut requests = self.standin.requests();
        let harmless = [Endpoint::Auth, Endpoint::List, Endpoint::Lookup];
        requests.retain(|request| !harmless.contains(&request.endpoint));
        requests
    }

    /// Bodies of the requests that change something.
    pub fn bodies(&self) -> Vec<Value> {
        let bodies = self.sent().into_iter().map(|request| request.body);
        bodies.map(|body| body.expect("JSON")).collect()
    }

    /// The account as it is at the service.
    pub fn account(&self, id: &str) -> Account {
        self.standin.account(id).expect("an account")
    }

    /// The member type that an account has at the service.
    pub fn member_type(&self, id: &str) -> String {
        let account = self.account(id);
        account
            .text(field::MEMBER_TYPE)
            .unwrap_or_default()
            .to_owned()
    }

    /// How many active owners there are at the service.
    pub fn active_owners(&self) -> usize {
        let accounts = self.standin.accounts();
        accounts.iter().filter(Account::is_active_owner).count()
    }

    /// Syncs, and gives the ids of the grants that one account has.
    pub fn holds_after_a_sync(&self, id: &str) -> Vec<String> {
        let synced = self.syncs(&ONCE);
        let mut grants = synced.file.grants();
        grants.retain(|grant| grant.principal == format!("user:{id}"));
        grants.into_iter().map(|grant| grant.id).collect()
    }

    /// What has been written down, an operation a line, without any secret.
    pub fn receipts(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.host.path(RECEIPTS)).expect("receipts");
        let lines = text.lines();
        let receipts = lines
            .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}")))
            .collect();
        assert!(text.ends_with('\n'), "{text}");
        let read = Transcript {
            stdout: text,
            stderr: String::new(),
            code: None,
        };
        tells_none(&read, &self.secrets());
        receipts
    }
}

/// Lines of the log that say what came of an operation.
fn outcomes(transcript: &Transcript) -> Vec<Value> {
    let mut lines = transcript.log();
    lines.retain(|line| line["outcome"].is_string() || line["msg"] == "ActionInvoke response");
    lines
}

/// Fails unless a run has come to this, and to nothing else.
pub fn comes_to(transcript: &Transcript, message: &str, fields: Value) {
    let lines = outcomes(transcript);
    let [line] = &lines[..] else {
        panic!("{} outcomes\n{transcript}", lines.len());
    };
    assert_eq!(line["msg"], message, "{transcript}");
    assert_eq!(line["level"], "info", "{transcript}");
    let mut rest = line.as_object().expect("an object").clone();
    for name in ["level", "ts", "caller", "msg"] {
        rest.remove(name);
    }
    assert_eq!(Value::Object(rest), fields, "{transcript}");
}

/// Fails unless a run has said that an action is done.
pub fn has_invoked(transcript: &Transcript, name: &str) {
    let lines = outcomes(transcript);
    let [line] = &lines[..] else {
        panic!("{} outcomes\n{transcript}", lines.len());
    };
    assert_eq!(line["level"], "info", "{transcript}");
    assert_eq!(line["msg"], "ActionInvoke response", "{transcript}");
    assert_eq!(line["name"], name, "{transcript}");
    assert_eq!(
        line["status"], "BATON_ACTION_STATUS_COMPLETE",
        "{transcript}"
    );
    assert_eq!(line["response"]["success"], true, "{transcript}");
    let id = line["action_id"].as_str().unwrap_or_default();
    assert!(!id.is_empty(), "{transcript}");
}

/// Fails unless the staff at the service is as it was.
pub fn is_untouched(rig: &Rig) {
    let accounts: Vec<Account> = rig.standin.accounts().iter().collect();
    assert!(accounts == staff(), "{accounts:?}");
}

/// Tests many cases, some at the same time, because most of it is waiting.
pub fn each<T: Sync>(cases: &[T], test: impl Fn(&T) + Sync) {
    for some in cases.chunks(8) {
        thread::scope(|scope| {
            for case in some {
                scope.spawn(|| test(case));
            }
        });
    }
}

/// All pairs of two lists.
pub fn pairs<A: Clone, B: Clone>(ones: &[A], others: &[B]) -> Vec<(A, B)> {
    let ones = ones.iter();
    ones.flat_map(|one| others.iter().map(|other| (one.clone(), other.clone())))
        .collect()
}
