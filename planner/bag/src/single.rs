//! One lazy value: what a reduction gives.

use std::sync::Arc;

use swath_block::Block;
use swath_error::Result;
use swath_graph::{GraphBuilder, TaskId};

use crate::item::{BagItem, IntoItem};
use crate::lower::{BagOp, add_layer, taken};
use crate::name::{function_key, function_name};
use crate::recipe::{self, Recipe, Stage};
use crate::stream::{Info, Node};

/// A node that gives one value.
pub trait Single<V: BagItem>: Node {
    /// Adds the layers; the task's block is the value.
    ///
    /// # Errors
    /// When a layer cannot be added.
    fn task(&self, builder: &mut GraphBuilder) -> Result<TaskId>;

    /// A better expression of the same value; none when there is nothing to gain.
    fn rewrite(&self) -> Option<Arc<dyn Single<V>>> {
        None
    }
}

/// `item.apply(function)`.
pub struct Apply<A: BagItem, U, M, F> {
    info: Info,
    input: Arc<dyn Single<A>>,
    function: Arc<F>,
    output: std::marker::PhantomData<fn() -> (U, M)>,
}

impl<A, U, M, F> Apply<A, U, M, F>
where
    A: BagItem,
    U: IntoItem<M>,
    M: 'static,
    F: Fn(A) -> U + Send + Sync + 'static,
{
    /// The node.
    pub fn new(input: Arc<dyn Single<A>>, function: F) -> Self {
        let info = Info {
            key: function_key::<F>("apply").key(input.info().key).finish(),
            label: format!("apply({})", function_name::<F>()),
            partitions: 1,
        };
        Self { info, input, function: Arc::new(function), output: std::marker::PhantomData }
    }
}

impl<A: BagItem, U: 'static, M: 'static, F: Send + Sync + 'static> Node for Apply<A, U, M, F> {
    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        vec![&*self.input as &dyn Node]
    }

    fn reads_files(&self) -> bool {
        false
    }
}

impl<A, U, M, F> Single<U::Item> for Apply<A, U, M, F>
where
    A: BagItem,
    U: IntoItem<M>,
    M: 'static,
    F: Fn(A) -> U + Send + Sync + 'static,
{
    fn task(&self, builder: &mut GraphBuilder) -> Result<TaskId> {
        let input = self.input.task(builder)?;
        let function = self.function.clone();
        let op = BagOp::new("apply", move |mut inputs, _| {
            let value = taken::<A>(inputs.pop().unwrap_or_default())?;
            Ok(Block::value(function(value).into_item()?))
        });
        let op = op.written(|| Ok(Recipe::of::<A>(Stage::Apply(recipe::function::<F>()?))));
        crate::lower::only(add_layer(builder, self.info.key, "apply", op, &[vec![input]])?)
    }

    fn rewrite(&self) -> Option<Arc<dyn Single<U::Item>>> {
        let input = self.input.rewrite()?;
        let (info, function) = (self.info.clone(), self.function.clone());
        Some(Arc::new(Self { info, input, function, output: std::marker::PhantomData }))
    }
}
