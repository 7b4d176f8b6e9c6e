//! What a reduction does with each run of elements, and the walk that feeds it.

use swath_block::{Chunk, Element};
use swath_error::Result;

use crate::elementwise::Arg;
use crate::program::frame::Frame;
use crate::program::walk::Walk;

/// Accumulators of one reduction.
pub(super) trait Reducer<T> {
    /// Takes a run of elements into accumulator `at`. Element `j` has the index `first + j * step`.
    fn run(&mut self, at: usize, x: &[T], first: usize, step: usize);

    /// Takes element `j` of a run into accumulator `at + j`; all have the index `index`.
    fn rows(&mut self, at: usize, x: &[T], index: usize);

    /// The accumulators as chunks; `shape` makes a chunk of values in the walk's order.
    fn finish(self, shape: &Layout<'_>) -> Result<Vec<Chunk>>;
}

/// How the accumulators are arranged.
pub(super) struct Layout<'a> {
    /// The axes in the order they were walked.
    pub order: &'a [usize],
    /// The chunk's shape with reduced axes of length 1.
    pub shape: &'a [usize],
    /// How many elements each accumulator took.
    pub count: usize,
}

impl Layout<'_> {
    /// The accumulators as a chunk.
    pub fn chunk<T: Element>(&self, values: Vec<T>) -> Result<Chunk> {
        crate::program::in_order(values, self.order, self.shape)
    }
}

/// Feeds a program's output to a reducer. After the inputs the walk has two operands: accumulators and indices.
pub(super) fn drive<T: Element, R: Reducer<T>>(
    frame: &mut Frame<'_>,
    walk: &Walk,
    inputs: usize,
    reducer: &mut R,
) -> Result<()> {
    let (at_row, at_col) = walk.tile_strides(inputs);
    let (index_row, index_col) = walk.tile_strides(inputs + 1);
    let mut repeated = Vec::new();
    walk.for_each(|tile| {
        frame.run(walk, tile)?;
        let values = match frame.output::<T>()? {
            Arg::Slice(values) => values,
            Arg::One(value) => {
                repeated.clear();
                repeated.resize(tile.len(), value);
                repeated.as_slice()
            }
        };
        let start = |k: usize| tile.offsets.get(k).copied().unwrap_or(0);
        let (mut at, mut index) = (start(inputs), start(inputs + 1));
        for row in values.chunks_exact(tile.cols.max(1)) {
            if at_col == 0 {
                reducer.run(at, row, index, index_col);
            } else {
                reducer.rows(at, row, index);
            }
            at += at_row;
            index += index_row;
        }
        Ok(())
    })
}
