//! The thread that writes down what the listings bring.

use super::{
    Options, Tolerance,
    progress::Progress,
    records,
    rows::{Row, Rows},
};
use crate::{
    c1z::{self, Counts, EntitlementRow, Finished, GrantRow, Inserted, Mark, ResourceRow, Writer},
    contract::{
        list_resources,
        types::{Entitlement, Grant, ResourceId},
    },
    failure::{Failure, Kind, Result},
};
use futures::{
    SinkExt, StreamExt,
    channel::{mpsc, oneshot},
};
use prost::Message as _;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
};

/// Messages on the way: batches of items, for the most part.
const CHANNEL: usize = 4;
/// Unusable records that are logged one by one; the others are counted.
const LOGGED: u64 = 100;
/// Entitlements whose encoded form is kept at hand.
const CACHED: usize = 4096;
/// Grants that wait for a resource which has not been listed yet.
const WAITING: usize = 100_000;

/// What the recorder is told.
pub(super) enum Message {
    /// Items of a listing of resources of that type.
    Rows(String, Vec<Row>),
    Entitlements(Vec<Entitlement>),
    Grants(Vec<Grant>),
    BeginPage,
    /// Everything since the page's beginning is void.
    TakeBackPage,
    /// Asks for recorded resources of a type, with their row numbers.
    Resources {
        resource_type: String,
        after: i64,
        limit: usize,
        reply: oneshot::Sender<Vec<(i64, ResourceId)>>,
    },
    Finish(oneshot::Sender<Recorded>),
}

/// A finished recording.
#[derive(Debug)]
pub struct Recorded {
    pub finished: Finished,
    /// What the sync before held, if there was one.
    pub previous: Option<Counts>,
    pub unusable: Vec<Unusable>,
    /// Grants that were left out because nothing listed has the resource or the entitlement
    /// that they name.
    pub dangling_grants: u64,
}

/// How many records of a type could not be used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unusable {
    pub resource_type: String,
    pub unusable: u64,
    pub records: u64,
}

/// A running recorder. Dropped before it has finished, it leaves the file as it was.
pub(super) struct Recording {
    /// Makes the rows that the recorder takes.
    pub(super) rows: Arc<Rows>,
    sender: Option<mpsc::Sender<Message>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    failure: Arc<Mutex<Option<Failure>>>,
}

impl Recording {
    /// Opens the file and starts the thread.
    pub(super) fn start(
        rows: Arc<Rows>,
        options: &Options,
        progress: Arc<Progress>,
    ) -> Result<Self> {
        let writer = Writer::open(&options.path, &options.file).map_err(file_failure)?;
        let recorder = Recorder::new(writer, Arc::clone(&rows), options.tolerance, progress)?;
        let (sender, receiver) = mpsc::channel(CHANNEL);
        let failure = Arc::new(Mutex::new(None));
        let slot = Arc::clone(&failure);
        let thread = thread::Builder::new()
            .name("recorder".to_owned())
            .spawn(move || {
                if let Err(failure) = futures::executor::block_on(recorder.run(receiver)) {
                    *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
                }
            })
            .map_err(|e| Failure::of(Kind::Other, e).context("cannot start the recorder"))?;
        Ok(Self {
            rows,
            sender: Some(sender),
            thread: Mutex::new(Some(thread)),
            failure,
        })
    }

    /// A way to send items from elsewhere.
    pub(super) fn sender(&self) -> mpsc::Sender<Message> {
        match &self.sender {
            Some(sender) => sender.clone(),
            // Only while it is being dropped, when nobody sends anything.
            None => mpsc::channel(0).0,
        }
    }

    pub(super) async fn send(&self, message: Message) -> Result<()> {
        let sent = self.sender().send(message).await;
        sent.map_err(|_| self.gone())
    }

