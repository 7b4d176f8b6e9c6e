//! The calls a server answers: `DoGet`, `DoPut` and `DoExchange`. It offers none of Flight's other calls.

use std::ops::Range;
use std::sync::Arc;

use arrow_flight::flight_service_server::FlightService;
use arrow_flight::{
    Action, ActionType, Criteria, Empty, FlightData, FlightDescriptor, FlightInfo, HandshakeRequest,
    HandshakeResponse, PollInfo, PutResult, SchemaResult, Ticket,
};
use futures::StreamExt as _;
use futures::stream::BoxStream;
use swath_block::Block;
use swath_error::travel::Sent;
use swath_error::{Error, ErrorKind, Result};
use swath_scheduler::TaskRef;
use tokio::sync::mpsc::Receiver;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};

use crate::failure::status;
use crate::frame::{self, Answer, Ask};
use crate::incoming::{Arrived, Incoming};
use crate::outgoing::{self, Messages, Outgoing};
use crate::{BlockSource, Conversation, FlightOptions};

/// Results that are delivered in one message.
const DELIVERED: usize = 64;

/// Answers calls from a source.
pub(crate) struct Service {
    source: Arc<dyn BlockSource>,
    options: FlightOptions,
    streams: Arc<Semaphore>,
    stop: CancellationToken,
}

impl Service {
    pub fn new(source: Arc<dyn BlockSource>, options: FlightOptions, stop: CancellationToken) -> Self {
        let streams = Arc::new(Semaphore::new(options.streams.max(1)));
        Self { source, options, streams, stop }
    }

    /// Waits for a place among the streams.
    async fn place(&self) -> Result<OwnedSemaphorePermit, Status> {
        let busy = || Status::resource_exhausted("the worker sends to as many peers as it can");
        match timeout(self.options.stall_timeout, self.streams.clone().acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(busy()),
        }
    }

    async fn take_in(&self, mut messages: Streaming<FlightData>) -> Result<()> {
        let mut incoming = Incoming::new(self.options.max_block);
        let (mut names, mut arrived): (Vec<TaskRef>, _) = (Vec::new(), Vec::new());
        let mut taken = 0;
        let stalled = |_| Error::new(ErrorKind::Cluster, "the sender has stalled");
        loop {
            let next = timeout(self.options.stall_timeout, messages.message()).await.map_err(stalled)?;
            let next = next.map_err(|e| Error::new(ErrorKind::Cluster, e.to_string()))?;
            let Some(message) = next else { break };
            incoming.push(message, &mut arrived)?;
            for one in arrived.drain(..) {
                match one {
                    Arrived::Names(all) => names = all,
                    Arrived::Block { index, block } => {
                        let name = names.get(index as usize).copied();
                        let unnamed = || Error::data("a block that was sent has no name");
                        let (name, block) = (name.ok_or_else(unnamed)?, block?.ok_or_else(unnamed)?);
                        self.source.put(name, block).await?;
                        taken += 1;
                    }
                }
            }
        }
        if taken == names.len() { Ok(()) } else { Err(Error::data("blocks ended before the last one")) }
    }
}

/// Sends what is wanted, until the receiver or the server goes.
async fn send_all(
    source: Arc<dyn BlockSource>,
    ask: Vec<(TaskRef, Option<Range<u64>>)>,
    mut out: Outgoing,
    stop: CancellationToken,
    permit: OwnedSemaphorePermit,
) {
    let gone = out.closed();
    let result = tokio::select! {
        result = send(&*source, &ask, &mut out) => result,
        () = gone => return,
        () = stop.cancelled() => Err(Error::new(ErrorKind::Cluster, "the worker is stopping")),
    };
    if let Err(e) = result {
        out.fail(Status::unavailable(e.to_string()));
    }
    drop(permit);
}

/// Sends what is made for a client, until the client or the server goes.
async fn deliver(mut made: Receiver<(TaskRef, Block)>, mut out: Outgoing, stop: CancellationToken) {
    let gone = out.closed();
    let sending = async {
        let mut blocks = Vec::new();
        while made.recv_many(&mut blocks, DELIVERED).await > 0 {
            if out.deliver(blocks.drain(..)).await.is_err() {
                break;
            }
        }
    };
    tokio::select! {
        () = sending => {}
        () = gone => {}
        () = stop.cancelled() => {}
    }
}

async fn send(
    source: &dyn BlockSource,
    ask: &[(TaskRef, Option<Range<u64>>)],
    out: &mut Outgoing,
) -> Result<()> {
    for (index, (task, range)) in (0u32..).zip(ask) {
        let mut get = source.get(*task);
        let found = match futures::poll!(&mut get) {
            std::task::Poll::Ready(found) => found,
            // What is gathered need not wait for a block that is read from a file.
            std::task::Poll::Pending => {
                out.flush().await?;
                get.await
            }
        };
        match found.and_then(|block| block.map(|b| part(b, range.clone())).transpose()) {
            Ok(Some(block)) => out.block(index, block).await?,
            Ok(None) => out.answer(index, Answer::Missing).await?,
            Err(e) => out.answer(index, Answer::Failed(Sent(e))).await?,
        }
    }
    out.flush().await
}

