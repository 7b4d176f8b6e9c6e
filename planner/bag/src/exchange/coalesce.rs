//! Fewer partitions: neighbours are put together, each item passed on as it comes.

use std::sync::Arc;

use swath_error::{Error, Result};
use swath_graph::{GraphBuilder, Key};

use crate::item::BagItem;
use crate::recipe::StreamRecipe;
use crate::stream::{Feed, Flow, Info, Node, Part, Sink, Stream};

/// `repartition(n)` to fewer partitions.
pub struct Coalesce<T> {
    info: Info,
    input: Arc<dyn Stream<T>>,
    /// Partition `i` is made of `bounds[i] .. bounds[i + 1]` of the input.
    bounds: Arc<Vec<usize>>,
}

impl<T: BagItem> Coalesce<T> {
    /// Into `partitions`, at most as many as the input has, as evenly as Dask cuts them.
    pub fn new(input: Arc<dyn Stream<T>>, partitions: usize) -> Self {
        let before = input.info().partitions;
        let ratio = before as f64 / partitions as f64;
        let mut bounds: Vec<usize> = (0..partitions).map(|i| (i as f64 * ratio) as usize).collect();
        bounds.push(before);
        let info = Info {
            key: Key::of("coalesce").u64(partitions as u64).key(input.info().key).finish(),
            label: format!("repartition({partitions})"),
            partitions,
        };
        Self { info, input, bounds: Arc::new(bounds) }
    }

    fn below(&self, part: usize) -> std::ops::Range<usize> {
        let bound = |i: usize| self.bounds.get(i).copied().unwrap_or(0);
        bound(part)..bound(part + 1)
    }
}

impl<T: BagItem> Node for Coalesce<T> {
    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        vec![&*self.input as &dyn Node]
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<StreamRecipe> {
        Ok(StreamRecipe::Coalesce(Box::new(self.input.recipe()?), self.info.partitions))
    }

    fn width(&self, part: usize) -> usize {
        self.below(part).map(|below| self.input.width(below)).sum()
    }

    fn feed(&self, builder: &mut GraphBuilder) -> Result<Feed> {
        let below = self.input.feed(builder)?;
        (0..self.info.partitions)
            .map(|part| {
                let tasks = below.get(self.below(part));
                tasks.map(<[_]>::concat).ok_or_else(|| Error::internal("repartition lost a partition"))
            })
            .collect()
    }
}

impl<T: BagItem> Stream<T> for Coalesce<T> {
    fn drive(&self, part: &mut Part<'_>, sink: Sink<'_, T>) -> Flow {
        self.below(part.index()).try_for_each(|below| {
            part.at(below, self.input.width(below), |part| self.input.drive(part, sink))
        })
    }

    fn rewrite(&self) -> Option<Arc<dyn Stream<T>>> {
        let (info, input) = (self.info.clone(), self.input.rewrite()?);
        Some(Arc::new(Self { info, input, bounds: self.bounds.clone() }))
    }
}
