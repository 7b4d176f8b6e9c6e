//! Queued tasks that are asked back: for a worker that has nothing to do, because nobody needs them any more, or because
//! their worker is to go.
//!
//! The scheduler asks for an attempt back, and the worker returns it or, when it has begun, keeps it. Nothing is moved
//! on anybody's guess.

use std::collections::VecDeque;

use swath_graph::TaskId;

use crate::effects::Effects;
use crate::event::Attempt;
use crate::ids::{TaskRef, WorkerId};
use crate::job::TaskState;
use crate::place::Site;
use crate::scheduler::Scheduler;
use crate::worker::Worker;

/// Wait at the victim that is worth a steal, in microseconds, besides what the move costs.
const WORTH: u64 = 1_000;

/// Tasks asked back for one worker at a time.
const AT_ONCE: usize = 64;

/// Idle workers helped in one flush, and victims looked at for each.
const THIEVES: usize = 32;
const VICTIMS: usize = 8;

/// Workers for which nothing was found before the flush goes without.
const IN_VAIN: usize = 4;

impl Scheduler {
    /// Asks a worker for a task back that it has not begun, for `thief` or for nobody.
    pub(crate) fn recall_task(&mut self, task: TaskRef, thief: Option<WorkerId>, effects: &mut Effects) {
        let Some(job) = self.jobs.get(&task.job) else { return };
        let at = task.task.index();
        let attempt = Attempt { worker: WorkerId(job.place[at]), task, attempt: job.attempt[at] };
        let adaptive = self.workers.get(attempt.worker).is_some_and(|w| w.spec.adaptive);
        if job.state[at] != TaskState::Running || !adaptive || self.recalled.contains_key(&task) {
            return;
        }
        if let Some(thief) = thief.and_then(|id| self.workers.get_mut(id)) {
            thief.awaited += 1;
        }
        self.recalled.insert(task, (attempt, thief));
        effects.recall.push(attempt);
    }

    /// The worker has begun it.
    pub(crate) fn kept(&mut self, attempt: Attempt) {
        self.recall_is_over(attempt);
    }

    /// Whatever was asked about this attempt is answered.
    pub(crate) fn recall_is_over(&mut self, attempt: Attempt) {
        if self.recalled.is_empty() || self.recalled.get(&attempt.task).is_none_or(|(a, _)| *a != attempt) {
            return;
        }
        if let Some((_, Some(thief))) = self.recalled.remove(&attempt.task)
            && let Some(thief) = self.workers.get_mut(thief)
        {
            thief.awaited = thief.awaited.saturating_sub(1);
        }
    }

    /// A worker is gone: it answers nothing, and nothing is for it.
    pub(crate) fn forget_recalls(&mut self, id: WorkerId) {
        let of_it: Vec<Attempt> =
            self.recalled.values().filter(|(a, _)| a.worker == id).map(|(a, _)| *a).collect();
        for attempt in of_it {
            self.recall_is_over(attempt);
        }
        for (_, thief) in self.recalled.values_mut().filter(|(_, thief)| *thief == Some(id)) {
            *thief = None;
        }
    }

    /// Gives a returned task to the worker it was asked back for, if that still has room.
    pub(crate) fn hand_over(&mut self, task: TaskRef, thief: WorkerId, effects: &mut Effects) {
        let (Some(job), Some(worker)) = (self.jobs.get(&task.job), self.workers.get(thief)) else { return };
        let class = job.class(task.task);
        let ready = job.state[task.task.index()] == TaskState::Ready;
        let reads = job.reads(task.task, worker.spec.memory);
        if ready
            && worker.has_room()
            && (worker.load < worker.spec.slots || !job.is_suspect(task.task))
            && self.workers.may_take(worker, class)
            && worker.offers(class)
            && worker.spec.memory >= reads
        {
            self.assign(thief, task, 1, effects);
        }
    }

