//! Which tasks of a frame make which chunk.

use swath_error::Result;
use swath_graph::{Annotations, GraphBuilder, Key, Layer, Payload, TaskId};
use swath_relational::{Parts, plan_key};

use crate::frame::Frame;

/// A frame's parts, and how many chunks each is shared out to.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    parts: Parts,
    shares: usize,
    key: Key,
}

impl Layout {
    /// About `count` chunks, otherwise as many as the frame has parts. A frame of one part is cut into `count` runs of rows.
    pub(super) fn new(frame: &Frame, count: Option<usize>) -> Result<Self> {
        let parts = Parts::new(&frame.plan, frame.in_order, count)?;
        let shares = if parts.count() == 1 { count.unwrap_or(1).max(1) } else { 1 };
        Ok(Self { parts, shares, key: plan_key(&frame.plan)? })
    }

    /// How many chunks.
    pub(super) fn chunks(&self) -> usize {
        self.parts.count() * self.shares
    }

    /// How many chunks take their rows from one part.
    pub(super) fn shares(&self) -> usize {
        self.shares
    }

    /// Adds a task for each chunk, which reads the tables of its part.
    pub(super) fn add(
        &self,
        builder: &mut GraphBuilder,
        name: &str,
        key: &str,
        payload: Payload,
    ) -> Result<Vec<TaskId>> {
        let parts = self.parts.lower(builder)?;
        let key = Key::of("dataframe.arrays").key(self.key).str(name).str(key).u64(self.chunks() as u64);
        let layer =
            Layer { key: key.finish(), name: name.into(), payload, annotations: Annotations::default() };
        let tasks = builder.add(layer, self.chunks(), |i, deps| {
            deps.extend(parts.get(i / self.shares).into_iter().flatten());
        })?;
        Ok(tasks.iter().collect())
    }
}
