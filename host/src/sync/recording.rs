//! The recorder, seen from the other threads.

use super::{
    Options,
    progress::Progress,
    recorder::{Recorder, file_failure},
    rows::{Row, Rows},
};
use crate::{
    c1z::{self, Counts, Finished, Writer},
    contract::{
        list_resources::{Item, Listed},
        types::{Entitlement, Grant, ResourceId},
    },
    failure::{Failure, Kind, Result},
};
use futures::{
    SinkExt,
    channel::{mpsc, oneshot},
};
use std::{
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
};
use tokio::{
    runtime::{Handle, RuntimeFlavor},
    task::block_in_place,
};

/// Messages on the way: batches of items, for the most part.
const CHANNEL: usize = 4;

/// What the recorder is told.
pub(super) enum Message {
    /// Items of a listing of resources of that type.
    Rows(String, Vec<Row>),
    Entitlements(Vec<Entitlement>),
    Grants(Vec<Grant>),
    /// A resource that was asked for by itself.
    Single(Row),
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
    /// Asks what is named by what has been recorded, and has not been recorded.
    Lacking(oneshot::Sender<Lacking>),
    Finish(oneshot::Sender<Recorded>),
}

/// What has been named only.
#[derive(Debug, Default)]
pub(super) struct Lacking {
    /// On which something is granted, that hold something, or in which others live.
    pub(super) resources: Vec<ResourceId>,
    /// Recorded resources of which an entitlement is granted that has not been.
    pub(super) entitlements_on: Vec<ResourceId>,
}

/// A finished recording.
#[derive(Debug)]
pub struct Recorded {
    /// The sync and its file.
    pub finished: Finished,
    /// What the sync before held, if there was one that this one can be compared with.
    pub previous: Option<Counts>,
    /// By resource type.
    pub unusable: Vec<Unusable>,
    /// Grants that were left out because nothing listed has the resource or the entitlement
    /// that they name.
    pub dangling_grants: u64,
}

/// How many records of a type could not be used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unusable {
    /// Id of the type that was listed.
    pub resource_type: String,
    /// Records without a row.
    pub unusable: u64,
    /// All records, with and without.
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
        let file = c1z::Options {
            partial: options.is_partial(),
            ..options.file.clone()
        };
        let writer = Writer::open(&options.path, &file).map_err(file_failure)?;
        let recorder = Recorder::new(writer, Arc::clone(&rows), options, progress)?;
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

    /// Records a resource that was asked for by itself, with what it brings.
    pub(super) async fn single(&self, listed: Listed) -> Result<()> {
        let row = self.rows.row(Item::Listed(listed));
        self.send(Message::Single(row)).await
    }

    /// What is named by what has been recorded, and has not been recorded.
    pub(super) async fn lacking(&self) -> Result<Lacking> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Lacking(reply)).await?;
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
        // A panic has been reported already.
        let wait = |thread: JoinHandle<()>| drop(thread.join());
        match (thread, Handle::try_current().map(|on| on.runtime_flavor())) {
            (None, _) => {}
            // Other tasks go on elsewhere: to complete a file may take seconds.
            (Some(thread), Ok(RuntimeFlavor::MultiThread)) => block_in_place(|| wait(thread)),
            (Some(thread), _) => wait(thread),
        }
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.sender = None;
        self.join();
    }
}
