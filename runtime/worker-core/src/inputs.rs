//! Blocks come, go and are sought: the part of the state machine that looks after the store.

use std::cmp::Reverse;

use swath_scheduler::{Event as Report, Input, Priority, TaskRef, WorkerId};

use crate::event::Effects;
use crate::worker::{Stage, WorkerCore};

impl WorkerCore {
    /// A result, or a block that was put here, is here and stays.
    pub(crate) fn keep(&mut self, task: TaskRef, bytes: u64, effects: &mut Effects) {
        let block = self.blocks.entry(task).or_default();
        let was_here = std::mem::replace(&mut block.here, true);
        (block.kept, block.bytes) = (true, bytes);
        let ordered = std::mem::take(&mut block.ordered);
        // A copy may have come while the result was made here once more: its readers know of it.
        let readers = if was_here { Vec::new() } else { block.readers.clone() };
        self.stop_seeking(task);
        if ordered {
            effects.report.push(Report::Copied(self.id, task));
        }
        for reader in readers {
            self.one_is_here(reader);
        }
    }

    pub(crate) fn put(&mut self, task: TaskRef, bytes: u64, effects: &mut Effects) {
        if !self.has(task) {
            self.keep(task, bytes, effects);
        }
    }

    /// A result that nobody asked for goes, unless the same block is here for another reason.
    pub(crate) fn discard_result(&mut self, task: TaskRef, effects: &mut Effects) {
        if !self.has(task) {
            effects.drop.push(task);
        }
    }

    /// The scheduler wants a copy here.
    pub(crate) fn copy(&mut self, input: &Input, effects: &mut Effects) {
        let block = self.blocks.entry(input.task).or_default();
        block.learn(input);
        if block.here {
            block.kept = true;
            effects.report.push(Report::Copied(self.id, input.task));
        } else {
            (block.ordered, block.keep) = (true, true);
            self.seek(input.task, effects);
        }
    }

    /// Nobody elsewhere needs it: what is about to run here may.
    pub(crate) fn release(&mut self, task: TaskRef, effects: &mut Effects) {
        let Some(block) = self.blocks.get_mut(&task) else { return };
        (block.kept, block.keep, block.ordered) = (false, false, false);
        self.drop_if_idle(task, effects);
    }

    pub(crate) fn forget_block(&mut self, task: TaskRef, effects: &mut Effects) {
        self.stop_seeking(task);
        if let Some(block) = self.blocks.remove(&task)
            && block.here
        {
            effects.drop.push(task);
        }
    }

    /// An attempt does not need its inputs any more: it has them, or is over.
    pub(crate) fn unpin(&mut self, reader: TaskRef, inputs: &[TaskRef], effects: &mut Effects) {
        for input in inputs {
            if let Some(block) = self.blocks.get_mut(input) {
                block.readers.retain(|r| *r != reader);
                self.drop_if_idle(*input, effects);
            }
        }
    }

    fn drop_if_idle(&mut self, task: TaskRef, effects: &mut Effects) {
        if self.blocks.get(&task).is_some_and(crate::blocks::BlockState::is_idle) {
            self.forget_block(task, effects);
        }
    }

    fn stop_seeking(&mut self, task: TaskRef) {
        let Some(block) = self.blocks.get_mut(&task) else { return };
        if let Some(peer) = block.queued.take() {
            self.fetches.unwant(peer, task);
        }
    }

    pub(crate) fn arrived(&mut self, task: TaskRef, bytes: u64, effects: &mut Effects) {
        let Some(block) = self.blocks.get_mut(&task) else {
            // It was wanted when it was asked for.
            effects.drop.push(task);
            return;
        };
        block.asked = None;
        if block.here {
            return;
        }
        self.stop_seeking(task);
        let Some(block) = self.blocks.get_mut(&task) else { return };
        (block.here, block.bytes) = (true, bytes);
        if block.keep || block.ordered {
            (block.kept, block.ordered) = (true, false);
            effects.report.push(Report::Copied(self.id, task));
        }
        let readers = block.readers.clone();
        for reader in readers {
            self.one_is_here(reader);
        }
        self.drop_if_idle(task, effects);
    }

    /// It came while another copy of it was on its way out, and went with that: it is sought once more.
    pub(crate) fn vanished(&mut self, task: TaskRef, effects: &mut Effects) {
        if let Some(block) = self.blocks.get_mut(&task).filter(|b| !b.here) {
            block.asked = None;
            self.seek(task, effects);
        }
    }

    /// One more input of a task is here.
    fn one_is_here(&mut self, reader: TaskRef) {
        let Some(task) = self.tasks.get_mut(&reader) else { return };
        if let Stage::Fetching(missing) = task.stage {
            task.stage = if missing > 1 { Stage::Fetching(missing - 1) } else { Stage::Queued };
            if missing == 1 {
                self.ready.insert((Reverse(task.priority), reader));
            }
        }
    }

