//! What of a job is on which worker: a chain through the tasks' columns per worker, so that the loss of a worker costs
//! what was on it.

use swath_graph::TaskId;

use crate::ids::WorkerId;
use crate::job::{Job, TaskState};
use crate::worker::Worker;

/// Stands for "no task".
const END: u32 = u32::MAX;

/// A task's neighbours in its worker's chain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    next: u32,
    prev: u32,
}

impl Default for Link {
    fn default() -> Self {
        Self { next: END, prev: END }
    }
}

/// What of a job one worker runs or answers for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    head: u32,
    /// Tasks in the chain: running, away or done.
    pub tasks: u32,
    /// Bytes charged to it, copies not counted.
    pub held: u64,
}

impl Default for Share {
    fn default() -> Self {
        Self { head: END, tasks: 0, held: 0 }
    }
}

impl Job {
    /// Puts a task onto a worker, with the bytes it is charged for.
    pub fn link_to(&mut self, task: TaskId, id: WorkerId) {
        let share = self.shares.entry(id).or_default();
        self.chain[task.index()] = Link { next: share.head, prev: END };
        if share.head != END {
            self.chain[share.head as usize].prev = task.0;
        }
        share.head = task.0;
        share.tasks += 1;
        share.held += self.bytes[task.index()];
        self.place[task.index()] = id.0;
    }

    /// Takes a task off its worker.
    pub fn unlink(&mut self, task: TaskId) {
        let at = task.index();
        let id = WorkerId(std::mem::replace(&mut self.place[at], WorkerId::NONE));
        let Link { next, prev } = std::mem::take(&mut self.chain[at]);
        if next != END {
            self.chain[next as usize].prev = prev;
        }
        let Some(share) = self.shares.get_mut(&id) else { return };
        if prev == END {
            share.head = next;
        } else {
            self.chain[prev as usize].next = next;
        }
        share.tasks -= 1;
        share.held -= self.bytes[at];
    }

    /// Changes the bytes that a task on a worker is charged for: everywhere.
    pub fn recharge(&mut self, task: TaskId, worker: &mut Worker, bytes: u64) {
        let at = task.index();
        let before = std::mem::replace(&mut self.bytes[at], bytes);
        if before == bytes {
            return;
        }
        if let Some(share) = self.shares.get_mut(&WorkerId(self.place[at])) {
            share.held = share.held - before + bytes;
        }
        self.held = self.held - before + bytes;
        worker.held = worker.held - before + bytes;
    }

    /// The tasks on a worker, the last one put there first.
    pub fn tasks_on(&self, id: WorkerId) -> impl Iterator<Item = TaskId> {
        let head = self.shares.get(&id).map(|share| share.head).filter(|head| *head != END);
        let next = |task: &u32| Some(self.chain[*task as usize].next).filter(|next| *next != END);
        std::iter::successors(head, next).map(TaskId)
    }

    /// Whether the chains hold exactly the tasks that are on workers.
    pub fn chains_are_right(&self) -> bool {
        let on_workers = self.state.iter().zip(&self.place).filter(|(state, place)| {
            (state.is_active() || **state == TaskState::Done) && **place != WorkerId::NONE
        });
        let chained: usize = self.shares.keys().map(|id| self.tasks_on(*id).count()).sum();
        let placed = |id: &WorkerId| self.tasks_on(*id).all(|task| self.place[task.index()] == id.0);
        let counted = self.shares.iter().all(|(id, share)| {
            let held: u64 = self.tasks_on(*id).map(|task| self.bytes[task.index()]).sum();
            self.tasks_on(*id).count() == share.tasks as usize && held == share.held
        });
        chained == on_workers.count() && self.shares.keys().all(placed) && counted
    }
}
