//! What a graph is spread over.

/// The workers that run a graph, when the planner is to make tasks for several of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    /// How many workers.
    pub workers: usize,
    /// Threads of all of them together.
    pub slots: usize,
}

impl Spread {
    /// So many workers with so many threads together; at least one of each.
    pub fn new(workers: usize, slots: usize) -> Self {
        let workers = workers.max(1);
        Self { workers, slots: slots.max(workers) }
    }

    /// Threads of one worker.
    pub fn slots_each(self) -> usize {
        (self.slots / self.workers.max(1)).max(1)
    }
}
