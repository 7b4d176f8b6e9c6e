//! A function of every item and one value that is computed first.

use std::marker::PhantomData;
use std::sync::Arc;

use swath_error::Result;
use swath_graph::GraphBuilder;

use super::{Feed, Flow, Info, Node, Part, Sink, Stream};
use crate::item::{BagItem, IntoItem};
use crate::name::{function_key, function_name};
use crate::recipe::{self, StreamRecipe, Typed};
use crate::single::Single;

/// `input.map_with(item, function)`.
pub struct MapWith<A: BagItem, V: BagItem, U, M, F> {
    info: Info,
    input: Arc<dyn Stream<A>>,
    value: Arc<dyn Single<V>>,
    function: Arc<F>,
    output: PhantomData<fn() -> (U, M)>,
}

impl<A, V, U, M, F> MapWith<A, V, U, M, F>
where
    A: BagItem,
    V: BagItem,
    U: IntoItem<M>,
    M: 'static,
    F: Fn(A, &V) -> U + Send + Sync + 'static,
{
    /// The node.
    pub fn new(input: Arc<dyn Stream<A>>, value: Arc<dyn Single<V>>, function: F) -> Self {
        let info = Info {
            key: function_key::<F>("map-with").key(value.info().key).key(input.info().key).finish(),
            label: format!("map_with({})", function_name::<F>()),
            partitions: input.info().partitions,
        };
        Self { info, input, value, function: Arc::new(function), output: PhantomData }
    }
}

impl<A: BagItem, V: BagItem, U: 'static, M: 'static, F: Send + Sync + 'static> Node
    for MapWith<A, V, U, M, F>
{
    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        vec![&*self.value as &dyn Node, &*self.input as &dyn Node]
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<StreamRecipe> {
        let input = Typed::of::<A>(self.input.recipe()?);
        Ok(StreamRecipe::MapWith(input, recipe::function::<F>()?))
    }

    fn width(&self, part: usize) -> usize {
        1 + self.input.width(part)
    }

    fn feed(&self, builder: &mut GraphBuilder) -> Result<Feed> {
        let value = self.value.task(builder)?;
        let mut feed = self.input.feed(builder)?;
        for tasks in &mut feed {
            tasks.insert(0, value);
        }
        Ok(feed)
    }

    fn reads_files(&self) -> bool {
        self.input.reads_files()
    }
}

impl<A, V, U, M, F> Stream<U::Item> for MapWith<A, V, U, M, F>
where
    A: BagItem,
    V: BagItem,
    U: IntoItem<M>,
    M: 'static,
    F: Fn(A, &V) -> U + Send + Sync + 'static,
{
    fn drive(&self, part: &mut Part<'_>, sink: Sink<'_, U::Item>) -> Flow {
        let value = part.next_block()?.into_value()?.downcast::<V>()?;
        self.input.drive(part, &mut |item| sink((self.function)(item, &value).into_item()?))
    }

    fn rewrite(&self) -> Option<Arc<dyn Stream<U::Item>>> {
        let (input, value) = (self.input.rewrite(), self.value.rewrite());
        if input.is_none() && value.is_none() {
            return None;
        }
        Some(Arc::new(Self {
            info: self.info.clone(),
            input: input.unwrap_or_else(|| self.input.clone()),
            value: value.unwrap_or_else(|| self.value.clone()),
            function: self.function.clone(),
            output: PhantomData,
        }))
    }
}
