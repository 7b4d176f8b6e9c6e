//! The shape of trees: neighbours of a grid along some of its axes are joined, several at a time, until one is left.
//!
//! In: a grid of partial results. Out: a smaller grid whose tasks read the larger one's. It never knows what is joined.

use smallvec::SmallVec;
use swath_block::{Operation, Shape};
use swath_error::Result;
use swath_graph::{Annotations, Key, TaskId};

use super::{Grid, Lowering, coordinates};
use crate::axes::AxisList;

/// How many partial results are combined at a time, over all folded axes together.
const SPLIT_EVERY: f64 = 16.0;

/// How the axes of a grid are folded.
pub(super) struct FanIn<'a> {
    axes: &'a AxisList,
    split: usize,
}

impl<'a> FanIn<'a> {
    /// Folding `axes` of a grid of `blocks`; `split_every` along each axis where the user says so.
    pub(super) fn new(axes: &'a AxisList, blocks: &[usize], split_every: Option<usize>) -> Self {
        let cut = axes.iter().filter(|a| blocks.get(**a).is_some_and(|n| *n > 1)).count().max(1);
        let own = (SPLIT_EVERY.powf(1.0 / cut as f64) as usize).max(2);
        Self { axes, split: split_every.unwrap_or(own).max(2) }
    }

    /// Whether one more layer leaves one result along every folded axis.
    pub(super) fn is_last(&self, blocks: &[usize]) -> bool {
        self.axes.iter().all(|a| blocks.get(*a).is_none_or(|n| *n <= self.split))
    }

    /// A layer that joins neighbours.
    pub(super) fn layer(
        &self,
        grid: &Grid,
        (key, name): (Key, &str),
        operation: impl Operation,
        to: &mut Lowering<'_>,
    ) -> Result<Grid> {
        let smaller =
            |(a, n): (usize, &usize)| if self.axes.contains(&a) { n.div_ceil(self.split) } else { *n };
        let blocks: Shape = grid.blocks().iter().enumerate().map(smaller).collect();
        let count = blocks.iter().product();
        let tasks = to.layer(key, name, operation, count, Annotations::default(), |i, out| {
            out.extend(self.group(grid, &coordinates(i, &blocks)));
        })?;
        Grid::new(blocks, tasks)
    }

    /// The tasks joined at place `at` of the smaller grid, the last axis fastest.
    fn group(&self, grid: &Grid, at: &[usize]) -> Vec<TaskId> {
        let split = self.split;
        let range = |(a, (i, n)): (usize, (&usize, &usize))| {
            if self.axes.contains(&a) { (i * split, split.min(n - i * split)) } else { (*i, 1) }
        };
        let ranges: SmallVec<[(usize, usize); 4]> =
            at.iter().zip(grid.blocks()).enumerate().map(range).collect();
        let counts: Shape = ranges.iter().map(|(_, n)| *n).collect();
        (0..counts.iter().product::<usize>())
            .map(|i| {
                let inner = coordinates(i, &counts);
                grid.task(ranges.iter().zip(inner).map(|((start, _), i)| start + i))
            })
            .collect()
    }
}
