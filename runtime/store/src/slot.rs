//! A handle on one block that is kept.

use std::sync::Arc;

use swath_block::Block;
use swath_error::Result;

use crate::entries::Id;
use crate::spill::Core;

/// One block of a [`crate::Spill`], wherever it is now. Dropping the handle drops the block and its file.
#[derive(Debug)]
pub struct Slot {
    core: Arc<Core>,
    id: Id,
    bytes: u64,
}

impl Slot {
    pub(crate) fn new(core: Arc<Core>, id: Id, bytes: u64) -> Self {
        Self { core, id, bytes }
    }

    /// Bytes the block takes in memory.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Waits until the ledger is within its limit, this block is in a file, or nothing more can be written.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Io`] when room cannot be made because the disk is full or fails; all blocks stay as they
    /// are.
    pub async fn settle(&self) -> Result<()> {
        self.core.settle(self.id).await
    }

    /// As [`Self::settle`], blocking the thread.
    ///
    /// # Errors
    /// As [`Self::settle`].
    pub fn settle_blocking(&self) -> Result<()> {
        self.core.settle_blocking(self.id)
    }

    /// The block when it is in memory; never waits.
    pub fn peek(&self) -> Option<Block> {
        self.core.peek(self.id)
    }

    /// The block, read back when it is in a file.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Io`] when its file cannot be read.
    pub async fn get(&self) -> Result<Block> {
        self.core.get(self.id).await
    }

    /// As [`Self::get`], reading on this thread.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn get_blocking(&self) -> Result<Block> {
        self.core.get_blocking(self.id)
    }

    /// The block itself and the bytes it is charged with, which are the caller's to give back to the ledger.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn take_blocking(self) -> Result<(Block, u64)> {
        self.core.take_blocking(self.id)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.core.remove(self.id);
    }
}