    /// Recorded resources of a type, from the row after `after` on.
    pub(super) async fn resources(
        &self,
        resource_type: &str,
        after: i64,
        limit: usize,
    ) -> Result<Vec<(i64, ResourceId)>> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Resources {
            resource_type: resource_type.to_owned(),
            after,
            limit,
            reply,
        })
        .await?;
        answer.await.map_err(|_| self.gone())
    }

    /// Judges what has been recorded and replaces the file.
    pub(super) async fn finish(self) -> Result<Recorded> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Finish(reply)).await?;
        answer.await.map_err(|_| self.gone())
    }

    /// Why the recorder has stopped, if it has.
    pub(super) fn failure(&self) -> Option<Failure> {
        if self.sender().is_closed() {
            self.join();
        }
        self.failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// Why the recorder does not answer.
    fn gone(&self) -> Failure {
        self.join();
        self.failure().unwrap_or_else(|| {
            Failure::new(Kind::Internal, "the recorder has stopped without a word")
        })
    }

    /// Waits for the thread's end, which is when its failure has been put down and its
    /// temporary files are gone. Only when it is about to end: its channels close before.
    fn join(&self) {
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread {
            // A panic has been reported already.
            let _ = thread.join();
        }
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.sender = None;
        self.join();
    }
}

struct Recorder {
    writer: Writer,
    rows: Arc<Rows>,
    tolerance: Tolerance,
    progress: Arc<Progress>,
    /// Encoded entitlements as grants hold them, by id.
    stubs: HashMap<String, Vec<u8>>,
    waiting: Vec<Grant>,
    records: BTreeMap<String, Unusable>,
    /// Whether a principal has to be looked for: not when it came with its grant.
    unchecked: bool,
    page: Option<(Mark, usize, BTreeMap<String, Unusable>)>,
}

/// A grant, encoded around an entitlement that is encoded already.
#[derive(Clone, PartialEq, prost::Message)]
struct EncodedGrant {
    #[prost(bytes = "vec", tag = "1")]
    entitlement: Vec<u8>,
    #[prost(message, optional, tag = "2")]
    principal: Option<c1z::Resource>,
    #[prost(string, tag = "3")]
    id: String,
}

