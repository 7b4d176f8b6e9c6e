//! What is done to every item, or to every partition, by itself.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::panic::Location;
use std::sync::Arc;

use swath_bag_plan::Boundary;
use swath_bag_plan::{
    BagItem, Coalesce, Filter, FlatMap, Head, IntoItem, Map, MapPartitions, MapWith, Pluck, Sample, Select,
    Split,
};
use swath_error::{Error, Result};

use crate::{Bag, Item};

impl<T: BagItem> Bag<T> {
    /// A function applied to every item. It may return a `Result`, whose error ends the computation.
    ///
    /// Items that are tuples are taken apart in the closure: `bag.map(|(word, n)| …)`. `map(json::loads)` is recognised:
    /// only what is plucked afterwards is built.
    pub fn map<U, M, F>(&self, function: F) -> Bag<U::Item>
    where
        U: IntoItem<M>,
        M: 'static,
        F: Fn(T) -> U + Send + Sync + 'static,
    {
        self.then(|plan| Map::stream(plan, function))
    }

    /// A function of every item and one value that is computed first.
    ///
    /// ```
    /// use swath_bag as db;
    /// use swath_execute::Collection;
    /// # use swath_local as _;
    /// let x = db::from_sequence([1.0, 2.0, 6.0]);
    /// assert_eq!(x.map_with(&x.mean(), |x, mean| x - mean).compute()?, [-2.0, -1.0, 3.0]);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    pub fn map_with<V, U, M, F>(&self, value: &Item<V>, function: F) -> Bag<U::Item>
    where
        V: BagItem,
        U: IntoItem<M>,
        M: 'static,
        F: Fn(T, &V) -> U + Send + Sync + 'static,
    {
        match value.plan() {
            Ok(value) => self.then(|plan| Arc::new(MapWith::new(plan, value, function))),
            Err(e) => e.into(),
        }
    }

    /// The items that `predicate` accepts.
    pub fn filter(&self, predicate: impl Fn(&T) -> bool + Send + Sync + 'static) -> Self {
        self.then(|plan| Arc::new(Filter::new(plan, predicate, true)))
    }

    /// The items that `predicate` does not accept.
    pub fn remove(&self, predicate: impl Fn(&T) -> bool + Send + Sync + 'static) -> Self {
        self.then(|plan| Arc::new(Filter::new(plan, predicate, false)))
    }

    /// All items of what a function gives for each item.
    pub fn flat_map<I, F>(&self, function: F) -> Bag<I::Item>
    where
        I: IntoIterator<Item: BagItem> + 'static,
        F: Fn(T) -> I + Send + Sync + 'static,
    {
        self.then(|plan| Arc::new(FlatMap::new(plan, function, "flat_map".to_owned())))
    }

    /// The elements of items that are collections themselves.
    pub fn flatten(&self) -> Bag<T::Item>
    where
        T: IntoIterator<Item: BagItem>,
    {
        self.then(|plan| Arc::new(FlatMap::new(plan, |item: T| item, "flatten".to_owned())))
    }

    /// The part of every item at `query`: a member of a JSON object or map by key, an element of an array or vector by
    /// index. An item that lacks it is an error naming the key.
    ///
    /// Plucks of parsed JSON are pushed into the parse: what is not plucked is checked but not built.
    pub fn pluck<Q>(&self, query: Q) -> Bag<T::Output>
    where
        T: Pluck<Q>,
    {
        self.then(|plan| T::plucked(plan, query, None))
    }

    /// As [`Self::pluck`], with a default for items that lack the part.
    pub fn pluck_or<Q>(&self, query: Q, default: impl Into<T::Output>) -> Bag<T::Output>
    where
        T: Pluck<Q>,
    {
        let default = default.into();
        self.then(|plan| T::plucked(plan, query, Some(default)))
    }

    /// A function applied to the items of each partition, all at once.
    pub fn map_partitions<I, F>(&self, function: F) -> Bag<I::Item>
    where
        I: IntoIterator<Item: BagItem> + 'static,
        F: Fn(Vec<T>) -> I + Send + Sync + 'static,
    {
        self.then(|plan| Arc::new(MapPartitions::new(plan, function)))
    }

    /// Every item with probability `prob`. The same seed gives the same sample; without one it differs from run to run.
    #[track_caller]
    pub fn random_sample(&self, prob: f64, seed: Option<u64>) -> Self {
        if !(0.0..=1.0).contains(&prob) {
            return Error::argument(format!("a probability is between 0 and 1, not {prob}"))
                .at(Location::caller())
                .into();
        }
        let seed = seed.unwrap_or_else(|| RandomState::new().build_hasher().finish());
        self.then(|plan| Arc::new(Sample::new(plan, prob, seed)))
    }

    /// The same items in another number of partitions. Fewer: neighbours are put together. More: each partition is cut
    /// into pieces, the last one into the remainder too, as in Dask.
    #[track_caller]
    pub fn repartition(&self, npartitions: usize) -> Self {
        if npartitions == 0 {
            return Error::argument("a bag has at least 1 partition").at(Location::caller()).into();
        }
        self.then(|plan| match plan.info().partitions {
            n if n == npartitions => plan,
            n if n > npartitions => Arc::new(Coalesce::new(plan, npartitions)),
            _ => Arc::new(Boundary(Split::new(plan, npartitions))),
        })
    }

    /// Partition `index` as a bag of its own; the others are not computed.
    #[track_caller]
    pub fn partition(&self, index: usize) -> Self {
        let caller = Location::caller();
        Self::checked(self.plan().and_then(|plan| Ok(Arc::new(Select::new(plan, index, 1)?) as _)), caller)
    }

    /// Every partition as a bag of its own.
    ///
    /// # Errors
    /// The error of a wrong call.
    pub fn partitions(&self) -> Result<Vec<Self>> {
        Ok((0..self.npartitions()?).map(|i| self.partition(i)).collect())
    }

    /// At most `k` items of each partition.
    pub(crate) fn heads(&self, k: usize) -> Self {
        self.then(|plan| Arc::new(Head::new(plan, k)))
    }

    /// Some neighbouring partitions.
    pub(crate) fn some_partitions(&self, start: usize, count: usize) -> Result<Self> {
        Ok(Self::of(Select::new(self.plan()?, start, count)?))
    }
}

impl<A: BagItem, B: BagItem> Bag<(A, B)> {
    /// A bag of pairs as two bags.
    pub fn unzip(&self) -> (Bag<A>, Bag<B>) {
        (self.map(|(a, _)| a), self.map(|(_, b)| b))
    }
}
