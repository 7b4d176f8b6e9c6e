//! The state.

use swath_scheduler::WorkerId;

use crate::event::{Effects, Event, Limits};

/// The state machine of one worker.
#[derive(Debug)]
pub struct WorkerCore {
    id: WorkerId,
    limits: Limits,
}

impl WorkerCore {
    /// A worker without tasks.
    pub fn new(id: WorkerId, limits: Limits) -> Self {
        Self { id, limits }
    }

    /// Its number.
    pub fn id(&self) -> WorkerId {
        self.id
    }

    /// What it may do at once.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Takes one event in.
    pub fn step(&mut self, _event: Event, _effects: &mut Effects) {}
}
