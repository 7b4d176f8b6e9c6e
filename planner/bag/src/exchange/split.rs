//! More partitions: each is cut into neighbouring pieces.

use std::sync::Arc;

use swath_block::Block;
use swath_error::{Error, Result};
use swath_graph::{GraphBuilder, Key, TaskId};

use crate::item::BagItem;
use crate::lower::{BagOp, add_layer, items_block};
use crate::recipe::{Kind, Recipe, Stage};
use crate::source::Breaker;
use crate::stream::{Info, Node, Part, Stream, collect, rewritten};

/// `repartition(n)` to more partitions.
pub struct Split<T> {
    info: Info,
    input: Arc<dyn Stream<T>>,
}

impl<T: BagItem> Split<T> {
    /// Into `partitions`, at least as many as the input has; the last one is cut into the remainder, as in Dask.
    pub fn new(input: Arc<dyn Stream<T>>, partitions: usize) -> Self {
        let info = Info {
            key: Key::of("split").u64(partitions as u64).key(input.info().key).finish(),
            label: format!("repartition({partitions})"),
            partitions,
        };
        Self { info, input }
    }

    /// Into how many pieces the partitions of the input are cut: the last one, and all others.
    fn pieces(&self) -> (usize, usize) {
        let before = self.input.info().partitions;
        let each = self.info.partitions / before;
        (each + self.info.partitions % before, each)
    }
}

/// Cuts a vector at multiples of `len / n`, as Dask does.
fn cut<T>(mut items: Vec<T>, n: usize) -> Vec<Vec<T>> {
    let step = items.len() as f64 / n as f64;
    let mut pieces = Vec::with_capacity(n);
    for i in (1..n).rev() {
        pieces.push(items.split_off(((step * i as f64) as usize).min(items.len())));
    }
    pieces.push(items);
    pieces.reverse();
    pieces
}

impl<T: BagItem> Breaker for Split<T> {
    type Item = T;

    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        vec![&*self.input as &dyn Node]
    }

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Vec<TaskId>> {
        let input = rewritten(&self.input);
        let (feed, reads) = (input.feed(builder)?, input.reads_files());
        let (last, each) = self.pieces();
        let before = feed.len();
        let written = input.clone();
        let op = split_op(input, before, last, each, |items| Ok(items_block(items)));
        let op = op.written(move || Ok(Recipe::of::<T>(Stage::Split(written.recipe()?, before, last, each))));
        let cuts = add_layer(builder, self.info.key, "split", op.reading(reads), &feed)?;
        let origins: Vec<Vec<TaskId>> = (0..self.info.partitions)
            .map(|i| cuts.get((i / each).min(before - 1)).copied().into_iter().collect())
            .collect();
        add_layer(builder, self.info.key, "piece", piece_op(before, each), &origins)
    }

    fn rewrite(&self) -> Option<Self> {
        Some(Self { info: self.info.clone(), input: self.input.rewrite()? })
    }
}

/// Cuts every partition into pieces: the last one, of `before`, into `last`, all others into `each`.
pub(crate) fn split_op<T: BagItem>(
    input: Arc<dyn Stream<T>>,
    before: usize,
    last: usize,
    each: usize,
    emit: impl Fn(Vec<T>) -> Result<Block> + Send + Sync + 'static,
) -> BagOp {
    BagOp::new("split", move |inputs, ctx| {
        let pieces = if ctx.index as usize + 1 == before { last } else { each };
        let items = collect(&*input, &mut Part::new(inputs, ctx))?;
        Ok(Block::Tuple(cut(items, pieces).into_iter().map(&emit).collect::<Result<_>>()?))
    })
}

/// Hands a piece on.
pub(crate) fn piece_op(before: usize, each: usize) -> BagOp {
    let op = BagOp::new("piece", move |inputs, ctx| {
        let i = ctx.index as usize;
        let origin = (i / each).min(before - 1);
        piece(inputs.into_iter().next().unwrap_or_default(), i - origin * each)
    });
    op.written(move || Ok(Recipe { items: Kind::Raw, stage: Stage::Piece(before, each) }))
}

/// One part of a tuple.
pub(super) fn piece(block: Block, index: usize) -> Result<Block> {
    let parts = block.into_tuple()?;
    parts.get(index).cloned().ok_or_else(|| Error::internal("a tuple has fewer parts than are read"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_neighbours_and_lose_nothing() {
        assert_eq!(cut((0..10).collect(), 3), [vec![0, 1, 2], vec![3, 4, 5], vec![6, 7, 8, 9]]);
        assert_eq!(cut(vec![1], 3), [vec![], vec![], vec![1]]);
        assert_eq!(cut(Vec::<i32>::new(), 2), [Vec::new(), Vec::<i32>::new()] as [Vec<i32>; 2]);
    }
}
