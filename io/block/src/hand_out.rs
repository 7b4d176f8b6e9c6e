//! Blocks that are there already, as an operation.

use std::fmt;
use std::sync::Arc;

use arrow_buffer::Buffer;
use serde::{Deserialize, Serialize};
use swath_error::{Error, Result};

use crate::{
    Block, BlockDecoder, BlockEncoder, Fetch, Inputs, Operation, OperationEntry, TaskContext,
    encode_operation,
};

/// Bytes of one message of a block within the encoded operation.
const MESSAGE: usize = 8 << 20;

/// Hands out blocks that are in memory: task `i` gives block `i`, without copying. One that stands for a block elsewhere
/// ([`Block::elsewhere`]) is fetched.
///
/// ```
/// use swath_block::{Block, HandOut, Operation};
/// let held = HandOut::new([Block::value(1), Block::value(2)].into());
/// assert_eq!(held.held_blocks().map(|blocks| blocks.len()), Some(2));
/// ```
#[derive(Clone)]
pub struct HandOut(Arc<[Block]>);

impl HandOut {
    /// The operation of a layer with one task for each block.
    pub fn new(blocks: Arc<[Block]>) -> Self {
        Self(blocks)
    }
}

impl fmt::Debug for HandOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HandOut({} blocks)", self.0.len())
    }
}

impl Operation for HandOut {
    fn name(&self) -> &'static str {
        "block.held"
    }

    fn fetch(&self, ctx: &TaskContext<'_>) -> Option<Fetch> {
        Some(self.0.get(ctx.index as usize)?.as_elsewhere()?.fetch())
    }

    fn run(&self, mut fetched: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        if let Some(block) = fetched.pop() {
            return Ok(block);
        }
        let block = self.0.get(ctx.index as usize).cloned();
        block.ok_or_else(|| Error::internal(format!("there is no block {}", ctx.index)))
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(&self.0.iter().map(Written::of).collect::<Result<Vec<_>>>()?)
    }

    fn held_blocks(&self) -> Option<Arc<[Block]>> {
        Some(self.0.clone())
    }
}

inventory::submit! {
    OperationEntry {
        name: "block.held",
        decode: |bytes| {
            let written: Vec<Written> = postcard::from_bytes(bytes)
                .map_err(|e| Error::data(format!("blocks at hand cannot be decoded: {e}")).with_source(e))?;
            let blocks = written.into_iter().map(Written::block).collect::<Result<Vec<_>>>()?;
            Ok(Arc::new(HandOut::new(blocks.into())))
        },
    }
}

/// A block within the encoded operation.
#[derive(Serialize, Deserialize)]
struct Written {
    header: Vec<u8>,
    messages: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Written {
    fn of(block: &Block) -> Result<Self> {
        let mut encoder = BlockEncoder::new(block, MESSAGE)?;
        let mut messages = Vec::new();
        while let Some(message) = encoder.next_message()? {
            messages.push((message.head.to_vec(), message.joined().to_vec()));
        }
        Ok(Self { header: encoder.header().to_vec(), messages })
    }

    fn block(self) -> Result<Block> {
        let mut decoder = BlockDecoder::new(&self.header, u64::MAX)?;
        for (head, body) in self.messages {
            decoder.push(&head, Buffer::from_vec(body))?;
        }
        decoder.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Chunk, Items, MemoryLedger, RunEnv, decode_operation};

    #[test]
    fn blocks_of_every_kind_travel_within_the_operation() {
        let blocks = [
            Block::Unit,
            Block::value("abc".to_owned()),
            Chunk::from_vec(vec![1.5f64, 2.5], &[2]).unwrap().into(),
            Items::new(vec![(1u8, 2u16)]).into(),
            Block::Tuple([Block::value(1u8), Block::Unit].into()),
        ];
        let kinds: Vec<_> = blocks.iter().map(Block::kind).collect();
        let op = HandOut::new(blocks.into());
        let mut bytes = vec![op.name().len() as u8];
        bytes.extend(op.name().as_bytes());
        bytes.extend(op.encode().unwrap());
        let back = decode_operation(&bytes).unwrap();
        assert_eq!(back.held_blocks().unwrap().len(), 5);
        let env = RunEnv::new(1, MemoryLedger::new(1 << 20));
        let run = |index| back.run(Inputs::new(), &TaskContext { index, slots: 1, env: &env });
        assert_eq!((0..5).map(|i| run(i).unwrap().kind()).collect::<Vec<_>>(), kinds);
        assert_eq!(*run(1).unwrap().into_value().unwrap().downcast::<String>().unwrap(), "abc");
        assert!(run(5).is_err());
        for end in 0..bytes.len() {
            assert!(decode_operation(&bytes[..end]).is_err(), "{end}");
        }
    }
}
