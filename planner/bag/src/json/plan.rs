//! The nodes that parse and pluck JSON, and the rule that pushes a pluck into the parse.

use std::any::TypeId;
use std::sync::Arc;

use swath_error::Result;
use swath_graph::Key;

use super::parse::{extract, loads};
use super::path::{PathKey, Step};
use super::{Json, JsonRef};

use crate::item::{BagItem, cast};
use crate::recipe::StreamRecipe;
use crate::stream::{Flow, Info, JsonStream, Node, Part, Pluck, Sink, Stream};

/// The node for `input.map(function)` when the function is [`loads`] and the items are strings.
pub(crate) fn recognise<A, U, F>(input: &Arc<dyn Stream<A>>) -> Option<Arc<dyn Stream<U>>>
where
    A: BagItem,
    U: BagItem,
    F: 'static,
{
    fn id_of<F: 'static>(_: F) -> TypeId {
        TypeId::of::<F>()
    }
    if TypeId::of::<F>() != id_of(loads::<String>) {
        return None;
    }
    let text = cast::<Arc<dyn Stream<A>>, Arc<dyn Stream<String>>>(input.clone())?;
    let parse: Arc<dyn Stream<Json>> = Arc::new(ParseJson::new(text));
    cast(parse)
}

/// Text parsed as JSON, of which only the part that `path` leads to is built.
pub struct ParseJson {
    info: Info,
    text: Arc<dyn Stream<String>>,
    path: Vec<Step>,
}

impl ParseJson {
    /// The whole values.
    pub fn new(text: Arc<dyn Stream<String>>) -> Self {
        Self::with_path(text, Vec::new())
    }

    pub(crate) fn with_path(text: Arc<dyn Stream<String>>, path: Vec<Step>) -> Self {
        let keys: Vec<String> = path.iter().map(|step| step.key.to_string()).collect();
        let label = match keys.as_slice() {
            [] => "map(json::loads)".to_owned(),
            keys => format!("map(json::loads, only {})", keys.join(" → ")),
        };
        let key = path.iter().fold(Key::of("json").key(text.info().key), |key, step| {
            let default = step.default.as_ref().map(ToString::to_string);
            key.str(&step.key.to_string())
                .u64(u64::from(default.is_some()))
                .str(default.as_deref().unwrap_or(""))
        });
        let info = Info { key: key.finish(), label, partitions: text.info().partitions };
        Self { info, text, path }
    }
}

impl Node for ParseJson {
    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        vec![&*self.text as &dyn Node]
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<StreamRecipe> {
        Ok(StreamRecipe::ParseJson(Box::new(self.text.recipe()?), self.path.clone()))
    }
}

impl Stream<Json> for ParseJson {
    fn drive(&self, part: &mut Part<'_>, sink: Sink<'_, Json>) -> Flow {
        self.drive_json(part, &mut |value| sink(value.into_json()))
    }

    fn rewrite(&self) -> Option<Arc<dyn Stream<Json>>> {
        Some(Arc::new(Self::with_path(self.text.rewrite()?, self.path.clone())))
    }

    fn json(&self) -> Option<&dyn JsonStream> {
        Some(self)
    }

    fn as_parse(&self) -> Option<&ParseJson> {
        Some(self)
    }
}

impl JsonStream for ParseJson {
    fn drive_json(&self, part: &mut Part<'_>, sink: &mut dyn FnMut(JsonRef<'_>) -> Flow) -> Flow {
        match self.text.text() {
            Some(text) => text.drive_text(part, &mut |line| sink(extract(line, &self.path)?)),
            None => self.text.drive(part, &mut |line| sink(extract(&line, &self.path)?)),
        }
    }
}

/// A member or element of every JSON value.
pub struct PluckJson {
    info: Info,
    input: Arc<dyn Stream<Json>>,
    step: Step,
}

impl PluckJson {
    pub(crate) fn new(input: Arc<dyn Stream<Json>>, step: Step) -> Self {
        let default = step.default.as_ref().map(ToString::to_string);
        let key = Key::of("pluck-json")
            .str(&step.key.to_string())
            .u64(u64::from(default.is_some()))
            .str(default.as_deref().unwrap_or(""))
            .key(input.info().key);
        let label = match &default {
            Some(default) => format!("pluck_or({}, {default})", step.key),
            None => format!("pluck({})", step.key),
        };
        let info = Info { key: key.finish(), label, partitions: input.info().partitions };
        Self { info, input, step }
    }
}

impl Node for PluckJson {
    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        vec![&*self.input as &dyn Node]
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<StreamRecipe> {
        Ok(StreamRecipe::PluckJson(Box::new(self.input.recipe()?), self.step.clone()))
    }
}

impl Stream<Json> for PluckJson {
    fn drive(&self, part: &mut Part<'_>, sink: Sink<'_, Json>) -> Flow {
        self.input.drive(part, &mut |value| sink(self.step.take(value)?))
    }

    /// Rule: `parse, then pluck` becomes a parse that builds only what is plucked.
    fn rewrite(&self) -> Option<Arc<dyn Stream<Json>>> {
        let below = self.input.rewrite();
        let input = below.as_ref().unwrap_or(&self.input);
        if let Some(parse) = input.as_parse() {
            let path = parse.path.iter().chain([&self.step]).cloned().collect();
            return Some(Arc::new(ParseJson::with_path(parse.text.clone(), path)));
        }
        below.map(|input| Arc::new(Self { info: self.info.clone(), input, step: self.step.clone() }) as _)
    }
}

impl<Q: Into<PathKey>> Pluck<Q> for Json {
    type Output = Json;

    fn plucked(input: Arc<dyn Stream<Json>>, query: Q, default: Option<Json>) -> Arc<dyn Stream<Json>> {
        Arc::new(PluckJson::new(input, Step { key: query.into(), default }))
    }
}
