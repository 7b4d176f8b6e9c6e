//! Blocks on their way out: small ones many to a message, large ones in slices.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use arrow_flight::FlightData;
use bytes::{Bytes, BytesMut};
use futures::Stream;
use swath_block::{Block, BlockEncoder, IpcMessage, encode_small};
use swath_error::travel::Sent;
use swath_error::{Error, ErrorKind, Result};
use swath_scheduler::TaskRef;
use tokio::sync::mpsc;
use tonic::Status;

use crate::frame::{self, Answer, Entry, Frame};

/// Bytes of a large block's messages: copied once or twice on their way, which is cheap while they fit a cache.
const SLICE: usize = 512 << 10;

/// Blocks up to this size share messages.
const SMALL: u64 = 64 << 10;

/// A message of small blocks is sent when it has so many bytes or blocks.
const PACK_BYTES: usize = 256 << 10;
const PACK_BLOCKS: usize = 4096;

/// Values above this size are encoded on a thread that may be slow.
const SLOW: u64 = 1 << 20;

/// Messages that may wait for the network.
const WAITING: usize = 4;

/// The sending end of a stream of messages.
#[derive(Debug)]
pub(crate) struct Outgoing {
    out: mpsc::Sender<Result<FlightData, Status>>,
    stall: Duration,
    pack: Vec<Entry>,
    bodies: BytesMut,
}

/// For the end of a stream whose [`Outgoing`] somebody else has.
#[derive(Debug)]
pub(crate) struct LastWords(mpsc::Sender<Result<FlightData, Status>>);

impl LastWords {
    /// Says the error, unless the stream is over or its receiver takes nothing.
    pub fn say(self, error: &Error) {
        drop(self.0.try_send(Err(crate::failure::status(error))));
    }
}

/// The other end, as a call takes it.
#[derive(Debug)]
pub(crate) struct Messages(mpsc::Receiver<Result<FlightData, Status>>);

impl Stream for Messages {
    type Item = Result<FlightData, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(cx)
    }
}

/// A stream of messages; a receiver that takes none for `stall` is given up.
pub(crate) fn channel(stall: Duration) -> (Outgoing, Messages) {
    let (out, messages) = mpsc::channel(WAITING);
    (Outgoing { out, stall, pack: Vec::new(), bodies: BytesMut::new() }, Messages(messages))
}

impl Outgoing {
    /// Sends a message.
    ///
    /// # Errors
    /// [`ErrorKind::Cluster`] when the receiver is gone or takes nothing.
    pub async fn send(&self, message: FlightData) -> Result<()> {
        match self.out.send_timeout(Ok(message), self.stall).await {
            Ok(()) => Ok(()),
            Err(_) => Err(Error::new(ErrorKind::Cluster, "the peer takes no more blocks")),
        }
    }

    /// Ends the stream with an error. A receiver that takes nothing is not waited for: it misses the rest in any case.
    pub fn fail(self, status: Status) {
        drop(self.out.try_send(Err(status)));
    }

    /// Says an error as the end of the stream, once this is dropped.
    pub fn last_words(&self) -> LastWords {
        LastWords(self.out.clone())
    }

    /// Ready when the receiver is gone.
    pub fn closed(&self) -> impl Future<Output = ()> + use<> {
        let out = self.out.clone();
        async move { out.closed().await }
    }

    /// Answers for a block that is not sent.
    pub async fn answer(&mut self, index: u32, answer: Answer) -> Result<()> {
        self.pack.push(Entry { index, answer });
        if self.pack.len() >= PACK_BLOCKS || self.bodies.len() >= PACK_BYTES {
            self.flush().await?;
        }
        Ok(())
    }

    /// Sends the small blocks that have been gathered.
    pub async fn flush(&mut self) -> Result<()> {
        if self.pack.is_empty() {
            return Ok(());
        }
        let note = frame::write(&Frame::Small(std::mem::take(&mut self.pack)))?;
        let body = self.bodies.split().freeze();
        self.send(FlightData { app_metadata: note, data_body: body, ..FlightData::default() }).await
    }

