//! Bags to single values.

use std::sync::Arc;

use swath_bag_plan::{
    Aggregate, All, Any, BagItem, Boundary, Count, Extreme, Fold, PerPartition, Reduce, Reduced, ReducedBag,
    TopK,
};

use crate::{Bag, Item};

impl<T: BagItem> Bag<T> {
    pub(crate) fn reduced<G: Aggregate<T>>(&self, aggregate: G) -> Item<G::Output> {
        Item::new(self.plan().map(|plan| Arc::new(Reduced::new(plan, aggregate)) as _))
    }

    pub(crate) fn reduced_bag<E: BagItem, G: Aggregate<T, Output = Vec<E>>>(&self, aggregate: G) -> Bag<E> {
        self.then(|plan| Arc::new(Boundary(ReducedBag(Reduced::new(plan, aggregate)))))
    }

    /// How many items.
    pub fn count(&self) -> Item<u64> {
        self.reduced(Count)
    }

    /// Folds the items into one value: `binop` adds an item to a value, `combine` joins the values of partitions.
    ///
    /// As in Dask, `initial` starts **every** partition that has items, so it should change nothing: 0 for a sum. An
    /// empty bag gives `initial`.
    ///
    /// ```
    /// use swath_bag as db;
    /// use swath_execute::Collection;
    /// # use swath_local as _;
    /// let letters = db::from_sequence(["a", "bcd"].map(String::from)).fold(0, |n, s| n + s.len(), |a, b| a + b);
    /// assert_eq!(letters.compute()?, 4);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    pub fn fold<A, B, C>(&self, initial: A, binop: B, combine: C) -> Item<A>
    where
        A: BagItem,
        B: Fn(A, T) -> A + Send + Sync + 'static,
        C: Fn(A, A) -> A + Send + Sync + 'static,
    {
        self.reduced(Fold::new(initial, binop, combine))
    }

    /// Folds the items into one of them, without an initial value; an empty bag is an error.
    pub fn reduce(&self, binop: impl Fn(T, T) -> T + Send + Sync + 'static) -> Item<T> {
        self.reduced(Reduce::new(binop))
    }

    /// Reduces each partition with items by `perpartition`, then lists of up to eight results by `aggregate` until one is
    /// left; `aggregate` is called at least once.
    pub fn reduction<A, P, G>(&self, perpartition: P, aggregate: G) -> Item<A>
    where
        A: BagItem,
        P: Fn(Vec<T>) -> A + Send + Sync + 'static,
        G: Fn(Vec<A>) -> A + Send + Sync + 'static,
    {
        self.reduced(PerPartition::new(perpartition, aggregate))
    }

    /// The smallest item, of equal ones the first; NaN is smaller than every number. An empty bag is an error.
    pub fn min(&self) -> Item<T>
    where
        T: PartialOrd,
    {
        self.reduced(Extreme { largest: false })
    }

    /// The largest item, of equal ones the first. An empty bag is an error.
    pub fn max(&self) -> Item<T>
    where
        T: PartialOrd,
    {
        self.reduced(Extreme { largest: true })
    }

    /// The `k` items with the largest `key`, largest first, of equal keys the first seen first; a bag of one partition.
    pub fn topk<K, F>(&self, k: usize, key: F) -> Self
    where
        K: PartialOrd + 'static,
        F: Fn(&T) -> K + Send + Sync + 'static,
    {
        self.reduced_bag(TopK::by(k, key))
    }

    /// The `k` largest items, largest first: [`Self::topk`] by the items themselves.
    pub fn largest(&self, k: usize) -> Self
    where
        T: PartialOrd,
    {
        self.topk(k, T::clone)
    }
}

impl Bag<bool> {
    /// Whether any item is true; of an empty bag false. Reading stops when that is decided.
    pub fn any(&self) -> Item<bool> {
        self.reduced(Any)
    }

    /// Whether all items are true; of an empty bag true. Reading stops when that is decided.
    pub fn all(&self) -> Item<bool> {
        self.reduced(All)
    }
}
