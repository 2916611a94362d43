//! Secrets are nowhere but where they are sent: everything that a run says and writes is searched
//! for them, whatever the run comes to.

use crate::{
    product::{ACTION, CREATE, GRANT, Product, REVOKE},
    search::Everything,
    support::SECRET,
};
use e2e::{
    artifacts::artifacts,
    collector::Collector,
    host::{Host, Transcript},
    valimail::{APP_ID, CLIENT_ID, Fault, Faults, Script, Settings, Standin},
};
use std::fs;

/// What `misfit` gives a new account to sign in with.
const INITIAL_PASSWORD: &str = "swordfish-for-the-first-time";

/// Runs of one host, all of which is kept.
struct Runs {
    host: Host,
    collector: Collector,
    everything: Everything,
}

impl Runs {
    fn new(host: Host) -> Self {
        let collector = Collector::start();
        fs::create_dir(host.path("temporary")).expect("a directory");
        let temporary = host.path("temporary").display().to_string();
        let host = host
            .env("BATON_LOG_LEVEL", "debug")
            .env("BATON_AUDIT", "audit.jsonl")
            .env("BATON_TMPDIR", &temporary)
            .env("BATON_OTEL_COLLECTOR_ENDPOINT", &collector.endpoint())
            .env("BATON_OTEL_COLLECTOR_ENDPOINT_TLS_INSECURE", "true");
        Self {
            host,
            collector,
            everything: Everything::default(),
        }
    }

    fn configure(&mut self, set: impl FnOnce(Host) -> Host) {
        let host = std::mem::replace(&mut self.host, Host::unconfigured());
        self.host = set(host);
    }

    /// Runs, in both formats of the log.
    fn run(&mut self, arguments: &[&str]) -> Transcript {
        let console = [arguments, &["--log-format", "console"]].concat();
        let console = self.host.run(&console);
        self.everything.add_transcript("console", &console);
        let transcript = self.host.run(arguments);
        self.everything.add_transcript("run", &transcript);
        transcript
    }

    fn change(&mut self, arguments: &[&str]) -> Transcript {
        let _ = self.run(&[arguments, &["--dry-run"]].concat());
        self.run(&[arguments, &["--receipts", "receipts.jsonl"]].concat())
    }

    fn validate(&mut self) -> Transcript {
        let transcript = self.host.command("validate", &[]);
        self.everything.add_transcript("validate", &transcript);
        transcript
    }

    /// That none of it is anywhere, though there is something everywhere. What is the component's
    /// own is in its code.
    fn tell_none(mut self, secrets: &[&str], own: &[&str]) {
        self.everything.add_files(self.host.directory.path());
        let spans = self.collector.bytes();
        self.everything.add("spans".to_owned(), &spans);
        self.everything.holds("run: stderr", "\"msg\":\"request\"");
        self.everything.holds("audit.jsonl", "\"verdict\"");
        self.everything.holds("receipts.jsonl", "\"requests\"");
        self.everything.holds("sync.c1z, unpacked", "SQLite format");
        self.everything.holds("spans", "http.request.method");
        self.everything.tells_none(own);
        self.everything.add_files(&artifacts().cache);
        self.everything.tells_none(secrets);
    }
}

#[test]
fn the_credentials_and_the_token_of_valimail_are_nowhere() {
    let standin = Standin::start(Settings::company());
    let mut runs = Runs::new(Host::of(&standin));
    let grant = [
        "--grant-entitlement",
        "member_type:owner:assigned",
        "--grant-principal",
        "2906d4927bf178077519",
        "--grant-principal-type",
        "user",
    ];
    let revoke = [
        "--revoke-grant",
        "member_type:owner:assigned:user:2906d4927bf178077519",
    ];
    let action = [
        "--invoke-action",
        "disable_user",
        "--invoke-action-args",
        r#"{"user_id": "2906d4927bf178077519"}"#,
    ];
    let create = ["--create-account-email", "ada@larkspur.example"];
    let _ = runs.validate().succeeded();
    let _ = runs.run(&[]).succeeded();
    for change in [&grant[..], &revoke, &action, &create] {
        let _ = runs.change(change).succeeded();
    }
    // And whatever goes wrong.
    standin.change(|settings| settings.faults = Faults::list(Script::forever(Fault::Html)));
    assert_ne!(runs.run(&[]).code, Some(0));
    standin.change(|settings| settings.faults = Faults::list(Script::forever(Fault::Reset)));
    assert_ne!(runs.run(&["--retries", "1"]).code, Some(0));
    standin.change(|settings| settings.faults = Faults::default());
    assert_ne!(runs.change(&["--revoke-grant", "nonsense"]).code, Some(0));
    runs.configure(|host| host.env("BATON_ALLOW_OUTBOUND", ""));
    assert_ne!(runs.run(&[]).code, Some(0));
    let origin = standin.origin();
    runs.configure(|host| {
        let host = host.env("BATON_ALLOW_OUTBOUND", &origin);
        host.env("BATON_VALIMAIL_APP_ID", &format!("{APP_ID}-but-wrong"))
    });
    assert_ne!(runs.validate().code, Some(0));
    assert_ne!(runs.run(&[]).code, Some(0));

    let tokens = standin.tokens();
    assert!(tokens.len() > 5, "{tokens:?}");
    let mut secrets: Vec<_> = tokens.iter().map(String::as_str).collect();
    secrets.extend([APP_ID, CLIENT_ID]);
    runs.tell_none(&secrets, &[]);
}

#[test]
fn the_secrets_of_a_connector_that_spills_them_are_nowhere() {
    let product = Product::start();
    let mut runs = Runs::new(product.misfit("well"));
    let _ = runs.validate().succeeded();
    let _ = runs.run(&[]).succeeded();
    for behaviour in [
        "well",
        "secret-in-request",
        "text-as-body",
        "secret-elsewhere",
        "secret-in-error",
        "error-after-change",
        "trap-after-change",
        "secret-in-account",
    ] {
        runs.configure(|host| host.env("BATON_BEHAVIOUR", behaviour));
        for change in [&GRANT[..], &REVOKE, &CREATE, &ACTION] {
            let transcript = runs.change(change);
            assert!(transcript.code.is_some(), "{transcript}");
        }
    }
    for behaviour in ["secret-in-passing-error", "secret-in-unusable"] {
        runs.configure(|host| host.env("BATON_BEHAVIOUR", behaviour));
        let transcript = runs.run(&[]);
        assert!(transcript.code.is_some(), "{transcript}");
    }
    // Where it is declared to be sent, it has been.
    let signed_in = product.requests().into_iter();
    let mut signed_in = signed_in.filter(|request| request.line == "POST /sign-in");
    assert!(signed_in.any(|request| request.json()["key"] == SECRET));
    runs.tell_none(&[SECRET], &[INITIAL_PASSWORD]);
}