    /// Sends small blocks under their names, unasked. What is not small, or cannot be encoded, is left out.
    pub async fn deliver(&mut self, blocks: impl IntoIterator<Item = (TaskRef, Block)>) -> Result<()> {
        let (mut names, mut entries) = (Vec::new(), Vec::new());
        for (task, block) in blocks {
            if let Ok(Some((header, bytes))) = encode_small(&block, SMALL) {
                let answer = Answer::Block { header, bytes: bytes.len() as u32 };
                entries.push(Entry { index: names.len() as u32, answer });
                names.push(task);
                self.bodies.extend_from_slice(&bytes);
            }
        }
        if names.is_empty() {
            return Ok(());
        }
        let note = frame::write(&Frame::Delivered(names, entries))?;
        let body = self.bodies.split().freeze();
        self.send(FlightData { app_metadata: note, data_body: body, ..FlightData::default() }).await
    }

    /// Sends a block; one that cannot be encoded is answered for instead.
    pub async fn block(&mut self, index: u32, block: Block) -> Result<()> {
        match encode_small(&block, SMALL) {
            Ok(Some((header, bytes))) => {
                self.bodies.extend_from_slice(&bytes);
                self.answer(index, Answer::Block { header, bytes: bytes.len() as u32 }).await
            }
            Ok(None) => self.large(index, block).await,
            Err(e) => self.answer(index, Answer::Failed(Sent(e))).await,
        }
    }

    async fn large(&mut self, index: u32, block: Block) -> Result<()> {
        self.flush().await?;
        let mut encoder = match encoder(block).await {
            Ok(encoder) => encoder,
            Err(e) => return self.answer(index, Answer::Failed(Sent(e))).await,
        };
        let mut next = encoder.next_message();
        let mut begin = Some(encoder.header().to_vec());
        loop {
            let message = match next {
                Ok(message) => message,
                Err(e) => return self.answer(index, Answer::Failed(Sent(e))).await,
            };
            next = encoder.next_message();
            let last = matches!(next, Ok(None));
            let note = match begin.take() {
                Some(header) => frame::write(&Frame::Begin { index, header, last })?,
                None if last => frame::write(&Frame::End)?,
                None => Bytes::new(),
            };
            let data = message.map(data).unwrap_or_default();
            self.send(FlightData { app_metadata: note, ..data }).await?;
            if last {
                return Ok(());
            }
        }
    }
}

/// Values and items are encoded as a whole, which may take long.
async fn encoder(block: Block) -> Result<BlockEncoder> {
    let slow = block.bytes() > SLOW && !matches!(block, Block::Array(_) | Block::Table(_));
    if !slow {
        return BlockEncoder::new(&block, SLICE);
    }
    let encoder = tokio::task::spawn_blocking(move || BlockEncoder::new(&block, SLICE)).await;
    encoder.unwrap_or_else(|_| Err(Error::internal("a block's encoding panicked")))
}

fn data(message: IpcMessage) -> FlightData {
    let body = match message.body.as_slice() {
        [] => Bytes::new(),
        _ => shared(message.joined()),
    };
    FlightData { data_header: shared(message.head), data_body: body, ..FlightData::default() }
}

/// A buffer's bytes without copying them.
fn shared(buffer: arrow::buffer::Buffer) -> Bytes {
    struct Owner(arrow::buffer::Buffer);
    impl AsRef<[u8]> for Owner {
        fn as_ref(&self) -> &[u8] {
            self.0.as_slice()
        }
    }
    Bytes::from_owner(Owner(buffer))
}

/// The messages of a call from this side: a broken off stream ends the call.
pub(crate) fn sent(messages: Messages) -> impl Stream<Item = FlightData> + Send + 'static {
    use futures::StreamExt as _;
    messages.filter_map(|message| std::future::ready(message.ok()))
}
