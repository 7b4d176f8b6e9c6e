//! Items that a predicate accepts.

use std::sync::Arc;

use swath_error::Result;

use super::{Flow, Info, Node, Part, Sink, Stop, Stream, TextStream};
use crate::item::{BagItem, cast_ref};
use crate::name::{function_key, function_name};
use crate::recipe::{self, StreamRecipe};

/// `input.filter(predicate)`, or `remove` when `keep` is false.
pub struct Filter<T: BagItem, F> {
    info: Info,
    input: Arc<dyn Stream<T>>,
    predicate: Arc<F>,
    keep: bool,
}

impl<T: BagItem, F: Fn(&T) -> bool + Send + Sync + 'static> Filter<T, F> {
    /// Items for which `predicate` gives `keep`.
    pub fn new(input: Arc<dyn Stream<T>>, predicate: F, keep: bool) -> Self {
        let verb = if keep { "filter" } else { "remove" };
        let info = Info {
            key: function_key::<F>(verb).key(input.info().key).finish(),
            label: format!("{verb}({})", function_name::<F>()),
            partitions: input.info().partitions,
        };
        Self { info, input, predicate: Arc::new(predicate), keep }
    }
}

impl<T: BagItem, F: Send + Sync + 'static> Node for Filter<T, F> {
    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        vec![&*self.input as &dyn Node]
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<StreamRecipe> {
        let (input, predicate) = (Box::new(self.input.recipe()?), recipe::function::<F>()?);
        Ok(StreamRecipe::Filter(input, predicate, self.keep))
    }
}

impl<T: BagItem, F: Fn(&T) -> bool + Send + Sync + 'static> Stream<T> for Filter<T, F> {
    fn drive(&self, part: &mut Part<'_>, sink: Sink<'_, T>) -> Flow {
        self.input.drive(part, &mut |item| {
            if (self.predicate)(&item) == self.keep { sink(item) } else { Ok(()) }
        })
    }

    fn rewrite(&self) -> Option<Arc<dyn Stream<T>>> {
        let input = self.input.rewrite()?;
        let (info, predicate) = (self.info.clone(), self.predicate.clone());
        Some(Arc::new(Self { info, input, predicate, keep: self.keep }))
    }

    fn text(&self) -> Option<&dyn TextStream> {
        self.input.text().map(|_| self as &dyn TextStream)
    }
}

impl<T: BagItem, F: Fn(&T) -> bool + Send + Sync + 'static> TextStream for Filter<T, F> {
    /// The predicate sees one string that is used again for every item.
    fn drive_text(&self, part: &mut Part<'_>, sink: &mut dyn FnMut(&str) -> Flow) -> Flow {
        let not_text = || Stop::from(swath_error::Error::internal("a filter of text was given other items"));
        let mut line = String::new();
        self.input.text().ok_or_else(not_text)?.drive_text(part, &mut |slice| {
            line.clear();
            line.push_str(slice);
            let accepted = (self.predicate)(cast_ref::<String, T>(&line).ok_or_else(not_text)?);
            if accepted == self.keep { sink(slice) } else { Ok(()) }
        })
    }
}
