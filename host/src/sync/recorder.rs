//! The thread that writes down what the listings bring.

use super::{
    Options, Tolerance,
    allowance::{self, Allowance},
    progress::Progress,
    recording::{Lacking, Message, Recorded, Unusable},
    rows::{Row, Rows},
};
use crate::{
    c1z::{self, Extent, Inserted, Mark, ResourceRow, Writer},
    contract::{
        list_resources,
        types::{Entitlement, Grant, ResourceId},
    },
    failure::{Failure, Kind, Result},
};
use futures::{StreamExt, channel::mpsc};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// Unusable records that are logged one by one; the others are counted.
const LOGGED: u64 = 100;
/// Bytes of what a connector has to say about one of them.
const WORDS: usize = 1000;

/// Takes what the listings bring, on a thread of its own.
pub(super) struct Recorder {
    pub(super) writer: Writer,
    pub(super) rows: Arc<Rows>,
    extent: Extent,
    /// Whether it is about some resources only, so that no other sync compares.
    pub(super) partial: bool,
    tolerance: Tolerance,
    progress: Arc<Progress>,
    /// Encoded entitlements as grants hold them, by id.
    pub(super) stubs: HashMap<String, Vec<u8>>,
    pub(super) waiting: Vec<Grant>,
    records: BTreeMap<String, Unusable>,
    /// The type whose listing is going on, and the last row before it.
    listing: (String, i64),
    /// Whether a principal has to be looked for: not when it came with its grant.
    unchecked: bool,
    page: Option<(Mark, usize, BTreeMap<String, Unusable>)>,
    allowance: Allowance,
}

impl Recorder {
    pub(super) fn new(
        mut writer: Writer,
        rows: Arc<Rows>,
        options: &Options,
        progress: Arc<Progress>,
    ) -> Result<Self> {
        let partial = options.is_partial();
        if let Some(previous) = writer.previous().filter(|_| !partial) {
            let mut types = previous.resources_by_type.keys();
            if let Some(other) = types.find(|ty| rows.leave_out(ty)) {
                return Err(Failure::new(
                    Kind::FailedPrecondition,
                    format!(
                        "{} holds resources of the type {other}, which this sync is to leave out: they would look deleted",
                        options.path.display()
                    ),
                )
                .hint("Name another file with --file, or sync all types."));
            }
        }
        for ty in rows.resource_types() {
            if writer.resource_type(ty).map_err(file_failure)? == Inserted::Duplicate {
                return Err(misbehaved(format!(
                    "describes the resource type {} twice",
                    ty.id
                )));
            }
        }
        Ok(Self {
            writer,
            rows,
            extent: options.file.extent,
            partial,
            tolerance: options.tolerance,
            progress,
            stubs: HashMap::new(),
            waiting: Vec::new(),
            records: BTreeMap::new(),
            listing: (String::new(), 0),
            unchecked: false,
            page: None,
            allowance: Allowance::new(&options.limits),
        })
    }

