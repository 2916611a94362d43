//! A connection whose end is under control: it can be reset, or end with bytes of its own.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// What happens to a connection when it is dropped.
#[derive(Clone, Debug, Default)]
pub(super) enum Farewell {
    /// It is closed.
    #[default]
    Close,
    /// It is reset.
    Reset,
    /// These bytes are sent, and it is closed.
    Bytes(&'static [u8]),
}

/// A connection, and what happens when it is dropped.
pub(super) struct Wire {
    stream: TokioIo<TcpStream>,
    farewell: Rc<RefCell<Farewell>>,
}

impl Wire {
    pub(super) fn new(stream: TcpStream, farewell: Rc<RefCell<Farewell>>) -> Wire {
        Wire {
            stream: TokioIo::new(stream),
            farewell,
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        let stream = self.stream.inner();
        match *self.farewell.borrow() {
            Farewell::Close => {}
            // An error here means that the client was faster to close the connection.
            Farewell::Reset => drop(stream.set_zero_linger()),
            Farewell::Bytes(bytes) => drop(stream.try_write(bytes)),
        }
    }
}

impl Read for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl Write for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }
}
