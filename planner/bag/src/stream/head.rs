//! The first items of each partition.

use std::sync::Arc;

use super::{Flow, Info, Node, Part, Sink, Stop, Stream, TextStream};
use crate::item::BagItem;
use crate::recipe::StreamRecipe;
use swath_error::Result;
use swath_graph::Key;

/// At most `limit` items of each partition; what comes after is not made.
pub struct Head<T: BagItem> {
    info: Info,
    input: Arc<dyn Stream<T>>,
    limit: usize,
}

impl<T: BagItem> Head<T> {
    /// The node.
    pub fn new(input: Arc<dyn Stream<T>>, limit: usize) -> Self {
        let info = Info {
            key: Key::of("head").u64(limit as u64).key(input.info().key).finish(),
            label: format!("head({limit} of each partition)"),
            partitions: input.info().partitions,
        };
        Self { info, input, limit }
    }

    /// Counts items down; the one that reaches zero is the last.
    fn limited(&self, mut run: impl FnMut(&mut dyn FnMut(Flow) -> Flow) -> Flow) -> Flow {
        let mut left = self.limit;
        let mut full = left == 0;
        if full {
            return Ok(());
        }
        let flow = run(&mut |pushed| {
            pushed?;
            left -= 1;
            full = left == 0;
            if full { Err(Stop::Enough) } else { Ok(()) }
        });
        match flow {
            Err(Stop::Enough) if full => Ok(()),
            other => other,
        }
    }
}

impl<T: BagItem> Node for Head<T> {
    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        vec![&*self.input as &dyn Node]
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<StreamRecipe> {
        Ok(StreamRecipe::Head(Box::new(self.input.recipe()?), self.limit))
    }
}

impl<T: BagItem> Stream<T> for Head<T> {
    fn drive(&self, part: &mut Part<'_>, sink: Sink<'_, T>) -> Flow {
        self.limited(|count| self.input.drive(part, &mut |item| count(sink(item))))
    }

    fn rewrite(&self) -> Option<Arc<dyn Stream<T>>> {
        Some(Arc::new(Self { info: self.info.clone(), input: self.input.rewrite()?, limit: self.limit }))
    }

    fn text(&self) -> Option<&dyn TextStream> {
        self.input.text().map(|_| self as &dyn TextStream)
    }
}

impl<T: BagItem> TextStream for Head<T> {
    fn drive_text(&self, part: &mut Part<'_>, sink: &mut dyn FnMut(&str) -> Flow) -> Flow {
        match self.input.text() {
            Some(text) => self.limited(|count| text.drive_text(part, &mut |line| count(sink(line)))),
            None => Err(swath_error::Error::internal("head of text was given other items").into()),
        }
    }
}
