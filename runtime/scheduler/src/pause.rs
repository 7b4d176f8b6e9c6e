//! Attempts that wait without holding a slot, so that what they wait for can run.

use crate::effects::{Effects, Order};
use crate::event::Attempt;
use crate::ids::WorkerId;
use crate::job::TaskState;
use crate::scheduler::Scheduler;

impl Scheduler {
    pub(crate) fn paused(&mut self, attempt: Attempt) {
        let Some((job, worker, task)) = self.current(attempt) else { return };
        if job.state[task.index()] == TaskState::Running {
            job.state[task.index()] = TaskState::Away;
            job.running -= 1;
            worker.away += 1;
            worker.vacate(attempt.task, job.classes.get(task), job.micros[task.index()]);
        }
        self.workers.note(attempt.worker);
        self.touch(attempt.task.job);
    }

    /// The attempt goes on whether or not there is a slot: its thread is there already.
    pub(crate) fn resumed(&mut self, attempt: Attempt) {
        let Some((job, worker, task)) = self.current(attempt) else { return };
        if job.state[task.index()] == TaskState::Away && !worker.resumable.contains(&attempt.task) {
            job.state[task.index()] = TaskState::Running;
            job.running += 1;
            worker.away -= 1;
            worker.occupy(attempt.task, 1, job.classes.get(task), job.micros[task.index()]);
        }
        self.workers.note(attempt.worker);
        self.touch(attempt.task.job);
    }

    /// The attempt waits for a slot on the worker that has it.
    pub(crate) fn fetched(&mut self, attempt: Attempt) {
        let Some((job, worker, task)) = self.current(attempt) else { return };
        if job.state[task.index()] == TaskState::Away {
            worker.resumable.insert(attempt.task);
            self.resumable.insert(attempt.worker);
        }
    }

    /// Goes on with fetched attempts where there is a slot.
    pub(crate) fn resume(&mut self, effects: &mut Effects) {
        if self.resumable.is_empty() {
            return;
        }
        for id in self.resumable.iter().copied().collect::<Vec<_>>() {
            while self.resume_one(id, effects) {}
            self.workers.note(id);
            if self.workers.get(id).is_none_or(|w| w.resumable.is_empty()) {
                self.resumable.remove(&id);
            }
        }
        self.requeue();
    }

    fn resume_one(&mut self, id: WorkerId, effects: &mut Effects) -> bool {
        let Some(worker) = self.workers.get_mut(id).filter(|w| w.free_slots() > 0) else { return false };
        let Some(task) = worker.resumable.pop_first() else { return false };
        let Some(job) = self.jobs.get_mut(&task.job) else { return true };
        let at = task.task.index();
        let slots = worker.free_slots().min(u32::from(job.class(task.task).slots)) as u16;
        job.state[at] = TaskState::Running;
        job.running += 1;
        worker.away -= 1;
        worker.occupy(task, slots, job.classes.get(task.task), job.micros[at]);
        let attempt = Attempt { worker: id, task, attempt: job.attempt[at] };
        effects.run.push(Order { attempt, slots });
        self.touch(task.job);
        true
    }
}
