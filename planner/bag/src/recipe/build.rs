//! From recipes back to streams and operations.

use std::hash::Hash;
use std::sync::Arc;

use swath_block::Block;
use swath_error::{Error, Result};

use super::aggregates::{At, aggregate, key_hash, key_of};
use super::calls::{Callee, kept};
use super::raw::{Raw, encoded_items};
use super::streams::{self, MostFrequentFirst, Pairs, WholePartitions, With};
use super::{Kind, Recipe, Stage, StreamRecipe, Typed};
use crate::exchange::{
    Coalesce, Concat, Select, Zip, accumulated_op, divide_op, exchange_op, group_op, piece_op, split_op,
    step_op,
};
use crate::item::BagItem;
use crate::json::{Json, JsonStrings, ParseJson, PluckJson};
use crate::lower::{BagOp, items_block, items_op, taken};
use crate::sink::{TextTarget, write_op};
use crate::source::{Blocks, Boundary, Memory, Range, ReadText, WithPath, block_items};
use crate::stream::{Head, Sample, Stream, Words};
use crate::table::{read_columns, table_op};

/// Items that a stream recipe can give.
pub(super) trait Builtin: BagItem {
    const KIND: Kind;

    /// The streams that only this type has.
    fn own(recipe: &StreamRecipe) -> Result<Arc<dyn Stream<Self>>>;

    /// The items' encodings.
    fn encodings(stream: Arc<dyn Stream<Self>>) -> Arc<dyn Stream<Raw>> {
        streams::encode(stream)
    }

    /// The items of encodings.
    fn of_encodings(stream: Arc<dyn Stream<Raw>>) -> Arc<dyn Stream<Self>> {
        streams::decode(stream)
    }

    /// An item's encoding.
    fn encoding(&self) -> Result<Raw> {
        Raw::of(self)
    }

    /// Items as a block, as they are.
    fn typed_block(items: Vec<Self>) -> Result<Block> {
        Ok(items_block(items))
    }

    /// Items as a block that streams of this kind read.
    fn block(items: Vec<Raw>) -> Result<Block> {
        Ok(items_block(items.iter().map(Raw::to::<Self>).collect::<Result<Vec<_>>>()?))
    }
}

fn wrong(recipe: &StreamRecipe) -> Error {
    Error::data(format!("a bag recipe gives other items than its stage takes: {recipe:?}"))
}

impl Builtin for String {
    const KIND: Kind = Kind::Text;

    fn own(recipe: &StreamRecipe) -> Result<Arc<dyn Stream<Self>>> {
        Ok(match recipe {
            StreamRecipe::ReadText(files) => Arc::new(ReadText::new(files.clone())),
            StreamRecipe::Words(text) => Arc::new(Words::new(stream(text)?)),
            StreamRecipe::JsonStrings(json) => Arc::new(JsonStrings::new(stream(json)?)),
            StreamRecipe::FirstOfCounts(pairs) => streams::first(stream(pairs)?),
            other => return Err(wrong(other)),
        })
    }
}

impl Builtin for Json {
    const KIND: Kind = Kind::Json;

    fn own(recipe: &StreamRecipe) -> Result<Arc<dyn Stream<Self>>> {
        Ok(match recipe {
            StreamRecipe::ParseJson(text, path) => {
                Arc::new(ParseJson::with_path(stream(text)?, path.clone()))
            }
            StreamRecipe::PluckJson(json, step) => Arc::new(PluckJson::new(stream(json)?, step.clone())),
            StreamRecipe::FirstOfCounts(pairs) => streams::first(stream(pairs)?),
            other => return Err(wrong(other)),
        })
    }
}

impl Builtin for i64 {
    const KIND: Kind = Kind::Int;

    fn own(recipe: &StreamRecipe) -> Result<Arc<dyn Stream<Self>>> {
        match recipe {
            StreamRecipe::Range(n, partitions) => Ok(Arc::new(Range::new(*n, *partitions)?)),
            other => Err(wrong(other)),
        }
    }
}

/// Types without streams of their own.
macro_rules! plain {
    ($($t:ty, $kind:ident;)*) => { $(
        impl Builtin for $t {
            const KIND: Kind = Kind::$kind;

            fn own(recipe: &StreamRecipe) -> Result<Arc<dyn Stream<Self>>> {
                Err(wrong(recipe))
            }
        }
    )* };
}

plain! {
    u64, Natural;
    f64, Real;
    bool, Truth;
}

