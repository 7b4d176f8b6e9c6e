//! The partitions of several bags, one after another.

use std::sync::Arc;

use swath_error::{Error, Result};
use swath_graph::{GraphBuilder, Key};

use crate::item::BagItem;
use crate::recipe::StreamRecipe;
use crate::stream::{Feed, Flow, Info, Node, Part, Sink, Stream, rewritten};

/// `concat(bags)`.
pub struct Concat<T> {
    info: Info,
    inputs: Vec<Arc<dyn Stream<T>>>,
}

impl<T: BagItem> Concat<T> {
    /// The node.
    pub fn new(inputs: Vec<Arc<dyn Stream<T>>>) -> Self {
        let key = inputs.iter().fold(Key::of("concat"), |key, input| key.key(input.info().key));
        let partitions = inputs.iter().map(|input| input.info().partitions).sum();
        let info = Info { key: key.finish(), label: format!("concat({} bags)", inputs.len()), partitions };
        Self { info, inputs }
    }

    /// Which input makes a partition, and which of its partitions that is.
    fn origin(&self, part: usize) -> Option<(&Arc<dyn Stream<T>>, usize)> {
        let mut left = part;
        for input in &self.inputs {
            let here = input.info().partitions;
            if left < here {
                return Some((input, left));
            }
            left -= here;
        }
        None
    }
}

impl<T: BagItem> Node for Concat<T> {
    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        self.inputs.iter().map(|input| &**input as &dyn Node).collect()
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<StreamRecipe> {
        Ok(StreamRecipe::Concat(self.inputs.iter().map(|input| input.recipe()).collect::<Result<_>>()?))
    }

    fn width(&self, part: usize) -> usize {
        self.origin(part).map_or(0, |(input, part)| input.width(part))
    }

    fn feed(&self, builder: &mut GraphBuilder) -> Result<Feed> {
        let mut feed = Feed::new();
        for input in &self.inputs {
            feed.extend(input.feed(builder)?);
        }
        Ok(feed)
    }
}

impl<T: BagItem> Stream<T> for Concat<T> {
    fn drive(&self, part: &mut Part<'_>, sink: Sink<'_, T>) -> Flow {
        let index = part.index();
        let (input, of_input) =
            self.origin(index).ok_or_else(|| Error::internal("concat has no such partition"))?;
        part.at(of_input, input.width(of_input), |part| input.drive(part, sink))
    }

    fn rewrite(&self) -> Option<Arc<dyn Stream<T>>> {
        let changed = self.inputs.iter().any(|input| input.rewrite().is_some());
        changed.then(|| {
            let inputs = self.inputs.iter().map(rewritten).collect();
            Arc::new(Self { info: self.info.clone(), inputs }) as _
        })
    }
}
