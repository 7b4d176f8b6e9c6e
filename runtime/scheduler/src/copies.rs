//! Copies of results on other workers than the one that answers for them: made by fetches, ordered to keep a result
//! safe, and handed over by workers that are to go.

use crate::effects::{CopyOrder, Effects};
use crate::ids::{TaskRef, WorkerId};
use crate::job::{Replica, TaskState};
use crate::scheduler::Scheduler;

/// Workers looked at for one copy.
const CANDIDATES: usize = 8;

/// Times a copy of a result is ordered before the scheduler waits for something else to happen.
const TRIES: u32 = 5;

impl Scheduler {
    /// A worker is about to get a copy of a result that others will read too.
    pub(crate) fn expect_replica(&mut self, task: TaskRef, id: WorkerId) {
        let Some(job) = self.jobs.get_mut(&task.job) else { return };
        let here = job.place[task.task.index()] == id.0 || job.replica(task.task, id).is_some();
        if !here && let Some(worker) = self.workers.get_mut(id) {
            worker.copies.insert(task);
            job.add_replica(task.task, Replica { worker: id, there: false });
        }
    }

    /// A worker has a copy.
    pub(crate) fn copied(&mut self, id: WorkerId, task: TaskRef, effects: &mut Effects) {
        let (_, moves) = self.order_over(task, id);
        let (Some(job), Some(worker)) = (self.jobs.get_mut(&task.job), self.workers.get_mut(id)) else {
            effects.release.push((id, task));
            return;
        };
        let at = task.task.index();
        let place = job.place.get(at).copied();
        let is_done = job.state.get(at) == Some(&TaskState::Done);
        if is_done && place == Some(id.0) {
            return;
        }
        if !is_done || job.link(task.task).is_some() {
            effects.release.push((id, task));
            return;
        }
        let new = job.add_replica(task.task, Replica { worker: id, there: true });
        worker.copies.insert(task);
        worker.held += if new { job.bytes[at] } else { 0 };
        let from = WorkerId(job.place[at]);
        if self.workers.get(from).is_some_and(|w| w.closing) {
            self.move_off(task, effects);
            // A copy on another worker that is to go is no place to stay.
            let again = (self.holder(task) == Some(from)).then_some(task);
            self.evacuate(from, again, effects);
        } else if moves {
            self.complete_move(task, id, effects);
        } else if new {
            self.look_at_copies(task, effects);
        }
    }

    /// A result whose worker is to go moves to a copy, when there is one.
    pub(crate) fn move_off(&mut self, task: TaskRef, effects: &mut Effects) {
        let Some(job) = self.jobs.get_mut(&task.job) else { return };
        let at = task.task.index();
        let from = WorkerId(job.place[at]);
        if !self.workers.get(from).is_some_and(|w| w.closing) {
            return;
        }
        let stays = |id: &WorkerId| self.workers.get(*id).is_some_and(|w| !w.closing);
        let Some(to) = job.copies(task.task).find(stays) else { return };
        self.relocate(task, to);
        effects.release.push((from, task));
        self.dismiss_if_empty(from, effects);
    }

    /// A copy takes the place of a result that is there too, which nobody answers for any more.
    pub(crate) fn relocate(&mut self, task: TaskRef, to: WorkerId) {
        let Some(job) = self.jobs.get_mut(&task.job) else { return };
        let at = task.task.index();
        let (from, bytes) = (WorkerId(job.place[at]), job.bytes[at]);
        job.unlink(task.task);
        job.held -= bytes;
        if let Some(worker) = self.workers.get_mut(from) {
            worker.held -= bytes;
            worker.results -= 1;
        }
        self.promote(task, to);
    }

    /// A worker that answered for a result keeps it as a copy.
    pub(crate) fn keep_as_copy(&mut self, task: TaskRef, id: WorkerId) {
        let (Some(job), Some(worker)) = (self.jobs.get_mut(&task.job), self.workers.get_mut(id)) else {
            return;
        };
        worker.copies.insert(task);
        worker.held += job.bytes[task.task.index()];
        job.add_replica(task.task, Replica { worker: id, there: true });
    }

    /// A copy takes the place of a result that has been taken off its worker.
    pub(crate) fn promote(&mut self, task: TaskRef, to: WorkerId) {
        let Some(job) = self.jobs.get_mut(&task.job) else { return };
        job.link_to(task.task, to);
        job.held += job.bytes[task.task.index()];
        if let Some(worker) = self.workers.get_mut(to) {
            worker.results += 1;
            worker.copies.remove(&task);
        }
        self.forget_replica_entry(task, to);
    }

