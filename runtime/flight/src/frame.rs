//! What travels beside the Arrow messages: a request's ticket, and the note on each message that says which block it
//! belongs to.

use std::ops::Range;

use arrow_flight::FlightData;
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use swath_error::travel::Sent;
use swath_error::{Error, Result};
use swath_scheduler::TaskRef;

/// The ticket of a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Ask {
    /// The blocks wanted, or ranges of them; they are answered by their places in it.
    Blocks(Vec<(TaskRef, Option<Range<u64>>)>),
    /// What is made for this client from now on.
    Deliveries(u32),
}

/// The note on a message. A message without a note is one more of the block that has begun.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Frame {
    /// The names that the following blocks are to have, by their places: the first message of a put.
    Names(Vec<TaskRef>),
    /// Names, each of which is the name of the small block at its place in the rest: what is delivered unasked.
    Delivered(Vec<TaskRef>, Vec<Entry>),
    /// The first message of a block: its place and header; whether it is the last message too.
    Begin { index: u32, header: Vec<u8>, last: bool },
    /// The last message of a block.
    End,
    /// Many small blocks in one message, their bytes one after another in its body; also those that are not there.
    Small(Vec<Entry>),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub index: u32,
    pub answer: Answer,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Answer {
    Missing,
    Failed(Sent),
    Block { header: Vec<u8>, bytes: u32 },
}

/// The bytes of a ticket or a note.
pub(crate) fn write<T: Serialize>(message: &T) -> Result<Bytes> {
    let bytes = postcard::to_stdvec(message);
    Ok(bytes.map_err(|e| Error::internal(format!("a message's note: {e}")).with_source(e))?.into())
}

/// The ticket or note in some bytes.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    postcard::from_bytes(bytes)
        .map_err(|e| Error::data(format!("a message's note cannot be decoded: {e}")).with_source(e))
}

/// A message with a note only.
pub(crate) fn note(frame: &Frame) -> Result<FlightData> {
    Ok(FlightData { app_metadata: write(frame)?, ..FlightData::default() })
}
