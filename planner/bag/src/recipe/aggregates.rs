//! From recipes back to reductions: built-in ones over items of their types, those of users' functions over encodings.

use std::hash::Hash;
use std::sync::Arc;

use swath_block::{Block, Value};
use swath_error::{Error, Result};

use super::build::{Builtin, Keyable, block_of, encodings, stream};
use super::calls::{Callee, kept, vector};
use super::raw::{IntoRaw, Raw, encoded_items};
use super::{AggregateRecipe, KeyBy, KeyKind, Kind, StreamRecipe, Typed};
use crate::hash::stable_hash;
use crate::item::BagItem;
use crate::json::Json;
use crate::lower::{BagOp, items_block};
use crate::reduce::{
    Aggregate, All, Any, Count, Distinct, Extreme, Fold, FoldBy, Frequencies, Mean, Number, PerPartition,
    Reduce, Sum, TopK, Variance, last_op, merge_op, partial_op, whole_op,
};
use crate::stream::Stream;

/// Which task of a reduction's tree an operation is for.
#[derive(Clone, Copy)]
pub(super) enum At<'a> {
    Partial(&'a StreamRecipe),
    Merge,
    Last,
    Whole(&'a StreamRecipe),
}

/// The operation of a reduction over items of a kind.
pub(super) fn aggregate(kind: Kind, at: At<'_>, how: &AggregateRecipe) -> Result<BagOp> {
    match how {
        AggregateRecipe::Count => match kind {
            Kind::Text => typed::<String, _>(at, Count, |n| Ok(Block::value(n))),
            Kind::Json => typed::<Json, _>(at, Count, |n| Ok(Block::value(n))),
            _ => encoded(kind, at, Count, |n| Ok(Block::value(n))),
        },
        AggregateRecipe::Frequencies => frequencies(kind, at),
        AggregateRecipe::Sum | AggregateRecipe::Mean | AggregateRecipe::Variance(..) => {
            numbers(kind, at, how)
        }
        AggregateRecipe::Extreme(largest) => extreme(kind, at, *largest),
        AggregateRecipe::Any => typed::<bool, _>(at, Any, |b| Ok(Block::value(b))),
        AggregateRecipe::All => typed::<bool, _>(at, All, |b| Ok(Block::value(b))),
        AggregateRecipe::TopK(k, by, key) => topk(kind, at, *k, by, *key),
        AggregateRecipe::Distinct(by) => distinct(kind, at, by),
        of_functions => functions(kind, at, of_functions),
    }
}

/// A reduction over items of the type `T`.
fn typed<T: Builtin, G: Aggregate<T>>(
    at: At<'_>,
    aggregate: G,
    emit: impl Fn(G::Output) -> Result<Block> + Send + Sync + 'static,
) -> Result<BagOp> {
    over(at, stream::<T>, aggregate, emit)
}

/// A reduction over the encodings of items of a kind.
fn encoded<G: Aggregate<Raw>>(
    kind: Kind,
    at: At<'_>,
    aggregate: G,
    emit: impl Fn(G::Output) -> Result<Block> + Send + Sync + 'static,
) -> Result<BagOp> {
    let input = |stream: &StreamRecipe| encodings(&Typed { items: kind, stream: stream.clone() });
    over(at, input, aggregate, emit)
}

fn over<T: BagItem, G: Aggregate<T>>(
    at: At<'_>,
    input: impl Fn(&StreamRecipe) -> Result<Arc<dyn Stream<T>>>,
    aggregate: G,
    emit: impl Fn(G::Output) -> Result<Block> + Send + Sync + 'static,
) -> Result<BagOp> {
    let aggregate = Arc::new(aggregate);
    Ok(match at {
        At::Partial(recipe) => partial_op(input(recipe)?, aggregate),
        At::Merge => merge_op::<T, G>(aggregate),
        At::Last => last_op::<T, G>(aggregate, emit),
        At::Whole(recipe) => whole_op(input(recipe)?, aggregate, emit),
    })
}

/// An error for a reduction of items that do not have it.
fn not_of(kind: Kind, what: &str) -> Error {
    Error::data(format!("items of kind {kind:?} have no {what}"))
}

fn frequencies(kind: Kind, at: At<'_>) -> Result<BagOp> {
    /// Pairs that stay typed.
    fn pairs<T: Keyable>(at: At<'_>) -> Result<BagOp> {
        typed::<T, _>(at, Frequencies::<T>::default(), |pairs| Ok(items_block(pairs)))
    }
    match kind {
        Kind::Text => pairs::<String>(at),
        Kind::Json => pairs::<Json>(at),
        _ => encoded(kind, at, Frequencies::<Raw>::default(), encoded_items),
    }
}

fn numbers(kind: Kind, at: At<'_>, how: &AggregateRecipe) -> Result<BagOp> {
    fn of<T: Builtin + Number>(at: At<'_>, how: &AggregateRecipe) -> Result<BagOp> {
        match how {
            AggregateRecipe::Mean => typed::<T, _>(at, Mean, |mean| Ok(Block::value(mean))),
            AggregateRecipe::Variance(ddof, root) => {
                typed::<T, _>(at, Variance { ddof: *ddof, root: *root }, |variance| {
                    Ok(Block::value(variance))
                })
            }
            _ => typed::<T, _>(at, Sum::<T>::default(), |sum| Ok(Block::value(sum))),
        }
    }
    match kind {
        Kind::Int => of::<i64>(at, how),
        Kind::Natural => of::<u64>(at, how),
        Kind::Real => of::<f64>(at, how),
        Kind::Truth => of::<bool>(at, how),
        other => Err(not_of(other, "sum")),
    }
}

fn extreme(kind: Kind, at: At<'_>, largest: bool) -> Result<BagOp> {
    fn of<T: Builtin + PartialOrd>(at: At<'_>, largest: bool) -> Result<BagOp> {
        typed::<T, _>(at, Extreme { largest }, |item| Ok(Block::value(item)))
    }
    match kind {
        Kind::Text => of::<String>(at, largest),
        Kind::Int => of::<i64>(at, largest),
        Kind::Natural => of::<u64>(at, largest),
        Kind::Real => of::<f64>(at, largest),
        Kind::Truth => of::<bool>(at, largest),
        other => Err(not_of(other, "order")),
    }
}

fn topk(kind: Kind, at: At<'_>, k: usize, by: &KeyBy, key: KeyKind) -> Result<BagOp> {
    fn items<T: Builtin + PartialOrd>(at: At<'_>, k: usize) -> Result<BagOp> {
        typed::<T, _>(at, TopK::by(k, T::clone), |items| Ok(items_block(items)))
    }
    fn counts<T: BagItem>(at: At<'_>, k: usize) -> Result<BagOp>
    where
        (T, u64): Builtin,
    {
        typed::<(T, u64), _>(at, TopK::by(k, |pair: &(T, u64)| pair.1), |items| Ok(items_block(items)))
    }
    match (by, kind) {
        (KeyBy::Item, Kind::Text) => items::<String>(at, k),
        (KeyBy::Item, Kind::Int) => items::<i64>(at, k),
        (KeyBy::Item, Kind::Natural) => items::<u64>(at, k),
        (KeyBy::Item, Kind::Real) => items::<f64>(at, k),
        (KeyBy::Item, Kind::Truth) => items::<bool>(at, k),
        (KeyBy::Count, Kind::TextCounts) => counts::<String>(at, k),
        (KeyBy::Count, Kind::JsonCounts) => counts::<Json>(at, k),
        (KeyBy::Function(name), kind) => topk_by(kind, at, k, Callee::named(name)?, key),
        (_, other) => Err(not_of(other, "such key")),
    }
}

fn topk_by(kind: Kind, at: At<'_>, k: usize, function: Callee, key: KeyKind) -> Result<BagOp> {
    fn by<K: BagItem + PartialOrd + Default>(
        kind: Kind,
        at: At<'_>,
        k: usize,
        function: Callee,
    ) -> Result<BagOp> {
        let key = move |item: &Raw| kept(function.value::<K, 1>([item]));
        encoded(kind, at, TopK::by(k, key), move |items| block_of(kind, items))
    }
    match key {
        KeyKind::I32 => by::<i32>(kind, at, k, function),
        KeyKind::I64 => by::<i64>(kind, at, k, function),
        KeyKind::U32 => by::<u32>(kind, at, k, function),
        KeyKind::U64 => by::<u64>(kind, at, k, function),
        KeyKind::Usize => by::<usize>(kind, at, k, function),
        KeyKind::F32 => by::<f32>(kind, at, k, function),
        KeyKind::F64 => by::<f64>(kind, at, k, function),
        KeyKind::Text => by::<String>(kind, at, k, function),
        KeyKind::Truth => by::<bool>(kind, at, k, function),
    }
}

/// A key of an item, as its encoding.
pub(super) fn key_of(by: &KeyBy) -> Result<impl Fn(&Raw) -> Raw + Send + Sync + 'static> {
    let function = match by {
        KeyBy::Item => None,
        KeyBy::Function(name) => Some(Callee::named(name)?),
        KeyBy::Count => return Err(Error::data("items are not told apart by their count")),
    };
    Ok(move |item: &Raw| match function {
        Some(function) => kept(function.call([item])),
        None => item.clone(),
    })
}

/// The hash of a key that is the same here and where its type is known; of other types that of the encoding.
pub(super) fn key_hash(kind: Option<KeyKind>) -> impl Fn(&Raw) -> u64 + Send + Sync + 'static {
    fn of<K: BagItem + Hash>(raw: &Raw) -> u64 {
        raw.to::<K>().map_or(0, |key| stable_hash(&key))
    }
    let hash: fn(&Raw) -> u64 = match kind {
        Some(KeyKind::I32) => of::<i32>,
        Some(KeyKind::I64) => of::<i64>,
        Some(KeyKind::U32) => of::<u32>,
        Some(KeyKind::U64) => of::<u64>,
        Some(KeyKind::Usize) => of::<usize>,
        Some(KeyKind::Text) => of::<String>,
        Some(KeyKind::Truth) => of::<bool>,
        // Floats are no keys of groups.
        Some(KeyKind::F32 | KeyKind::F64) | None => stable_hash::<Raw>,
    };
    hash
}