    /// A worker does not have, or will not get, a copy.
    pub(crate) fn forget_replica(&mut self, task: TaskRef, id: WorkerId) {
        let Some(job) = self.jobs.get(&task.job) else { return };
        let Some(replica) = job.replica(task.task, id) else { return };
        let bytes = if replica.there { job.bytes[task.task.index()] } else { 0 };
        if let Some(worker) = self.workers.get_mut(id) {
            worker.copies.remove(&task);
            worker.held -= bytes;
        }
        self.forget_replica_entry(task, id);
    }

    /// The job's side of [`Self::forget_replica`].
    pub(crate) fn forget_replica_entry(&mut self, task: TaskRef, id: WorkerId) {
        let Some(job) = self.jobs.get_mut(&task.job) else { return };
        if let Some(replicas) = job.replicas.get_mut(&task.task.0) {
            replicas.retain(|r| r.worker != id);
            if replicas.is_empty() {
                job.replicas.remove(&task.task.0);
            }
        }
    }

    /// Drops all copies of a result.
    pub(crate) fn release_replicas(&mut self, task: TaskRef, effects: &mut Effects) {
        let Some(job) = self.jobs.get_mut(&task.job).filter(|job| !job.replicas.is_empty()) else { return };
        let Some(replicas) = job.replicas.remove(&task.task.0) else { return };
        let bytes = job.bytes[task.task.index()];
        for Replica { worker: id, there } in replicas {
            if let Some(worker) = self.workers.get_mut(id) {
                worker.copies.remove(&task);
                worker.held -= if there { bytes } else { 0 };
                effects.release.push((id, task));
            }
            self.order_over(task, id);
        }
    }

    /// Sees to it that another worker will hold a result.
    pub(crate) fn back_up(&mut self, task: TaskRef, effects: &mut Effects) {
        let orders = self.ordered.range((task, WorkerId(0))..=(task, WorkerId(u32::MAX)));
        if orders.count() == 0 {
            self.order_copy(task, 0, false, effects);
        }
    }

    /// Orders a worker that holds little to get a copy; whether there is one. `to_read`: one that may run the tasks which
    /// read it.
    pub(crate) fn order_copy(
        &mut self,
        task: TaskRef,
        tries: u32,
        to_read: bool,
        effects: &mut Effects,
    ) -> bool {
        let Some(job) = self.jobs.get(&task.job) else { return false };
        let reader =
            job.consumers(task.task).next().filter(|_| to_read).map(|at| job.class(job.consumer(at)));
        let place = job.place[task.task.index()];
        let fits = |(id, w): &(WorkerId, &crate::worker::Worker)| {
            let has = job.replica(task.task, *id).is_some_and(|r| r.there);
            let reads = reader.is_none_or(|class| self.workers.may_take(w, class));
            w.takes_tasks() && reads && id.0 != place && !has && !self.ordered.contains_key(&(task, *id))
        };
        let some = self.workers.around(self.cursor).filter(fits).take(CANDIDATES);
        let Some((to, _)) = some.min_by_key(|(_, w)| w.held) else { return false };
        self.cursor = to.0 + 1;
        self.order_copy_to(task, to, tries, effects);
        true
    }

    /// Orders this worker to get a copy.
    pub(crate) fn order_copy_to(&mut self, task: TaskRef, to: WorkerId, tries: u32, effects: &mut Effects) {
        let Some(job) = self.jobs.get(&task.job) else { return };
        let bytes = job.bytes[task.task.index()];
        self.expect_replica(task, to);
        self.ordered.insert((task, to), tries);
        effects.copy.push(CopyOrder { to, task, bytes });
    }

    /// A copy that was ordered is there, or never will be: how often one was ordered in vain before, and whether it was to
    /// take the result's place.
    pub(crate) fn order_over(&mut self, task: TaskRef, id: WorkerId) -> (Option<u32>, bool) {
        let moves = self.moves.get(&task) == Some(&id);
        if moves {
            self.moves.remove(&task);
        }
        (self.ordered.remove(&(task, id)), moves)
    }

    /// A copy that was ordered will not be.
    pub(crate) fn copy_failed(&mut self, task: TaskRef, id: WorkerId, effects: &mut Effects) {
        let (Some(tries), moves) = self.order_over(task, id) else { return };
        let Some(job) = self.jobs.get(&task.job) else { return };
        let place = WorkerId(job.place[task.task.index()]);
        let wanted = !moves || self.workers.get(place).is_some_and(|w| w.closing);
        if job.state[task.task.index()] == TaskState::Done && tries < TRIES && wanted {
            self.order_copy(task, tries + 1, false, effects);
        }
    }

    /// A worker is gone: what it was to get copies of is copied elsewhere.
    pub(crate) fn retry_copies(&mut self, id: WorkerId, effects: &mut Effects) {
        let lost: Vec<TaskRef> =
            self.ordered.keys().filter(|(_, worker)| *worker == id).map(|(task, _)| *task).collect();
        for task in lost {
            self.copy_failed(task, id, effects);
        }
    }
}
