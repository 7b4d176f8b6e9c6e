//! The tree: one task per partition, then tasks that merge eight results each, the last of which finishes.

use std::sync::Arc;

use swath_block::{Block, Inputs};
use swath_error::Result;
use swath_graph::{GraphBuilder, Key, TaskId};

use crate::item::BagItem;
use crate::lower::{BagOp, add_layer, items_block, only, taken};
use crate::recipe::{self, AggregateRecipe, Recipe, Stage};
use crate::single::Single;
use crate::source::Breaker;
use crate::stream::{Feed, Info, Node, Part, Stream, rewritten};

/// How many partial results one task merges.
const SPLIT_EVERY: usize = 8;

/// A reduction of items to one value. Partitions without items take no part in it.
pub trait Aggregate<T: BagItem>: Send + Sync + 'static {
    /// The result of some of the items.
    type Partial: BagItem;
    /// The result of all.
    type Output: BagItem;

    /// The name of its layers.
    fn name(&self) -> &'static str;

    /// How plans show it.
    fn label(&self) -> String;

    /// Tells it from other reductions of the same items.
    fn key(&self) -> Key;

    /// The result of one partition; none when it has no item.
    ///
    /// # Errors
    /// Why the items cannot be had or reduced.
    fn partial(&self, stream: &dyn Stream<T>, part: &mut Part<'_>) -> Result<Option<Self::Partial>>;

    /// The result of several neighbouring results, at least one, in order. Called at least once.
    ///
    /// # Errors
    /// Why they cannot be merged.
    fn merge(&self, partials: Vec<Self::Partial>) -> Result<Self::Partial>;

    /// The result of all; none when there was no item at all.
    ///
    /// # Errors
    /// When there is no result.
    fn finish(&self, whole: Option<Self::Partial>) -> Result<Self::Output>;

    /// The reduction as data, for another process.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Unsupported`] naming the function that stays in this process.
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<AggregateRecipe> {
        Err(recipe::stays(&self.label()))
    }
}

/// A reduction to one value.
pub struct Reduced<T: BagItem, G> {
    info: Info,
    input: Arc<dyn Stream<T>>,
    aggregate: Arc<G>,
}

impl<T: BagItem, G: Aggregate<T>> Reduced<T, G> {
    /// The node.
    pub fn new(input: Arc<dyn Stream<T>>, aggregate: G) -> Self {
        Self::shared(input, Arc::new(aggregate))
    }

    fn shared(input: Arc<dyn Stream<T>>, aggregate: Arc<G>) -> Self {
        let key = Key::of("reduce").key(aggregate.key()).key(input.info().key).finish();
        let info = Info { key, label: aggregate.label(), partitions: 1 };
        Self { info, input, aggregate }
    }

    fn again(&self) -> Option<Self> {
        Some(Self::shared(self.input.rewrite()?, self.aggregate.clone()))
    }

    /// Adds the tree; `emit` makes the last task's block.
    fn lower(&self, builder: &mut GraphBuilder, emit: fn(G::Output) -> Block) -> Result<TaskId> {
        let emit = move |output| Ok(emit(output));
        let input = rewritten(&self.input);
        let (key, name) = (self.info.key, self.aggregate.name());
        let aggregate = || self.aggregate.clone();
        let mut feed = input.feed(builder)?;
        if feed.len() == 1 {
            return only(add_layer(builder, key, name, whole_op(input, aggregate(), emit), &feed)?);
        }
        let partial = partial_op(input, aggregate());
        let mut tasks = add_layer(builder, key, &format!("{name}-partial"), partial, &feed)?;
        let mut level = key;
        while tasks.len() > SPLIT_EVERY {
            feed = tasks.chunks(SPLIT_EVERY).map(<[TaskId]>::to_vec).collect();
            level = Key::of("level").key(level).finish();
            tasks =
                add_layer(builder, level, &format!("{name}-merge"), merge_op::<T, G>(aggregate()), &feed)?;
        }
        only(add_layer(builder, key, name, last_op::<T, G>(aggregate(), emit), &[tasks])?)
    }
}

