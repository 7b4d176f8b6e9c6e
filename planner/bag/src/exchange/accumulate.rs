//! A running fold through the whole bag: each partition goes on where the one before ended.

use std::sync::Arc;

use swath_block::Block;
use swath_error::Result;
use swath_graph::{GraphBuilder, Key, TaskId};

use super::split::piece;
use crate::item::BagItem;
use crate::lower::{BagOp, add_layer, items_block, materialise, taken};
use crate::name::function_name;
use crate::recipe::{self, Kind, Raw, Recipe, Stage};
use crate::source::{Breaker, block_items};
use crate::stream::{Info, Node, Stream, rewritten};

/// `input.accumulate(initial, binop)`. `start` makes the first value of the first item when there is no initial one.
pub struct Accumulate<T, A, S, B> {
    info: Info,
    input: Arc<dyn Stream<T>>,
    initial: Option<A>,
    start: Arc<S>,
    binop: Arc<B>,
}

impl<T, A, S, B> Accumulate<T, A, S, B>
where
    T: BagItem,
    A: BagItem,
    S: Fn(T) -> A + Send + Sync + 'static,
    B: Fn(A, T) -> A + Send + Sync + 'static,
{
    /// The node. An initial value is the first item that comes out.
    pub fn new(input: Arc<dyn Stream<T>>, initial: Option<A>, start: S, binop: B) -> Self {
        let info = Info {
            key: Key::of("accumulate").key(Key::unique("accumulate")).key(input.info().key).finish(),
            label: format!("accumulate({})", function_name::<B>()),
            partitions: input.info().partitions,
        };
        Self { info, input, initial, start: Arc::new(start), binop: Arc::new(binop) }
    }

    /// The operation of one step.
    fn step(&self) -> BagOp {
        let (start, binop) = (self.start.clone(), self.binop.clone());
        let op = step_op(
            self.initial.clone(),
            move |item| start(item),
            move |before, item| binop(before, item),
            block_items::<T>,
            |items| Ok(items_block(items)),
        );
        let initial = self.initial.clone();
        op.written(move || {
            let stage = Stage::Accumulate {
                initial: initial.as_ref().map(Raw::of).transpose()?,
                binop: recipe::function::<B>()?,
                output: Kind::of::<A>(),
            };
            Ok(Recipe::of::<T>(stage))
        })
    }
}

/// One step: items and the value so far in, new items and the value after them out.
pub(crate) fn step_op<T: BagItem, A: BagItem>(
    initial: Option<A>,
    start: impl Fn(T) -> A + Send + Sync + 'static,
    binop: impl Fn(A, T) -> A + Send + Sync + 'static,
    read: impl Fn(Block) -> Result<Vec<T>> + Send + Sync + 'static,
    emit: impl Fn(Vec<A>) -> Result<Block> + Send + Sync + 'static,
) -> BagOp {
    BagOp::new("accumulate", move |inputs, ctx| {
        let first = ctx.index == 0;
        let mut inputs = inputs.into_iter();
        let items = read(inputs.next().unwrap_or_default())?;
        let mut value = match inputs.next() {
            Some(before) => taken::<Option<A>>(piece(before, 1)?)?,
            None => initial.clone().filter(|_| first),
        };
        let mut out: Vec<A> = if first { initial.iter().cloned().collect() } else { Vec::new() };
        for item in items {
            let next = match value.take() {
                Some(before) => binop(before, item),
                None => start(item),
            };
            out.push(next.clone());
            value = Some(next);
        }
        Ok(Block::Tuple([emit(out)?, Block::value(value)].into()))
    })
}

/// Hands the items of a step on.
pub(crate) fn accumulated_op() -> BagOp {
    let op = BagOp::new("accumulated", |inputs, _| piece(inputs.into_iter().next().unwrap_or_default(), 0));
    op.written(|| Ok(Recipe { items: Kind::Raw, stage: Stage::Accumulated }))
}

impl<T, A, S, B> Breaker for Accumulate<T, A, S, B>
where
    T: BagItem,
    A: BagItem,
    S: Fn(T) -> A + Send + Sync + 'static,
    B: Fn(A, T) -> A + Send + Sync + 'static,
{
    type Item = A;

    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        vec![&*self.input as &dyn Node]
    }

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Vec<TaskId>> {
        // The items are made in parallel; only the fold itself goes from partition to partition.
        let items = materialise(&rewritten(&self.input), builder)?;
        // Task `i` also reads task `i - 1` of this layer; the layer's first task has the id the builder is at now.
        let first = builder.len() as u32;
        let mut feed: Vec<Vec<TaskId>> = items.into_iter().map(|task| vec![task]).collect();
        for (i, deps) in feed.iter_mut().enumerate().skip(1) {
            deps.push(TaskId(first + i as u32 - 1));
        }
        let steps = add_layer(builder, self.info.key, "accumulate", self.step(), &feed)?;
        let steps: Vec<Vec<TaskId>> = steps.into_iter().map(|task| vec![task]).collect();
        add_layer(builder, self.info.key, "accumulated", accumulated_op(), &steps)
    }

    fn rewrite(&self) -> Option<Self> {
        Some(Self {
            info: self.info.clone(),
            input: self.input.rewrite()?,
            initial: self.initial.clone(),
            start: self.start.clone(),
            binop: self.binop.clone(),
        })
    }
}
