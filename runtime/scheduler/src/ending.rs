//! The ends of jobs: completion, cancellation, oblivion.

use swath_error::Error;

use crate::effects::{Effects, JobEnd, Retired};
use crate::ids::{JobId, TaskRef};
use crate::job::{Job, TaskState};
use crate::scheduler::Scheduler;

/// How long an ending job waits for its running tasks to notice, in microseconds.
const GRACE: u64 = 200_000;

impl Scheduler {
    /// Stops a job for good: nothing more of it is begun, and its end is reported once nothing of it is running, or a
    /// moment later when some task does not notice. What other jobs import of it and is not done errs.
    pub(crate) fn end(&mut self, id: JobId, reason: Error, effects: &mut Effects) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        if job.ending.is_some() || (job.over && job.missing_outputs == 0 && job.linked_by.is_empty()) {
            return;
        }
        job.ending = Some(reason.clone());
        job.ready.iter_mut().for_each(crate::bitset::ReadySet::clear);
        let orphans = job.imports_without_result();
        self.tell_to_stop(id, effects);
        for import in orphans {
            self.give_up(import, &reason, effects);
        }
        self.touch(id);
        let workers: Vec<_> =
            self.jobs.get(&id).into_iter().flat_map(|job| job.shares.keys().copied()).collect();
        for worker in workers {
            self.dismiss_if_empty(worker, effects);
        }
        self.report_end(id, effects);
    }

    fn tell_to_stop(&mut self, id: JobId, effects: &mut Effects) {
        let deadline = self.now.after(GRACE);
        let Some(job) = self.jobs.get_mut(&id).filter(|job| job.active > 0 && !job.over) else { return };
        job.give_up_at = Some(deadline);
        job.told_to_stop = true;
        self.timed.insert(id);
        effects.wake_by(deadline);
        effects.abort.push(id);
    }

    /// Ends a job that has all its outputs. Later it may have to make some of them again.
    pub(crate) fn finish_if_complete(&mut self, id: JobId, effects: &mut Effects) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        let complete = job.missing_outputs == 0 && job.ending.is_none() && !job.over;
        // What still runs was wanted by nobody, or by tasks that have erred.
        if complete && job.active > 0 && job.importers.is_empty() && !job.winding_down {
            job.winding_down = true;
            self.tell_to_stop(id, effects);
        }
        self.report_end(id, effects);
    }

    /// Reports the end of a job that is ending, or has all its outputs, and has nothing running.
    pub(crate) fn report_end(&mut self, id: JobId, effects: &mut Effects) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        let needed_elsewhere = !job.importers.is_empty() && job.ending.is_none();
        if job.active == 0 || needed_elsewhere {
            job.report(id, effects);
        }
        self.go_if_forgotten(id, effects);
    }

    /// The job's results are not wanted any more.
    pub(crate) fn forget(&mut self, id: JobId, effects: &mut Effects) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        job.forgotten = true;
        if job.linked_by.is_empty() {
            self.end(id, Error::cancelled("the job was dropped"), effects);
        } else {
            let outputs: Vec<_> = job.outputs.iter().map(swath_graph::TaskId).collect();
            self.release_outputs(id, outputs, effects);
        }
        self.go_if_forgotten(id, effects);
    }

    /// Removes a job that nobody wants and nobody imports from, and the ones that only it imported from.
    fn go_if_forgotten(&mut self, id: JobId, effects: &mut Effects) {
        let gone = |job: &Job| job.forgotten && job.active == 0 && job.linked_by.is_empty();
        if !self.jobs.get(&id).is_some_and(|job| gone(job)) {
            return;
        }
        let Some(mut job) = self.jobs.remove(&id) else { return };
        if let Some((priority, running)) = job.queued.take() {
            self.queue.remove(&(std::cmp::Reverse(priority), running, id));
        }
        self.timed.remove(&id);
        let mut workers: Vec<_> = job.shares.keys().copied().collect();
        workers.extend(job.replicas.values().flatten().map(|r| r.worker));
        workers.sort_unstable();
        workers.dedup();
        self.discharge(id, &job);
        for worker in &workers {
            self.dismiss_if_empty(*worker, effects);
        }
        let sources = self.detach_all(id, &job, effects);
        effects.retired.push(Retired { job: id, workers, columns: job });
        for source in sources {
            self.forget(source, effects);
        }
    }

    /// Takes what workers hold of a job off their accounts.
    fn discharge(&mut self, id: JobId, job: &Job) {
        let tasks = |task| TaskRef { job: id, task: swath_graph::TaskId(task) };
        let watched = self.watched.range(tasks(0)..=tasks(u32::MAX)).map(|(task, _)| *task);
        for task in watched.collect::<Vec<_>>() {
            self.watched.remove(&task);
        }
        for (worker, share) in &job.shares {
            if let Some(worker) = self.workers.get_mut(*worker) {
                worker.held -= share.held;
                worker.results -= share.tasks;
            }
        }
        for (task, replicas) in &job.replicas {
            let task = TaskRef { job: id, task: swath_graph::TaskId(*task) };
            for replica in replicas {
                self.order_over(task, replica.worker);
                if let Some(worker) = self.workers.get_mut(replica.worker) {
                    worker.copies.remove(&task);
                    worker.held -= if replica.there { job.bytes[task.task.index()] } else { 0 };
                }
            }
        }
    }

    pub(crate) fn tick(&mut self, effects: &mut Effects) {
        let now = self.now;
        for id in self.timed.iter().copied().collect::<Vec<_>>() {
            let Some(job) = self.jobs.get_mut(&id) else {
                self.timed.remove(&id);
                continue;
            };
            if job.give_up_at.is_some_and(|at| at <= now) {
                job.give_up_at = None;
                job.report(id, effects);
            }
            self.give_up_stuck(id, effects);
            let Some(job) = self.jobs.get(&id) else { continue };
            let next = job.stuck.values().copied().chain(job.give_up_at).min();
            match next {
                Some(at) => effects.wake_by(at),
                None => {
                    self.timed.remove(&id);
                }
            }
        }
        self.review_all(effects);
    }
}

impl Job {
    fn report(&mut self, id: JobId, effects: &mut Effects) {
        let complete = self.missing_outputs == 0 && self.ending.is_none();
        if self.over || !(complete || self.ending.is_some()) {
            return;
        }
        self.over = true;
        self.give_up_at = None;
        let mut outputs = self.graph.outputs().iter();
        let first_error = || outputs.find_map(|o| self.errors.get(&o.0)).cloned();
        let result = self.ending.clone().or_else(first_error).map_or(Ok(()), Err);
        effects.ended.push(JobEnd { job: id, result });
    }

    /// Imports of results that do not exist.
    fn imports_without_result(&self) -> Vec<TaskRef> {
        let waiting = self.importers.iter().filter(|(t, _)| self.state[**t as usize] != TaskState::Done);
        waiting.flat_map(|(_, imports)| imports.iter().copied()).collect()
    }
}
