//! From streams to layers: a stream and what is done with its items become one operation, run once per partition.

use std::any::TypeId;
use std::fmt;
use std::sync::Arc;

use arrow::array::StringBuilder;
use swath_block::{Block, HandOut, Inputs, Items, OpHandle, Operation, TaskContext};
use swath_error::{Error, Result};
use swath_graph::{Annotations, GraphBuilder, Key, Layer, TaskId};

use crate::item::{BagItem, cast_ref};
use crate::recipe::{self, Recipe, Stage};
use crate::stream::{Part, Stream, TextStream, ended};

type Run = dyn Fn(Inputs, &TaskContext<'_>) -> Result<Block> + Send + Sync;

type Write = dyn Fn() -> Result<Recipe> + Send + Sync;

/// An operation of this process: any closure over blocks, and perhaps how it is written down for another process.
pub(crate) struct BagOp {
    what: &'static str,
    reads_files: bool,
    recipe: Option<Box<Write>>,
    run: Box<Run>,
}

impl BagOp {
    /// An operation that computes; `what` names it in messages.
    pub fn new(
        what: &'static str,
        run: impl Fn(Inputs, &TaskContext<'_>) -> Result<Block> + Send + Sync + 'static,
    ) -> Self {
        Self { what, reads_files: false, recipe: None, run: Box::new(run) }
    }

    /// The same operation, admitted by memory budget when it reads files.
    pub fn reading(self, reads_files: bool) -> Self {
        Self { reads_files, ..self }
    }

    /// The same operation, which can be built again from what `recipe` gives.
    pub fn written(self, recipe: impl Fn() -> Result<Recipe> + Send + Sync + 'static) -> Self {
        Self { recipe: Some(Box::new(recipe)), ..self }
    }
}

impl fmt::Debug for BagOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BagOp({})", self.what)
    }
}

impl Operation for BagOp {
    fn name(&self) -> &'static str {
        recipe::NAME
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        (self.run)(inputs, ctx)
    }

    fn encode(&self) -> Result<Vec<u8>> {
        match &self.recipe {
            Some(recipe) => recipe::encode(recipe()?),
            None => Err(recipe::stays(self.what)),
        }
    }
}

/// Adds a layer with one task per entry of `feed`; `what` tells layers of the same node apart.
pub(crate) fn add_layer(
    builder: &mut GraphBuilder,
    node: Key,
    what: &str,
    op: BagOp,
    feed: &[Vec<TaskId>],
) -> Result<Vec<TaskId>> {
    let annotations = if op.reads_files { Annotations::producer(None) } else { Annotations::default() };
    let key = Key::of("bag").str(what).key(node).finish();
    let layer = Layer { key, name: what.into(), payload: OpHandle::payload(op), annotations };
    let range = builder.add(layer, feed.len(), |i, deps| deps.extend(feed.get(i).into_iter().flatten()))?;
    Ok(range.iter().collect())
}

/// Adds a layer that hands out blocks, one per task.
pub(crate) fn hand_out(
    builder: &mut GraphBuilder,
    node: Key,
    what: &str,
    blocks: Vec<Block>,
) -> Result<Vec<TaskId>> {
    let key = Key::of("bag").str(what).key(node).finish();
    let count = blocks.len();
    let payload = OpHandle::payload(HandOut::new(blocks.into()));
    let layer = Layer { key, name: what.into(), payload, annotations: Annotations::default() };
    Ok(builder.add(layer, count, |_, _| {})?.iter().collect())
}

/// The tasks whose blocks are the partitions of `stream`.
///
/// # Errors
/// When a layer cannot be added.
pub fn materialise<T: BagItem>(
    stream: &Arc<dyn Stream<T>>,
    builder: &mut GraphBuilder,
) -> Result<Vec<TaskId>> {
    if let Some(tasks) = stream.ready(builder)? {
        return Ok(tasks);
    }
    let feed = stream.feed(builder)?;
    let info = stream.info();
    add_layer(builder, info.key, &layer_name(&info.label), items_op(stream.clone()), &feed)
}

/// The operation that makes all items of a partition.
pub(crate) fn items_op<T: BagItem>(stream: Arc<dyn Stream<T>>) -> BagOp {
    let reads = stream.reads_files();
    let written = stream.clone();
    BagOp::new("items", move |inputs, ctx| partition_block(&*stream, &mut Part::new(inputs, ctx)))
        .reading(reads)
        .written(move || Ok(Recipe::of::<T>(Stage::Items(written.recipe()?))))
}

/// `map(loads)` as the name of a layer: `map`.
fn layer_name(label: &str) -> String {
    label.split(['(', ' ']).next().unwrap_or(label).replace('_', "-")
}

/// All items of a partition as a block; strings go into one Arrow array without being allocated one by one.
pub(crate) fn partition_block<T: BagItem>(stream: &dyn Stream<T>, part: &mut Part<'_>) -> Result<Block> {
    match stream.text() {
        Some(text) => text_block(text, part),
        None => Ok(items_block(crate::stream::collect(stream, part)?)),
    }
}

/// The most bytes an Arrow string array addresses.
const MOST_TEXT: usize = i32::MAX as usize;

fn text_block(text: &dyn TextStream, part: &mut Part<'_>) -> Result<Block> {
    let mut lines = StringBuilder::new();
    let mut more: Vec<String> = Vec::new();
    ended(text.drive_text(part, &mut |line| {
        if more.is_empty() && lines.values_slice().len() + line.len() <= MOST_TEXT {
            lines.append_value(line);
        } else {
            more.push(line.to_owned());
        }
        Ok(())
    }))?;
    let lines = lines.finish();
    if more.is_empty() {
        return Ok(Items::Text(lines).into());
    }
    let all: Vec<String> = lines.iter().flatten().map(str::to_owned).chain(more).collect();
    Ok(Items::new(all).into())
}

/// Items as a block; strings become an Arrow array when they fit one.
pub(crate) fn items_block<T: BagItem>(items: Vec<T>) -> Block {
    let strings = || items.iter().filter_map(cast_ref::<T, String>);
    let is_text = TypeId::of::<T>() == TypeId::of::<String>();
    if is_text && strings().map(String::len).sum::<usize>() <= MOST_TEXT {
        let lines: arrow::array::StringArray = strings().map(Some).collect();
        return Items::Text(lines).into();
    }
    Items::new(items).into()
}

/// The value of a block: moved out when nobody else holds it, cloned otherwise.
pub(crate) fn taken<V: BagItem>(block: Block) -> Result<V> {
    let value = block.into_value()?.downcast::<V>()?;
    Ok(Arc::try_unwrap(value).unwrap_or_else(|shared| (*shared).clone()))
}

/// The only task of a layer.
pub(crate) fn only(tasks: Vec<TaskId>) -> Result<TaskId> {
    tasks.first().copied().ok_or_else(|| Error::internal("a layer of one task has none"))
}

/// The items of all partitions, in order: what `compute()` gives.
///
/// # Errors
/// [`swath_error::ErrorKind::Internal`] when a block holds something else.
pub fn gather<T: BagItem>(blocks: Vec<Block>) -> Result<Vec<T>> {
    let mut all = Vec::new();
    for block in blocks {
        let items = crate::source::block_items(block)?;
        if all.is_empty() { all = items } else { all.extend(items) }
    }
    Ok(all)
}

/// The value of an item's block: what `compute()` gives.
///
/// # Errors
/// [`swath_error::ErrorKind::Internal`] when there is no block or it holds something else.
pub fn gather_one<V: BagItem>(mut blocks: Vec<Block>) -> Result<V> {
    taken(blocks.pop().unwrap_or_default())
}
