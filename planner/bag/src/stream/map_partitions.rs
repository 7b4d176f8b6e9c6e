//! A function applied to whole partitions.

use std::marker::PhantomData;
use std::sync::Arc;

use swath_error::Result;

use super::{Flow, Info, Node, Part, Sink, Stream, collect};
use crate::item::BagItem;
use crate::name::{function_key, function_name};
use crate::recipe::{self, Kind, StreamRecipe, Typed};

/// `input.map_partitions(function)`.
pub struct MapPartitions<A: BagItem, I, F> {
    info: Info,
    input: Arc<dyn Stream<A>>,
    function: Arc<F>,
    output: PhantomData<fn() -> I>,
}

impl<A, I, F> MapPartitions<A, I, F>
where
    A: BagItem,
    I: IntoIterator<Item: BagItem> + 'static,
    F: Fn(Vec<A>) -> I + Send + Sync + 'static,
{
    /// The node.
    pub fn new(input: Arc<dyn Stream<A>>, function: F) -> Self {
        let info = Info {
            key: function_key::<F>("map-partitions").key(input.info().key).finish(),
            label: format!("map_partitions({})", function_name::<F>()),
            partitions: input.info().partitions,
        };
        Self { info, input, function: Arc::new(function), output: PhantomData }
    }
}

impl<A: BagItem, I: 'static, F: Send + Sync + 'static> Node for MapPartitions<A, I, F> {
    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        vec![&*self.input as &dyn Node]
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<StreamRecipe> {
        let input = Typed::of::<A>(self.input.recipe()?);
        let of_counts = std::any::type_name::<F>().starts_with("swath_bag::group::most_frequent_first<");
        if of_counts && matches!(input.items, Kind::TextCounts | Kind::JsonCounts) {
            return Ok(StreamRecipe::MostFrequentFirst(Box::new(input.stream)));
        }
        Ok(StreamRecipe::MapPartitions(input, recipe::function::<F>()?))
    }
}

impl<A, I, F> Stream<I::Item> for MapPartitions<A, I, F>
where
    A: BagItem,
    I: IntoIterator<Item: BagItem> + 'static,
    F: Fn(Vec<A>) -> I + Send + Sync + 'static,
{
    fn drive(&self, part: &mut Part<'_>, sink: Sink<'_, I::Item>) -> Flow {
        let items = collect(&*self.input, part)?;
        (self.function)(items).into_iter().try_for_each(sink)
    }

    fn rewrite(&self) -> Option<Arc<dyn Stream<I::Item>>> {
        let input = self.input.rewrite()?;
        let (info, function) = (self.info.clone(), self.function.clone());
        Some(Arc::new(Self { info, input, function, output: PhantomData }))
    }
}