    pub(crate) fn fetch_failed(&mut self, task: TaskRef, peer: WorkerId, effects: &mut Effects) {
        let Some(block) = self.blocks.get_mut(&task).filter(|b| b.asked == Some(peer)) else { return };
        block.asked = None;
        block.tried.push(peer);
        self.seek(task, effects);
    }

    pub(crate) fn stream_ended(&mut self, peer: WorkerId, effects: &mut Effects) {
        for task in self.fetches.ended(peer) {
            self.fetch_failed(task, peer, effects);
        }
    }

    /// Looks for a peer that has a block; without one, whoever needs it is told.
    pub(crate) fn seek(&mut self, task: TaskRef, effects: &mut Effects) {
        let Some(block) = self.blocks.get(&task).filter(|b| b.is_sought()) else { return };
        let left = block.holders.iter().filter(|h| **h != self.id && !block.tried.contains(h));
        let rank = |h: &&WorkerId| (self.fetches.delay(**h), h.0.wrapping_sub(self.id.0));
        let Some(peer) = left.min_by_key(rank).copied() else {
            self.is_nowhere(task, effects);
            return;
        };
        let urgent = block.readers.iter().filter_map(|r| self.tasks.get(r)).map(|t| t.priority).max();
        let bytes = block.bytes;
        self.fetches.want(peer, task, urgent.unwrap_or_else(least), bytes);
        if let Some(block) = self.blocks.get_mut(&task) {
            block.queued = Some(peer);
        }
    }

    /// A block is at none of the workers that were said to have it: attempts that need it cannot begin here.
    fn is_nowhere(&mut self, task: TaskRef, effects: &mut Effects) {
        let Some(block) = self.blocks.get_mut(&task) else { return };
        let holders = std::mem::take(&mut block.holders);
        let readers = block.readers.clone();
        block.tried.clear();
        if std::mem::take(&mut block.ordered) {
            effects.report.push(Report::Dropped(self.id, task));
        }
        for reader in readers {
            let Some(attempt) = self.tasks.get(&reader).map(|t| t.attempt) else { continue };
            self.remove(reader, effects);
            effects.discard.push(attempt);
            effects.report.push(Report::Missing(attempt, task, holders.clone()));
        }
        self.drop_if_idle(task, effects);
    }

    /// Opens the streams that may be opened.
    pub(crate) fn ask(&mut self, effects: &mut Effects) {
        if self.halted {
            return;
        }
        while let Some(order) = self.fetches.next(&self.limits) {
            for task in &order.tasks {
                if let Some(block) = self.blocks.get_mut(task) {
                    (block.queued, block.asked) = (None, Some(order.from));
                }
            }
            effects.fetch.push(order);
        }
    }
}

/// Copies that no task waits for come last.
fn least() -> Priority {
    Priority { job: i32::MIN, task: i32::MIN }
}

#[cfg(test)]
mod tests {
    use swath_graph::TaskId;
    use swath_scheduler::{Attempt, Input, JobId, Priority, TaskRef, WorkerId};

    use crate::{Assignment, Effects, Event, Limits, WorkerCore};

    const HERE: WorkerId = WorkerId(0);

    fn task(t: u32) -> TaskRef {
        TaskRef { job: JobId(0), task: TaskId(t) }
    }

    fn run(t: u32, inputs: &[u32]) -> Event {
        let attempt = Attempt { worker: HERE, task: task(t), attempt: 1 };
        let input = |i: &u32| Input { task: task(*i), bytes: 1, holders: vec![WorkerId(1)], keep: true };
        let inputs = inputs.iter().map(input).collect();
        Event::Run(Assignment { attempt, slots: 1, priority: Priority::default(), inputs })
    }

    /// A copy comes, and then its task is run here all the same: its scheduler thought it lost.
    #[test]
    fn a_result_that_is_made_where_its_copy_is_counts_once() {
        let (mut core, mut effects) = (WorkerCore::new(HERE, Limits::new(2, 1 << 30)), Effects::default());
        core.step(run(9, &[1, 2]), &mut effects);
        core.step(Event::Arrived(task(1), 1), &mut effects);
        core.step(run(1, &[]), &mut effects);
        let made = effects.start.pop().unwrap().attempt;
        assert_eq!(made.task, task(1));
        core.step(Event::Done(made, 1, 1), &mut effects);
        assert!(effects.start.is_empty(), "one of two inputs is here");
        core.check().unwrap();
        core.step(Event::Arrived(task(2), 1), &mut effects);
        assert_eq!(effects.start.pop().map(|s| s.attempt.task), Some(task(9)));
    }
}
