//! Messages on their way in, put together to blocks.

use arrow::buffer::Buffer;
use arrow_flight::FlightData;
use swath_block::{Block, BlockDecoder, decode_small};
use swath_error::{Error, Result};
use swath_scheduler::TaskRef;

use crate::frame::{self, Answer, Entry, Frame};

/// What a message has completed.
#[derive(Debug)]
pub(crate) enum Arrived {
    Names(Vec<TaskRef>),
    Block { index: u32, block: Result<Option<Block>> },
}

/// Takes the messages of one stream in.
#[derive(Debug)]
pub(crate) struct Incoming {
    limit: u64,
    /// The block that has begun; an error when the rest of it is to be skipped.
    open: Option<(u32, Result<BlockDecoder>)>,
}

impl Incoming {
    /// Blocks of more than `limit` bytes are refused.
    pub fn new(limit: u64) -> Self {
        Self { limit, open: None }
    }

    /// Takes a message in; what it completes goes to `arrived`.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidData`] when the stream makes no sense any more. What is wrong with one block only
    /// is given as that block's error.
    pub fn push(&mut self, message: FlightData, arrived: &mut Vec<Arrived>) -> Result<()> {
        let FlightData { data_header: head, app_metadata: note, data_body: body, .. } = message;
        let note = if note.is_empty() { None } else { Some(frame::read::<Frame>(&note)?) };
        let last = match note {
            Some(Frame::Names(names)) => {
                arrived.push(Arrived::Names(names));
                return Ok(());
            }
            Some(Frame::Delivered(names, entries)) => {
                arrived.push(Arrived::Names(names));
                return self.small(entries, body.into(), arrived);
            }
            Some(Frame::Small(entries)) => return self.small(entries, body.into(), arrived),
            Some(Frame::Begin { index, header, last }) => {
                if self.open.is_some() {
                    return Err(Error::data("a block begins before the last one has ended"));
                }
                self.open = Some((index, BlockDecoder::new(&header, self.limit)));
                last
            }
            Some(Frame::End) => true,
            None => false,
        };
        self.more(&head, body.into())?;
        if last { self.close(arrived) } else { Ok(()) }
    }

    fn more(&mut self, head: &[u8], body: Buffer) -> Result<()> {
        let (_, decoder) = self.open.as_mut().ok_or_else(|| Error::data("a message belongs to no block"))?;
        if let Ok(decoding) = decoder
            && !head.is_empty()
            && let Err(e) = decoding.push(head, body)
        {
            *decoder = Err(e);
        }
        Ok(())
    }

    fn close(&mut self, arrived: &mut Vec<Arrived>) -> Result<()> {
        let (index, decoder) =
            self.open.take().ok_or_else(|| Error::data("a block ends that has not begun"))?;
        let block = decoder.and_then(BlockDecoder::finish).map(Some);
        arrived.push(Arrived::Block { index, block });
        Ok(())
    }

    fn small(&mut self, entries: Vec<Entry>, body: Buffer, arrived: &mut Vec<Arrived>) -> Result<()> {
        let mut at = 0;
        for Entry { index, answer } in entries {
            // The sender could not go on with a block that has begun.
            self.open.take_if(|(open, _)| *open == index);
            let block = match answer {
                Answer::Missing => Ok(None),
                Answer::Failed(failure) => Err(failure.0),
                Answer::Block { header, bytes } => {
                    let bytes = bytes as usize;
                    if body.len() - at < bytes {
                        return Err(Error::data("a message is shorter than its blocks"));
                    }
                    let block =
                        decode_small(&header, Buffer::from(body.slice_with_length(at, bytes).as_slice()));
                    at += bytes;
                    block.map(Some)
                }
            };
            arrived.push(Arrived::Block { index, block });
        }
        Ok(())
    }
}
