//! What a graph is spread over.

/// The workers that run a graph, when the planner is to make tasks for several of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    /// How many workers.
    pub workers: usize,
    /// Threads of all of them together.
    pub slots: usize,
    /// Bytes that the smallest of them may hold in memory; none when that is not known.
    pub memory: Option<u64>,
}

impl Spread {
    /// So many workers with so many threads together; at least one of each.
    pub fn new(workers: usize, slots: usize) -> Self {
        let workers = workers.max(1);
        Self { workers, slots: slots.max(workers), memory: None }
    }

    /// Of workers that may each hold so many bytes in memory.
    #[must_use]
    pub fn holding(self, memory: Option<u64>) -> Self {
        Self { memory, ..self }
    }

    /// Threads of one worker.
    pub fn slots_each(self) -> usize {
        (self.slots / self.workers.max(1)).max(1)
    }
}
