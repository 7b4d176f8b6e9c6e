//! The words of strings, without allocating them.

use std::sync::Arc;

use swath_error::Result;
use swath_graph::Key;

use super::{Flow, Info, Node, Part, Sink, Stream, TextStream};
use crate::recipe::StreamRecipe;

/// Every string split at white space.
pub struct Words {
    info: Info,
    input: Arc<dyn Stream<String>>,
}

impl Words {
    /// The node.
    pub fn new(input: Arc<dyn Stream<String>>) -> Self {
        let info = Info {
            key: Key::of("words").key(input.info().key).finish(),
            label: "words".to_owned(),
            partitions: input.info().partitions,
        };
        Self { info, input }
    }
}

impl Node for Words {
    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        vec![&*self.input as &dyn Node]
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<StreamRecipe> {
        Ok(StreamRecipe::Words(Box::new(self.input.recipe()?)))
    }
}

impl Stream<String> for Words {
    fn drive(&self, part: &mut Part<'_>, sink: Sink<'_, String>) -> Flow {
        self.drive_text(part, &mut |word| sink(word.to_owned()))
    }

    fn rewrite(&self) -> Option<Arc<dyn Stream<String>>> {
        Some(Arc::new(Self { info: self.info.clone(), input: self.input.rewrite()? }))
    }

    fn text(&self) -> Option<&dyn TextStream> {
        Some(self)
    }
}

impl TextStream for Words {
    fn drive_text(&self, part: &mut Part<'_>, sink: &mut dyn FnMut(&str) -> Flow) -> Flow {
        match self.input.text() {
            Some(text) => text.drive_text(part, &mut |line| line.split_whitespace().try_for_each(&mut *sink)),
            None => self.input.drive(part, &mut |line| line.split_whitespace().try_for_each(&mut *sink)),
        }
    }
}
