//! Blocks there and back again, and bytes that are not blocks.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod hostile;
mod round_trip;

use swath_block::{Block, BlockDecoder, BlockEncoder};
use swath_error::Result;

/// A block as bytes: its header, and heads and bodies of its messages.
#[derive(Clone, Debug)]
struct Wire {
    header: Vec<u8>,
    messages: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Wire {
    fn of(block: &Block, slice: usize) -> Result<Self> {
        let mut encoder = BlockEncoder::new(block, slice)?;
        let header = encoder.header().to_vec();
        let mut messages = Vec::new();
        while let Some(message) = encoder.next_message()? {
            messages.push((message.head.to_vec(), message.joined().to_vec()));
        }
        Ok(Self { header, messages })
    }

    fn read(&self, limit: u64) -> Result<Block> {
        let mut decoder = BlockDecoder::new(&self.header, limit)?;
        for (head, body) in &self.messages {
            decoder.push(head, body.clone().into())?;
        }
        decoder.finish()
    }
}

/// A block that has travelled in messages of about `slice` bytes.
fn travelled(block: &Block, slice: usize) -> Block {
    Wire::of(block, slice).unwrap().read(u64::MAX).unwrap()
}