    /// Lets workers that have nothing to do take queued tasks from those that have too much.
    pub(crate) fn steal(&mut self, effects: &mut Effects) {
        if self.workers.behind().next().is_none() {
            return;
        }
        let hungry = self.workers.hungry().take(THIEVES).collect::<Vec<_>>();
        let mut in_vain = 0;
        for id in hungry {
            let idle = self.workers.get(id).is_some_and(|w| w.awaited == 0 && w.resumable.is_empty());
            if idle && !self.steal_for(id, effects) {
                in_vain += 1;
            }
            if in_vain == IN_VAIN {
                return;
            }
        }
    }

    /// Whether something was asked back for this worker.
    fn steal_for(&mut self, thief: WorkerId, effects: &mut Effects) -> bool {
        let victims = self.workers.behind().filter(|(id, _)| *id != thief).take(VICTIMS);
        let longest = victims.max_by_key(|(id, w)| (w.wait(), std::cmp::Reverse(*id)));
        let Some((victim, worker)) = longest.filter(|(_, w)| w.wait() > WORTH) else { return false };
        let (wait, surplus) = (worker.wait(), worker.load - worker.spec.slots);
        let most = (surplus.div_ceil(2) as usize).min(AT_ONCE);
        let mut asked = 0;
        self.tidy(victim);
        let last = self.workers.get(victim).map(|worker| worker.queue.iter().rev().take(2 * most).copied());
        for attempt in last.into_iter().flatten().collect::<Vec<_>>() {
            if asked < most && self.is_worth_moving(attempt, thief, wait) {
                self.recall_task(attempt.task, Some(thief), effects);
                asked += 1;
            }
        }
        asked > 0
    }

    /// Whether a queued task would be begun earlier elsewhere.
    fn is_worth_moving(&self, attempt: Attempt, thief: WorkerId, wait: u64) -> bool {
        let TaskRef { job, task } = attempt.task;
        let Some(job) = self.jobs.get(&job) else { return false };
        let Some(worker) = self.workers.get(thief) else { return false };
        let class = job.class(task);
        let queued =
            job.state[task.index()] == TaskState::Running && job.attempt[task.index()] == attempt.attempt;
        queued
            && !self.recalled.contains_key(&attempt.task)
            && class.slots == 1
            && self.workers.may_take(worker, class)
            && worker.offers(class)
            && worker.spec.memory >= job.reads(task, worker.spec.memory)
            && wait > WORTH + self.transfer(attempt.task, thief)
    }

    /// How long the inputs of a task that a worker lacks take to fetch, in microseconds.
    fn transfer(&self, task: TaskRef, worker: WorkerId) -> u64 {
        Site::new(self, task).map_or(0, |site| site.transfer(worker))
    }

    /// Forgets attempts of a worker's queue that are over.
    fn tidy(&mut self, id: WorkerId) {
        let Some(worker) = self.workers.get_mut(id) else { return };
        let mut queue: VecDeque<Attempt> = std::mem::take(&mut worker.queue);
        queue.retain(|attempt| self.is_live(*attempt));
        if let Some(worker) = self.workers.get_mut(id) {
            worker.queue = queue;
        }
    }

    /// Notes a new attempt of a worker's queue.
    pub(crate) fn enqueue(&mut self, attempt: Attempt) {
        let Some(worker) = self.workers.get_mut(attempt.worker).filter(|w| w.spec.adaptive) else { return };
        worker.queue.push_back(attempt);
        if worker.queue.len() > 64 + 2 * Worker::attempts(worker) {
            self.tidy(attempt.worker);
        }
    }

    /// Whether an attempt is under way, as far as the scheduler knows.
    pub fn is_live(&self, attempt: Attempt) -> bool {
        let TaskRef { job, task: TaskId(at) } = attempt.task;
        let job = self.jobs.get(&job);
        job.is_some_and(|job| {
            job.is_current(TaskId(at), attempt.attempt) && job.place[at as usize] == attempt.worker.0
        })
    }
}

impl Worker {
    fn attempts(&self) -> usize {
        self.active as usize
    }
}
