//! A user's own reduction: one function for partitions, one for lists of their results.

use std::sync::Arc;

use swath_error::Result;
use swath_graph::Key;

use super::Aggregate;
use crate::item::BagItem;
use crate::name::{function_key, function_name};
use crate::recipe::{self, AggregateRecipe};
use crate::stream::{Part, Stream, collect};

/// `reduction(perpartition, aggregate)`.
pub struct PerPartition<P, G> {
    perpartition: Arc<P>,
    aggregate: Arc<G>,
    id: Key,
}

impl<P: 'static, G: 'static> PerPartition<P, G> {
    /// The reduction.
    pub fn new(perpartition: P, aggregate: G) -> Self {
        let id = function_key::<P>("reduction").key(function_key::<G>("aggregate").finish()).finish();
        Self { perpartition: Arc::new(perpartition), aggregate: Arc::new(aggregate), id }
    }
}

impl<T, A, P, G> Aggregate<T> for PerPartition<P, G>
where
    T: BagItem,
    A: BagItem,
    P: Fn(Vec<T>) -> A + Send + Sync + 'static,
    G: Fn(Vec<A>) -> A + Send + Sync + 'static,
{
    type Partial = A;
    type Output = A;

    fn name(&self) -> &'static str {
        "reduction"
    }

    fn label(&self) -> String {
        format!("reduction({}, {})", function_name::<P>(), function_name::<G>())
    }

    fn key(&self) -> Key {
        self.id
    }

    fn partial(&self, stream: &dyn Stream<T>, part: &mut Part<'_>) -> Result<Option<A>> {
        let items = collect(stream, part)?;
        let only_one = stream.info().partitions == 1;
        Ok((only_one || !items.is_empty()).then(|| (self.perpartition)(items)))
    }

    fn merge(&self, partials: Vec<A>) -> Result<A> {
        Ok((self.aggregate)(partials))
    }

    fn finish(&self, whole: Option<A>) -> Result<A> {
        Ok(whole.unwrap_or_else(|| (self.aggregate)(Vec::new())))
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<AggregateRecipe> {
        Ok(AggregateRecipe::PerPartition {
            perpartition: recipe::function::<P>()?,
            aggregate: recipe::function::<G>()?,
            output: std::any::type_name::<A>().to_owned(),
        })
    }
}