fn distinct(kind: Kind, at: At<'_>, by: &KeyBy) -> Result<BagOp> {
    encoded(kind, at, Distinct::<Raw, _>::by(key_of(by)?), move |items| block_of(kind, items))
}

/// A value whose type the client knows.
fn value(type_name: &str) -> impl Fn(Raw) -> Result<Block> + Send + Sync + 'static {
    let type_name = type_name.to_owned();
    move |Raw(bytes)| Ok(Block::Value(Value::from_encoding(&type_name, bytes)))
}

/// A function of two values, for a reduction.
fn two(name: &str) -> Result<impl Fn(Raw, Raw) -> Raw + Clone + Send + Sync + 'static> {
    let function = Callee::named(name)?;
    Ok(move |a: Raw, b: Raw| kept(function.call([&a, &b])))
}

/// A function of a list, for a reduction.
fn many(name: &str) -> Result<impl Fn(Vec<Raw>) -> Raw + Send + Sync + 'static> {
    let function = Callee::named(name)?;
    Ok(move |items: Vec<Raw>| kept(vector(items.iter()).and_then(|items| function.call([&items]))))
}

fn functions(kind: Kind, at: At<'_>, how: &AggregateRecipe) -> Result<BagOp> {
    match how {
        AggregateRecipe::Fold { initial, binop, combine, output } => {
            encoded(kind, at, Fold::new(initial.clone(), two(binop)?, two(combine)?), value(output))
        }
        AggregateRecipe::Reduce { binop, output } => {
            encoded(kind, at, Reduce::new(two(binop)?), value(output))
        }
        AggregateRecipe::PerPartition { perpartition, aggregate, output } => {
            encoded(kind, at, PerPartition::new(many(perpartition)?, many(aggregate)?), value(output))
        }
        AggregateRecipe::FoldBy { key, initial, binop, combine, combine_initial, output } => {
            let output = *output;
            let (first, binop, combine) = (initial.clone(), two(binop)?, two(combine)?);
            let start = {
                let binop = binop.clone();
                move |item: Raw| match &first {
                    Some(initial) => binop(initial.clone(), item),
                    None => item,
                }
            };
            let fold =
                FoldBy::new(key_of(key)?, start, binop, combine, combine_initial.clone(), initial.clone());
            encoded(kind, at, fold, move |pairs| {
                block_of(output, pairs.into_iter().map(IntoRaw::into_raw).collect::<Result<_>>()?)
            })
        }
        other => Err(Error::internal(format!("{other:?} is not a reduction of functions"))),
    }
}
