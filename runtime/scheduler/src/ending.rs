//! The ends of jobs: completion, cancellation, oblivion.

use swath_error::Error;

use crate::effects::{Effects, JobEnd, Retired};
use crate::ids::{JobId, Time};
use crate::scheduler::Scheduler;

/// How long an ending job waits for its running tasks to notice, in microseconds.
const GRACE: u64 = 200_000;

impl Scheduler {
    /// Ends a job: nothing more of it is begun, and its end is reported once nothing of it is running, or a moment
    /// later when some task does not notice.
    pub(crate) fn end(&mut self, now: Time, id: JobId, result: Result<(), Error>, effects: &mut Effects) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        if job.ending.is_some() {
            return;
        }
        if result.is_err() && job.active > 0 {
            let deadline = now.after(GRACE);
            job.give_up_at = Some(deadline);
            effects.wake_by(deadline);
            effects.abort.push(id);
        }
        job.ending = Some(result);
        job.ready.iter_mut().for_each(crate::bitset::ReadySet::clear);
        self.report_end(id, effects);
    }

    /// Reports the end of a job that is ending and has nothing running.
    pub(crate) fn report_end(&mut self, id: JobId, effects: &mut Effects) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        if job.active > 0 {
            return;
        }
        if !job.over
            && let Some(result) = job.ending.clone()
        {
            job.over = true;
            effects.ended.push(JobEnd { job: id, result });
        }
        self.retire(id, effects);
    }

    /// The job's results are not wanted any more.
    pub(crate) fn forget(&mut self, now: Time, id: JobId, effects: &mut Effects) {
        self.end(now, id, Err(Error::cancelled("the job was dropped")), effects);
        if let Some(job) = self.jobs.get_mut(&id) {
            job.forgotten = true;
        }
        self.retire(id, effects);
    }

    fn retire(&mut self, id: JobId, effects: &mut Effects) {
        let gone = self.jobs.get(&id).is_some_and(|job| job.forgotten && job.active == 0);
        if !gone {
            return;
        }
        let Some(job) = self.jobs.remove(&id) else { return };
        for (worker, held) in job.held_by_worker() {
            if let Some(worker) = self.workers.get_mut(worker) {
                worker.held -= held;
            }
        }
        effects.retired.push(Retired { job: id, workers: Vec::new(), _columns: job });
    }

    pub(crate) fn tick(&mut self, now: Time, effects: &mut Effects) {
        for (id, job) in &mut self.jobs {
            let Some(deadline) = job.give_up_at.filter(|_| !job.over) else { continue };
            if deadline > now {
                effects.wake_by(deadline);
            } else if let Some(result) = job.ending.clone() {
                job.over = true;
                effects.ended.push(JobEnd { job: *id, result });
            }
        }
    }
}
