//! A function applied to every item.

use std::marker::PhantomData;
use std::sync::Arc;

use swath_error::Result;

use super::{Flow, Info, Node, Part, Sink, Stream};
use crate::item::{BagItem, IntoItem};
use crate::json::recognise;
use crate::name::{function_key, function_name};
use crate::recipe::{self, Kind, StreamRecipe, Typed};

/// `input.map(function)`.
pub struct Map<A: BagItem, U, M, F> {
    info: Info,
    input: Arc<dyn Stream<A>>,
    function: Arc<F>,
    output: PhantomData<fn() -> (U, M)>,
}

impl<A, U, M, F> Map<A, U, M, F>
where
    A: BagItem,
    U: IntoItem<M>,
    M: 'static,
    F: Fn(A) -> U + Send + Sync + 'static,
{
    /// The node; [`crate::json::loads`] over strings gets one of its own, which plucks can be pushed into.
    pub fn stream(input: Arc<dyn Stream<A>>, function: F) -> Arc<dyn Stream<U::Item>> {
        match recognise::<A, U::Item, F>(&input) {
            Some(parse) => parse,
            None => Arc::new(Self::new(input, function)),
        }
    }

    fn new(input: Arc<dyn Stream<A>>, function: F) -> Self {
        let info = Info {
            key: function_key::<F>("map").key(input.info().key).finish(),
            label: format!("map({})", function_name::<F>()),
            partitions: input.info().partitions,
        };
        Self { info, input, function: Arc::new(function), output: PhantomData }
    }
}

impl<A: BagItem, U: 'static, M: 'static, F: Send + Sync + 'static> Node for Map<A, U, M, F> {
    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        vec![&*self.input as &dyn Node]
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<StreamRecipe> {
        let input = Typed::of::<A>(self.input.recipe()?);
        let of_counts = std::any::type_name::<F>().starts_with("swath_bag::group::first<");
        if of_counts && matches!(input.items, Kind::TextCounts | Kind::JsonCounts) {
            return Ok(StreamRecipe::FirstOfCounts(Box::new(input.stream)));
        }
        Ok(StreamRecipe::Map(input, recipe::function::<F>()?))
    }
}

impl<A, U, M, F> Stream<U::Item> for Map<A, U, M, F>
where
    A: BagItem,
    U: IntoItem<M>,
    M: 'static,
    F: Fn(A) -> U + Send + Sync + 'static,
{
    fn drive(&self, part: &mut Part<'_>, sink: Sink<'_, U::Item>) -> Flow {
        self.input.drive(part, &mut |item| sink((self.function)(item).into_item()?))
    }

    fn rewrite(&self) -> Option<Arc<dyn Stream<U::Item>>> {
        let input = self.input.rewrite()?;
        let (info, function) = (self.info.clone(), self.function.clone());
        Some(Arc::new(Self { info, input, function, output: PhantomData }))
    }
}
