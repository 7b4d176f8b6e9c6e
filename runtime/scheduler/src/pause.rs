//! Attempts that wait without holding a slot, so that what they wait for can run.

use crate::event::Attempt;
use crate::job::TaskState;
use crate::scheduler::Scheduler;

impl Scheduler {
    pub(crate) fn paused(&mut self, attempt: Attempt) {
        let Some((job, worker, task)) = self.current(attempt) else { return };
        if job.state[task.index()] == TaskState::Running {
            job.state[task.index()] = TaskState::Away;
            job.running -= 1;
            worker.away += 1;
            worker.vacate(attempt.task, job.classes.get(task));
        }
        self.workers.note(attempt.worker);
    }

    /// The attempt goes on whether or not there is a slot: its thread is there already.
    pub(crate) fn resumed(&mut self, attempt: Attempt) {
        let Some((job, worker, task)) = self.current(attempt) else { return };
        if job.state[task.index()] == TaskState::Away && !worker.resumable.contains(&attempt.task) {
            job.state[task.index()] = TaskState::Running;
            job.running += 1;
            worker.away -= 1;
            worker.occupy(attempt.task, 1, job.classes.get(task));
        }
        self.workers.note(attempt.worker);
    }

    /// The attempt waits for a slot on the worker that has it.
    pub(crate) fn fetched(&mut self, attempt: Attempt) {
        let Some((job, worker, task)) = self.current(attempt) else { return };
        if job.state[task.index()] == TaskState::Away {
            let new = worker.resumable.insert(attempt.task);
            self.resumable += usize::from(new);
        }
    }
}
