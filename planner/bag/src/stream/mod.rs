//! The nodes of a bag expression: each pushes the items of one partition into a sink.
//!
//! In: the nodes below and, where the graph was cut, blocks of other tasks. Out: items, one at a time, so that a chain
//! of nodes runs as one loop without vectors in between. A node never knows what consumes its items.

mod filter;
mod flat_map;
mod head;
mod map;
mod map_partitions;
mod part;
mod pluck;
mod sample;
mod with;
mod words;

use std::sync::Arc;

use swath_error::{Error, Result};
use swath_graph::{GraphBuilder, Key, TaskId};

pub use filter::Filter;
pub use flat_map::FlatMap;
pub use head::Head;
pub use map::Map;
pub use map_partitions::MapPartitions;
pub use part::Part;
pub use pluck::{Pluck, PluckWith};
pub use sample::Sample;
pub use with::MapWith;
pub use words::Words;

use crate::item::BagItem;
use crate::json::{JsonRef, ParseJson};
use crate::recipe::{self, StreamRecipe};

/// What pushing an item gives: go on, or stop.
pub type Flow = Result<(), Stop>;

/// Why a stream is not read further.
#[derive(Debug)]
pub enum Stop {
    /// Whoever reads has enough.
    Enough,
    /// Something went wrong.
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl Stop {
    /// The same stop, with what was being read added to an error.
    pub(crate) fn at(self, place: impl FnOnce() -> String) -> Self {
        match self {
            Self::Failed(e) if e.kind() != swath_error::ErrorKind::Cancelled => {
                Self::Failed(e.context(place()))
            }
            other => other,
        }
    }
}

/// A stream that was stopped because its reader had enough ended well.
pub(crate) fn ended(flow: Flow) -> Result<()> {
    match flow {
        Ok(()) | Err(Stop::Enough) => Ok(()),
        Err(Stop::Failed(e)) => Err(e),
    }
}

/// Where items go.
pub type Sink<'s, T> = &'s mut dyn FnMut(T) -> Flow;

/// What every node has.
#[derive(Clone, Debug)]
pub struct Info {
    /// Deterministic: equal expressions over equal inputs have equal keys.
    pub key: Key,
    /// How plans show the node: `map(loads)`.
    pub label: String,
    /// How many partitions.
    pub partitions: usize,
}

/// The tasks each partition reads, in the order the stream asks for their blocks.
pub type Feed = Vec<Vec<TaskId>>;

/// A node of a bag expression, whatever its items are.
pub trait Node: Send + Sync + 'static {
    /// Key, label and partitions.
    fn info(&self) -> &Info;

    /// The nodes below.
    fn inputs(&self) -> Vec<&dyn Node>;

    /// How many blocks partition `part` reads; those of the only input unless the node says otherwise.
    fn width(&self, part: usize) -> usize {
        self.inputs().iter().map(|n| n.width(part)).sum()
    }

    /// Adds the layers below the last cut and gives, for each partition, the tasks whose blocks the stream reads.
    ///
    /// # Errors
    /// When a layer cannot be added.
    fn feed(&self, builder: &mut GraphBuilder) -> Result<Feed> {
        let mut feed: Feed = vec![Vec::new(); self.info().partitions];
        for input in self.inputs() {
            for (tasks, more) in feed.iter_mut().zip(input.feed(builder)?) {
                tasks.extend(more);
            }
        }
        Ok(feed)
    }

    /// Whether running the stream reads files: such tasks are admitted by memory budget.
    fn reads_files(&self) -> bool {
        self.inputs().iter().any(|n| n.reads_files())
    }

    /// The stream as data, for another process.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Unsupported`] naming the step or the function that stays in this process.
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<StreamRecipe> {
        Err(recipe::stays(&self.info().label))
    }
}

/// A node whose items are `T`.
pub trait Stream<T: BagItem>: Node {
    /// Pushes every item of `part` into `sink` until it says stop.
    ///
    /// # Errors
    /// What the sink gave, or why the items cannot be had.
    fn drive(&self, part: &mut Part<'_>, sink: Sink<'_, T>) -> Flow;

    /// A better expression of the same items; none when there is nothing to gain.
    fn rewrite(&self) -> Option<Arc<dyn Stream<T>>> {
        None
    }

    /// The items as string slices, when they are strings and exist as slices first.
    fn text(&self) -> Option<&dyn TextStream> {
        None
    }

    /// The items as borrowed JSON, when they are JSON and are parsed here.
    fn json(&self) -> Option<&dyn JsonStream> {
        None
    }

    /// The parse that makes the items: what a `pluck` can be pushed into.
    fn as_parse(&self) -> Option<&ParseJson> {
        None
    }

    /// The tasks whose blocks are the partitions, when the graph is cut right below this node.
    ///
    /// # Errors
    /// When a layer cannot be added.
    fn ready(&self, builder: &mut GraphBuilder) -> Result<Option<Vec<TaskId>>> {
        let _ = builder;
        Ok(None)
    }
}

/// Strings that need not be allocated one by one.
pub trait TextStream {
    /// As [`Stream::drive`], by slice.
    ///
    /// # Errors
    /// As [`Stream::drive`].
    fn drive_text(&self, part: &mut Part<'_>, sink: &mut dyn FnMut(&str) -> Flow) -> Flow;
}

/// JSON values whose strings need not be allocated one by one.
pub trait JsonStream {
    /// As [`Stream::drive`], by borrowed value.
    ///
    /// # Errors
    /// As [`Stream::drive`].
    fn drive_json(&self, part: &mut Part<'_>, sink: &mut dyn FnMut(JsonRef<'_>) -> Flow) -> Flow;
}

/// The rewritten form of `stream`, or itself.
pub fn rewritten<T: BagItem>(stream: &Arc<dyn Stream<T>>) -> Arc<dyn Stream<T>> {
    stream.rewrite().unwrap_or_else(|| stream.clone())
}

/// All items of `part` in a vector.
///
/// # Errors
/// Why the items cannot be had.
pub(crate) fn collect<T: BagItem>(stream: &dyn Stream<T>, part: &mut Part<'_>) -> Result<Vec<T>> {
    let mut items = Vec::new();
    ended(stream.drive(part, &mut |item| {
        items.push(item);
        Ok(())
    }))?;
    Ok(items)
}
