//! A sync, and its way to ConductorOne.

use super::{
    super::{
        outcome::{Done, Failed, Outcome},
        place::Place,
        poll::milliseconds,
        upload::upload,
    },
    Bench,
};
use crate::{
    baton::{connector::Resource, service::task::SyncFullTask},
    c1z::{self, Extent, Writer},
    contract::types::ResourceId,
    egress::Operation,
    failure::{Failure, Kind, Result},
    sync::{self, Summary},
};
use std::{path::Path, sync::Arc};

/// Syncs, and uploads the file. It is gone afterwards, whatever happens.
pub async fn run(bench: Bench, task: SyncFullTask) -> Outcome {
    let place = Place::make(bench.work.temp_dir.as_deref()).map_err(Failed::for_now)?;
    let file = place.path().join("sync.c1z");
    let mut ends = bench.ends.clone();
    let summary = tokio::select! {
        biased;
        // Whoever takes it up next begins anew.
        ending = ends.any() => return Err(Failed::ended(ending)),
        collected = collect(&bench, &task, &file) => collected.map_err(failed)?,
    };
    tokio::select! {
        biased;
        ending = ends.at_once() => return Err(Failed::ended(ending)),
        uploaded = upload(&bench.client, &bench.task, &file) => uploaded.map_err(Failed::for_now)?,
    }
    // A part of it says nothing about how old the whole is.
    if let Some(summary) = summary.filter(|_| task.targeted_sync_resources.is_empty()) {
        bench.work.metrics.synced(&summary);
    }
    Ok(Done::default())
}

/// What the service, or the machine, is in the way of may work the next time.
fn failed(failure: Failure) -> Failed {
    match failure.kind {
        Kind::Unauthenticated
        | Kind::PermissionDenied
        | Kind::InvalidArgument
        | Kind::NotFound
        | Kind::FailedPrecondition
        | Kind::Unimplemented => Failed::for_good(failure),
        _ => Failed::for_now(failure),
    }
}

/// Writes the file. Nothing is known of one that is empty on purpose.
async fn collect(bench: &Bench, task: &SyncFullTask, file: &Path) -> Result<Option<Summary>> {
    let work = &bench.work;
    let extent = match (task.skip_entitlements_and_grants, task.skip_grants) {
        (true, _) => Extent::ResourcesOnly,
        (false, true) => Extent::NoGrants,
        (false, false) => Extent::Full,
    };
    let options = sync::Options {
        path: file.to_owned(),
        file: c1z::Options {
            extent,
            temp_dir: file.parent().map(Path::to_owned),
            ..c1z::Options::default()
        },
        tolerance: work.tolerance,
        resource_types: match task.sync_resource_type_ids.is_empty() {
            true => work.resource_types.clone(),
            false => task.sync_resource_type_ids.clone(),
        },
        targets: targets(&task.targeted_sync_resources)?,
        limits: work.limits,
    };
    if work.skip_full_sync {
        work.validate().await?;
        return empty(options).await.map(|()| None);
    }
    let gate = bench.gates.open(Operation::Sync);
    let progress = Arc::default();
    let summary = sync::run(&work.connector, gate, work.variables(), &options, progress).await?;
    tracing::info!(
        sync_id = summary.recorded.finished.sync_id,
        resources = summary.recorded.finished.counts.resources,
        entitlements = summary.recorded.finished.counts.entitlements,
        grants = summary.recorded.finished.counts.grants,
        requests = summary.traffic.requests(),
        elapsed_ms = milliseconds(summary.elapsed),
        "Sync complete."
    );
    Ok(Some(summary))
}

/// A finished sync that holds nothing: the operator does not want any, and ConductorOne one.
async fn empty(options: sync::Options) -> Result<()> {
    let write = move || Writer::open(&options.path, &options.file)?.finish();
    let written = tokio::task::spawn_blocking(write).await;
    let written = written.map_err(|error| Failure::of(Kind::Internal, error))?;
    written
        .map(drop)
        .map_err(|error| Failure::of(Kind::Other, error))
}

fn targets(resources: &[Resource]) -> Result<Vec<ResourceId>> {
    let ids = resources.iter().map(|resource| {
        let id = resource.id.as_ref().ok_or_else(|| {
            let what = "malformed task: a resource without an id";
            Failure::new(Kind::InvalidArgument, what)
        })?;
        Ok(ResourceId {
            resource_type: id.resource_type.clone(),
            id: id.resource.clone(),
        })
    });
    ids.collect()
}
