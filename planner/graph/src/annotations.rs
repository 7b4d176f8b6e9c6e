//! How the tasks of a layer want to be run.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Wishes that travel with a layer and survive fusion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Annotations {
    /// Higher runs first; the static order breaks ties. Default 0.
    pub priority: i32,
    /// How often a failed task is run again. Default 0.
    pub retries: u32,
    /// Threads a task may use, "up to": it runs with what the worker has. Default 1.
    pub slots: u16,
    /// The task reads from outside and makes data out of nothing; producers are admitted by byte budget.
    pub producer: bool,
    /// Estimated bytes of one task's result, where the planner knows.
    pub output_bytes: Option<u64>,
    /// Fusion may join this layer's tasks with a neighbour. Default true.
    pub fusible: bool,
    /// Worker names or addresses the tasks are restricted to; empty means any.
    pub workers: Arc<[String]>,
    /// With `workers`: others may be used when none of those can.
    pub allow_other_workers: bool,
    /// Named amounts of abstract resources a task occupies while it runs, such as `("GPU", 1)`.
    pub resources: Arc<[(String, u64)]>,
}

impl Default for Annotations {
    fn default() -> Self {
        Self {
            priority: 0,
            retries: 0,
            slots: 1,
            producer: false,
            output_bytes: None,
            fusible: true,
            workers: Arc::default(),
            allow_other_workers: false,
            resources: Arc::default(),
        }
    }
}

impl Annotations {
    /// Annotations of a layer that reads from outside, each task giving about `output_bytes`.
    pub fn producer(output_bytes: Option<u64>) -> Self {
        Self { producer: true, output_bytes, ..Self::default() }
    }

    /// Whether tasks of the two layers may be fused into one without breaking a wish of either.
    pub fn fuses_with(&self, next: &Self) -> bool {
        self.fusible
            && next.fusible
            && self.priority == next.priority
            && self.retries == next.retries
            && self.slots == next.slots
            && self.workers == next.workers
            && self.allow_other_workers == next.allow_other_workers
            && self.resources == next.resources
    }
}
