//! Frames on their way to a peer: put in from any thread without waiting, written by one task.

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde::Serialize;
use swath_error::{Error, ErrorKind, Result};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::sync::Notify;

use crate::frame;

/// Bytes that may wait for a peer; one that reads more slowly than that is given up.
const LIMIT: usize = 1 << 30;

/// Bytes of the largest frame that its sender writes: one call or one result. Bursts are better left to the writer.
const DIRECT: usize = 512;

/// Bytes joined into one write.
const JOINED: usize = 256 << 10;

/// The sending end of a connection. Cloning shares it. Frames leave in the order they were put in.
#[derive(Clone, Debug)]
pub struct Outbox(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    waiting: Mutex<Waiting>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    frames: Vec<Vec<u8>>,
    bytes: usize,
    /// The writer has taken frames that are not written yet.
    writing: bool,
    /// The socket itself, for small frames while there is nothing else to write.
    direct: Option<TcpStream>,
    /// Nothing more will be put in: the writer ends after the last frame.
    closed: bool,
    /// The writer is gone.
    dead: bool,
}

impl Outbox {
    /// `direct` is the socket of the connection, when senders may write to it.
    pub(crate) fn new(direct: Option<TcpStream>) -> Self {
        let waiting = Mutex::new(Waiting { direct, ..Waiting::default() });
        Self(Arc::new(Inner { waiting, changed: Notify::new() }))
    }

    /// Sends a batch of messages as one frame. Never waits.
    ///
    /// # Errors
    /// [`ErrorKind::Cluster`] when the connection is over or the peer has stopped reading; those of [`crate::encode`].
    pub fn send<T: Serialize>(&self, messages: &[T]) -> Result<()> {
        self.send_frame(frame::encode(messages)?)
    }

    /// Sends a frame made by [`crate::encode`].
    ///
    /// # Errors
    /// [`ErrorKind::Cluster`] when the connection is over or the peer has stopped reading.
    pub fn send_frame(&self, mut frame: Vec<u8>) -> Result<()> {
        let mut waiting = self.0.waiting.lock();
        if waiting.dead || waiting.closed {
            return Err(Error::new(ErrorKind::Cluster, "the connection is closed"));
        }
        if waiting.bytes > LIMIT {
            waiting.closed = true;
            waiting.frames.clear();
            self.0.changed.notify_one();
            return Err(Error::new(ErrorKind::Cluster, "the peer does not read what it is sent"));
        }
        let written = waiting.write(&frame);
        if written == frame.len() {
            return Ok(());
        }
        frame.drain(..written);
        waiting.bytes += frame.len();
        waiting.frames.push(frame);
        drop(waiting);
        self.0.changed.notify_one();
        Ok(())
    }

    /// Ends the connection once everything put in so far is written.
    pub fn close(&self) {
        self.0.waiting.lock().closed = true;
        self.0.changed.notify_one();
    }

    /// Whether nothing can be sent any more.
    pub fn is_closed(&self) -> bool {
        let waiting = self.0.waiting.lock();
        waiting.closed || waiting.dead
    }

    /// Whether everything has been written, or never will be.
    pub fn is_over(&self) -> bool {
        self.0.waiting.lock().dead
    }

    /// Writes what is put in until the box is closed or the peer gone; an empty frame after `idle` without any.
    pub(crate) async fn write_to(self, mut stream: impl AsyncWrite + Unpin, idle: Duration) {
        let _gone = Gone(self.0.clone());
        let mut frames = Vec::new();
        loop {
            let closed = {
                let mut waiting = self.0.waiting.lock();
                std::mem::swap(&mut frames, &mut waiting.frames);
                waiting.bytes = 0;
                waiting.writing = !frames.is_empty();
                waiting.closed
            };
            if !frames.is_empty() {
                // A peer that takes nothing for as long as it would be presumed dead is dead.
                match tokio::time::timeout(idle * 4, write_all(&mut stream, &mut frames)).await {
                    Ok(Ok(())) => continue,
                    _ => return,
                }
            }
            if closed {
                let _ = tokio::time::timeout(idle, stream.shutdown()).await;
                return;
            }
            if tokio::time::timeout(idle, self.0.changed.notified()).await.is_err() {
                let mut waiting = self.0.waiting.lock();
                if waiting.frames.is_empty() {
                    waiting.frames.push(vec![0; frame::PREFIX]);
                }
            }
        }
    }
}

impl Waiting {
    /// Writes a small frame to the socket, if that may be done and nothing goes before it; the bytes that went out.
    fn write(&mut self, frame: &[u8]) -> usize {
        if self.writing || !self.frames.is_empty() || frame.len() > DIRECT {
            return 0;
        }
        // What is wrong with the socket the writer finds, too.
        self.direct.as_mut().and_then(|socket| socket.write(frame).ok()).unwrap_or(0)
    }
}

/// Small frames are joined, so that a burst is one write.
async fn write_all(stream: &mut (impl AsyncWrite + Unpin), frames: &mut Vec<Vec<u8>>) -> std::io::Result<()> {
    let mut joined: Vec<u8> = Vec::new();
    for frame in frames.drain(..) {
        if !joined.is_empty() && joined.len() + frame.len() > JOINED {
            stream.write_all(&joined).await?;
            joined.clear();
        }
        if joined.is_empty() {
            joined = frame;
        } else {
            joined.extend_from_slice(&frame);
        }
    }
    stream.write_all(&joined).await?;
    stream.flush().await
}

/// Says that nobody writes any more, however the writer ended.
struct Gone(Arc<Inner>);

impl Drop for Gone {
    fn drop(&mut self) {
        let mut waiting = self.0.waiting.lock();
        waiting.dead = true;
        // Its peer is to notice the end.
        waiting.direct = None;
        waiting.frames.clear();
    }
}
