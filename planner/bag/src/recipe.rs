//! Operations that can leave this process: pipelines without closures, written down as data.
//!
//! In: the recipes of streams and reductions that have one. Out: the same operation, built again wherever the recipe is
//! decoded. A pipeline with a user's closure in it has no recipe and stays in this process.

use std::any::TypeId;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use swath_block::{Block, Inputs, Operation, TaskContext, encode_operation, register_operation};
use swath_error::{Error, Result};

use crate::item::BagItem;
use crate::json::{Json, JsonStrings, ParseJson, PluckJson, Step};
use crate::lower::{BagOp, items_block, items_op};
use crate::reduce::{Count, Frequencies, last_op, merge_op, partial_op, whole_op};
use crate::source::{Blocks, Boundary, Range, ReadText, TextFiles};
use crate::stream::{Stream, Words};

/// A stream without closures.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum StreamRecipe {
    /// Lines of files.
    ReadText(TextFiles),
    /// Numbers from zero, in partitions.
    Range(i64, usize),
    /// Strings split at white space.
    Words(Box<StreamRecipe>),
    /// The items of one block.
    Blocks,
    /// JSON of which a part is built.
    ParseJson(Box<StreamRecipe>, Vec<Step>),
    /// A part of JSON values.
    PluckJson(Box<StreamRecipe>, Step),
    /// JSON strings as strings.
    JsonStrings(Box<StreamRecipe>),
}

/// A reduction without closures.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum AggregateRecipe {
    Count,
    Frequencies,
}

/// What a task does with its stream or its inputs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Stage {
    /// All items of a partition.
    Items(StreamRecipe),
    /// A reduction's result of one partition.
    Partial(StreamRecipe, AggregateRecipe),
    /// Partial results merged.
    Merge(AggregateRecipe),
    /// Partial results merged and finished.
    Last(AggregateRecipe),
    /// A reduction of the only partition.
    Whole(StreamRecipe, AggregateRecipe),
}

/// The types of items that pipelines without closures have.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Kind {
    Text,
    Json,
    Int,
    TextCounts,
    JsonCounts,
}

/// An operation as data.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Recipe {
    items: Kind,
    stage: Stage,
}

impl Recipe {
    /// The recipe of a stage over items of type `T`, when both can be written down.
    pub fn of<T: 'static>(stage: Option<Stage>) -> Option<Self> {
        let is = |id| TypeId::of::<T>() == id;
        let items = match () {
            () if is(TypeId::of::<String>()) => Kind::Text,
            () if is(TypeId::of::<Json>()) => Kind::Json,
            () if is(TypeId::of::<i64>()) => Kind::Int,
            () if is(TypeId::of::<(String, u64)>()) => Kind::TextCounts,
            () if is(TypeId::of::<(Json, u64)>()) => Kind::JsonCounts,
            () => return None,
        };
        Some(Self { items, stage: stage? })
    }

    fn build(&self) -> Result<BagOp> {
        match self.items {
            Kind::Text => build::<String>(&self.stage),
            Kind::Json => build::<Json>(&self.stage),
            Kind::Int => build::<i64>(&self.stage),
            Kind::TextCounts => build::<(String, u64)>(&self.stage),
            Kind::JsonCounts => build::<(Json, u64)>(&self.stage),
        }
    }
}

/// Items that a stream recipe can give.
trait Builtin: BagItem + std::hash::Hash + Eq {
    fn stream(recipe: &StreamRecipe) -> Result<Arc<dyn Stream<Self>>>;
}

fn wrong(recipe: &StreamRecipe) -> Error {
    Error::internal(format!("a bag recipe gives other items than its stage takes: {recipe:?}"))
}

impl Builtin for String {
    fn stream(recipe: &StreamRecipe) -> Result<Arc<dyn Stream<Self>>> {
        Ok(match recipe {
            StreamRecipe::ReadText(files) => Arc::new(ReadText::new(files.clone())),
            StreamRecipe::Words(text) => Arc::new(Words::new(Self::stream(text)?)),
            StreamRecipe::JsonStrings(json) => Arc::new(JsonStrings::new(Json::stream(json)?)),
            StreamRecipe::Blocks => Arc::new(Boundary(Blocks::default())),
            other => return Err(wrong(other)),
        })
    }
}

impl Builtin for Json {
    fn stream(recipe: &StreamRecipe) -> Result<Arc<dyn Stream<Self>>> {
        Ok(match recipe {
            StreamRecipe::ParseJson(text, path) => {
                Arc::new(ParseJson::with_path(String::stream(text)?, path.clone()))
            }
            StreamRecipe::PluckJson(json, step) => {
                Arc::new(PluckJson::new(Self::stream(json)?, step.clone()))
            }
            StreamRecipe::Blocks => Arc::new(Boundary(Blocks::default())),
            other => return Err(wrong(other)),
        })
    }
}

impl Builtin for i64 {
    fn stream(recipe: &StreamRecipe) -> Result<Arc<dyn Stream<Self>>> {
        Ok(match recipe {
            StreamRecipe::Range(n, partitions) => Arc::new(Range::new(*n, *partitions)?),
            StreamRecipe::Blocks => Arc::new(Boundary(Blocks::default())),
            other => return Err(wrong(other)),
        })
    }
}

/// Pairs of item and count, as `frequencies` gives them.
impl<K: Builtin> Builtin for (K, u64) {
    fn stream(recipe: &StreamRecipe) -> Result<Arc<dyn Stream<Self>>> {
        match recipe {
            StreamRecipe::Blocks => Ok(Arc::new(Boundary(Blocks::default()))),
            other => Err(wrong(other)),
        }
    }
}

fn build<T: Builtin>(stage: &Stage) -> Result<BagOp> {
    use AggregateRecipe::{Count as Counting, Frequencies as Frequent};
    let (count, frequent) = (|| Arc::new(Count), || Arc::new(Frequencies::<T>::default()));
    Ok(match stage {
        Stage::Items(stream) => items_op(T::stream(stream)?),
        Stage::Partial(stream, Counting) => partial_op(T::stream(stream)?, count()),
        Stage::Partial(stream, Frequent) => partial_op(T::stream(stream)?, frequent()),
        Stage::Merge(Counting) => merge_op::<T, _>(count()),
        Stage::Merge(Frequent) => merge_op::<T, _>(frequent()),
        Stage::Last(Counting) => last_op::<T, _>(count(), Block::value),
        Stage::Last(Frequent) => last_op::<T, _>(frequent(), items_block),
        Stage::Whole(stream, Counting) => whole_op(T::stream(stream)?, count(), Block::value),
        Stage::Whole(stream, Frequent) => whole_op(T::stream(stream)?, frequent(), items_block),
    })
}

/// A decoded recipe, built when it is first run.
#[derive(Debug, Serialize, Deserialize)]
struct Written {
    recipe: Recipe,
    #[serde(skip)]
    built: OnceLock<Result<BagOp>>,
}

/// The registered name of operations that have a recipe.
pub(crate) const NAME: &str = "bag.pipeline";

/// The encoded form of a recipe.
pub(crate) fn encode(recipe: &Recipe) -> Result<Vec<u8>> {
    encode_operation(&Written { recipe: recipe.clone(), built: OnceLock::new() })
}

impl Operation for Written {
    fn name(&self) -> &'static str {
        NAME
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        match self.built.get_or_init(|| self.recipe.build()) {
            Ok(op) => op.run(inputs, ctx),
            Err(e) => Err(e.clone()),
        }
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode(&self.recipe)
    }
}

register_operation!(Written, "bag.pipeline");