/// Answers requests, until the peer or the server goes.
async fn converse(source: Arc<dyn BlockSource>, conversation: Conversation, stop: CancellationToken) {
    let (gone, last) = (conversation.closed(), conversation.last_words());
    let result = tokio::select! {
        result = source.converse(conversation) => result,
        () = gone => return,
        () = stop.cancelled() => Err(Error::new(ErrorKind::Cluster, "the worker is stopping")),
    };
    if let Err(e) = result {
        last.say(&e);
    }
}

/// The part of a block that is wanted.
fn part(block: Block, range: Option<Range<u64>>) -> Result<Block> {
    match (range, block) {
        (None, block) => Ok(block),
        (Some(range), Block::Array(chunk)) => Ok(chunk.byte_range(range)?.into()),
        (Some(_), other) => Err(Error::argument(format!("a range of bytes was asked of a {}", other.kind()))),
    }
}

fn not_offered() -> Status {
    Status::unimplemented("a swath worker offers DoGet, DoPut and DoExchange only")
}

#[tonic::async_trait]
impl FlightService for Service {
    type HandshakeStream = BoxStream<'static, Result<HandshakeResponse, Status>>;
    type ListFlightsStream = BoxStream<'static, Result<FlightInfo, Status>>;
    type DoGetStream = Messages;
    type DoPutStream = BoxStream<'static, Result<PutResult, Status>>;
    type DoExchangeStream = Messages;
    type DoActionStream = BoxStream<'static, Result<arrow_flight::Result, Status>>;
    type ListActionsStream = BoxStream<'static, Result<ActionType, Status>>;

    async fn do_get(&self, request: Request<Ticket>) -> Result<Response<Messages>, Status> {
        let ask: Ask = frame::read(&request.into_inner().ticket).map_err(|e| status(&e))?;
        let (out, messages) = outgoing::channel(self.options.stall_timeout);
        let ask = match ask {
            Ask::Blocks(ask) => ask,
            Ask::Deliveries(client) => {
                let made = self.source.deliveries(client);
                let made = made.ok_or_else(|| Status::unimplemented("nothing is delivered here"))?;
                tokio::spawn(deliver(made, out, self.stop.clone()));
                return Ok(Response::new(messages));
            }
        };
        let permit = self.place().await?;
        tokio::spawn(send_all(self.source.clone(), ask, out, self.stop.clone(), permit));
        Ok(Response::new(messages))
    }

    async fn do_put(
        &self,
        request: Request<Streaming<FlightData>>,
    ) -> Result<Response<Self::DoPutStream>, Status> {
        let permit = self.place().await?;
        let result = tokio::select! {
            result = self.take_in(request.into_inner()) => result,
            () = self.stop.cancelled() => Err(Error::new(ErrorKind::Cluster, "the worker is stopping")),
        };
        drop(permit);
        result.map_err(|e| status(&e))?;
        let done = futures::stream::iter([Ok(PutResult::default())]);
        Ok(Response::new(done.boxed()))
    }

    async fn handshake(
        &self,
        _: Request<Streaming<HandshakeRequest>>,
    ) -> Result<Response<Self::HandshakeStream>, Status> {
        Err(not_offered())
    }

    async fn list_flights(&self, _: Request<Criteria>) -> Result<Response<Self::ListFlightsStream>, Status> {
        Err(not_offered())
    }

    async fn get_flight_info(&self, _: Request<FlightDescriptor>) -> Result<Response<FlightInfo>, Status> {
        Err(not_offered())
    }

    async fn poll_flight_info(&self, _: Request<FlightDescriptor>) -> Result<Response<PollInfo>, Status> {
        Err(not_offered())
    }

    async fn get_schema(&self, _: Request<FlightDescriptor>) -> Result<Response<SchemaResult>, Status> {
        Err(not_offered())
    }

    async fn do_exchange(
        &self,
        request: Request<Streaming<FlightData>>,
    ) -> Result<Response<Messages>, Status> {
        // Conversations last, so they take none of the places for transfers.
        let (out, messages) = outgoing::channel(self.options.stall_timeout);
        let conversation = Conversation::new(request.into_inner(), out);
        tokio::spawn(converse(self.source.clone(), conversation, self.stop.clone()));
        Ok(Response::new(messages))
    }

    async fn do_action(&self, _: Request<Action>) -> Result<Response<Self::DoActionStream>, Status> {
        Err(not_offered())
    }

    async fn list_actions(&self, _: Request<Empty>) -> Result<Response<Self::ListActionsStream>, Status> {
        Err(not_offered())
    }
}
