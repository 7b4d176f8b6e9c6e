//! Recomputes every counter from scratch and compares: for tests and for finding bugs.

use std::cmp::Reverse;

use swath_error::{Error, Result};

use crate::worker::{Stage, Task, WorkerCore};

impl WorkerCore {
    /// Compares what is noted with what it follows from.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] naming the first thing that is wrong.
    pub fn check(&self) -> Result<()> {
        let taken: u32 =
            self.tasks.values().filter(|t| t.stage == Stage::Running).map(|t| u32::from(t.slots)).sum();
        ensure(taken == self.taken, || format!("{} slots taken, noted {}", taken, self.taken))?;
        let ready = self.tasks.values().filter(|t| matches!(t.stage, Stage::Queued | Stage::Waking));
        let ready = ready.map(|t| (Reverse(t.priority), t.attempt.task));
        ensure(ready.clone().count() == self.ready.len(), || "tasks that could begin".into())?;
        ensure(ready.into_iter().all(|key| self.ready.contains(&key)), || "which tasks could begin".into())?;
        ensure(self.fetches.is_consistent(), || "streams".into())?;
        self.tasks.values().try_for_each(|task| self.check_task(task))?;
        self.check_blocks()
    }

    fn check_task(&self, task: &Task) -> Result<()> {
        let name = task.attempt.task;
        let missing = task.inputs.iter().filter(|input| !self.has(**input)).count();
        let right = match task.stage {
            Stage::Fetching(noted) => noted == missing && missing > 0,
            Stage::Queued => missing == 0,
            _ => task.inputs.is_empty(),
        };
        ensure(right, || format!("{name:?} lacks {missing} inputs and is {:?}", task.stage))?;
        let known = |input| self.blocks.get(input).is_some_and(|b| b.readers.contains(&name));
        ensure(task.inputs.iter().all(known), || format!("inputs of {name:?}"))
    }

    fn check_blocks(&self) -> Result<()> {
        for (name, block) in &self.blocks {
            ensure(!block.is_idle(), || format!("{name:?} is here for nobody"))?;
            let stages = usize::from(block.here)
                + usize::from(block.queued.is_some())
                + usize::from(block.asked.is_some());
            ensure(stages == 1 || (block.here && block.queued.is_none()), || {
                format!("{name:?} is neither here nor sought, or both: {block:?}")
            })?;
            let reads = |r: &&_| self.tasks.get(*r).is_some_and(|t| t.inputs.contains(name));
            ensure(block.readers.iter().all(|r| reads(&r)), || format!("readers of {name:?}"))?;
        }
        Ok(())
    }
}

fn ensure(right: bool, what: impl FnOnce() -> String) -> Result<()> {
    if right { Ok(()) } else { Err(Error::internal(format!("worker: {}", what()))) }
}
