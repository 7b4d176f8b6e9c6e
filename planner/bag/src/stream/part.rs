//! What a stream is given to make one partition: its index, the blocks it reads, the task's context.

use swath_block::{Block, Inputs, TaskContext};
use swath_error::{Error, Result};

/// One partition being made.
#[derive(Debug)]
pub struct Part<'a> {
    index: usize,
    blocks: Inputs,
    next: usize,
    /// The running task's context.
    pub ctx: &'a TaskContext<'a>,
}

impl<'a> Part<'a> {
    /// The partition a task of a layer makes.
    pub fn new(blocks: Inputs, ctx: &'a TaskContext<'a>) -> Self {
        Self { index: ctx.index as usize, blocks, next: 0, ctx }
    }

    /// Which partition of the node that is driven now.
    pub fn index(&self) -> usize {
        self.index
    }

    /// The next block, by value.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when there is none left.
    pub fn next_block(&mut self) -> Result<Block> {
        let block = self.blocks.get_mut(self.next).map(std::mem::take);
        self.next += 1;
        block.ok_or_else(|| Error::internal("a bag task was given fewer blocks than it reads"))
    }

    /// Runs `body` as partition `index` of a node below that reads `width` blocks, however many of them it takes.
    pub fn at<R>(&mut self, index: usize, width: usize, body: impl FnOnce(&mut Self) -> R) -> R {
        let (outer, end) = (self.index, self.next + width);
        self.index = index;
        let result = body(self);
        self.index = outer;
        self.next = end;
        result
    }
}
