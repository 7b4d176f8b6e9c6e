//! One result between the task that made it and those that read it: in memory, or where it may be written to a file.
//!
//! Arrays, tables and text of some size are handed to the store, which writes the least recently used ones to files when
//! the memory limit is near. Values of users' types never are: in this process they are never encoded. Results of the whole
//! run stay in memory too, where they are wanted in the end.

use std::sync::Arc;

use smallvec::SmallVec;
use swath_block::{Block, Inputs, Items};
use swath_error::Result;
use swath_store::{Slot, Spill};

/// Smaller results stay in memory: many tasks are short, and their results small.
const LARGE: u64 = 64 << 10;

/// A result.
#[derive(Clone, Debug)]
pub(crate) enum Kept {
    /// Charged by whoever holds it.
    Here(Block),
    /// Charged by the slot.
    Slot(Arc<Slot>),
}

impl Kept {
    /// Takes a result over and charges it; waits while memory is short and something can be done about it.
    pub fn new(block: Block, bytes: u64, stays: impl Fn() -> bool, spill: &Spill) -> Result<Self> {
        if bytes >= LARGE && is_plain(&block) && !stays() {
            let slot = spill.keep(block);
            slot.settle_blocking()?;
            return Ok(Self::Slot(Arc::new(slot)));
        }
        if bytes > 0 {
            spill.ledger().grow(bytes);
        }
        Ok(Self::Here(block))
    }

    /// What its holder has charged for it, of its size.
    pub fn charge(&self, bytes: u64) -> u64 {
        match self {
            Self::Here(_) => bytes,
            Self::Slot(_) => 0,
        }
    }

    pub fn is_unit(&self) -> bool {
        matches!(self, Self::Here(Block::Unit))
    }
}

/// Whether a block holds nothing of a user's type.
fn is_plain(block: &Block) -> bool {
    match block {
        Block::Table(_) | Block::Array(_) | Block::Unit => true,
        Block::Items(items) => matches!(**items, Items::Text(_)),
        Block::Value(_) => false,
        Block::Tuple(parts) => parts.iter().all(is_plain),
    }
}

/// Inputs of a task: those in slots are taken out when the task runs, on its thread.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub inputs: Inputs,
    /// Bytes charged for inputs that only this task holds.
    pub charged: u64,
    slots: SmallVec<[(usize, Arc<Slot>); 2]>,
}

impl Gathered {
    /// Adds an input; `charged` is what the task has to give back for it.
    pub fn push(&mut self, kept: Option<Kept>, charged: u64) {
        self.charged += charged;
        match kept {
            Some(Kept::Slot(slot)) => {
                self.slots.push((self.inputs.len(), slot));
                self.inputs.push(Block::Unit);
            }
            Some(Kept::Here(block)) => self.inputs.push(block),
            None => self.inputs.push(Block::Unit),
        }
    }

    /// Puts the blocks into their places, reading them from files where need be. A block that nobody else reads becomes
    /// the task's own. The slots of the others come back: they are charged while somebody holds them.
    pub fn fill(&mut self) -> Result<SmallVec<[Arc<Slot>; 2]>> {
        let mut held = SmallVec::new();
        for (at, slot) in self.slots.drain(..) {
            let block = match Arc::try_unwrap(slot) {
                Ok(slot) => {
                    let (block, bytes) = slot.take_blocking()?;
                    self.charged += bytes;
                    block
                }
                Err(shared) => {
                    let block = shared.get_blocking()?;
                    held.push(shared);
                    block
                }
            };
            if let Some(place) = self.inputs.get_mut(at) {
                *place = block;
            }
        }
        Ok(held)
    }

    /// What is to be dropped where that holds nobody up.
    pub fn into_kept(self) -> impl Iterator<Item = Kept> {
        let slots = self.slots.into_iter().map(|(_, slot)| Kept::Slot(slot));
        self.inputs.into_iter().map(Kept::Here).chain(slots)
    }
}
