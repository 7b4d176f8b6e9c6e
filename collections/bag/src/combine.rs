//! Bags with other bags and with items in memory.

use std::hash::Hash;
use std::panic::Location;
use std::sync::Arc;

use swath_bag_plan::{Accumulate, BagItem, Boundary, Join, Product, Stream, Zip};

use crate::Bag;

impl<T: BagItem> Bag<T> {
    /// Pairs of this bag's and another's items, partition by partition; what is left over of the longer partition is
    /// dropped. Both need the same number of partitions.
    #[track_caller]
    pub fn zip<U: BagItem>(&self, other: &Bag<U>) -> Bag<(T, U)> {
        self.zipped(other, false, Location::caller())
    }

    /// As [`Self::zip`], but partitions of different lengths are an error: the safe way to map over two bags.
    #[track_caller]
    pub fn zip_exact<U: BagItem>(&self, other: &Bag<U>) -> Bag<(T, U)> {
        self.zipped(other, true, Location::caller())
    }

    fn zipped<U: BagItem>(
        &self,
        other: &Bag<U>,
        strict: bool,
        caller: &'static Location<'static>,
    ) -> Bag<(T, U)> {
        let both = || Ok(Arc::new(Zip::new(self.plan()?, other.plan()?, strict)?) as Arc<dyn Stream<_>>);
        Bag::checked(both(), caller)
    }

    /// Every item with every item of another bag; a partition for each pair of partitions.
    #[track_caller]
    pub fn product<U: BagItem>(&self, other: &Bag<U>) -> Bag<(T, U)> {
        let both = || Ok(Arc::new(Product::new(self.plan()?, other.plan()?)?) as Arc<dyn Stream<_>>);
        Bag::checked(both(), Location::caller())
    }

    /// Pairs of an item of `other` and an item of this bag whose keys are equal. `other` is held in memory and should be
    /// the smaller side.
    pub fn join<U, K, F, G>(&self, other: impl IntoIterator<Item = U>, on_self: F, on_other: G) -> Bag<(U, T)>
    where
        U: BagItem,
        K: Hash + Eq + Send + Sync + 'static,
        F: Fn(&T) -> K + Send + Sync + 'static,
        G: Fn(&U) -> K,
    {
        self.then(|plan| Arc::new(Join::new(plan, other, on_self, on_other)))
    }

    /// A running fold through the whole bag: every value on the way. `initial` comes out first.
    ///
    /// ```
    /// use swath_bag as db;
    /// use swath_execute::Collection;
    /// # use swath_local as _;
    /// let sums = db::from_sequence(1..=3).accumulate(0, |sum, x: i64| sum + x);
    /// assert_eq!(sums.compute()?, [0, 1, 3, 6]);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    pub fn accumulate<A, B>(&self, initial: A, binop: B) -> Bag<A>
    where
        A: BagItem,
        B: Fn(A, T) -> A + Clone + Send + Sync + 'static,
    {
        let (first, before) = (binop.clone(), initial.clone());
        let start = move |item| first(before.clone(), item);
        self.then(|plan| Arc::new(Boundary(Accumulate::new(plan, Some(initial), start, binop))))
    }

    /// A running fold that starts with the first item itself.
    pub fn accumulate_items<B>(&self, binop: B) -> Self
    where
        B: Fn(T, T) -> T + Send + Sync + 'static,
    {
        self.then(|plan| Arc::new(Boundary(Accumulate::new(plan, None, |item| item, binop))))
    }
}
