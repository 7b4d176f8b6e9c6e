//! JSON values that are strings, as strings.

use std::sync::Arc;

use swath_error::{Error, Result};
use swath_graph::Key;

use super::{Json, JsonRef};
use crate::recipe::StreamRecipe;
use crate::stream::{Flow, Info, Node, Part, Sink, Stream, TextStream};

/// The strings of a bag of JSON; any other value is an error.
pub struct JsonStrings {
    info: Info,
    input: Arc<dyn Stream<Json>>,
}

impl JsonStrings {
    /// The node.
    pub fn new(input: Arc<dyn Stream<Json>>) -> Self {
        let info = Info {
            key: Key::of("json-strings").key(input.info().key).finish(),
            label: "strings".to_owned(),
            partitions: input.info().partitions,
        };
        Self { info, input }
    }
}

fn not_a_string(value: &Json) -> Error {
    Error::data(format!("a string was expected, but the value is {}", value.kind()))
}

impl Node for JsonStrings {
    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        vec![&*self.input as &dyn Node]
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<StreamRecipe> {
        Ok(StreamRecipe::JsonStrings(Box::new(self.input.recipe()?)))
    }
}

impl Stream<String> for JsonStrings {
    fn drive(&self, part: &mut Part<'_>, sink: Sink<'_, String>) -> Flow {
        self.input.drive(part, &mut |value| match value {
            Json::Str(s) => sink(s),
            other => Err(not_a_string(&other).into()),
        })
    }

    fn rewrite(&self) -> Option<Arc<dyn Stream<String>>> {
        Some(Arc::new(Self { info: self.info.clone(), input: self.input.rewrite()? }))
    }

    fn text(&self) -> Option<&dyn TextStream> {
        self.input.json().map(|_| self as &dyn TextStream)
    }
}

impl TextStream for JsonStrings {
    fn drive_text(&self, part: &mut Part<'_>, sink: &mut dyn FnMut(&str) -> Flow) -> Flow {
        let Some(json) = self.input.json() else {
            return self.drive(part, &mut |line| sink(&line));
        };
        json.drive_json(part, &mut |value| match value {
            JsonRef::Str(s) => sink(&s),
            JsonRef::Other(other) => Err(not_a_string(&other).into()),
        })
    }
}
