//! Passes over a finished graph: each takes one and gives one that means the same.

mod fuse;
mod order;
#[cfg(test)]
mod testing;

pub use fuse::fuse_linear;
pub use order::order;

use crate::{TaskGraph, TaskId};

/// Stands for "no task" in a column.
const NONE: u32 = u32::MAX;

/// Who reads each task's result: the graph's edges the other way round, in compressed sparse rows.
struct Readers {
    offsets: Vec<u32>,
    readers: Vec<u32>,
}

impl Readers {
    fn of(graph: &TaskGraph) -> Self {
        let n = graph.len();
        let mut offsets = vec![0u32; n + 1];
        for dep in &graph.deps {
            offsets[dep.index()] += 1;
        }
        let mut total = 0;
        for offset in &mut offsets {
            total += *offset;
            *offset = total;
        }
        // Each offset is the end of its row now; filling from the back leaves it at the start.
        let mut readers = vec![0u32; graph.deps.len()];
        for task in (0..n as u32).rev() {
            for dep in graph.deps(TaskId(task)).iter().rev() {
                let at = &mut offsets[dep.index()];
                *at -= 1;
                readers[*at as usize] = task;
            }
        }
        Self { offsets, readers }
    }

    /// The readers of a task, one for each time it is read.
    fn row(&self, task: u32) -> &[u32] {
        let (start, end) = (self.offsets[task as usize], self.offsets[task as usize + 1]);
        &self.readers[start as usize..end as usize]
    }
}
