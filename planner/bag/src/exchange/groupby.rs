//! Full groups: every item moves to the partition its key belongs to.

use std::hash::Hash;
use std::marker::PhantomData;
use std::sync::Arc;

use swath_block::Block;
use swath_error::{Error, Result};
use swath_graph::{GraphBuilder, TaskId};

use super::split::piece;
use crate::hash::stable_hash;
use crate::item::BagItem;
use crate::lower::{BagOp, add_layer, items_block, only, taken};
use crate::name::{function_key, function_name};
use crate::recipe::{KeyBy, KeyKind, Kind, Recipe, Stage};
use crate::reduce::Keyed;
use crate::source::Breaker;
use crate::stream::{Info, Node, Part, Stream, ended, rewritten};

/// `input.groupby(key)`: pairs of key and items. Three layers: every partition is divided into buckets by the hash of the
/// key, one exchange task hands bucket `i` of all of them to task `i`, which groups it.
pub struct GroupBy<T, K, F> {
    info: Info,
    input: Arc<dyn Stream<T>>,
    function: Arc<F>,
    key: PhantomData<fn() -> K>,
}

impl<T: BagItem, K, F: 'static> GroupBy<T, K, F> {
    /// Into `partitions` partitions.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidArgument`] for no partition.
    pub fn new(input: Arc<dyn Stream<T>>, function: F, partitions: usize) -> Result<Self> {
        if partitions == 0 {
            return Err(Error::argument("groupby needs at least 1 partition"));
        }
        let info = Info {
            key: function_key::<F>("groupby").u64(partitions as u64).key(input.info().key).finish(),
            label: format!("groupby({})", function_name::<F>()),
            partitions,
        };
        Ok(Self { info, input, function: Arc::new(function), key: PhantomData })
    }
}

impl<T, K, F> GroupBy<T, K, F>
where
    T: BagItem,
    K: BagItem + Hash + Eq,
    F: Fn(&T) -> K + Send + Sync + 'static,
{
    /// The operation that divides a partition.
    fn divide(&self, input: Arc<dyn Stream<T>>) -> BagOp {
        let (function, buckets) = (self.function.clone(), self.info.partitions);
        let (reads, written) = (input.reads_files(), input.clone());
        let op = divide_op(input, move |item: &T| function(item), stable_hash, buckets).reading(reads);
        op.written(move || {
            let (by, hash) = (KeyBy::of::<F>()?, KeyKind::of::<K>());
            Ok(Recipe::of::<T>(Stage::Divide(written.recipe()?, by, hash, buckets)))
        })
    }
}

/// Divides a partition into a tuple of buckets by the hash of the key, each the pairs of key and items seen so far.
pub(crate) fn divide_op<T: BagItem, K: BagItem + Hash + Eq>(
    input: Arc<dyn Stream<T>>,
    key: impl Fn(&T) -> K + Send + Sync + 'static,
    hash: impl Fn(&K) -> u64 + Send + Sync + 'static,
    buckets: usize,
) -> BagOp {
    BagOp::new("groupby", move |inputs, ctx| {
        let mut groups: Vec<Keyed<K, Vec<T>>> = (0..buckets).map(|_| Keyed::default()).collect();
        ended(input.drive(&mut Part::new(inputs, ctx), &mut |item| {
            let key = key(&item);
            // The high half chooses the bucket: the tables inside use the low bits.
            let bucket = ((hash(&key) >> 32) % buckets as u64) as usize;
            if let Some(groups) = groups.get_mut(bucket) {
                groups.update(key, Vec::new, |items| items.push(item));
            }
            Ok(())
        }))?;
        Ok(Block::Tuple(groups.into_iter().map(Block::value).collect()))
    })
}

/// Bucket `i` of every partition as part `i`: reference counts, no copies.
pub(crate) fn exchange_op(partitions: usize) -> BagOp {
    let op = BagOp::new("exchange", move |inputs, _| {
        let divided = inputs.into_iter().map(Block::into_tuple).collect::<Result<Vec<_>>>()?;
        let bucket = |i: usize| divided.iter().filter_map(|parts| parts.get(i).cloned()).collect();
        Ok(Block::Tuple((0..partitions).map(|i| Block::Tuple(bucket(i))).collect()))
    });
    op.written(move || Ok(Recipe { items: Kind::Raw, stage: Stage::Exchange(partitions) }))
}

/// Puts the buckets of a partition together; `emit` makes the block of its pairs.
pub(crate) fn group_op<T: BagItem, K: BagItem + Hash + Eq>(
    emit: impl Fn(Vec<(K, Vec<T>)>) -> Result<Block> + Send + Sync + 'static,
) -> BagOp {
    let op = BagOp::new("group", move |inputs, ctx| {
        let buckets =
            piece(inputs.into_iter().next().unwrap_or_default(), ctx.index as usize)?.into_tuple()?;
        let mut all: Keyed<K, Vec<T>> = Keyed::default();
        for bucket in buckets.iter() {
            ctx.check_cancelled()?;
            for (key, mut items) in taken::<Keyed<K, Vec<T>>>(bucket.clone())?.into_entries() {
                all.update(key, Vec::new, |group| group.append(&mut items));
            }
        }
        emit(all.into_entries())
    });
    op.written(|| Ok(Recipe { items: Kind::Raw, stage: Stage::Group }))
}

impl<T, K, F> Breaker for GroupBy<T, K, F>
where
    T: BagItem,
    K: BagItem + Hash + Eq,
    F: Fn(&T) -> K + Send + Sync + 'static,
{
    type Item = (K, Vec<T>);

    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        vec![&*self.input as &dyn Node]
    }

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Vec<TaskId>> {
        let input = rewritten(&self.input);
        let (key, n) = (self.info.key, self.info.partitions);
        let feed = input.feed(builder)?;
        let divided = add_layer(builder, key, "groupby-divide", self.divide(input), &feed)?;
        let barrier = only(add_layer(builder, key, "groupby-exchange", exchange_op(n), &[divided])?)?;
        let group = group_op::<T, K>(|pairs| Ok(items_block(pairs)));
        add_layer(builder, key, "groupby", group, &vec![vec![barrier]; n])
    }

    fn rewrite(&self) -> Option<Self> {
        let input = self.input.rewrite()?;
        Some(Self { info: self.info.clone(), input, function: self.function.clone(), key: PhantomData })
    }
}
