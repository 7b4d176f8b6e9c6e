//! Results move from workers that hold much to workers that hold little.
//!
//! A move is a copy that, once it is there, takes the result's place. The first holder drops its own unless a task that it
//! has been given reads it.

use crate::effects::Effects;
use crate::ids::{TaskRef, WorkerId};
use crate::job::TaskState;
use crate::scheduler::Scheduler;

/// A worker may hold this part of the average more than the average.
const TOLERATED: u64 = 10;

/// Moves ordered at once.
const MOST: usize = 4096;

impl Scheduler {
    /// Orders moves between these workers (all for none) until each holds about the average.
    pub(crate) fn rebalance(&mut self, among: &[WorkerId], effects: &mut Effects) {
        let takes = |(id, w): &(WorkerId, &crate::worker::Worker)| {
            w.takes_tasks() && (among.is_empty() || among.contains(id))
        };
        let mut held: Vec<(u64, WorkerId)> =
            self.workers.iter().filter(takes).map(|(id, w)| (w.held, id)).collect();
        let total: u64 = held.iter().map(|(bytes, _)| bytes).sum();
        let average = total / (held.len() as u64).max(1);
        held.sort_unstable();
        let mut moves = 0;
        while let Some((bytes, from)) = held.pop() {
            if bytes <= average.saturating_add(average / TOLERATED) || moves >= MOST {
                return;
            }
            moves += self.unload(from, bytes - average, average, &mut held, effects);
        }
    }

    /// Orders moves of so many bytes off a worker to those that hold less than `average`; how many.
    fn unload(
        &mut self,
        from: WorkerId,
        mut bytes: u64,
        average: u64,
        others: &mut [(u64, WorkerId)],
        effects: &mut Effects,
    ) -> usize {
        let mut moves = 0;
        for task in self.tasks_on(from, |state| state == TaskState::Done) {
            let size = self.bytes(task).unwrap_or(0);
            if moves >= MOST {
                break;
            }
            let Some(least) = others.iter_mut().min() else { break };
            let fits = size > 0 && size <= bytes && least.0 + size <= average;
            if fits && self.order_move(task, least.1, effects) {
                bytes -= size;
                least.0 += size;
                moves += 1;
            }
        }
        moves
    }

    /// Orders a copy that is to take the result's place; whether it could be.
    fn order_move(&mut self, task: TaskRef, to: WorkerId, effects: &mut Effects) -> bool {
        let known = self.jobs.get(&task.job).and_then(|job| job.replica(task.task, to)).is_some();
        if known || self.moves.contains_key(&task) || self.ordered.contains_key(&(task, to)) {
            return false;
        }
        self.order_copy_to(task, to, 0, effects);
        self.moves.insert(task, to);
        true
    }

    /// The copy of a move is there.
    pub(crate) fn complete_move(&mut self, task: TaskRef, to: WorkerId, effects: &mut Effects) {
        let Some(job) = self.jobs.get(&task.job) else { return };
        let from = WorkerId(job.place[task.task.index()]);
        // A worker that is to go meanwhile is no place for it.
        let stays = self.workers.get(to).is_some_and(|worker| !worker.closing);
        if stays && from != to && job.replica(task.task, to).is_some_and(|r| r.there) {
            let read = self.is_read_at(task, from);
            self.relocate(task, to);
            if read {
                // The copy that it has stays for the reader.
                self.keep_as_copy(task, from);
            } else {
                effects.release.push((from, task));
            }
            self.dismiss_if_empty(from, effects);
        }
    }
}
