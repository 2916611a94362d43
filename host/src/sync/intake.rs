//! The host's end of a listing's stream and of the future that ends it.

use super::recording::Message;
use crate::contract::types::Error;
use futures::channel::{mpsc, oneshot};
use std::{
    pin::Pin,
    task::{Context, Poll},
};
use wasmtime::{
    StoreContextMut,
    component::{FutureConsumer, Lift, Source, StreamConsumer, StreamResult},
};

/// Items that are taken off a stream at once. `wit/README.md` has the measurements.
const BATCH: usize = 256;

/// How a page ended: with the cursor of the next one, with none, or not well.
pub(super) type End = Result<Option<String>, Error>;

/// Passes items on to the recorder, as fast as it takes them.
pub(super) struct Intake<T> {
    recorder: mpsc::Sender<Message>,
    wrap: Box<dyn Fn(Vec<T>) -> Message + Send>,
    /// Dropped with the intake, which tells that the stream has ended.
    _ended: oneshot::Sender<()>,
}

impl<T> Intake<T> {
    pub(super) fn new(
        recorder: mpsc::Sender<Message>,
        wrap: impl Fn(Vec<T>) -> Message + Send + 'static,
    ) -> (Self, oneshot::Receiver<()>) {
        let (ended, end) = oneshot::channel();
        let intake = Self {
            recorder,
            wrap: Box::new(wrap),
            _ended: ended,
        };
        (intake, end)
    }
}

impl<T: Lift + Send + Unpin + 'static, D> StreamConsumer<D> for Intake<T> {
    type Item = T;

    fn poll_consume(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        store: StoreContextMut<'_, D>,
        mut source: Source<'_, T>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        match self.recorder.poll_ready(cx) {
            Poll::Pending if finish => return Poll::Ready(Ok(StreamResult::Cancelled)),
            Poll::Pending => return Poll::Pending,
            // The recorder has failed; it will say why.
            Poll::Ready(Err(_)) => return Poll::Ready(Ok(StreamResult::Dropped)),
            Poll::Ready(Ok(())) => {}
        }
        let mut items = Vec::with_capacity(BATCH);
        source.read(store, &mut items)?;
        if !items.is_empty() {
            let message = (self.wrap)(items);
            if self.recorder.start_send(message).is_err() {
                return Poll::Ready(Ok(StreamResult::Dropped));
            }
        }
        Poll::Ready(Ok(StreamResult::Completed))
    }
}

/// Hears how a page has ended.
pub(super) struct EndOfPage(Option<oneshot::Sender<End>>);

impl EndOfPage {
    pub(super) fn new() -> (Self, oneshot::Receiver<End>) {
        let (sender, receiver) = oneshot::channel();
        (Self(Some(sender)), receiver)
    }
}

impl<D> FutureConsumer<D> for EndOfPage {
    type Item = End;

    fn poll_consume(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        store: StoreContextMut<'_, D>,
        mut source: Source<'_, End>,
        _finish: bool,
    ) -> Poll<wasmtime::Result<()>> {
        let mut end = None;
        source.read(store, &mut end)?;
        if let (Some(end), Some(sender)) = (end, self.0.take()) {
            // Nobody listens any more when the sync has been given up.
            let _ = sender.send(end);
        }
        Poll::Ready(Ok(()))
    }
}
