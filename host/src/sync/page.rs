//! Pages: one call of a listing after the other, until there is no more. And single resources.

use super::{
    intake::{End, EndOfPage, Intake},
    recording::{Message, Recording},
};
use crate::{
    connector::{self, Exports, Instance},
    contract::{
        list_resources::{Item, Listed},
        types::{Error, ResourceId},
    },
    egress::{Operation, Retries, Traffic},
    failure::{Failure, Kind, Result},
    sandbox::{self, State},
};
use futures::channel::oneshot;
use std::{fmt, sync::Arc, time::Duration};
use wasmtime::component::Accessor;

/// Bytes of a cursor.
const CURSOR: usize = 1 << 20;

/// What is listed.
#[derive(Debug, Clone)]
pub(super) enum Listing {
    /// Of a type, within a parent.
    Resources(String, Option<ResourceId>),
    Entitlements(ResourceId),
    Grants(ResourceId),
}

impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resources(ty, None) => write!(f, "resources of the type {ty}"),
            Self::Resources(ty, Some(parent)) => {
                write!(
                    f,
                    "resources of the type {ty} in {}:{}",
                    parent.resource_type, parent.id
                )
            }
            Self::Entitlements(on) => write!(f, "entitlements on {}:{}", on.resource_type, on.id),
            Self::Grants(on) => write!(f, "grants on {}:{}", on.resource_type, on.id),
        }
    }
}

/// Lists page by page, and lists a page again when it has failed for the moment.
pub(super) struct Pages<'a> {
    pub(super) recording: &'a Recording,
    retries: Retries,
    traffic: &'a Traffic,
}

impl<'a> Pages<'a> {
    pub(super) fn new(recording: &'a Recording, retries: Retries, traffic: &'a Traffic) -> Self {
        Self {
            recording,
            retries,
            traffic,
        }
    }

    /// Lists all pages.
    pub(super) async fn all(&mut self, instance: &mut Instance, listing: &Listing) -> Result<()> {
        let mut cursor: Option<String> = None;
        // Every circle is found in time when what is compared with moves on at each power of two
        // (R. P. Brent, An improved Monte Carlo factorization algorithm, 1980).
        let mut known = None;
        for page in 1u64.. {
            let next = self.one(instance, listing, cursor.as_deref()).await?;
            match next {
                None => return Ok(()),
                Some(next) if next.len() > CURSOR => {
                    return Err(misbehaved(listing, "gave a cursor of more than 1 MiB"));
                }
                Some(next) if known.as_ref() == Some(&next) => {
                    return Err(misbehaved(
                        listing,
                        "gave the same cursor twice, which would go on for ever",
                    ));
                }
                next => cursor = next,
            }
            if page.is_power_of_two() {
                known.clone_from(&cursor);
            }
        }
        Ok(())
    }

    async fn one(
        &mut self,
        instance: &mut Instance,
        listing: &Listing,
        cursor: Option<&str>,
    ) -> Result<Option<String>> {
        let mut attempt = 0;
        loop {
            self.recording.send(Message::BeginPage).await?;
            let error = match self.call(instance, listing, cursor).await? {
                Ok(next) => return Ok(next),
                Err(error) => error,
            };
            let wait = self.wait(error, attempt, || format!("cannot list {listing}"))?;
            attempt += 1;
            self.recording.send(Message::TakeBackPage).await?;
            tokio::time::sleep(wait).await;
        }
    }

    /// The resource as it is now, if there is one.
    pub(super) async fn look(
        &self,
        instance: &mut Instance,
        id: &ResourceId,
    ) -> Result<Option<Listed>> {
        let what = || format!("cannot look at {}:{}", id.resource_type, id.id);
        let mut attempt = 0;
        loop {
            instance.enter(Operation::GetResource);
            let looked = instance
                .run(async |accessor: &Accessor<State>, exports: &Exports| {
                    let look = exports.get_resource.as_ref();
                    let look = look.ok_or_else(|| wasmtime::Error::msg("it is not exported"))?;
                    look.call_get_resource(accessor, id.clone()).await
                })
                .await;
            instance.enter(Operation::Sync);
            let error = match looked {
                Ok(Ok(Some(listed))) if listed.resource.id != *id => {
                    let ResourceId { resource_type, id } = listed.resource.id;
                    let answer = format!("the connector answered with {resource_type}:{id}");
                    return Err(Failure::new(Kind::Internal, answer).context(what()));
                }
                Ok(Ok(listed)) => return Ok(listed),
                Ok(Err(error)) => error,
                Err(trap) => return Err(crashed(&trap, what())),
            };
            let wait = self.wait(error, attempt, what)?;
            attempt += 1;
            tokio::time::sleep(wait).await;
        }
    }