impl Recorder {
    fn new(
        mut writer: Writer,
        rows: Arc<Rows>,
        tolerance: Tolerance,
        progress: Arc<Progress>,
    ) -> Result<Self> {
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
            tolerance,
            progress,
            stubs: HashMap::new(),
            waiting: Vec::new(),
            records: BTreeMap::new(),
            unchecked: false,
            page: None,
        })
    }

    /// Takes messages until it is told to finish, or nobody is there any more.
    async fn run(mut self, mut messages: mpsc::Receiver<Message>) -> Result<()> {
        while let Some(message) = messages.next().await {
            match message {
                Message::Rows(listing, rows) => {
                    for row in rows {
                        self.row(&listing, row)?;
                    }
                    let counts = self.writer.counts();
                    self.progress.set(counts.resources, counts.grants);
                }
                Message::Entitlements(entitlements) => {
                    for entitlement in entitlements {
                        self.entitlement(entitlement)?;
                    }
                }
                Message::Grants(grants) => {
                    self.unchecked = true;
                    for grant in grants {
                        self.grant(grant)?;
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
            self.waiting.truncate(waiting);
            self.records = records;
        }
        Ok(())
    }

    fn row(&mut self, listing: &str, row: Row) -> Result<()> {
        let (id, position) = match row {
            Row::Unusable(unusable) => {
                self.unusable(listing, &unusable);
                return Ok(());
            }
            Row::Misfit(what) => return Err(misbehaved(what)),
            Row::LeftOut => return Ok(()),
            Row::Resource {
                id,
                parent,
                data,
                entitlements,
                grants,
                position,
            } => {
                let parent = parent.as_ref();
                let inserted = self.writer.resource(ResourceRow {
                    resource_type: &id.resource_type,
                    resource: &id.id,
                    parent: parent.map(|id| (id.resource_type.as_str(), id.id.as_str())),
                    data: &data,
                });
                match inserted.map_err(file_failure)? {
                    Inserted::New => {
                        for entitlement in entitlements {
                            self.entitlement(entitlement)?;
                        }
                        for grant in grants {
                            self.unchecked |= grant.principal != id;
                            self.grant(grant)?;
                        }
                        if id.resource_type == listing {
                            self.records_of(listing).records += 1;
                        }
                        return Ok(());
                    }
                    Inserted::Duplicate => (id, position),
                }
            }
        };
        // Other types' resources may come along more than once.
        if id.resource_type == listing {
            let unusable = list_resources::Unusable {
                position,
                id: Some(id.id),
                reason: "a record before it has the same id".to_owned(),
            };
            self.unusable(listing, &unusable);
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
                id = unusable.id.as_deref().unwrap_or("(none)"),
                reason = unusable.reason,
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

    fn entitlement(&mut self, entitlement: Entitlement) -> Result<()> {
        let on = entitlement.id.on.clone();
        let id = c1z::entitlement_id(&on.resource_type, &on.id, &entitlement.id.slug);
        let resource = self.writer.find_resource(&on.resource_type, &on.id);
        let Some(resource) = resource.map_err(file_failure)? else {
            if self.rows.resource_type(&on.resource_type).is_none() {
                return Ok(());
            }
            return Err(misbehaved(format!(
                "lists the entitlement {id}, but no {}:{}",
                on.resource_type, on.id
            )));
        };
        let grantable_to = entitlement
            .grantable_to
            .iter()
            .filter_map(|ty| self.rows.resource_type(ty).cloned())
            .collect();
        let message = records::entitlement(entitlement, id.clone(), resource, grantable_to);
        let inserted = self.writer.entitlement(EntitlementRow {
            resource_type: &on.resource_type,
            resource: &on.id,
            id: &id,
            data: &message.encode_to_vec(),
        });
        // Told twice, it is the same entitlement.
        let (Inserted::New | Inserted::Duplicate) = inserted.map_err(file_failure)?;
        Ok(())
    }

    fn grant(&mut self, grant: Grant) -> Result<()> {
        let on = &grant.entitlement.on;
        let entitlement = c1z::entitlement_id(&on.resource_type, &on.id, &grant.entitlement.slug);
        if !self.stubs.contains_key(&entitlement) {
            let resource = self.writer.find_resource(&on.resource_type, &on.id);
            let Some(resource) = resource.map_err(file_failure)? else {
                return self.wait(grant);
            };
            let stub = c1z::Entitlement {
                resource: Some(resource),
                id: entitlement.clone(),
                ..c1z::Entitlement::default()
            };
            if self.stubs.len() >= CACHED {
                self.stubs.clear();
            }
            self.stubs.insert(entitlement.clone(), stub.encode_to_vec());
        }
        let stub = self.stubs.get(&entitlement).cloned().unwrap_or_default();
        let principal = &grant.principal;
        let id = c1z::grant_id(&entitlement, &principal.resource_type, &principal.id);
        let message = EncodedGrant {
            entitlement: stub,
            principal: Some(c1z::Resource {
                id: Some(records::resource_id(principal.clone())),
                ..c1z::Resource::default()
            }),
            id,
        };
        let row = GrantRow {
            resource_type: &on.resource_type,
            resource: &on.id,
            entitlement: &entitlement,
            principal_type: &principal.resource_type,
            principal: &principal.id,
            id: &message.id,
            data: &message.encode_to_vec(),
        };
        self.writer.grant(row).map_err(file_failure)
    }

    /// Keeps a grant until the resource that it is on has been listed.
    fn wait(&mut self, grant: Grant) -> Result<()> {
        if self.rows.leave_out(&grant.entitlement.on.resource_type) {
            return Ok(());
        }
        if self.waiting.len() >= WAITING {
            return Err(misbehaved(format!(
                "tells {WAITING} grants before the resources that they are on; it should describe the type {} before the others",
                grant.entitlement.on.resource_type
            )));
        }
        self.waiting.push(grant);
        Ok(())
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
        let previous = self.writer.previous().cloned();
        if let Some(previous) = &previous {
            self.tolerance.judge_sync(previous, self.writer.counts())?;
        }
        Ok(Recorded {
            finished: self.writer.finish().map_err(file_failure)?,
            previous,
            unusable: self.records.into_values().collect(),
            dangling_grants,
        })
    }
}

fn file_failure(error: c1z::Error) -> Failure {
    Failure::of(Kind::Other, error)
}

fn misbehaved(what: String) -> Failure {
    Failure::new(Kind::Internal, format!("the connector {what}"))
        .hint("This is a fault in the connector.")
}