/// Pairs of item and count.
macro_rules! counts {
    ($($t:ty, $kind:ident;)*) => { $(
        impl Builtin for ($t, u64) {
            const KIND: Kind = Kind::$kind;

            fn own(recipe: &StreamRecipe) -> Result<Arc<dyn Stream<Self>>> {
                match recipe {
                    StreamRecipe::MostFrequentFirst(pairs) => Ok(MostFrequentFirst::stream(stream(pairs)?)),
                    other => Err(wrong(other)),
                }
            }
        }
    )* };
}

counts! {
    String, TextCounts;
    Json, JsonCounts;
}

impl Builtin for Raw {
    const KIND: Kind = Kind::Raw;

    fn own(recipe: &StreamRecipe) -> Result<Arc<dyn Stream<Self>>> {
        match recipe {
            StreamRecipe::WithPath(files) => {
                let lines: Arc<dyn Stream<(String, String)>> =
                    Arc::new(WithPath(ReadText::new(files.clone())));
                Ok(streams::encode(lines))
            }
            other => Err(wrong(other)),
        }
    }

    fn encodings(stream: Arc<dyn Stream<Self>>) -> Arc<dyn Stream<Raw>> {
        stream
    }

    fn of_encodings(stream: Arc<dyn Stream<Raw>>) -> Arc<dyn Stream<Self>> {
        stream
    }

    fn encoding(&self) -> Result<Raw> {
        Ok(self.clone())
    }

    fn block(items: Vec<Raw>) -> Result<Block> {
        encoded_items(items)
    }
}

/// Evaluates an expression with `$T` standing for the type of a kind.
macro_rules! with_kind {
    (@ $type:ty, $T:ident => $body:expr) => {{
        type $T = $type;
        $body
    }};
    ($kind:expr, $T:ident => $body:expr) => {
        match $kind {
            Kind::Text => with_kind!(@ String, $T => $body),
            Kind::Json => with_kind!(@ Json, $T => $body),
            Kind::Int => with_kind!(@ i64, $T => $body),
            Kind::Natural => with_kind!(@ u64, $T => $body),
            Kind::Real => with_kind!(@ f64, $T => $body),
            Kind::Truth => with_kind!(@ bool, $T => $body),
            Kind::TextCounts => with_kind!(@ (String, u64), $T => $body),
            Kind::JsonCounts => with_kind!(@ (Json, u64), $T => $body),
            Kind::Raw => with_kind!(@ Raw, $T => $body),
        }
    };
}

/// The stream of a recipe.
pub(super) fn stream<T: Builtin>(recipe: &StreamRecipe) -> Result<Arc<dyn Stream<T>>> {
    Ok(match recipe {
        StreamRecipe::Blocks(partitions) => Arc::new(Boundary(Blocks::<T>::new(*partitions))),
        StreamRecipe::Memory(partitions) => {
            T::of_encodings(Arc::new(Memory::of_partitions(partitions.clone())))
        }
        StreamRecipe::Head(input, limit) => Arc::new(Head::new(stream::<T>(input)?, *limit)),
        StreamRecipe::Sample(input, probability, seed) => {
            Arc::new(Sample::new(stream::<T>(input)?, *probability, *seed))
        }
        StreamRecipe::Select(input, start, count) => {
            Arc::new(Select::new(stream::<T>(input)?, *start, *count)?)
        }
        StreamRecipe::Concat(inputs) => {
            Arc::new(Concat::new(inputs.iter().map(stream::<T>).collect::<Result<_>>()?))
        }
        StreamRecipe::Coalesce(input, partitions) => {
            Arc::new(Coalesce::new(stream::<T>(input)?, *partitions))
        }
        StreamRecipe::Filter(input, function, keep) => {
            streams::filter(stream::<T>(input)?, Callee::named(function)?, *keep, T::encoding)
        }
        StreamRecipe::Map(input, function) => {
            T::of_encodings(streams::map(encodings(input)?, Callee::named(function)?))
        }
        StreamRecipe::MapWith(input, function) => {
            T::of_encodings(With::stream(encodings(input)?, Callee::named(function)?))
        }
        StreamRecipe::FlatMap(input, function) => {
            T::of_encodings(streams::flat_map(encodings(input)?, Callee::named(function)?))
        }
        StreamRecipe::MapPartitions(input, function) => {
            T::of_encodings(WholePartitions::stream(encodings(input)?, Callee::named(function)?))
        }
        StreamRecipe::Zip(left, right, strict) => {
            let pairs = Zip::new(encodings(left)?, encodings(right)?, *strict)?;
            T::of_encodings(streams::pairs(Arc::new(pairs)))
        }
        StreamRecipe::Product(left, right, partitions) => {
            let (left, right) = (*left, *right);
            let pairs = Pairs::new(
                *partitions,
                move |block| raw_items(left, block),
                move |block| raw_items(right, block),
            );
            T::of_encodings(streams::pairs(Arc::new(pairs)))
        }
        other => return T::own(other),
    })
}

