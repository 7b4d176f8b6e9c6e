//! Blocks as they arrive.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use arrow_flight::FlightData;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt as _};
use swath_block::Block;
use swath_error::{Error, Result};
use swath_scheduler::TaskRef;
use tokio::time::timeout;
use tonic::Streaming;

use crate::FlightOptions;
use crate::failure::{error, unreachable};
use crate::incoming::{Arrived, Incoming};
use crate::peers::Lease;

/// A task, and its block when the peer has it.
type Item = (TaskRef, Result<Option<Block>>);

/// Blocks as they arrive: a stream of names, each with its block. Every name that was asked for comes out exactly once.
///
/// Nothing is asked for before it is first polled. One that is not polled for [`FlightOptions::stall_timeout`] is given up by
/// the peer, and until then takes up a place there: drop it rather than leave it.
pub struct Fetch(BoxStream<'static, Item>);

impl fmt::Debug for Fetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fetch")
    }
}

impl Stream for Fetch {
    type Item = Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Item>> {
        self.0.poll_next_unpin(cx)
    }
}

/// A call under way.
struct Transfer {
    address: String,
    stall: Duration,
    stream: Option<(Lease, Streaming<FlightData>)>,
    incoming: Incoming,
    /// By place in the request; none once it has come out.
    tasks: Vec<Option<TaskRef>>,
    ready: VecDeque<Item>,
    /// Why the stream ended before its time.
    broken: Option<Error>,
}

impl Fetch {
    /// Fetches `tasks` over the stream that `call` gives.
    pub(crate) fn new(
        options: &FlightOptions,
        address: String,
        tasks: Vec<TaskRef>,
        call: impl Future<Output = Result<(Lease, Streaming<FlightData>)>> + Send + 'static,
    ) -> Self {
        if tasks.is_empty() {
            return Self(futures::stream::empty().boxed());
        }
        let mut transfer = Transfer {
            address,
            stall: options.stall_timeout,
            stream: None,
            incoming: Incoming::new(options.max_block),
            tasks: tasks.into_iter().map(Some).collect(),
            ready: VecDeque::new(),
            broken: None,
        };
        let begun = async move {
            match timeout(transfer.stall, call).await {
                Ok(Ok(stream)) => transfer.stream = Some(stream),
                Ok(Err(e)) => transfer.broken = Some(e),
                Err(_) => transfer.broken = Some(transfer.stalled()),
            }
            futures::stream::unfold(transfer, Transfer::next)
        };
        Self(futures::stream::once(begun).flatten().boxed())
    }
}

impl Transfer {
    async fn next(mut self) -> Option<(Item, Self)> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Some((item, self));
            }
            let Some((_, messages)) = &mut self.stream else { return self.next_unanswered() };
            let message = timeout(self.stall, messages.message()).await;
            let ended = match message {
                Ok(Ok(Some(message))) => self.take_in(message).err(),
                Ok(Ok(None)) => Some(unreachable(&self.address, "it ended the stream without all blocks")),
                Ok(Err(status)) => Some(error(&status, &self.address)),
                Err(_) => Some(self.stalled()),
            };
            if ended.is_some() {
                (self.broken, self.stream) = (ended, None);
            }
        }
    }

    fn stalled(&self) -> Error {
        unreachable(&self.address, &format!("nothing has come for {:?}", self.stall))
    }

    fn take_in(&mut self, message: FlightData) -> Result<()> {
        let mut arrived = Vec::new();
        self.incoming.push(message, &mut arrived).map_err(|e| e.context(self.address.clone()))?;
        for one in arrived {
            let unasked = || Error::data(format!("{} sent a block that was not asked for", self.address));
            let Arrived::Block { index, block } = one else { return Err(unasked()) };
            let task = self.tasks.get_mut(index as usize).and_then(Option::take).ok_or_else(unasked)?;
            self.ready.push_back((task, block));
        }
        Ok(())
    }

    /// Once the stream is over: what it did not bring.
    fn next_unanswered(mut self) -> Option<(Item, Self)> {
        let task = self.tasks.iter_mut().find_map(Option::take)?;
        let error = self.broken.clone();
        let error = error.unwrap_or_else(|| unreachable(&self.address, "it did not answer for all blocks"));
        Some(((task, Err(error)), self))
    }
}
