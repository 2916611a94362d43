//! The commands.

mod actions;
mod capabilities;
mod change;
mod config;
mod explain;
mod health_check;
mod inspect;
mod policy;
mod service;
mod signals;
mod sync;
mod validate;

use crate::{
    cli::{self, Invocation, Run, SandboxFlags, Settings, Task},
    telemetry,
    terminal::Terminal,
};
use connector_host::{
    connector::Connector,
    egress::{Audit, Clients, Gates, Options, Witness, authorities},
    failure::{Failure, Kind, Result},
    sync::Progress,
};
use signals::Signals;
use std::{
    ffi::OsString,
    io::{self, Write},
    pin::pin,
    sync::Arc,
    time::Duration,
};

/// Does what the arguments ask for.
///
/// # Errors
///
/// Whatever the command ends with.
pub async fn run(arguments: Vec<OsString>) -> Result<()> {
    let arguments = cli::complete(arguments);
    let file = cli::config_file()?;
    if let Some(flags) = cli::health_check(&arguments, &file)? {
        return health_check::run(&flags).await;
    }
    let Some(component) = cli::component(&arguments) else {
        return Err(cli::without_component(&arguments));
    };
    let terminal = Terminal::new().with_bar();
    telemetry::start(&cli::log_flags(&arguments, &file), &terminal);
    if let Some(missing) = file.missing() {
        tracing::warn!(path = %missing.display(), "BATON_CONFIG_PATH names a file that does not exist");
    }
    let terms = cli::terms(&arguments, &file)?;
    // From here on, since nothing else would end the first process of a container.
    let mut signals = Signals::new()?;
    let connector = tokio::select! {
        loaded = Connector::load(&component, terms.clone()) => Arc::new(loaded?),
        signal = signals.next() => return Err(stopped(signal)),
    };
    match cli::parse(&arguments, &connector, &file)? {
        Invocation::Capabilities => print(&capabilities::document(&connector)),
        Invocation::Config => print(&config::document(&connector.description)),
        Invocation::Inspect { flags, settings } => {
            inspect::run(&connector, &flags, &settings, terms).await
        }
        Invocation::Explain {
            flags,
            policy,
            settings,
        } => explain::run(&connector, &flags, &policy, &settings),
        Invocation::Validate {
            settings,
            sandbox,
            otel,
        } => {
            telemetry::keep_secrets(settings.variables());
            telemetry::export(&otel, &connector, &settings.variables())?;
            let work = validate::run(&connector, &settings, &sandbox);
            interruptible(work, signals, || false).await
        }
        Invocation::Run(run) => carry_out(&connector, *run, signals, &terminal).await,
    }
}

async fn carry_out(
    connector: &Arc<Connector>,
    run: Run,
    signals: Signals,
    terminal: &Terminal,
) -> Result<()> {
    let Run {
        task,
        settings,
        sync,
        change,
        sandbox,
        service,
        otel,
    } = run;
    telemetry::keep_secrets(settings.variables());
    telemetry::export(&otel, connector, &settings.variables())?;
    match task {
        Task::Serve => {
            let flags = service::Flags {
                service: &service,
                settings: &settings,
                sync: &sync,
                change: &change,
                sandbox: &sandbox,
            };
            service::run(Arc::clone(connector), flags, signals).await
        }
        Task::Sync => {
            let progress = Arc::new(Progress::default());
            let watched = Arc::clone(&progress);
            let work = sync::run(connector, &settings, &sync, &sandbox, terminal, progress);
            interruptible(work, signals, || watched.is_completing()).await
        }
        Task::ListActions { resource_type } => {
            actions::log(&connector.description, resource_type.as_deref());
            Ok(())
        }
        task => {
            let ready =
                change::Ready::new(connector, task, &settings, &sync, &change, &sandbox).await?;
            ready.make(connector, &sandbox, signals).await
        }
    }
}

/// Lets a signal end the work, unless it is too late for that. Dropping the work stops the
/// component and takes temporary files away.
async fn interruptible(
    work: impl Future<Output = Result<()>>,
    mut signals: Signals,
    too_late: impl Fn() -> bool,
) -> Result<()> {
    let mut work = pin!(work);
    let signal = tokio::select! {
        result = &mut work => return result,
        signal = signals.next() => signal,
    };
    if too_late() {
        tracing::info!(signal, "completing the file before stopping");
        return work.await;
    }
    Err(stopped(signal))
}

fn stopped(signal: &str) -> Failure {
    let what = format!("stopped by {signal}; no file has been changed");
    Failure::new(Kind::Canceled, what)
}

/// Gates for a run, which tell a collector of each request if there is one.
fn gates(connector: &Connector, settings: &Settings, sandbox: &SandboxFlags) -> Result<Gates> {
    let mut gates = untraced(connector, settings, sandbox)?;
    gates.witnesses.extend(telemetry::witness());
    Ok(gates)
}

/// Gates to what the connector declares, with the configuration filled in.
fn untraced(connector: &Connector, settings: &Settings, sandbox: &SandboxFlags) -> Result<Gates> {
    let description = &connector.description;
    let policy = policy::of(description, |name| settings.get(name), &sandbox.policy)?;
    for idle in policy.idle() {
        tracing::warn!(
            place = %idle.place,
            rule = %idle,
            "the policy file denies what would not pass anyway"
        );
    }
    let host = env!("CARGO_PKG_VERSION");
    let authorities = sandbox.ca_file.as_deref().map(authorities).transpose()?;
    let secrets = Arc::clone(settings.variables().secrets());
    let audit = sandbox.audit.as_deref();
    let audit = audit.map(|path| Audit::open(path, connector, secrets));
    let audit = audit.transpose()?;
    let audit = audit.map(|audit| Arc::new(audit) as Arc<dyn Witness>);
    let clients = Clients::new(Options {
        timeout: Duration::from_secs(sandbox.http_timeout_seconds),
        user_agent: format!(
            "{}/{} connector-host/{host}",
            description.name, description.version
        ),
        authorities: authorities.unwrap_or_default(),
        proxies: true,
        ..Options::default()
    });
    Ok(Gates {
        policy: Arc::new(policy),
        clients: Arc::new(clients),
        retries: sandbox.retries(),
        bounds: sandbox.limits.bounds(),
        witnesses: audit.into_iter().collect(),
    })
}

/// Writes a document to standard output, to the byte.
fn print(document: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    let written = stdout
        .write_all(document.as_bytes())
        .and_then(|()| stdout.flush());
    match written {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|error| {
            Failure::of(Kind::Other, error).context("cannot write to standard output")
        }),
    }
}
