//! One connection after the handshake: a reader of batches, and an outbox with its writer.

use std::marker::PhantomData;
use std::time::Duration;

use serde::de::DeserializeOwned;
use swath_error::{Error, ErrorKind, Result};
use tokio::io::{AsyncRead, AsyncWrite, ReadHalf, split};

use crate::frame::{self, MAX_FRAME};
use crate::outbox::Outbox;

/// Anything a connection can run over: a TCP stream, with or without TLS.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin + 'static> Stream for S {}

/// A connection on which the handshake is over.
pub struct Connection;

impl Connection {
    /// Starts writing and gives both ends. A peer from which nothing comes for `ttl` is taken to be gone; something is
    /// written at least four times as often.
    ///
    /// Must be called inside a tokio runtime.
    pub fn open<S: Stream, T: DeserializeOwned>(stream: S, ttl: Duration) -> (Incoming<S, T>, Outbox) {
        let (reader, writer) = split(stream);
        let outbox = Outbox::new();
        tokio::spawn(outbox.clone().write_to(writer, ttl / 4));
        (Incoming { reader, ttl, outbox: outbox.clone(), kind: PhantomData }, outbox)
    }
}

/// The receiving end: batches of messages.
#[derive(Debug)]
pub struct Incoming<S, T> {
    reader: ReadHalf<S>,
    ttl: Duration,
    outbox: Outbox,
    kind: PhantomData<fn() -> T>,
}

impl<S: Stream, T: DeserializeOwned> Incoming<S, T> {
    /// The next batch; none when the peer has closed the connection.
    ///
    /// # Errors
    /// [`ErrorKind::Cluster`] when the connection breaks, is silent for too long, or carries what cannot be decoded.
    pub async fn next(&mut self) -> Result<Option<Vec<T>>> {
        loop {
            let frame = tokio::time::timeout(self.ttl, frame::read(&mut self.reader, MAX_FRAME));
            let frame = frame.await.map_err(|_| {
                let seconds = self.ttl.as_secs_f64();
                Error::new(ErrorKind::Cluster, format!("nothing was heard for {seconds} s"))
            })??;
            match frame {
                None => return Ok(None),
                Some(contents) if contents.is_empty() => {}
                Some(contents) => return frame::decode(&contents).map(Some),
            }
        }
    }
}

impl<S, T> Drop for Incoming<S, T> {
    /// Who does not listen does not speak: the writer ends too.
    fn drop(&mut self) {
        self.outbox.close();
    }
}
