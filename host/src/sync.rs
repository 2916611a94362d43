//! A sync: what the connector lists becomes a new sync in a `.c1z` file.
//!
//! ```text
//! component --stream--> intake --channel--> recorder (a thread) --> c1z::Writer
//! ```
//!
//! The [`intake`] takes items off a stream only when the channel has room, so a list of any
//! length flows through in constant memory; [`rows`] and [`records`] put them into the file's
//! words on the way. The [`recorder`] writes them down and judges at the end whether what it
//! has got may replace what was there ([`judgement`]). A sync of single resources asks for these
//! one by one ([`single`]), and is judged by nothing: it does not replace what was there.

mod allowance;
mod holdings;
mod intake;
mod judgement;
mod page;
mod progress;
mod recorder;
mod recording;
mod records;
mod rows;
mod single;

pub use judgement::Tolerance;
pub use progress::Progress;
pub use recording::{Recorded, Unusable};
pub use records::{resource, resource_type};

use crate::{
    c1z::{self, Extent},
    connector::{Connector, Instance},
    contract::{
        describe::{ResourceType, Source},
        types::ResourceId,
    },
    egress::{Gate, Traffic},
    failure::{Failure, Kind, Result},
    sandbox::{Limits, Variables},
};
use page::{Listing, Pages};
use recording::Recording;
use rows::Rows;
use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

/// How a sync is to go.
#[derive(Debug, Clone)]
pub struct Options {
    /// The file to write.
    pub path: PathBuf,
    /// How it is written.
    pub file: c1z::Options,
    /// How much may be wrong with what is listed.
    pub tolerance: Tolerance,
    /// Only these resource types; all of them when empty.
    pub resource_types: Vec<String>,
    /// Only these resources, and those that their grants are about; all of them when empty. The
    /// sync is a partial one then, also when none of them is of the types to sync.
    pub targets: Vec<ResourceId>,
    /// Bounds for the component.
    pub limits: Limits,
}

impl Options {
    /// Whether only some resources are synced, so that nothing follows from what is not there.
    fn is_partial(&self) -> bool {
        !self.targets.is_empty()
    }
}

/// What a sync came to.
#[derive(Debug)]
pub struct Summary {
    /// What is in the file now.
    pub recorded: Recorded,
    /// What the component has sent and received.
    pub traffic: Arc<Traffic>,
    /// From the first look at the file to its replacement.
    pub elapsed: Duration,
}

/// Resources that are asked for at once, when entitlements or grants are listed for each.
const BATCH: usize = 500;

/// Runs a sync.
///
/// # Errors
///
/// When the options name a type that the connector does not describe, or single resources and it
/// cannot look at these; when the connector cannot list everything, or what it lists is not fit
/// to replace what the file holds. The file is then as it was.
pub async fn run(
    connector: &Connector,
    gate: Gate,
    variables: Arc<Variables>,
    options: &Options,
    progress: Arc<Progress>,
) -> Result<Summary> {
    let start = Instant::now();
    let traffic = Arc::clone(&gate.traffic);
    let retries = gate.retries;
    let types = selected(
        &connector.description.resource_types,
        &options.resource_types,
    )?;
    let targets = single::targets(connector, &types, &options.targets)?;
    let rows = Rows::new(&types, &connector.description.resource_types);
    let recording = Recording::start(Arc::new(rows), options, Arc::clone(&progress))?;
    let listed = connector
        .call(
            gate,
            Arc::clone(&variables),
            &options.limits,
            async |instance| {
                let mut pages = Pages::new(&recording, retries, &traffic);
                let extent = options.file.extent;
                Ok(match options.is_partial() {
                    true => single::list(instance, &mut pages, &types, &targets, extent).await,
                    false => list(instance, &mut pages, &types, extent).await,
                })
            },
        )
        .await
        .flatten();
    // When the recorder has failed, that is why the listing has.
    let recorded = match (listed, recording.failure()) {
        (_, Some(failure)) => Err(failure),
        (Err(failure), None) => Err(traffic.explain(failure)),
        (Ok(()), None) => {
            progress.completing();
            recording.finish().await
        }
    };
    let recorded = recorded.map_err(|failure| failure.redacted(&variables))?;
    Ok(Summary {
        recorded,
        traffic,
        elapsed: start.elapsed(),
    })
}

/// The types to list, in the order in which they are described.
fn selected(described: &[ResourceType], wanted: &[String]) -> Result<Vec<ResourceType>> {
    for wanted in wanted {
        check_type(described, wanted, "in filter")?;
    }
    Ok(described
        .iter()
        .filter(|ty| wanted.is_empty() || wanted.contains(&ty.id))
        .cloned()
        .collect())
}

fn check_type(described: &[ResourceType], wanted: &str, place: &str) -> Result<()> {
    if described.iter().any(|ty| ty.id == wanted) {
        return Ok(());
    }
    let known: Vec<_> = described.iter().map(|ty| ty.id.as_str()).collect();
    Err(Failure::new(
        Kind::InvalidArgument,
        format!(
            "invalid resource type {wanted:?} {place}; there are {}",
            known.join(", ")
        ),
    ))
}

async fn list(
    instance: &mut Instance,
    pages: &mut Pages<'_>,
    types: &[ResourceType],
    extent: Extent,
) -> Result<()> {
    for ty in types {
        tracing::info!(resource_type_id = ty.id, "Syncing resources...");
        match &ty.parent {
            None => {
                pages
                    .all(instance, &Listing::Resources(ty.id.clone(), None))
                    .await?
            }
            Some(parent) => {
                for_each(pages, parent, instance, |parent| {
                    Listing::Resources(ty.id.clone(), Some(parent))
                })
                .await?;
            }
        }
    }
    if extent == Extent::ResourcesOnly {
        return Ok(());
    }
    for ty in types.iter().filter(|ty| ty.entitlements == Source::Listed) {
        tracing::info!(resource_type_id = ty.id, "Syncing entitlements...");
        for_each(pages, &ty.id, instance, Listing::Entitlements).await?;
    }
    if extent == Extent::NoGrants {
        return Ok(());
    }
    for ty in types.iter().filter(|ty| ty.grants == Source::Listed) {
        tracing::info!(resource_type_id = ty.id, "Syncing grants...");
        for_each(pages, &ty.id, instance, Listing::Grants).await?;
    }
    Ok(())
}

/// Lists something for each recorded resource of a type.
async fn for_each(
    pages: &mut Pages<'_>,
    resource_type: &str,
    instance: &mut Instance,
    listing: impl Fn(ResourceId) -> Listing,
) -> Result<()> {
    let mut after = 0;
    loop {
        let batch = pages
            .recording
            .resources(resource_type, after, BATCH)
            .await?;
        let Some((last, _)) = batch.last() else {
            return Ok(());
        };
        after = *last;
        for (_, id) in batch {
            pages.all(instance, &listing(id)).await?;
        }
    }
}