    /// Takes messages until it is told to finish, or nobody is there any more.
    pub(super) async fn run(mut self, mut messages: mpsc::Receiver<Message>) -> Result<()> {
        while let Some(message) = messages.next().await {
            match message {
                Message::Rows(listing, rows) => {
                    if self.listing.0 != listing {
                        let mark = self.writer.mark().map_err(file_failure)?;
                        self.listing = (listing.clone(), mark.last_resource());
                    }
                    for row in rows {
                        self.row(&listing, row)?;
                    }
                    let counts = self.writer.counts();
                    self.progress.set(counts.resources, counts.grants);
                }
                Message::Entitlements(entitlements) => {
                    for entitlement in entitlements {
                        self.allowance
                            .take(allowance::of_entitlement(&entitlement))?;
                        self.entitlement(entitlement)?;
                    }
                }
                Message::Grants(grants) => {
                    self.unchecked = true;
                    for grant in grants {
                        self.allowance.take(allowance::of_grant(&grant))?;
                        self.grant(grant)?;
                    }
                    let counts = self.writer.counts();
                    self.progress.set(counts.resources, counts.grants);
                }
                Message::Single(row) => {
                    // It is of no listing, and a listing that comes after it may tell of it, too.
                    self.listing = (String::new(), 0);
                    match row {
                        // The others are as good as before.
                        Row::Unusable(unusable) => tracing::warn!(
                            id = unusable.id.as_deref().unwrap_or("(none)"),
                            reason = unusable.reason,
                            "skipping unusable resource"
                        ),
                        row => self.row("", row)?,
                    }
                    let counts = self.writer.counts();
                    self.progress.set(counts.resources, counts.grants);
                }
                Message::BeginPage => {
                    let mark = self.writer.mark().map_err(file_failure)?;
                    self.page = Some((mark, self.waiting.len(), self.records.clone()));
                }
                Message::TakeBackPage => self.take_back()?,
                Message::Resources {
                    resource_type,
                    after,
                    limit,
                    reply,
                } => {
                    let page = self.writer.resources_page(&resource_type, after, limit);
                    let ids = page.map_err(file_failure)?.into_iter();
                    let ids = ids.filter_map(|(row, resource)| {
                        let id = resource.id?;
                        let id = ResourceId {
                            resource_type: id.resource_type,
                            id: id.resource,
                        };
                        Some((row, id))
                    });
                    // Nobody waits for it when the sync has been given up.
                    let _ = reply.send(ids.collect());
                }
                Message::Lacking(reply) => {
                    let _ = reply.send(self.lacking()?);
                }
                Message::Finish(reply) => {
                    let recorded = self.finish()?;
                    let _ = reply.send(recorded);
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn take_back(&mut self) -> Result<()> {
        if let Some((mark, waiting, records)) = self.page.take() {
            self.writer.rewind(&mark).map_err(file_failure)?;
            // They may hold a resource that is void now.
            self.stubs.clear();
            self.waiting.truncate(waiting);
            self.records = records;
        }
        Ok(())
    }

    fn row(&mut self, listing: &str, row: Row) -> Result<()> {
        let (id, position) = match row {
            Row::Unusable(unusable) => {
                let id = unusable.id.as_ref().map_or(0, String::len);
                self.allowance.take(unusable.reason.len() + id)?;
                self.unusable(listing, &unusable);
                return Ok(());
            }
            Row::Misfit(what) => return Err(misbehaved(what)),
            Row::LeftOut => return self.allowance.take(0),
            Row::Resource {
                size,
                id,
                parent,
                data,
                entitlements,
                grants,
                position,
            } => {
                self.allowance.take(size)?;
                let parent = parent.as_ref();
                let inserted = self.writer.resource(ResourceRow {
                    resource_type: &id.resource_type,
                    resource: &id.id,
                    parent: parent.map(|id| (id.resource_type.as_str(), id.id.as_str())),
                    data: &data,
                });
                let own = id.resource_type == listing;
                let good = match inserted.map_err(file_failure)? {
                    Inserted::New => true,
                    // It may have come along with others, before its own listing or in this one.
                    Inserted::Duplicate => !own || self.came_along_before(&id)?,
                };
                if good {
                    if own {
                        self.records_of(listing).records += 1;
                    }
                    return self.holdings(&id, entitlements, grants);
                }
                (id, position)
            }
        };
        let unusable = list_resources::Unusable {
            position,
            id: Some(id.id),
            reason: "a record before it has the same id".to_owned(),
        };
        self.unusable(listing, &unusable);
        Ok(())
    }

    /// Whether a recorded resource is older than the listing that is going on.
    fn came_along_before(&mut self, id: &ResourceId) -> Result<bool> {
        let row = self.writer.resource_row(&id.resource_type, &id.id);
        let row = row.map_err(file_failure)?;
        Ok(row.is_some_and(|row| row <= self.listing.1))
    }

    /// What comes with a resource, or with one that has been told before.
    fn holdings(
        &mut self,
        id: &ResourceId,
        entitlements: Vec<Entitlement>,
        grants: Vec<Grant>,
    ) -> Result<()> {
        if self.extent != Extent::ResourcesOnly {
            for entitlement in entitlements {
                self.entitlement(entitlement)?;
            }
        }
        if self.extent == Extent::Full {
            for grant in grants {
                self.unchecked |= grant.principal != *id;
                self.grant(grant)?;
            }
        }
        Ok(())
    }

    fn unusable(&mut self, listing: &str, unusable: &list_resources::Unusable) {
        let records = self.records_of(listing);
        records.records += 1;
        records.unusable += 1;
        if records.unusable <= LOGGED {
            tracing::warn!(
                resource_type_id = listing,
                position = unusable.position,
                id = beginning(unusable.id.as_deref().unwrap_or("(none)")),
                reason = beginning(&unusable.reason),
                "skipping unusable record"
            );
        }
    }

    fn records_of(&mut self, listing: &str) -> &mut Unusable {
        if !self.records.contains_key(listing) {
            let unusable = Unusable {
                resource_type: listing.to_owned(),
                ..Unusable::default()
            };
            self.records.insert(listing.to_owned(), unusable);
        }
        self.records.entry(listing.to_owned()).or_default()
    }

    /// What is named only. Grants that have waited for what is there by now wait no longer.
    fn lacking(&mut self) -> Result<Lacking> {
        for grant in std::mem::take(&mut self.waiting) {
            self.grant(grant)?;
        }
        let missing = self.writer.missing_resources().map_err(file_failure)?;
        let bare = self.writer.resources_without_entitlements();
        let bare = bare.map_err(file_failure)?;
        let id = |(resource_type, id)| ResourceId { resource_type, id };
        let waited_for = self
            .waiting
            .iter()
            .map(|grant| grant.entitlement.on.clone());
        Ok(Lacking {
            resources: missing.into_iter().map(id).chain(waited_for).collect(),
            entitlements_on: bare.into_iter().map(id).collect(),
        })
    }

    fn finish(mut self) -> Result<Recorded> {
        for unusable in self.records.values() {
            let Unusable {
                resource_type,
                unusable,
                records,
            } = unusable;
            self.tolerance
                .judge_listing(resource_type, *records, *unusable)?;
        }
        let waiting = std::mem::take(&mut self.waiting);
        let mut dangling_grants = 0;
        for grant in waiting {
            let on = &grant.entitlement.on;
            let listed = self.writer.find_resource(&on.resource_type, &on.id);
            match listed.map_err(file_failure)? {
                Some(_) => self.grant(grant)?,
                None => dangling_grants += 1,
            }
        }
        let removed = self.writer.remove_dangling_grants(self.unchecked);
        dangling_grants += removed.map_err(file_failure)?;
        if dangling_grants > 0 {
            tracing::warn!(
                grants = dangling_grants,
                "left out grants on, or of, what is not listed"
            );
        }
        let mut previous = self.writer.previous().filter(|_| !self.partial).cloned();
        if self.extent != Extent::Full
            && let Some(previous) = &mut previous
        {
            // Of grants there are none by intention.
            previous.grants_by_type.clear();
        }
        // Grants that are told twice are found out only here.
        let complete = self.writer.complete().map_err(file_failure)?;
        if let Some(previous) = &previous {
            self.tolerance.judge_sync(previous, complete.counts())?;
        }
        Ok(Recorded {
            finished: complete.save().map_err(file_failure)?,
            previous,
            unusable: self.records.into_values().collect(),
            dangling_grants,
        })
    }
}

fn beginning(text: &str) -> &str {
    &text[..text.floor_char_boundary(WORDS)]
}

pub(super) fn file_failure(error: c1z::Error) -> Failure {
    Failure::of(Kind::Other, error)
}

pub(super) fn misbehaved(what: String) -> Failure {
    Failure::new(Kind::Internal, format!("the connector {what}"))
        .hint("This is a fault in the connector.")
}
