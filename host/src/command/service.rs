//! `run` with a client id: ConductorOne's service.

use super::{signals::Signals, untraced};
use crate::{
    cli::{ChangeFlags, SandboxFlags, ServiceFlags, Settings, SyncFlags},
    telemetry,
};
use connector_host::{
    connector::Connector,
    egress::Witness,
    failure::{Failure, Kind, Result},
    service::{Client, Condition, Metrics, Probes, Service, Work, listen as listen_for_probes},
};
use secrecy::ExposeSecret;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// The flags that concern it.
pub struct Flags<'a> {
    pub service: &'a ServiceFlags,
    pub settings: &'a Settings,
    pub sync: &'a SyncFlags,
    pub change: &'a ChangeFlags,
    pub sandbox: &'a SandboxFlags,
}

/// Does what ConductorOne asks for until a signal comes.
pub async fn run(connector: Arc<Connector>, flags: Flags<'_>, signals: Signals) -> Result<()> {
    let Flags {
        service,
        settings,
        sync,
        change,
        sandbox,
    } = flags;
    let secret = service.secret()?;
    let variables = settings.variables();
    variables.hide(secret.expose_secret().trim());
    let account = service.account(&secret, sandbox.ca_file.as_deref())?;
    let metrics = Arc::new(Metrics::default());
    let mut gates = untraced(&connector, settings, sandbox)?;
    gates
        .witnesses
        .push(Arc::clone(&metrics) as Arc<dyn Witness>);
    let work = Work {
        gates,
        connector,
        variables,
        limits: sandbox.limits.limits(),
        temp_dir: sync.file_options().temp_dir,
        tolerance: sync.tolerance(),
        resource_types: sync.sync_resource_types.clone(),
        provisioning: service.provisioning,
        skip_full_sync: service.skip_full_sync,
        receipts: change.receipts.clone(),
        metrics,
        follower: telemetry::follower(),
    };
    let (stop, kill) = (CancellationToken::new(), CancellationToken::new());
    let signals = listen(signals, stop.clone(), kill.clone());
    let (work, condition) = (Arc::new(work), Arc::new(Condition::default()));
    let client = Arc::new(Client::new(account, Arc::clone(&condition))?);
    if let Some(address) = service.probes() {
        let listener = listen_for_probes(address).await?;
        let probes = Probes::new(Arc::clone(&condition), Arc::clone(&work));
        tokio::spawn(Arc::new(probes).serve(listener));
    }
    let service = Service {
        client,
        work,
        concurrency: service.task_concurrency.into(),
        grace: service.grace(),
        condition,
        stop,
        kill,
    };
    // Where its tasks are, rather than on this thread.
    let running = tokio::spawn(service.run());
    tokio::select! {
        done = running => done.unwrap_or_else(|error| Err(Failure::of(Kind::Internal, error))),
        never = signals => never,
    }
}

/// The first signal stops, the second one ends at once.
async fn listen(mut signals: Signals, stop: CancellationToken, kill: CancellationToken) -> ! {
    let signal = signals.next().await;
    tracing::info!(signal, "stopping; another signal ends at once");
    stop.cancel();
    loop {
        let signal = signals.next().await;
        tracing::info!(signal, "ending at once");
        kill.cancel();
    }
}