    /// How long to wait before it is tried again; the failure, if it is not to be.
    fn wait(&self, error: Error, attempt: u32, what: impl Fn() -> String) -> Result<Duration> {
        let wait = match &error {
            Error::Unavailable(_) => self.retries.delay * 2u32.saturating_pow(attempt),
            Error::RateLimited(limit) => limit
                .retry_after_milliseconds
                .map_or(self.retries.longest, Duration::from_millis),
            _ => Duration::MAX,
        };
        let failure = Failure::from(error).context(what());
        // What the gate has tried often enough is not multiplied here.
        let given_up = attempt as usize >= self.retries.times || self.traffic.exhausted();
        if given_up || wait > self.retries.longest {
            return Err(failure);
        }
        tracing::warn!(error = %failure, wait_ms = wait.as_millis() as u64, "retrying operation");
        Ok(wait)
    }

    /// One call, and everything that its stream brings.
    async fn call(
        &self,
        instance: &mut Instance,
        listing: &Listing,
        cursor: Option<&str>,
    ) -> Result<End> {
        let cursor = cursor.map(str::to_owned);
        let recorder = self.recording.sender();
        let end = instance
            .run(
                async |accessor: &Accessor<State>,
                       exports: &Exports|
                       -> wasmtime::Result<Option<End>> {
                    let (ended, end) = match listing.clone() {
                        Listing::Resources(ty, parent) => {
                            let (stream, end) = exports
                                .list_resources
                                .call_list_resources(accessor, ty.clone(), parent, cursor)
                                .await?;
                            let rows = Arc::clone(&self.recording.rows);
                            let (intake, ended) = Intake::new(recorder, move |items: Vec<Item>| {
                                let rows = items.into_iter().map(|item| rows.row(item));
                                Message::Rows(ty.clone(), rows.collect())
                            });
                            (pipe(accessor, stream, intake, ended)?, hear(accessor, end)?)
                        }
                        Listing::Entitlements(on) => {
                            let (stream, end) = exports
                                .list_entitlements
                                .call_list_entitlements(accessor, on, cursor)
                                .await?;
                            let (intake, ended) = Intake::new(recorder, Message::Entitlements);
                            (pipe(accessor, stream, intake, ended)?, hear(accessor, end)?)
                        }
                        Listing::Grants(on) => {
                            let (stream, end) = exports
                                .list_grants
                                .call_list_grants(accessor, on, cursor)
                                .await?;
                            let (intake, ended) = Intake::new(recorder, Message::Grants);
                            (pipe(accessor, stream, intake, ended)?, hear(accessor, end)?)
                        }
                    };
                    let end = end.await.ok();
                    // Never sent, only dropped: when the stream's last item has been taken.
                    let _ = ended.await;
                    Ok(end)
                },
            )
            .await;
        match end {
            Ok(Some(end)) => Ok(end),
            Ok(None) => Err(misbehaved(listing, "did not say how the page ended")),
            Err(trap) => Err(crashed(&trap, format!("cannot list {listing}"))),
        }
    }
}

type Ended = oneshot::Receiver<()>;

fn pipe<D: 'static, T>(
    accessor: &Accessor<D>,
    stream: wasmtime::component::StreamReader<T>,
    intake: Intake<T>,
    ended: Ended,
) -> wasmtime::Result<Ended>
where
    T: wasmtime::component::Lift + Send + Unpin + 'static,
{
    accessor.with(|access| stream.pipe(access, intake))?;
    Ok(ended)
}

fn hear<D: 'static>(
    accessor: &Accessor<D>,
    end: wasmtime::component::FutureReader<End>,
) -> wasmtime::Result<oneshot::Receiver<End>> {
    let (consumer, heard) = EndOfPage::new();
    accessor.with(|access| end.pipe(access, consumer))?;
    Ok(heard)
}

fn crashed(trap: &wasmtime::Error, what: String) -> Failure {
    let cause = sandbox::cause(trap);
    connector::crashed(&cause, "the connector crashed".to_owned()).context(what)
}

fn misbehaved(listing: &Listing, what: &str) -> Failure {
    Failure::new(Kind::Internal, format!("the connector {what}"))
        .context(format!("cannot list {listing}"))
}
