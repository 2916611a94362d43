//! ConductorOne's stand-in as a process, for demos.

use clap::Parser;
use e2e::conductorone::{
    ConductorOne, Finish, Record, Settings, State, messages::task::TaskType, spelling, tasks,
};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{BufRead, BufReader, Read, stdin},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    thread,
    time::Duration,
};

/// Between two looks at what has arrived.
const MOMENT: Duration = Duration::from_millis(50);

/// A stand-in for ConductorOne, on this machine alone: it hands tasks to a connector in service
/// mode.
///
/// What to set for the connector is printed on stdout, what arrives on stderr.
#[derive(Parser)]
struct Options {
    /// The port of 127.0.0.1 to listen on; 0 takes a free one
    #[arg(long, default_value_t = 8443)]
    port: u16,
    /// Where the certificate to trust and uploaded files go
    #[arg(long, value_name = "DIRECTORY", default_value = "conductorone")]
    directory: PathBuf,
    /// Tasks to hand out, a line of JSON each, from a file or (`-`) from stdin, in place of a demo
    #[arg(long, value_name = "FILE", long_help = task_help())]
    tasks: Option<PathBuf>,
    /// When the connector is to ask again
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 1000)]
    next_poll: u64,
}

fn task_help() -> String {
    format!(
        "Tasks to hand out, a line of JSON each, from a file or (`-`) from stdin, in place of a \
         demo: hello, sync, and a grant at Valimail's stand-in.\n\n{}",
        spelling::TASKS
    )
}

/// What makes sense with `valimail-standin`.
fn demo() -> [TaskType; 3] {
    [
        tasks::hello(),
        tasks::sync(),
        tasks::grant("member_type:owner:assigned", "2906d4927bf178077519"),
    ]
}

fn start(options: &Options) -> Result<Arc<ConductorOne>, String> {
    let lines: Option<Box<dyn Read + Send>> = match &options.tasks {
        None => None,
        Some(file) if file.as_os_str() == "-" => Some(Box::new(stdin())),
        Some(file) => {
            let opened = File::open(file);
            let failed = |error| format!("cannot read {}: {error}", file.display());
            Some(Box::new(opened.map_err(failed)?))
        }
    };
    let settings = Settings {
        next_poll: Duration::from_millis(options.next_poll),
        next_heartbeat: Duration::from_secs(5),
        directory: Some(options.directory.clone()),
        ..Settings::default()
    };
    let address = ([127, 0, 0, 1], options.port).into();
    let service = ConductorOne::bind(address, settings)
        .map_err(|error| format!("cannot serve {address}: {error}"))?;
    let service = Arc::new(service);
    match lines {
        None => demo().into_iter().for_each(|task| {
            service.push(task);
        }),
        Some(lines) => {
            let service = Arc::clone(&service);
            // Somebody may go on writing them.
            thread::spawn(move || take(&service, lines));
        }
    }
    Ok(service)
}

fn take(service: &ConductorOne, lines: impl Read) {
    let lines = BufReader::new(lines).lines().map_while(Result::ok);
    for line in lines.filter(|line| !line.trim().is_empty()) {
        match spelling::read(&line) {
            Ok(task) => {
                service.push(task);
            }
            Err(why) => eprintln!("no task: {line}: {why}"),
        }
    }
}

/// What has been said already.
#[derive(Default)]
struct Said {
    tokens: u64,
    hellos: u64,
    violations: usize,
    tasks: BTreeMap<String, Counts>,
}

#[derive(Default)]
struct Counts {
    handed_to: usize,
    heartbeats: u32,
    uploads: usize,
    finishes: usize,
    over: bool,
}

impl Said {
    /// Says what is new.
    fn look(&mut self, state: &State, directory: &Path) {
        for number in self.tokens..state.tokens_given {
            eprintln!("token {} given", number + 1);
        }
        if self.hellos < state.hellos_heard {
            for (host, hello) in &state.hellos {
                let metadata = hello.connector_metadata.as_ref();
                let name = metadata.map_or("", |metadata| &metadata.display_name);
                eprintln!("hello of {name} at {host}");
            }
        }
        for record in &state.records {
            let counts = self.tasks.entry(record.task.id.clone()).or_default();
            counts.look(record, directory);
        }
        for violation in &state.violations[self.violations..] {
            eprintln!("VIOLATION: {violation}");
        }
        self.tokens = state.tokens_given;
        self.hellos = state.hellos_heard;
        self.violations = state.violations.len();
    }
}

impl Counts {
    fn look(&mut self, record: &Record, directory: &Path) {
        let id = &record.task.id;
        let name = record.task.task_type.as_ref().map_or("", tasks::name);
        for host in &record.handed_to[self.handed_to..] {
            eprintln!("{id} {name}: handed out to {host}");
        }
        if self.heartbeats < record.heartbeats {
            eprintln!("{id} {name}: heartbeat {}", record.heartbeats);
        }
        for (at, upload) in record.uploads.iter().enumerate().skip(self.uploads) {
            let file = directory.join(format!("{id}-{}.c1z", at + 1));
            match fs::write(&file, &upload.0) {
                Ok(()) => eprintln!("{id} {name}: {upload:?} in {}", file.display()),
                Err(error) => eprintln!("cannot write {}: {error}", file.display()),
            }
        }
        for finish in &record.finishes[self.finishes..] {
            eprintln!("{id} {name}: {}", words(finish));
        }
        if record.is_finished() && record.finishes.is_empty() && !self.over {
            eprintln!("{id} {name}: said");
        }
        *self = Self {
            handed_to: record.handed_to.len(),
            heartbeats: record.heartbeats,
            uploads: record.uploads.len(),
            finishes: record.finishes.len(),
            over: record.is_finished(),
        };
    }
}

fn words(finish: &Finish) -> String {
    let code = tonic::Code::from_i32(finish.code());
    match finish.is_success() {
        true if finish.annotations().is_empty() => "done".to_owned(),
        true => format!("done: {}", finish.annotations().join(", ")),
        false if finish.is_for_good() => format!("failed for good, {code:?}: {}", finish.message()),
        false => format!("failed, {code:?}: {}", finish.message()),
    }
}

fn main() -> ExitCode {
    match start(&Options::parse()) {
        Ok(service) => {
            println!("export BATON_CLIENT_ID='{}'", service.client_id());
            println!("export BATON_CLIENT_SECRET='{}'", service.client_secret());
            println!("export SSL_CERT_FILE='{}'", service.ca_file().display());
            let mut said = Said::default();
            loop {
                service.look(|state| said.look(state, service.directory()));
                thread::sleep(MOMENT);
            }
        }
        Err(why) => {
            eprintln!("conductorone-standin: {why}");
            ExitCode::FAILURE
        }
    }
}
