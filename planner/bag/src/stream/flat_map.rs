//! A function that gives any number of items for each.

use std::marker::PhantomData;
use std::sync::Arc;

use swath_error::Result;

use super::{Flow, Info, Node, Part, Sink, Stream};
use crate::item::BagItem;
use crate::name::function_key;
use crate::recipe::{self, StreamRecipe, Typed};

/// `input.flat_map(function)`, `input.flatten()`.
pub struct FlatMap<A: BagItem, I, F> {
    info: Info,
    input: Arc<dyn Stream<A>>,
    function: Arc<F>,
    output: PhantomData<fn() -> I>,
}

impl<A, I, F> FlatMap<A, I, F>
where
    A: BagItem,
    I: IntoIterator<Item: BagItem> + 'static,
    F: Fn(A) -> I + Send + Sync + 'static,
{
    /// The node; plans show it as `label`.
    pub fn new(input: Arc<dyn Stream<A>>, function: F, label: String) -> Self {
        let info = Info {
            key: function_key::<F>("flat-map").key(input.info().key).finish(),
            label,
            partitions: input.info().partitions,
        };
        Self { info, input, function: Arc::new(function), output: PhantomData }
    }
}

impl<A: BagItem, I: 'static, F: Send + Sync + 'static> Node for FlatMap<A, I, F> {
    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        vec![&*self.input as &dyn Node]
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<StreamRecipe> {
        let input = Typed::of::<A>(self.input.recipe()?);
        Ok(StreamRecipe::FlatMap(input, recipe::function::<F>()?))
    }
}

impl<A, I, F> Stream<I::Item> for FlatMap<A, I, F>
where
    A: BagItem,
    I: IntoIterator<Item: BagItem> + 'static,
    F: Fn(A) -> I + Send + Sync + 'static,
{
    fn drive(&self, part: &mut Part<'_>, sink: Sink<'_, I::Item>) -> Flow {
        self.input.drive(part, &mut |item| (self.function)(item).into_iter().try_for_each(&mut *sink))
    }

    fn rewrite(&self) -> Option<Arc<dyn Stream<I::Item>>> {
        let input = self.input.rewrite()?;
        let (info, function) = (self.info.clone(), self.function.clone());
        Some(Arc::new(Self { info, input, function, output: PhantomData }))
    }
}
