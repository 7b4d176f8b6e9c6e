//! One connection after the handshake: a reader of batches, and an outbox with its writer.

use std::marker::PhantomData;
use std::time::Duration;

use serde::de::DeserializeOwned;
use swath_error::{Error, ErrorKind, Result};
use tokio::io::{AsyncRead, AsyncWrite, ReadHalf, split};

use crate::frame::{self, MAX_FRAME};
use crate::outbox::Outbox;
use crate::socket::Socket;

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
        Self::open_with(stream, ttl, Outbox::new(None))
    }

    /// As [`Self::open`]; whoever sends a small frame while nothing else waits writes it to the socket at once, instead of
    /// waking the thread that serves it. Not for threads that must never touch a socket.
    pub fn open_direct<T: DeserializeOwned>(socket: Socket, ttl: Duration) -> (Incoming<Socket, T>, Outbox) {
        let outbox = Outbox::new(socket.direct());
        Self::open_with(socket, ttl, outbox)
    }

    fn open_with<S: Stream, T: DeserializeOwned>(
        stream: S,
        ttl: Duration,
        outbox: Outbox,
    ) -> (Incoming<S, T>, Outbox) {
        let (reader, writer) = split(stream);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dialer, listen};

    /// Both ends of a connection; the first one's senders write to the socket themselves.
    async fn pair(ttl: Duration) -> ((Incoming<Socket, u64>, Outbox), (Incoming<Socket, u64>, Outbox)) {
        let listener = listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let (address, dialer) = (listener.local_addr().unwrap().to_string(), Dialer::new(None).unwrap());
        let (dialed, accepted) = tokio::join!(dialer.dial(&address), listener.accept());
        let accepted = dialer.accept(accepted.unwrap().0).await.unwrap();
        (Connection::open_direct(dialed.unwrap(), ttl), Connection::open(accepted, ttl))
    }

    #[tokio::test]
    async fn frames_keep_their_order_whoever_writes_them() {
        let ((_in, outbox), (mut incoming, _out)) = pair(Duration::from_secs(20)).await;
        // More than sockets hold while nobody reads: some frames are written at once, some in part, most later.
        let frames = 200_000u64;
        let sender = tokio::task::spawn_blocking(move || {
            for n in 0..frames {
                let large = if n % 1000 == 7 { 5000 } else { 1 };
                outbox.send(&vec![n; large]).unwrap();
            }
            outbox
        });
        let mut next = 0;
        while next < frames {
            let batch = incoming.next().await.unwrap().unwrap();
            assert!(batch.iter().all(|n| *n == next), "{next} is missing");
            next += 1;
        }
        sender.await.unwrap().close();
        assert!(incoming.next().await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_connection_that_is_let_go_is_over_for_the_peer_although_an_outbox_is_left() {
        let ((in_a, outbox), (mut incoming, _out)) = pair(Duration::from_secs(20)).await;
        outbox.send(&[1u64]).unwrap();
        drop(in_a);
        assert_eq!(incoming.next().await.unwrap().unwrap(), [1]);
        assert!(incoming.next().await.unwrap().is_none());
        assert!(outbox.send(&[2u64]).is_err());
    }

    #[tokio::test]
    async fn silence_is_broken_in_time() {
        let ((_in, outbox), (mut incoming, _out)) = pair(Duration::from_millis(400)).await;
        let waiting = tokio::spawn(async move { incoming.next().await });
        tokio::time::sleep(Duration::from_millis(1500)).await;
        outbox.send(&[5u64]).unwrap();
        assert_eq!(waiting.await.unwrap().unwrap().unwrap(), [5]);
    }
}
