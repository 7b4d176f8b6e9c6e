//! Folding items into one value, in parallel.

use std::sync::Arc;

use swath_error::{Error, Result};
use swath_graph::Key;

use super::Aggregate;
use crate::item::BagItem;
use crate::name::{function_key, function_name};
use crate::recipe::{self, AggregateRecipe, Raw};
use crate::stream::{Part, Stream, ended};

/// `fold(initial, binop, combine)`: `initial` starts every partition that has items.
pub struct Fold<A, B, C> {
    initial: A,
    binop: Arc<B>,
    combine: Arc<C>,
    id: Key,
}

impl<A, B: 'static, C: 'static> Fold<A, B, C> {
    /// The fold.
    pub fn new(initial: A, binop: B, combine: C) -> Self {
        // Two initial values cannot be compared in general, so no two folds are the same.
        let id = Key::of("fold").key(Key::unique("fold")).finish();
        Self { initial, binop: Arc::new(binop), combine: Arc::new(combine), id }
    }
}

impl<T, A, B, C> Aggregate<T> for Fold<A, B, C>
where
    T: BagItem,
    A: BagItem,
    B: Fn(A, T) -> A + Send + Sync + 'static,
    C: Fn(A, A) -> A + Send + Sync + 'static,
{
    type Partial = A;
    type Output = A;

    fn name(&self) -> &'static str {
        "fold"
    }

    fn label(&self) -> String {
        format!("fold({}, {})", function_name::<B>(), function_name::<C>())
    }

    fn key(&self) -> Key {
        self.id
    }

    fn partial(&self, stream: &dyn Stream<T>, part: &mut Part<'_>) -> Result<Option<A>> {
        let mut total: Option<A> = None;
        ended(stream.drive(part, &mut |item| {
            let before = total.take().unwrap_or_else(|| self.initial.clone());
            total = Some((self.binop)(before, item));
            Ok(())
        }))?;
        Ok(total)
    }

    fn merge(&self, partials: Vec<A>) -> Result<A> {
        partials
            .into_iter()
            .reduce(|a, b| (self.combine)(a, b))
            .ok_or_else(|| Error::internal("nothing to combine"))
    }

    fn finish(&self, whole: Option<A>) -> Result<A> {
        Ok(whole.unwrap_or_else(|| self.initial.clone()))
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<AggregateRecipe> {
        Ok(AggregateRecipe::Fold {
            initial: Raw::of(&self.initial)?,
            binop: recipe::function::<B>()?,
            combine: recipe::function::<C>()?,
            output: std::any::type_name::<A>().to_owned(),
        })
    }
}

/// `reduce(binop)`: a fold without an initial value.
pub struct Reduce<B> {
    binop: Arc<B>,
    id: Key,
}

impl<B: 'static> Reduce<B> {
    /// The reduction.
    pub fn new(binop: B) -> Self {
        Self { binop: Arc::new(binop), id: function_key::<B>("reduce").finish() }
    }
}

impl<T: BagItem, B: Fn(T, T) -> T + Send + Sync + 'static> Aggregate<T> for Reduce<B> {
    type Partial = T;
    type Output = T;

    fn name(&self) -> &'static str {
        "reduce"
    }

    fn label(&self) -> String {
        format!("reduce({})", function_name::<B>())
    }

    fn key(&self) -> Key {
        self.id
    }

    fn partial(&self, stream: &dyn Stream<T>, part: &mut Part<'_>) -> Result<Option<T>> {
        let mut total: Option<T> = None;
        ended(stream.drive(part, &mut |item| {
            total = Some(match total.take() {
                Some(before) => (self.binop)(before, item),
                None => item,
            });
            Ok(())
        }))?;
        Ok(total)
    }

    fn merge(&self, partials: Vec<T>) -> Result<T> {
        partials
            .into_iter()
            .reduce(|a, b| (self.binop)(a, b))
            .ok_or_else(|| Error::internal("nothing to combine"))
    }

    fn finish(&self, whole: Option<T>) -> Result<T> {
        whole.ok_or_else(|| {
            Error::data("an empty bag cannot be reduced without an initial value").with_help("use fold")
        })
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<AggregateRecipe> {
        let (binop, output) = (recipe::function::<B>()?, std::any::type_name::<T>().to_owned());
        Ok(AggregateRecipe::Reduce { binop, output })
    }
}
