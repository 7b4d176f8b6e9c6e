//! The asking side.

use std::ops::Range;
use std::sync::Arc;

use arrow_flight::Ticket;
use swath_block::Block;
use swath_error::{Error, Result};
use swath_scheduler::TaskRef;
use tokio::time::{sleep, timeout};

use crate::failure::{error, unreachable};
use crate::frame::{self, Ask, Frame};
use crate::peers::Peers;
use crate::{Asker, Deliveries, Fetch, FlightOptions, Replies, outgoing};

/// A block that is wanted, or a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The task that made it.
    pub task: TaskRef,
    /// The bytes wanted of an array block that lies in row-major order; they come as a chunk of `uint8` with one axis.
    /// None for the whole block, whatever it is.
    pub range: Option<Range<u64>>,
}

impl From<TaskRef> for Wanted {
    fn from(task: TaskRef) -> Self {
        Self { task, range: None }
    }
}

/// Connections to peers. Cloning shares them; those that are not used for a while are closed.
///
/// Its calls must run on a tokio runtime.
#[derive(Clone, Debug)]
pub struct FlightClient(Arc<Peers>);

impl FlightClient {
    /// A client without connections yet.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidArgument`] for certificates that cannot be read.
    pub fn new(options: &FlightOptions) -> Result<Self> {
        options.check()?;
        Ok(Self(Arc::new(Peers::new(options.clone()))))
    }

    /// Fetches blocks from the peer at `address` (`host:port`), in any order: each name comes out exactly once, with its
    /// block, with nothing when the peer does not have it, or with an error. Dropping the stream stops the transfer.
    ///
    /// An error of the connection ([`swath_error::ErrorKind::Cluster`]) is given for every block that had not arrived.
    pub fn fetch(&self, address: &str, tasks: &[TaskRef]) -> Fetch {
        self.fetch_parts(address, tasks.iter().map(|t| (*t).into()).collect())
    }

    /// As [`Self::fetch`], where only ranges of some blocks may be wanted.
    pub fn fetch_parts(&self, address: &str, wanted: Vec<Wanted>) -> Fetch {
        let tasks = wanted.iter().map(|w| w.task).collect();
        let ask = Ask::Blocks(wanted.into_iter().map(|w| (w.task, w.range)).collect());
        let (peers, address) = (self.0.clone(), address.to_owned());
        Fetch::new(self.0.options(), address.clone(), tasks, async move {
            let lease = peers.lease(&address)?;
            let ticket = Ticket { ticket: frame::write(&ask)? };
            let mut response = lease.client().do_get(ticket.clone()).await;
            if response.as_ref().is_err_and(|e| e.details().is_empty()) {
                // The peer did not answer: a connection that was closed while idle is noticed by the next call only.
                response = lease.client().do_get(ticket).await;
            }
            Ok((lease, response.map_err(|e| error(&e, &address))?.into_inner()))
        })
    }

    /// Small results that the peer at `address` makes for this client, whose number is `client`, as soon as they exist.
    /// Nothing comes while nothing is made. Dropping the stream ends it.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Cluster`] when the peer cannot be reached or delivers nothing; the stream ends when the
    /// connection does.
    pub async fn deliveries(&self, address: &str, client: u32) -> Result<Deliveries> {
        let lease = self.0.lease(address)?;
        let ticket = Ticket { ticket: frame::write(&Ask::Deliveries(client))? };
        let response = lease.client().do_get(ticket).await.map_err(|e| error(&e, address))?;
        Ok(Deliveries::new(lease, response.into_inner(), self.0.options().max_block))
    }

    /// Sends blocks to the peer at `address`, which keeps them under their names.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Cluster`] when the peer cannot be reached or stalls; the peer's error when it does not
    /// keep a block: blocks before that one may have been kept.
    pub async fn put(&self, address: &str, blocks: Vec<(TaskRef, Block)>) -> Result<()> {
        let options = self.0.options();
        let lease = self.0.lease(address)?;
        let (mut out, messages) = outgoing::channel(options.stall_timeout);
        let (fail, failed) = tokio::sync::oneshot::channel::<Error>();
        let sending = async move {
            let names = Frame::Names(blocks.iter().map(|(task, _)| *task).collect());
            out.send(frame::note(&names)?).await?;
            for (index, (_, block)) in (0u32..).zip(blocks) {
                out.block(index, block).await?;
            }
            out.flush().await
        };
        // Ends by itself: when all is sent, or when the call below is over and nobody takes its messages.
        tokio::spawn(async move {
            if let Err(e) = sending.await {
                // Nobody wants to know when the call below has ended.
                drop(fail.send(e));
            }
        });
        let messages = outgoing::sent(messages);
        let call = async { lease.client().do_put(messages).await?.into_inner().message().await };
        let silent = || unreachable(address, "it did not say that it took the blocks");
        // Once all is sent, or cannot be, the peer has so long to answer.
        let over = async {
            let why = failed.await;
            sleep(options.stall_timeout).await;
            why.unwrap_or_else(|_| silent())
        };
        tokio::select! {
            answer = call => match answer {
                Ok(Some(_)) => Ok(()),
                Ok(None) => Err(silent()),
                Err(e) => Err(error(&e, address)),
            },
            why = over => Err(why),
        }
    }

    /// Begins a conversation with the peer at `address`: requests go there in order, answers come as they are ready.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Cluster`] when the peer cannot be reached.
    pub async fn converse(&self, address: &str) -> Result<(Asker, Replies)> {
        let options = self.0.options();
        let lease = self.0.lease(address)?;
        let mut tries = 0;
        let (asker, called) = loop {
            let (asker, requests) = Asker::new();
            let called = timeout(options.stall_timeout, lease.client().do_exchange(requests)).await;
            let called = called.map_err(|_| unreachable(address, "it does not answer"))?;
            tries += 1;
            match called {
                // A connection that was closed while idle is noticed by the next call only.
                Err(e) if e.details().is_empty() && tries == 1 => {}
                called => break (asker, called),
            }
        };
        let messages = called.map_err(|e| error(&e, address))?.into_inner();
        Ok((asker, Replies::new(address.to_owned(), messages, options.max_block, lease)))
    }
}