/// The stream's items as their encodings.
pub(super) fn encodings(typed: &Typed) -> Result<Arc<dyn Stream<Raw>>> {
    with_kind!(typed.items, T => Ok(T::encodings(stream::<T>(&typed.stream)?)))
}

/// Encoded items as a block of a kind.
pub(super) fn block_of(kind: Kind, items: Vec<Raw>) -> Result<Block> {
    with_kind!(kind, T => T::block(items))
}

/// The operation of a recipe.
pub(crate) fn build(recipe: &Recipe) -> Result<BagOp> {
    let kind = recipe.items;
    match &recipe.stage {
        Stage::Items(input) => with_kind!(kind, T => Ok(items_op(stream::<T>(input)?))),
        Stage::Partial(input, how) => aggregate(kind, At::Partial(input), how),
        Stage::Merge(how) => aggregate(kind, At::Merge, how),
        Stage::Last(how) => aggregate(kind, At::Last, how),
        Stage::Whole(input, how) => aggregate(kind, At::Whole(input), how),
        Stage::Table(input, columns) => Ok(table_op(stream::<Json>(input)?, read_columns(columns)?)),
        Stage::WriteText(input, target) => write(kind, input, target),
        Stage::Apply(function) => {
            let function = Callee::named(function)?;
            Ok(BagOp::new("apply", move |mut inputs, _| function.of_block(inputs.pop().unwrap_or_default())))
        }
        Stage::Vector => with_kind!(kind, T => vector::<T>()),
        Stage::Divide(input, by, hash, buckets) => {
            let input = encodings(&Typed { items: kind, stream: input.clone() })?;
            Ok(divide_op(input, key_of(by)?, key_hash(*hash), (*buckets).max(1)))
        }
        Stage::Exchange(partitions) => Ok(exchange_op(*partitions)),
        Stage::Group => Ok(group_op::<Raw, Raw>(encoded_items)),
        Stage::Split(input, before, last, each) => {
            with_kind!(kind, T => {
                let emit = |items: Vec<T>| T::typed_block(items);
                Ok(split_op(stream::<T>(input)?, *before, *last, *each, emit))
            })
        }
        Stage::Piece(before, each) => Ok(piece_op((*before).max(1), (*each).max(1))),
        Stage::Accumulate { initial, binop, output } => accumulate(kind, initial.clone(), binop, *output),
        Stage::Accumulated => Ok(accumulated_op()),
    }
}

fn accumulate(kind: Kind, initial: Option<Raw>, binop: &str, output: Kind) -> Result<BagOp> {
    let binop = Callee::named(binop)?;
    Ok(step_op(
        initial,
        |item: Raw| item,
        move |before: Raw, item: Raw| kept(binop.call([&before, &item])),
        move |block| raw_items(kind, block),
        move |items| block_of(output, items),
    ))
}

/// The encodings of a block's items.
fn raw_items(kind: Kind, block: Block) -> Result<Vec<Raw>> {
    with_kind!(kind, T => block_items::<T>(block)?.iter().map(T::encoding).collect())
}

fn write(kind: Kind, input: &StreamRecipe, target: &TextTarget) -> Result<BagOp> {
    let target = target.clone();
    match kind {
        Kind::Text => Ok(write_op(stream::<String>(input)?, target)),
        Kind::Int => Ok(write_op(stream::<i64>(input)?, target)),
        Kind::Natural => Ok(write_op(stream::<u64>(input)?, target)),
        Kind::Real => Ok(write_op(stream::<f64>(input)?, target)),
        Kind::Truth => Ok(write_op(stream::<bool>(input)?, target)),
        other => Err(Error::data(format!("items of kind {other:?} are not written as text"))),
    }
}

/// The items of a vector that another task gives.
fn vector<T: Builtin>() -> Result<BagOp> {
    if T::KIND == Kind::Raw {
        return Err(Error::data("a vector of items of an unknown type cannot be taken apart"));
    }
    Ok(BagOp::new("from-delayed", |mut inputs, _| {
        Ok(items_block(taken::<Vec<T>>(inputs.pop().unwrap_or_default())?))
    }))
}

/// Items that can be told apart.
pub(super) trait Keyable: Builtin + Hash + Eq {}

impl<T: Builtin + Hash + Eq> Keyable for T {}
