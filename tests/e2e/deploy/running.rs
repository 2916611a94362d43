//! The program, run as the manifests and units run it, between the two stand-ins.

use crate::{
    manifests::{container, secret, service_pod, sync_pod, text},
    unit::Unit,
};
use e2e::{
    conductorone::{ConductorOne, Settings as ServiceSettings, tasks},
    host::{Host, Transcript, finish},
    valimail::{self, Settings, Standin},
};
use k8s_openapi::api::core::v1::Container;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

/// Both stand-ins, and a host without any configuration.
struct Stage {
    conductor: ConductorOne,
    valimail: Standin,
    host: Host,
    /// Where probes are answered.
    port: String,
}

impl Stage {
    fn new() -> Self {
        let host = Host::unconfigured();
        for directory in ["tmp", "syncs", "credentials", "cache", "state"] {
            fs::create_dir(host.path(directory)).expect("a directory");
        }
        Self {
            conductor: ConductorOne::start(ServiceSettings::default()),
            valimail: Standin::start(Settings::company()),
            host,
            port: free_port(),
        }
    }

    /// Paths of a pod and specifiers of a unit, as they are here.
    fn here(&self, value: &str) -> String {
        let places = [
            // First, because all are below it here.
            ("/tmp/", "tmp"),
            ("/syncs/", "syncs"),
            ("%d/", "credentials"),
            ("%C/", "cache"),
            ("%S/", "state"),
        ];
        places
            .iter()
            .fold(value.to_owned(), |value, (place, directory)| {
                let path = self.host.path(directory);
                value.replace(place, &format!("{}/", path.display()))
            })
    }

    /// The stand-ins' value for a variable that the operator fills in.
    fn filled_in(&self, name: &str, value: &str) -> String {
        match name {
            "BATON_CLIENT_ID" => self.conductor.client_id(),
            "BATON_CLIENT_SECRET" => self.conductor.client_secret().to_owned(),
            "BATON_VALIMAIL_APP_ID" => valimail::APP_ID.to_owned(),
            "BATON_VALIMAIL_CLIENT_ID" => valimail::CLIENT_ID.to_owned(),
            "BATON_VALIMAIL_SLUG" => valimail::SLUG.to_owned(),
            _ => value.to_owned(),
        }
    }

    /// What a container finds in its environment.
    fn environment(&self, container: &Container) -> BTreeMap<String, String> {
        let secret = secret().string_data.expect("values");
        let mut environment = BTreeMap::new();
        if container.env_from.is_some() {
            environment.extend(secret.clone());
        }
        for variable in container.env.iter().flatten() {
            let source = variable.value_from.as_ref();
            let key = source.and_then(|source| source.secret_key_ref.as_ref());
            let value = match (&variable.value, key) {
                (Some(value), _) => self.here(value),
                (None, Some(key)) => secret[&key.key].clone(),
                (None, None) => "a-pod".to_owned(),
            };
            environment.insert(variable.name.clone(), value);
        }
        environment
    }

    /// A host with this environment, and with what leads to the stand-ins.
    fn configured(mut self, environment: BTreeMap<String, String>) -> Self {
        let mut host = std::mem::replace(&mut self.host, Host::unconfigured());
        for (name, value) in environment {
            host = host.env(&name, &self.filled_in(&name, &value));
        }
        let origin = self.valimail.origin();
        self.host = host
            .env("BATON_BASE_URL", &origin)
            .env("BATON_ALLOW_OUTBOUND", &origin)
            .env(
                "BATON_CA_FILE",
                &self.conductor.ca_file().display().to_string(),
            )
            .env("BATON_HEALTH_CHECK_PORT", &self.port);
        let tmp = self.host.path("tmp").display().to_string();
        self.host = self.host.env("TMPDIR", &tmp);
        self
    }

    fn start(&self, arguments: &[String]) -> Running {
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        Running(Some(self.host.start("run", &arguments)))
    }

    /// Waits until a probe succeeds.
    fn wait_for(&self, probe: &[String]) {
        let arguments: Vec<_> = probe[1..].iter().map(String::as_str).collect();
        let start = Instant::now();
        loop {
            let asked = self.host.run(&arguments);
            if asked.code == Some(0) {
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(60), "{asked}");
        }
    }

    /// Has a sync done.
    fn syncs(&self) {
        let task = self.conductor.push(tasks::sync());
        assert!(self.conductor.finished(&task).end().is_success());
    }

    /// What Prometheus is told.
    fn metrics(&self) -> String {
        let mut probes = TcpStream::connect(format!("127.0.0.1:{}", self.port)).expect("probes");
        let request = b"GET /metrics HTTP/1.1\r\nHost: probes\r\nConnection: close\r\n\r\n";
        probes.write_all(request).expect("a question");
        let mut answer = String::new();
        probes.read_to_string(&mut answer).expect("an answer");
        answer
    }

    /// What is in a directory in the end, by its names.
    fn left_in(&self, directory: &str) -> Vec<String> {
        let entries = fs::read_dir(self.host.path(directory)).expect("a directory");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<_> = names.map(|name| name.display().to_string()).collect();
        names.sort();
        names
    }
}

