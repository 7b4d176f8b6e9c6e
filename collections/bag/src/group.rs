//! Items by key.

use std::any::TypeId;
use std::hash::Hash;
use std::panic::Location;
use std::sync::Arc;

use swath_bag_plan::{BagItem, Boundary, Distinct, FoldBy, Frequencies, GroupBy};

use crate::Bag;
use crate::json::Json;

/// The count of a pair of item and count, for `frequencies().topk(10, by_count)`.
pub fn by_count<K>(pair: &(K, u64)) -> u64 {
    pair.1
}

/// The item of a pair of item and count.
fn first<T>(pair: (T, u64)) -> T {
    pair.0
}

/// Pairs of item and count in the order of their counts, largest first.
fn most_frequent_first<T>(mut pairs: Vec<(T, u64)>) -> Vec<(T, u64)> {
    pairs.sort_by_key(|pair| std::cmp::Reverse(pair.1));
    pairs
}

impl<T: BagItem> Bag<T> {
    /// How often each item appears: pairs of item and count in one partition, in the order of first appearance.
    ///
    /// Strings of text files and of parsed JSON are counted where they lie, without being allocated line by line.
    pub fn frequencies(&self) -> Bag<(T, u64)>
    where
        T: Hash + Eq,
    {
        self.reduced_bag(Frequencies::default())
    }

    /// As [`Self::frequencies`], most frequent first.
    pub fn frequencies_sorted(&self) -> Bag<(T, u64)>
    where
        T: Hash + Eq,
    {
        self.frequencies().map_partitions(most_frequent_first)
    }

    /// Each item once, in one partition, in the order of first appearance.
    pub fn distinct(&self) -> Self
    where
        T: Hash + Eq,
    {
        let counted_where_they_lie = [TypeId::of::<String>(), TypeId::of::<Json>()];
        if counted_where_they_lie.contains(&TypeId::of::<T>()) {
            return self.frequencies().map(first);
        }
        self.reduced_bag(Distinct::by(T::clone).labelled("distinct"))
    }

    /// The first item of each key, in one partition.
    pub fn distinct_by<K, F>(&self, key: F) -> Self
    where
        K: BagItem + Hash + Eq,
        F: Fn(&T) -> K + Send + Sync + 'static,
    {
        self.reduced_bag(Distinct::by(key))
    }

    /// A fold per key: pairs of key and value in one partition. Moves no items, so prefer it to [`Self::groupby`].
    ///
    /// As in Dask, `initial` starts every key in **every** partition, so it should change nothing: 0 for a sum.
    ///
    /// ```
    /// use swath_bag as db;
    /// use swath_execute::Collection;
    /// # use swath_local as _;
    /// let sums = db::range(10, 2).foldby(|x| x % 2 == 0, 0, |sum, x| sum + x, |a, b| a + b);
    /// assert_eq!(sums.compute()?, [(true, 20), (false, 25)]);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    pub fn foldby<K, A, Q, B, C>(&self, key: Q, initial: A, binop: B, combine: C) -> Bag<(K, A)>
    where
        K: BagItem + Hash + Eq,
        A: BagItem,
        Q: Fn(&T) -> K + Send + Sync + 'static,
        B: Fn(A, T) -> A + Clone + Send + Sync + 'static,
        C: Fn(A, A) -> A + Send + Sync + 'static,
    {
        self.folded_by(key, initial, binop, combine, None)
    }

    /// As [`Self::foldby`], where `combine_initial` starts every merge of partial values, as Dask's parameter does.
    pub fn foldby_with<K, A, Q, B, C>(
        &self,
        key: Q,
        initial: A,
        binop: B,
        combine: C,
        combine_initial: A,
    ) -> Bag<(K, A)>
    where
        K: BagItem + Hash + Eq,
        A: BagItem,
        Q: Fn(&T) -> K + Send + Sync + 'static,
        B: Fn(A, T) -> A + Clone + Send + Sync + 'static,
        C: Fn(A, A) -> A + Send + Sync + 'static,
    {
        self.folded_by(key, initial, binop, combine, Some(combine_initial))
    }

    fn folded_by<K, A, Q, B, C>(
        &self,
        key: Q,
        initial: A,
        binop: B,
        combine: C,
        combine_initial: Option<A>,
    ) -> Bag<(K, A)>
    where
        K: BagItem + Hash + Eq,
        A: BagItem,
        Q: Fn(&T) -> K + Send + Sync + 'static,
        B: Fn(A, T) -> A + Clone + Send + Sync + 'static,
        C: Fn(A, A) -> A + Send + Sync + 'static,
    {
        let (first, of) = (binop.clone(), initial.clone());
        let start = move |item| first(of.clone(), item);
        self.reduced_bag(FoldBy::new(key, start, binop, combine, combine_initial, Some(initial)))
    }

    /// A fold per key without an initial value: `binop` joins two items of the same key.
    pub fn reduceby<K, Q, B>(&self, key: Q, binop: B) -> Bag<(K, T)>
    where
        K: BagItem + Hash + Eq,
        Q: Fn(&T) -> K + Send + Sync + 'static,
        B: Fn(T, T) -> T + Clone + Send + Sync + 'static,
    {
        self.reduced_bag(FoldBy::new(key, |item| item, binop.clone(), binop, None, None))
    }

    /// Full groups: pairs of key and all items with it, in as many partitions as before. Every item moves, so prefer
    /// [`Self::foldby`] where it will do. A key's partition does not depend on the process or the machine.
    pub fn groupby<K, F>(&self, key: F) -> Bag<(K, Vec<T>)>
    where
        K: BagItem + Hash + Eq,
        F: Fn(&T) -> K + Send + Sync + 'static,
    {
        let partitions = self.npartitions().unwrap_or(1);
        self.groupby_into(partitions, key)
    }

    /// As [`Self::groupby`], into `npartitions` partitions.
    #[track_caller]
    pub fn groupby_into<K, F>(&self, npartitions: usize, key: F) -> Bag<(K, Vec<T>)>
    where
        K: BagItem + Hash + Eq,
        F: Fn(&T) -> K + Send + Sync + 'static,
    {
        let caller = Location::caller();
        let grouped = self.plan().and_then(|plan| GroupBy::new(plan, key, npartitions));
        Bag::checked(grouped.map(|node| Arc::new(Boundary(node)) as _), caller)
    }
}
