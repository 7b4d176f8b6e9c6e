//! The items with the largest keys.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::marker::PhantomData;
use std::sync::Arc;

use swath_error::Result;
use swath_graph::Key;

use super::Aggregate;
use crate::item::{BagItem, order};
use crate::name::{function_key, function_name};
use crate::recipe::{self, AggregateRecipe, KeyBy, KeyKind, Kind};
use crate::stream::{Part, Stream, ended};

/// `topk(k, key)`: largest first, of equal keys the first seen first.
pub struct TopK<K, F> {
    k: usize,
    function: Arc<F>,
    label: String,
    id: Key,
    key: PhantomData<fn() -> K>,
}

impl<K, F: 'static> TopK<K, F> {
    /// The `k` items with the largest of what `function` gives.
    pub fn by(k: usize, function: F) -> Self {
        let label = format!("topk({k}, {})", function_name::<F>());
        let id = function_key::<F>("topk").u64(k as u64).finish();
        Self { k, function: Arc::new(function), label, id, key: PhantomData }
    }
}

/// An item on the heap: the greatest is the one to throw out first.
struct Ranked<K, T> {
    key: K,
    place: usize,
    item: T,
}

impl<K: PartialOrd, T> Ord for Ranked<K, T> {
    fn cmp(&self, other: &Self) -> Ordering {
        order(&other.key, &self.key).then(self.place.cmp(&other.place))
    }
}

impl<K: PartialOrd, T> PartialOrd for Ranked<K, T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K: PartialOrd, T> PartialEq for Ranked<K, T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<K: PartialOrd, T> Eq for Ranked<K, T> {}

/// The best `k` so far.
struct Best<K, T> {
    k: usize,
    seen: usize,
    heap: BinaryHeap<Ranked<K, T>>,
}

impl<K: PartialOrd, T> Best<K, T> {
    fn new(k: usize) -> Self {
        Self { k, seen: 0, heap: BinaryHeap::with_capacity(k.min(1024) + 1) }
    }

    fn push(&mut self, key: K, item: T) {
        let place = self.seen;
        self.seen += 1;
        if self.heap.len() < self.k {
            self.heap.push(Ranked { key, place, item });
            return;
        }
        // A later item must be strictly larger than the worst to take its place.
        if let Some(mut worst) = self.heap.peek_mut()
            && order(&key, &worst.key) == Ordering::Greater
        {
            *worst = Ranked { key, place, item };
        }
    }

    fn into_items(self) -> Vec<T> {
        self.heap.into_sorted_vec().into_iter().map(|r| r.item).collect()
    }
}

impl<T: BagItem, K: PartialOrd + 'static, F: Fn(&T) -> K + Send + Sync + 'static> Aggregate<T>
    for TopK<K, F>
{
    type Partial = Vec<T>;
    type Output = Vec<T>;

    fn name(&self) -> &'static str {
        "topk"
    }

    fn label(&self) -> String {
        self.label.clone()
    }

    fn key(&self) -> Key {
        self.id
    }

    fn partial(&self, stream: &dyn Stream<T>, part: &mut Part<'_>) -> Result<Option<Vec<T>>> {
        let mut best = Best::new(self.k);
        ended(stream.drive(part, &mut |item| {
            best.push((self.function)(&item), item);
            Ok(())
        }))?;
        Ok(Some(best.into_items()))
    }

    fn merge(&self, partials: Vec<Vec<T>>) -> Result<Vec<T>> {
        let mut best = Best::new(self.k);
        for item in partials.into_iter().flatten() {
            best.push((self.function)(&item), item);
        }
        Ok(best.into_items())
    }

    fn finish(&self, whole: Option<Vec<T>>) -> Result<Vec<T>> {
        Ok(whole.unwrap_or_default())
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<AggregateRecipe> {
        let by = KeyBy::of::<F>()?;
        let kind = Kind::of::<T>();
        let known = match by {
            KeyBy::Item => !matches!(kind, Kind::Raw | Kind::Json | Kind::TextCounts | Kind::JsonCounts),
            KeyBy::Count => matches!(kind, Kind::TextCounts | Kind::JsonCounts),
            KeyBy::Function(_) => true,
        };
        match KeyKind::of::<K>().or((by == KeyBy::Item && known).then_some(KeyKind::I64)) {
            Some(key) if known => Ok(AggregateRecipe::TopK(self.k, by, key)),
            _ => Err(recipe::stays(&self.label).with_help(
                "the key is given by a function with #[swath::task], as a number, a bool or a string",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_keys_keep_their_order() {
        let mut best = Best::new(3);
        for item in [("a", 1), ("b", 2), ("c", 1), ("d", 2), ("e", 3)] {
            best.push(item.1, item.0);
        }
        assert_eq!(best.into_items(), ["e", "b", "d"]);
        let mut none: Best<i32, &str> = Best::new(0);
        none.push(1, "a");
        assert!(none.into_items().is_empty());
    }
}