fn free_port() -> String {
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
    free.local_addr().expect("an address").port().to_string()
}

/// A service that ends with its test.
struct Running(Option<Child>);

impl Running {
    fn stop(mut self) -> Transcript {
        let child = self.0.take().expect("it is running");
        let sent = Command::new("kill").arg(child.id().to_string()).status();
        assert!(sent.expect("kill runs").success());
        finish(child)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            let _ = child.kill();
            eprintln!("{}", finish(child));
        }
    }
}

/// The command line of a unit after the program, and its environment.
fn unit(stage: &Stage, name: &str) -> (Vec<String>, BTreeMap<String, String>) {
    let unit = Unit::of(name);
    let mut environment = BTreeMap::new();
    for set in unit.values("Service", "Environment") {
        let (name, value) = set.split_once('=').expect("a value");
        environment.insert(name.to_owned(), stage.here(value));
    }
    let file = unit.value("Service", "EnvironmentFile");
    let file = text(
        file.strip_prefix("/etc/baton-valimail/")
            .map_or("", |_| "systemd/environment"),
    );
    let lines = file.lines().filter(|line| !line.starts_with('#'));
    for (name, value) in lines.filter_map(|line| line.split_once('=')) {
        environment.insert(name.to_owned(), stage.filled_in(name, value));
    }
    for names in unit.values("Service", "UnsetEnvironment") {
        for name in names.split(' ') {
            environment.remove(name);
        }
    }
    for credential in unit.values("Service", "LoadCredential") {
        let (name, _) = credential.split_once(':').expect("a path");
        let variable = format!("BATON_{}", name.to_uppercase().replace('-', "_"));
        let secret = stage.filled_in(&variable, "");
        let path = stage.host.path("credentials").join(name);
        fs::write(path, format!("{secret}\n")).expect("a file");
    }
    let mut words = unit.value("Service", "ExecStart").split(' ');
    assert_eq!(words.next(), Some("/usr/local/bin/baton-valimail"));
    let arguments = words.map(|word| {
        let mut word = stage.here(word);
        for (name, value) in &environment {
            word = word.replace(&format!("${{{name}}}"), value);
        }
        word
    });
    (arguments.collect(), environment)
}

#[test]
fn the_deployment_runs_as_a_service_and_its_probes_say_so() {
    let stage = Stage::new();
    let container = container(service_pod());
    assert_eq!((&container.command, &container.args), (&None, &None));
    let environment = stage.environment(&container);
    let stage = stage.configured(environment);
    let running = stage.start(&[]);
    for probe in [
        container.startup_probe,
        container.liveness_probe,
        container.readiness_probe,
    ] {
        let command = probe.expect("a probe").exec.expect("a command").command;
        stage.wait_for(&command.expect("a command"));
    }
    assert!(stage.conductor.state().hellos.contains_key("a-pod"));
    stage.syncs();
    let _ = running.stop().succeeded();
    assert_eq!(stage.left_in("tmp"), ["cache"]);
    assert_eq!(
        stage.left_in("tmp/cache"),
        ["connector-host", "connector-host.key"]
    );
    assert_eq!(stage.conductor.violations(), Vec::<String>::new());
}

#[test]
fn audit_and_receipts_can_be_rotated_as_the_guide_says() {
    let stage = Stage::new();
    let mut environment = stage.environment(&container(service_pod()));
    let (audit, receipts) = (stage.host.path("audit"), stage.host.path("receipts"));
    for (name, file) in [("BATON_AUDIT", &audit), ("BATON_RECEIPTS", &receipts)] {
        environment.insert(name.to_owned(), file.display().to_string());
    }
    let stage = stage.configured(environment);
    let running = stage.start(&[]);
    let grant = |entitlement| {
        let task = tasks::grant(entitlement, "2906d4927bf178077519");
        let task = stage.conductor.push(task);
        assert!(stage.conductor.finished(&task).end().is_success());
    };
    let lines = |file: &Path| {
        let text = fs::read_to_string(file).expect("a file");
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        lines.len()
    };
    grant("member_type:owner:assigned");
    assert!(lines(&audit) > 0 && lines(&receipts) == 1);
    fs::File::options()
        .write(true)
        .open(&audit)
        .expect("a file")
        .set_len(0)
        .expect("truncated");
    fs::rename(&receipts, stage.host.path("receipts.1")).expect("moved");
    grant("member_type:marketer:assigned");
    // It goes on at the beginning, not after a hole.
    assert!(lines(&audit) > 0);
    assert_eq!(lines(&receipts), 1);
    assert_eq!(lines(&stage.host.path("receipts.1")), 1);
    // This one is kept open.
    fs::rename(&audit, stage.host.path("audit.1")).expect("moved");
    grant("member_type:owner:assigned");
    assert!(!audit.exists());
    let _ = running.stop().succeeded();
}

/// Words that look like metrics.
fn metrics(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words
        .filter(|word| word.starts_with("connector_host_"))
        .collect()
}

