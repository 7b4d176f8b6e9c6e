//! Operations that can leave this process, written down as data.
//!
//! In: the recipes of streams and reductions. Out: the same operation, built again wherever the recipe is decoded. Built-in
//! items (text, numbers, JSON) keep their types there; items of any other type are handled by their encoding, and users'
//! functions are called by name. What a recipe cannot say stays in this process, with an error that says why.

mod aggregates;
mod build;
mod calls;
mod kind;
mod operation;
mod raw;
mod streams;

use serde::{Deserialize, Serialize};
use swath_error::{Error, Result};
use swath_tasks::task_by_type;

pub(crate) use build::build;
pub(crate) use kind::{KeyBy, KeyKind, Kind};
pub(crate) use operation::{NAME, encode};
pub(crate) use raw::{Raw, decoded, is_raw};

use crate::json::Step;
use crate::sink::TextTarget;
use crate::source::TextFiles;

/// A stream as data.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum StreamRecipe {
    /// Lines of files.
    ReadText(TextFiles),
    /// Numbers from zero, in partitions.
    Range(i64, usize),
    /// Lines of files, each with the path of its file.
    WithPath(TextFiles),
    /// Items in memory, partition by partition.
    Memory(Vec<Vec<Raw>>),
    /// Strings split at white space.
    Words(Box<StreamRecipe>),
    /// The items of one block; how many partitions there are.
    Blocks(usize),
    /// JSON of which a part is built.
    ParseJson(Box<StreamRecipe>, Vec<Step>),
    /// A part of JSON values.
    PluckJson(Box<StreamRecipe>, Step),
    /// JSON strings as strings.
    JsonStrings(Box<StreamRecipe>),
    /// At most so many items of each partition.
    Head(Box<StreamRecipe>, usize),
    /// Every item with a probability, by a seed.
    Sample(Box<StreamRecipe>, f64, u64),
    /// Some neighbouring partitions: the first, and how many.
    Select(Box<StreamRecipe>, usize, usize),
    /// The partitions of several streams, one after another.
    Concat(Vec<StreamRecipe>),
    /// Neighbouring partitions put together into so many.
    Coalesce(Box<StreamRecipe>, usize),
    /// The items of pairs of item and count.
    FirstOfCounts(Box<StreamRecipe>),
    /// What a function gives for each item.
    Map(Box<Typed>, String),
    /// What a function gives for each item and the value of a block.
    MapWith(Box<Typed>, String),
    /// Pairs of item and count, largest count first.
    MostFrequentFirst(Box<StreamRecipe>),
    /// The items of which a predicate gives this answer.
    Filter(Box<StreamRecipe>, String, bool),
    /// The elements of the vectors that a function gives.
    FlatMap(Box<Typed>, String),
    /// The elements of the vector that a function gives for a partition.
    MapPartitions(Box<Typed>, String),
    /// Items side by side; whether an uneven number of them is an error.
    Zip(Box<Typed>, Box<Typed>, bool),
    /// Every item of one block with every item of another; how many partitions there are.
    Product(Kind, Kind, usize),
}

/// A stream and what its items are.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Typed {
    pub items: Kind,
    pub stream: StreamRecipe,
}

impl Typed {
    /// A stream of `T`.
    #[allow(clippy::unnecessary_box_returns)] // every use is in a recipe, which holds it boxed
    pub fn of<T: 'static>(stream: StreamRecipe) -> Box<Self> {
        Box::new(Self { items: Kind::of::<T>(), stream })
    }
}

/// A reduction as data.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum AggregateRecipe {
    Count,
    Frequencies,
    Sum,
    Mean,
    /// What is taken off the number of items, and whether the root is wanted.
    Variance(u64, bool),
    /// The smallest, or the largest.
    Extreme(bool),
    Any,
    All,
    /// The largest by a key.
    TopK(usize, KeyBy, KeyKind),
    /// The first item of each key.
    Distinct(KeyBy),
    /// The first value, and functions that add an item and join two values.
    Fold {
        initial: Raw,
        binop: String,
        combine: String,
        output: String,
    },
    /// A function that joins two items.
    Reduce {
        binop: String,
        output: String,
    },
    /// Folds by key; without a first value, items are joined with each other.
    FoldBy {
        key: KeyBy,
        initial: Option<Raw>,
        binop: String,
        combine: String,
        combine_initial: Option<Raw>,
        /// What the pairs of key and value are.
        output: Kind,
    },
    /// Functions of a partition's items and of a list of results.
    PerPartition {
        perpartition: String,
        aggregate: String,
        output: String,
    },
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
    /// A table of a partition of JSON objects; the columns as an Arrow stream without rows.
    Table(StreamRecipe, Vec<u8>),
    /// Text files, one per partition.
    WriteText(StreamRecipe, TextTarget),
    /// A function of a single value.
    Apply(String),
    /// The items of a vector that another task gives.
    Vector,
    /// A partition's items divided by key: how the key is hashed, and into how many buckets.
    Divide(StreamRecipe, KeyBy, Option<KeyKind>, usize),
    /// The buckets of all partitions handed out.
    Exchange(usize),
    /// Buckets put together.
    Group,
    /// Partitions cut up: how many there are, and into how many pieces the last and each other is cut.
    Split(StreamRecipe, usize, usize, usize),
    /// A piece of a partition that was cut up.
    Piece(usize, usize),
    /// A running fold's items of one partition and its value after them.
    Accumulate { initial: Option<Raw>, binop: String, output: Kind },
    /// The items of a running fold.
    Accumulated,
}

/// An operation as data.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Recipe {
    pub items: Kind,
    pub stage: Stage,
}

impl Recipe {
    /// The recipe of a stage over items of type `T`.
    pub fn of<T: 'static>(stage: Stage) -> Self {
        Self { items: Kind::of::<T>(), stage }
    }
}

/// The registered name of the function whose type is `F`.
pub(crate) fn function<F: 'static>() -> Result<String> {
    Ok(task_by_type::<F>()?.name().to_owned())
}

/// The error of a step that has no recipe.
pub(crate) fn stays(what: &str) -> Error {
    Error::unsupported(format!("the bag's step {what} cannot be done in another process"))
        .with_help("use built-in steps, and functions with #[swath::task], up to here, or compute it locally")
}