/// Reduces one partition.
pub(crate) fn partial_op<T: BagItem, G: Aggregate<T>>(input: Arc<dyn Stream<T>>, aggregate: Arc<G>) -> BagOp {
    let reads = input.reads_files();
    let (stream, how) = (input.clone(), aggregate.clone());
    BagOp::new(aggregate.name(), move |inputs, ctx| {
        Ok(some_block(aggregate.partial(&*input, &mut Part::new(inputs, ctx))?))
    })
    .reading(reads)
    .written(move || Ok(Recipe::of::<T>(Stage::Partial(stream.recipe()?, how.recipe()?))))
}

/// Merges partial results.
pub(crate) fn merge_op<T: BagItem, G: Aggregate<T>>(aggregate: Arc<G>) -> BagOp {
    let how = aggregate.clone();
    let name = aggregate.name();
    let op = BagOp::new(name, move |inputs, _| {
        let partials = partials::<G::Partial>(inputs)?;
        let merged = if partials.is_empty() { None } else { Some(aggregate.merge(partials)?) };
        Ok(some_block(merged))
    });
    op.written(move || Ok(Recipe::of::<T>(Stage::Merge(how.recipe()?))))
}

/// Merges partial results and finishes; `emit` makes the block.
pub(crate) fn last_op<T: BagItem, G: Aggregate<T>>(
    aggregate: Arc<G>,
    emit: impl Fn(G::Output) -> Result<Block> + Send + Sync + 'static,
) -> BagOp {
    let how = aggregate.clone();
    let name = aggregate.name();
    let op = BagOp::new(name, move |inputs, _| emit(finish(&*aggregate, partials(inputs)?)?));
    op.written(move || Ok(Recipe::of::<T>(Stage::Last(how.recipe()?))))
}

/// Reduces the only partition and finishes.
pub(crate) fn whole_op<T: BagItem, G: Aggregate<T>>(
    input: Arc<dyn Stream<T>>,
    aggregate: Arc<G>,
    emit: impl Fn(G::Output) -> Result<Block> + Send + Sync + 'static,
) -> BagOp {
    let reads = input.reads_files();
    let (stream, how) = (input.clone(), aggregate.clone());
    BagOp::new(aggregate.name(), move |inputs, ctx| {
        let partial = aggregate.partial(&*input, &mut Part::new(inputs, ctx))?;
        emit(finish(&*aggregate, partial.into_iter().collect())?)
    })
    .reading(reads)
    .written(move || Ok(Recipe::of::<T>(Stage::Whole(stream.recipe()?, how.recipe()?))))
}

fn finish<T: BagItem, G: Aggregate<T>>(aggregate: &G, partials: Vec<G::Partial>) -> Result<G::Output> {
    let whole = if partials.is_empty() { None } else { Some(aggregate.merge(partials)?) };
    aggregate.finish(whole)
}

/// A partial result as a block; an empty partition gives no value.
fn some_block<P: BagItem>(partial: Option<P>) -> Block {
    partial.map_or(Block::Unit, Block::value)
}

fn partials<P: BagItem>(inputs: Inputs) -> Result<Vec<P>> {
    inputs.into_iter().filter(|block| !matches!(block, Block::Unit)).map(taken).collect()
}

impl<T: BagItem, G: Aggregate<T>> Node for Reduced<T, G> {
    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        vec![&*self.input as &dyn Node]
    }

    fn feed(&self, builder: &mut GraphBuilder) -> Result<Feed> {
        Ok(vec![vec![self.task(builder)?]])
    }

    fn reads_files(&self) -> bool {
        false
    }
}

impl<T: BagItem, G: Aggregate<T>> Single<G::Output> for Reduced<T, G> {
    fn task(&self, builder: &mut GraphBuilder) -> Result<TaskId> {
        self.lower(builder, Block::value)
    }

    fn rewrite(&self) -> Option<Arc<dyn Single<G::Output>>> {
        Some(Arc::new(self.again()?))
    }
}

/// A reduction to a list of items: a bag of one partition.
pub struct ReducedBag<T: BagItem, G>(pub Reduced<T, G>);

impl<T: BagItem, E: BagItem, G: Aggregate<T, Output = Vec<E>>> Breaker for ReducedBag<T, G> {
    type Item = E;

    fn info(&self) -> &Info {
        &self.0.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        self.0.inputs()
    }

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Vec<TaskId>> {
        Ok(vec![self.0.lower(builder, items_block)?])
    }

    fn rewrite(&self) -> Option<Self> {
        Some(Self(self.0.again()?))
    }
}