#[test]
fn the_metrics_of_the_guide_are_all_that_there_are() {
    let stage = Stage::new();
    let environment = stage.environment(&container(service_pod()));
    let stage = stage.configured(environment);
    let running = stage.start(&[]);
    stage.syncs();
    let mut told = stage.metrics();
    // ConductorOne hears of a task's end a moment before it is counted, or after.
    for _ in 0..100 {
        if told.contains("tasks_total{") {
            break;
        }
        thread::sleep(Duration::from_millis(50));
        told = stage.metrics();
    }
    let _ = running.stop().succeeded();
    let samples = told.lines().filter(|line| !line.starts_with('#'));
    let told: BTreeSet<_> = samples.flat_map(metrics).collect();
    assert_eq!(metrics(&text("README.md")), told);
}

/// The policy of the guide that forbids actions.
fn policy() -> String {
    let guide = text("README.md");
    let (_, policy) = guide.split_once("```toml\n").expect("a policy");
    policy.split("```").next().expect("its end").to_owned()
}

#[test]
fn without_provisioning_nobody_is_granted_anything_and_a_policy_forbids_actions_too() {
    let member = "2906d4927bf178077519";
    for forbidden in [false, true] {
        let stage = Stage::new();
        let mut environment = stage.environment(&container(service_pod()));
        environment.remove("BATON_PROVISIONING").expect("it is set");
        if forbidden {
            let file = stage.host.path("policy.toml");
            fs::write(&file, policy()).expect("a file");
            environment.insert("BATON_POLICY".to_owned(), file.display().to_string());
        }
        let stage = stage.configured(environment);
        let running = stage.start(&[]);
        let conductor = &stage.conductor;
        for task in [
            tasks::grant("member_type:owner:assigned", member),
            tasks::revoke("member_type:owner:assigned", member),
            tasks::create_account("ada@larkspur.example", &[]),
        ] {
            let record = conductor.finished(&conductor.push(task));
            let message = record.end().message().to_owned();
            assert!(
                message.starts_with("provisioning is not enabled"),
                "{message}"
            );
        }
        let disable = conductor.push(tasks::invoke("disable_user", &[("user_id", member)]));
        let _ = conductor.finished(&disable);
        stage.syncs();
        let _ = running.stop().succeeded();
        let account = stage.valimail.account(member).expect("an account");
        assert_eq!(account.is_active(), forbidden);
    }
}

#[test]
fn the_cron_job_writes_its_file() {
    let stage = Stage::new();
    let container = container(sync_pod());
    let environment = stage.environment(&container);
    let arguments = container.args.expect("arguments");
    let arguments: Vec<_> = arguments.iter().map(|it| stage.here(it)).collect();
    let stage = stage.configured(environment);
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    for _ in 0..2 {
        let _ = stage.host.run(&arguments).succeeded();
        assert_eq!(stage.left_in("syncs"), ["valimail.c1z"]);
        assert_eq!(stage.left_in("tmp"), ["cache"]);
    }
    assert_eq!(stage.conductor.state().hellos_heard, 0);
}

#[test]
fn the_unit_runs_as_a_service() {
    let stage = Stage::new();
    let (arguments, environment) = unit(&stage, "baton-valimail.service");
    let stage = stage.configured(environment);
    let running = stage.start(&arguments);
    stage.wait_for(&["", "health-check", "--endpoint=ready"].map(str::to_owned));
    stage.syncs();
    let _ = running.stop().succeeded();
    assert_eq!(stage.left_in("cache"), ["baton-valimail"]);
    let kept = ["connector-host", "connector-host.key"];
    assert_eq!(stage.left_in("cache/baton-valimail"), kept);
    assert_eq!(stage.left_in("tmp"), Vec::<String>::new());
}

#[test]
fn the_unit_does_not_sync_over_and_over_when_it_has_no_client_id() {
    let stage = Stage::new();
    let (_, environment) = unit(&stage, "baton-valimail.service");
    let mut stage = stage.configured(environment);
    stage.host = stage.host.env("BATON_CLIENT_ID", "");
    let running = stage.start(&["--client-id=".to_owned()]);
    let transcript = finish_of(running).failed_with(&["the client id has no @"]);
    assert_eq!(transcript.code, Some(3));
}

fn finish_of(mut running: Running) -> Transcript {
    finish(running.0.take().expect("it is running"))
}

#[test]
fn the_unit_of_the_timer_writes_its_file() {
    let stage = Stage::new();
    let (arguments, environment) = unit(&stage, "baton-valimail-sync.service");
    fs::create_dir(stage.host.path("state/baton-valimail")).expect("a directory");
    fs::create_dir(stage.host.path("cache/baton-valimail-sync")).expect("a directory");
    let stage = stage.configured(environment);
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let _ = stage.host.run(&arguments).succeeded();
    assert_eq!(stage.left_in("state/baton-valimail"), ["valimail.c1z"]);
    assert_eq!(stage.conductor.state().hellos_heard, 0);
}
