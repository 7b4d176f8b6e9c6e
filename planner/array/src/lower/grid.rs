//! Which task makes which chunk.

use std::sync::Arc;

use swath_block::Shape;
use swath_error::{Error, Result};
use swath_graph::TaskId;

/// The tasks of an array's chunks, in row-major order of the block grid.
#[derive(Clone, Debug)]
pub struct Grid {
    blocks: Shape,
    tasks: Arc<[TaskId]>,
}

impl Grid {
    /// Tasks over a grid of `blocks` along each axis.
    pub(crate) fn new(blocks: Shape, tasks: impl Into<Arc<[TaskId]>>) -> Result<Self> {
        let tasks = tasks.into();
        if blocks.iter().product::<usize>() == tasks.len() {
            Ok(Self { blocks, tasks })
        } else {
            Err(Error::internal(format!("{} tasks for a grid of {blocks:?}", tasks.len())))
        }
    }

    /// How many chunks along each axis.
    pub fn blocks(&self) -> &[usize] {
        &self.blocks
    }

    /// The tasks in row-major order.
    pub fn tasks(&self) -> &[TaskId] {
        &self.tasks
    }

    /// The task of the chunk at `at`; one past the end is an id that the graph builder refuses.
    pub(crate) fn task(&self, at: impl IntoIterator<Item = usize>) -> TaskId {
        let index = at.into_iter().zip(&self.blocks).fold(0, |index, (i, n)| index * n + i);
        self.tasks.get(index).copied().unwrap_or(TaskId(u32::MAX))
    }

    /// The task this grid reads for chunk `at` of a grid it broadcasts to: axes are matched from the last, and an axis
    /// of one chunk stands for all.
    pub(crate) fn broadcast_task(&self, at: &[usize]) -> TaskId {
        let missing = at.len().saturating_sub(self.blocks.len());
        let own = at.iter().skip(missing).zip(&self.blocks);
        self.task(own.map(|(i, n)| if *n == 1 { 0 } else { *i }))
    }
}

/// Where task `index` of a grid in row-major order lies.
pub(crate) fn coordinates(index: usize, blocks: &[usize]) -> Shape {
    let mut at: Shape = blocks.into();
    let mut rest = index;
    for (slot, n) in at.iter_mut().zip(blocks).rev() {
        *slot = rest % (*n).max(1);
        rest /= (*n).max(1);
    }
    at
}
