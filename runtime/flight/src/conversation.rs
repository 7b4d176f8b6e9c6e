//! Conversations: requests to a peer, in order, and blocks as answers, by number, as they are ready.
//!
//! In: requests, which are bytes that only both ends understand. Out: answers. Either end may be gone at any time: the
//! other one notices.

use std::collections::VecDeque;

use arrow_flight::FlightData;
use bytes::Bytes;
use futures::Stream;
use swath_block::Block;
use swath_error::travel::Sent;
use swath_error::{Error, ErrorKind, Result};
use tokio::sync::mpsc;
use tonic::Streaming;

use crate::failure::{error, unreachable};
use crate::frame::Answer;
use crate::incoming::{Arrived, Incoming};
use crate::outgoing::{LastWords, Outgoing};
use crate::peers::Lease;

/// A conversation as the answering end has it.
#[derive(Debug)]
pub struct Conversation {
    requests: Requests,
    answers: Answers,
}

impl Conversation {
    pub(crate) fn new(requests: Streaming<FlightData>, out: Outgoing) -> Self {
        Self { requests: Requests(requests), answers: Answers(out) }
    }

    /// What comes in, and what goes out.
    pub fn split(self) -> (Requests, Answers) {
        (self.requests, self.answers)
    }

    pub(crate) fn closed(&self) -> impl Future<Output = ()> + use<> {
        self.answers.0.closed()
    }

    pub(crate) fn last_words(&self) -> LastWords {
        self.answers.0.last_words()
    }
}

/// Requests as they come.
#[derive(Debug)]
pub struct Requests(Streaming<FlightData>);

impl Requests {
    /// The next request; none when the peer has ended the conversation, or is gone. Nothing is lost when the wait for it
    /// is given up.
    pub async fn next(&mut self) -> Option<Bytes> {
        let message = self.0.message().await;
        message.ok().flatten().map(|data| data.data_body)
    }
}

/// Answers on their way to the peer.
#[derive(Debug)]
pub struct Answers(Outgoing);

impl Answers {
    /// Answers a request; small answers are gathered until [`Self::flush`].
    ///
    /// # Errors
    /// [`ErrorKind::Cluster`] when the peer is gone or takes nothing.
    pub async fn answer(&mut self, number: u32, result: Result<Block>) -> Result<()> {
        match result {
            Ok(block) => self.0.block(number, block).await,
            Err(e) => self.0.answer(number, Answer::Failed(Sent(e))).await,
        }
    }

    /// Sends what has been gathered.
    ///
    /// # Errors
    /// As [`Self::answer`].
    pub async fn flush(&mut self) -> Result<()> {
        self.0.flush().await
    }
}

/// The asking end's requests. The conversation is over when this is dropped.
#[derive(Debug)]
pub struct Asker(mpsc::UnboundedSender<FlightData>);

impl Asker {
    /// An asker, and its requests as a call takes them.
    pub(crate) fn new() -> (Self, impl Stream<Item = FlightData> + Send + 'static) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let requests = futures::stream::unfold(receiver, |mut receiver: mpsc::UnboundedReceiver<_>| async {
            let request = receiver.recv().await?;
            Some((request, receiver))
        });
        (Self(sender), requests)
    }

    /// Asks; never waits.
    ///
    /// # Errors
    /// [`ErrorKind::Cluster`] when the conversation is over.
    pub fn ask(&self, request: impl Into<Bytes>) -> Result<()> {
        let message = FlightData { data_body: request.into(), ..FlightData::default() };
        self.0.send(message).map_err(|_| Error::new(ErrorKind::Cluster, "the peer takes no more requests"))
    }
}

/// The answers as they come to the asking end.
#[derive(Debug)]
pub struct Replies {
    address: String,
    messages: Streaming<FlightData>,
    incoming: Incoming,
    ready: VecDeque<(u32, Result<Block>)>,
    _lease: Lease,
}

impl Replies {
    pub(crate) fn new(
        address: String,
        messages: Streaming<FlightData>,
        max_block: u64,
        lease: Lease,
    ) -> Self {
        let (incoming, ready) = (Incoming::new(max_block), VecDeque::new());
        Self { address, messages, incoming, ready, _lease: lease }
    }

    /// The next answer, with the number of its request; none when the peer has ended the conversation.
    ///
    /// # Errors
    /// [`ErrorKind::Cluster`] when the peer is gone; [`ErrorKind::InvalidData`] when it makes no sense. Nothing comes
    /// after an error.
    pub async fn next(&mut self) -> Result<Option<(u32, Result<Block>)>> {
        loop {
            if let Some(answer) = self.ready.pop_front() {
                return Ok(Some(answer));
            }
            match self.messages.message().await {
                Ok(Some(message)) => self.take_in(message)?,
                Ok(None) => return Ok(None),
                Err(status) => return Err(error(&status, &self.address)),
            }
        }
    }

    fn take_in(&mut self, message: FlightData) -> Result<()> {
        let mut arrived = Vec::new();
        self.incoming.push(message, &mut arrived).map_err(|e| e.context(self.address.clone()))?;
        for one in arrived {
            let nothing = || unreachable(&self.address, "it answered with nothing");
            let Arrived::Block { index, block } = one else { return Err(nothing()) };
            self.ready.push_back((index, block.and_then(|b| b.ok_or_else(nothing))));
        }
        Ok(())
    }
}
