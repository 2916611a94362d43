//! The body of a response as hyper asks for it, with the faults that befall a body.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use super::source::Pieces;

/// How a body ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Ending {
    /// Completely.
    #[default]
    Complete,
    /// The connection is dropped.
    Cut,
    /// Never: nothing more comes.
    Hang,
}

/// A body on its way out.
pub(super) struct Outgoing {
    /// The bytes.
    pub(super) pieces: Pieces,
    /// How many bytes may still be sent before the ending.
    pub(super) left: u64,
    /// What comes then.
    pub(super) ending: Ending,
    /// The length that the response states.
    pub(super) length: Option<u64>,
    /// The time that passes before each piece.
    pub(super) pace: Option<Duration>,
    /// The wait that is going on.
    pub(super) wait: Option<Pin<Box<Sleep>>>,
    /// Whether what was sent has had the time to leave before the connection is dropped.
    pub(super) drained: bool,
}

/// The connection is to be dropped in the middle of the body.
#[derive(Debug)]
pub(super) struct Dropped;

impl std::fmt::Display for Dropped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection is dropped on purpose")
    }
}

impl std::error::Error for Dropped {}

impl From<Infallible> for Dropped {
    fn from(never: Infallible) -> Dropped {
        match never {}
    }
}

impl Outgoing {
    fn poll_wait(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if let Some(wait) = &mut self.wait {
            ready!(wait.as_mut().poll(context));
            self.wait = None;
        }
        Poll::Ready(())
    }

    fn poll_ending(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Dropped>>> {
        match self.ending {
            Ending::Complete => Poll::Ready(None),
            Ending::Hang => Poll::Pending,
            Ending::Cut => {
                if !self.drained {
                    self.drained = true;
                    self.wait = Some(Box::pin(sleep(Duration::from_millis(20))));
                }
                ready!(self.poll_wait(context));
                Poll::Ready(Some(Err(Dropped)))
            }
        }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Dropped;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Dropped>>> {
        ready!(self.poll_wait(context));
        if self.left == 0 {
            return self.poll_ending(context);
        }
        let Some(mut piece) = self.pieces.next() else {
            self.left = 0;
            return self.poll_ending(context);
        };
        piece.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
        self.left -= piece.len() as u64;
        self.wait = self.pace.map(|pace| Box::pin(sleep(pace)));
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn size_hint(&self) -> SizeHint {
        self.length
            .map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
