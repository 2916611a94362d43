//! `run`: a sync into a file.

use super::gates;
use crate::{
    cli::{SandboxFlags, Settings, SyncFlags},
    terminal::Terminal,
};
use connector_host::{
    connector::Connector,
    egress::Operation,
    failure::Result,
    sync::{self, Options, Progress},
};
use std::sync::Arc;

pub async fn run(
    connector: &Connector,
    settings: &Settings,
    flags: &SyncFlags,
    sandbox: &SandboxFlags,
    terminal: &Terminal,
    progress: Arc<Progress>,
) -> Result<()> {
    flags.check()?;
    let gate = gates(connector, settings, sandbox)?.open(Operation::Sync);
    let variables = settings.variables();
    let options = Options {
        path: flags.file.clone(),
        file: flags.file_options(),
        tolerance: flags.tolerance(),
        resource_types: flags.sync_resource_types.clone(),
        targets: flags.sync_resources.clone(),
        limits: sandbox.limits.limits(),
    };
    let summary = tokio::select! {
        summary = sync::run(connector, gate, variables, &options, Arc::clone(&progress)) => summary,
        () = terminal.watch(&connector.description.display_name, progress) => unreachable!("it watches for ever"),
    };
    terminal.clear();
    let summary = summary?;
    let recorded = &summary.recorded;
    let finished = &recorded.finished;
    let skipped: u64 = recorded
        .unusable
        .iter()
        .map(|unusable| unusable.unusable)
        .sum();
    if skipped > 0 {
        tracing::warn!(
            records = skipped,
            "sync completed with unusable records, which are not in the file"
        );
    }
    tracing::info!(
        sync_id = finished.sync_id,
        resources = finished.counts.resources,
        entitlements = finished.counts.entitlements,
        grants = finished.counts.grants,
        skipped,
        requests = summary.traffic.requests(),
        received_bytes = summary.traffic.received(),
        elapsed_ms = u64::try_from(summary.elapsed.as_millis()).unwrap_or(u64::MAX),
        "Sync complete."
    );
    tracing::info!(
        output_path = %finished.path.display(),
        decompressed_bytes = finished.database_bytes,
        compressed_bytes = finished.file_bytes,
        "c1z: saved"
    );
    terminal.summarize(&summary);
    Ok(())
}
