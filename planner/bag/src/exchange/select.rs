//! Some of a bag's partitions.

use std::sync::Arc;

use swath_error::{Error, Result};
use swath_graph::{GraphBuilder, Key};

use crate::item::BagItem;
use crate::recipe::StreamRecipe;
use crate::stream::{Feed, Flow, Info, Node, Part, Sink, Stream, TextStream};

/// The partitions `start .. start + count`; the others are not made.
pub struct Select<T> {
    info: Info,
    input: Arc<dyn Stream<T>>,
    start: usize,
}

impl<T: BagItem> Select<T> {
    /// The node.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidArgument`] when the bag has no such partitions.
    pub fn new(input: Arc<dyn Stream<T>>, start: usize, count: usize) -> Result<Self> {
        let all = input.info().partitions;
        if count == 0 || start.checked_add(count).is_none_or(|end| end > all) {
            return Err(Error::argument(format!(
                "there are {all} partitions; {count} from partition {start} were asked for"
            )));
        }
        let info = Info {
            key: Key::of("select").u64(start as u64).u64(count as u64).key(input.info().key).finish(),
            label: format!("partitions({start}..{})", start + count),
            partitions: count,
        };
        Ok(Self { info, input, start })
    }

    fn at<R>(&self, part: &mut Part<'_>, body: impl FnOnce(&mut Part<'_>) -> R) -> R {
        let below = self.start + part.index();
        part.at(below, self.input.width(below), body)
    }
}

impl<T: BagItem> Node for Select<T> {
    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        vec![&*self.input as &dyn Node]
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<StreamRecipe> {
        Ok(StreamRecipe::Select(Box::new(self.input.recipe()?), self.start, self.info.partitions))
    }

    fn width(&self, part: usize) -> usize {
        self.input.width(self.start + part)
    }

    fn feed(&self, builder: &mut GraphBuilder) -> Result<Feed> {
        Ok(self.input.feed(builder)?.into_iter().skip(self.start).take(self.info.partitions).collect())
    }
}

impl<T: BagItem> Stream<T> for Select<T> {
    fn drive(&self, part: &mut Part<'_>, sink: Sink<'_, T>) -> Flow {
        self.at(part, |part| self.input.drive(part, sink))
    }

    fn rewrite(&self) -> Option<Arc<dyn Stream<T>>> {
        Some(Arc::new(Self { info: self.info.clone(), input: self.input.rewrite()?, start: self.start }))
    }

    fn text(&self) -> Option<&dyn TextStream> {
        self.input.text().map(|_| self as &dyn TextStream)
    }
}

impl<T: BagItem> TextStream for Select<T> {
    fn drive_text(&self, part: &mut Part<'_>, sink: &mut dyn FnMut(&str) -> Flow) -> Flow {
        match self.input.text() {
            Some(text) => self.at(part, |part| text.drive_text(part, sink)),
            None => Err(Error::internal("partitions of text were given other items").into()),
        }
    }
}
