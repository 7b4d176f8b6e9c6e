//! Grouping and folding in one: a fold per key, without moving the items.

use std::hash::Hash;
use std::sync::Arc;

use swath_error::Result;
use swath_graph::Key;

use super::{Aggregate, Keyed};
use crate::item::BagItem;
use crate::name::function_name;
use crate::recipe::{self, AggregateRecipe, KeyBy, Kind, Raw};
use crate::stream::{Part, Stream, ended};

/// A fold per key. `start` makes a group's first value of its first item; pairs of key and value come out in the order of
/// first appearance.
pub struct FoldBy<Q, S, B, C, A> {
    key: Arc<Q>,
    start: Arc<S>,
    binop: Arc<B>,
    combine: Arc<C>,
    /// Starts every merge of partial results, as Dask's `combine_initial` does.
    combine_initial: Option<A>,
    /// The value that `start` adds the first item to; none when a group's first value is its first item.
    initial: Option<A>,
    id: Key,
}

impl<Q, S, B, C, A> FoldBy<Q, S, B, C, A> {
    /// The fold per key.
    ///
    /// `start` is `binop` of `initial` and the item, or the item itself when there is none; it is a function of its own
    /// because the item and the value differ in type only with an `initial`.
    pub fn new(
        key: Q,
        start: S,
        binop: B,
        combine: C,
        combine_initial: Option<A>,
        initial: Option<A>,
    ) -> Self {
        Self {
            key: Arc::new(key),
            start: Arc::new(start),
            binop: Arc::new(binop),
            combine: Arc::new(combine),
            combine_initial,
            initial,
            id: Key::of("foldby").key(Key::unique("foldby")).finish(),
        }
    }
}

impl<T, K, A, Q, S, B, C> Aggregate<T> for FoldBy<Q, S, B, C, A>
where
    T: BagItem,
    K: BagItem + Hash + Eq,
    A: BagItem,
    Q: Fn(&T) -> K + Send + Sync + 'static,
    S: Fn(T) -> A + Send + Sync + 'static,
    B: Fn(A, T) -> A + Send + Sync + 'static,
    C: Fn(A, A) -> A + Send + Sync + 'static,
{
    /// A value is only absent while it is being folded.
    type Partial = Keyed<K, Option<A>>;
    type Output = Vec<(K, A)>;

    fn name(&self) -> &'static str {
        "foldby"
    }

    fn label(&self) -> String {
        format!("foldby({})", function_name::<Q>())
    }

    fn key(&self) -> Key {
        self.id
    }

    fn partial(&self, stream: &dyn Stream<T>, part: &mut Part<'_>) -> Result<Option<Self::Partial>> {
        let mut groups: Self::Partial = Keyed::default();
        ended(stream.drive(part, &mut |item| {
            groups.update(
                (self.key)(&item),
                || None,
                |value| {
                    *value = Some(match value.take() {
                        Some(before) => (self.binop)(before, item),
                        None => (self.start)(item),
                    });
                },
            );
            Ok(())
        }))?;
        Ok((!groups.is_empty()).then_some(groups))
    }

    fn merge(&self, partials: Vec<Self::Partial>) -> Result<Self::Partial> {
        let mut all: Self::Partial = Keyed::default();
        for (key, part) in partials.into_iter().flat_map(Keyed::into_entries) {
            all.update(
                key,
                || self.combine_initial.clone(),
                |value| {
                    *value = match (value.take(), part) {
                        (Some(before), Some(part)) => Some((self.combine)(before, part)),
                        (before, part) => part.or(before),
                    };
                },
            );
        }
        Ok(all)
    }

    fn finish(&self, whole: Option<Self::Partial>) -> Result<Vec<(K, A)>> {
        let groups = whole.unwrap_or_default().into_entries();
        Ok(groups.into_iter().filter_map(|(key, value)| Some((key, value?))).collect())
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<AggregateRecipe> {
        Ok(AggregateRecipe::FoldBy {
            key: KeyBy::of::<Q>()?,
            initial: self.initial.as_ref().map(Raw::of).transpose()?,
            binop: recipe::function::<B>()?,
            combine: recipe::function::<C>()?,
            combine_initial: self.combine_initial.as_ref().map(Raw::of).transpose()?,
            output: Kind::of::<(K, A)>(),
        })
    }
}
