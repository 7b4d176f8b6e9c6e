//! Who gets what: ready tasks to workers with room.
//!
//! 1. Attempts that were paused and can go on come first: they hold memory already.
//! 2. Jobs: higher priority first, then the one with the fewest running tasks, then the oldest.
//! 3. Within a job: classes by priority, then by their first ready task; within a class the static order.
//! 4. A task of several slots, or one that workers were lost with, waits for them on one worker, which is given nothing else
//!    meanwhile; after [`DRAIN`] it takes what is free.
//! 5. A producer waits while its worker or its job holds more than its budget or fetches enough, unless the worker would be idle.
//! 6. Among workers: the one where it is expected to start first ([`crate::place`]).
//! 7. What is queued at busy workers may go to idle ones ([`crate::steal`]).

use std::cmp::Reverse;

use smallvec::SmallVec;
use swath_graph::TaskId;

use crate::effects::{Effects, Order};
use crate::event::Attempt;
use crate::ids::{JobId, TaskRef, Time, WorkerId};
use crate::job::{Job, TaskState};
use crate::place::Site;
use crate::scheduler::Scheduler;
use crate::worker::Worker;

/// How long a worker is emptied for a task of several slots, in microseconds.
const DRAIN: u64 = 100_000;

/// What is looked at in one flush to give tasks out, in inputs of tasks and some more for each task: a bound on how long it
/// takes. The rest follows at once.
const AT_ONCE: usize = 4096;

/// What a task costs besides its inputs.
const EACH: usize = 4;

/// Inputs of a task that its worker is expected to keep copies of. Copies of further ones are noted when the worker says
/// that it has them.
const EXPECTED: usize = 256;

/// What has been looked at in vain in this flush: workers only fill up in it.
#[derive(Default)]
struct Tried {
    /// Workers that take nothing more: they are being emptied for a task of several slots.
    closed: SmallVec<[WorkerId; 4]>,
    /// Classes whose tasks find no worker.
    classes: SmallVec<[(JobId, usize); 8]>,
    /// Jobs all of whose ready tasks are of such classes.
    jobs: SmallVec<[JobId; 4]>,
}

struct Pick {
    worker: WorkerId,
    task: TaskRef,
    slots: u16,
}

impl Scheduler {
    /// Goes on with what was left over, and gives ready tasks to workers until nothing more fits, or until it is time to
    /// look at what has arrived meanwhile ([`Self::has_more`]).
    pub fn flush(&mut self, now: Time, effects: &mut Effects) {
        self.now = now;
        self.advance(effects);
        self.resume(effects);
        self.more = self.give_out(effects);
        if self.has_more() {
            effects.wake_by(now);
        }
    }

    /// Whether more could be given out.
    fn give_out(&mut self, effects: &mut Effects) -> bool {
        let mut tried = Tried::default();
        let mut left = AT_ONCE;
        while left > 0 {
            let Some(pick) = self.pick(&mut tried, effects) else {
                self.steal(effects);
                return false;
            };
            left = left.saturating_sub(EACH + self.looked_at(pick.task));
            self.assign(pick.worker, pick.task, pick.slots, effects);
        }
        true
    }

    fn pick(&mut self, tried: &mut Tried, effects: &mut Effects) -> Option<Pick> {
        if self.queue.is_empty() {
            return None;
        }
        if !self.workers.any_room() {
            self.look_for_stuck(effects);
            return None;
        }
        while let Some(id) = self.next_job(tried) {
            if let Some(pick) = self.pick_in(id, tried, effects) {
                return Some(pick);
            }
            tried.jobs.push(id);
        }
        self.pick_for_idle()
    }

    /// The best job with ready tasks that has not been tried.
    fn next_job(&self, tried: &Tried) -> Option<JobId> {
        self.queue.iter().map(|(_, _, id)| *id).find(|id| !tried.jobs.contains(id))
    }

    fn pick_in(&mut self, id: JobId, tried: &mut Tried, effects: &mut Effects) -> Option<Pick> {
        loop {
            let job = self.jobs.get(&id)?;
            let (class, task) = next_class(id, job, tried)?;
            let task = TaskRef { job: id, task };
            let reads = job.reads(task.task, self.workers.most_memory);
            if reads > self.workers.most_memory {
                self.refuse_too_large(task, reads, effects);
                self.requeue();
                continue;
            }
            let picked = if job.classes.all[class].slots > 1 || job.is_suspect(task.task) {
                self.place_wide(task, class, reads, tried, effects)
            } else {
                self.place_narrow(task, class, reads, tried).map(|worker| (worker, 1))
            };
            if let Some((worker, slots)) = picked {
                return Some(Pick { worker, task, slots });
            }
            tried.classes.push((id, class));
            self.note_stuck(id, class, effects);
        }
    }

    /// Without workers, jobs that wait have to be told.
    fn look_for_stuck(&mut self, effects: &mut Effects) {
        if self.workers.len() > 0 {
            return;
        }
        for id in self.queue.iter().map(|(_, _, id)| *id).collect::<Vec<_>>() {
            let Some(job) = self.jobs.get(&id) else { continue };
            let ready = (0..job.ready.len()).filter(|class| job.ready[*class].len() > 0);
            for class in ready.collect::<Vec<_>>() {
                self.note_stuck(id, class, effects);
            }
        }
    }

    /// A producer past the budget, for a worker that would be idle otherwise: without it nothing would ever move.
    fn pick_for_idle(&self) -> Option<Pick> {
        self.workers.idle().find(|(_, w)| w.resumable.is_empty())?;
        for (_, _, id) in &self.queue {
            let job = self.jobs.get(id)?;
            for (class, wishes) in job.classes.all.iter().enumerate().filter(|(_, c)| c.producer) {
                let Some(task) = job.ready[class].first() else { continue };
                let allowed = |(_, w): &(WorkerId, &Worker)| {
                    w.resumable.is_empty() && self.workers.may_take(w, wishes) && w.offers(wishes)
                };
                if let Some((worker, w)) = self.workers.idle().find(allowed) {
                    let slots = w.free_slots().min(u32::from(wishes.slots)) as u16;
                    return Some(Pick { worker, task: TaskRef { job: *id, task: TaskId(task) }, slots });
                }
            }
        }
        None
    }

    /// A worker for a task of one slot.
    fn place_narrow(&self, task: TaskRef, class: usize, reads: u64, tried: &Tried) -> Option<WorkerId> {
        let site = Site::new(self, task)?;
        let job = self.jobs.get(&task.job)?;
        let wishes = &job.classes.all[class];
        let expected = if wishes.producer { job.expected_bytes(task.task).unwrap_or(0) } else { 0 };
        if wishes.producer && job.held.saturating_add(expected) > job.options.budget {
            return None;
        }
        let affordable = |w: &Worker| {
            !wishes.producer || (w.away < w.spec.fetches && w.held.saturating_add(expected) <= w.spec.budget)
        };
        site.best(|id, w| {
            !tried.closed.contains(&id)
                && self.workers.may_take(w, wishes)
                && w.offers(wishes)
                && w.spec.memory >= reads
                && affordable(w)
        })
    }

    /// A worker for a task that needs its slots free; where none has them free, one is emptied.
    fn place_wide(
        &mut self,
        task: TaskRef,
        class: usize,
        reads: u64,
        tried: &mut Tried,
        effects: &mut Effects,
    ) -> Option<(WorkerId, u16)> {
        let now = self.now;
        let wishes = &self.jobs.get(&task.job)?.classes.all[class];
        let takes = |(id, w): &(WorkerId, &Worker)| {
            !tried.closed.contains(id)
                && w.takes_tasks()
                && self.workers.may_take(w, wishes)
                && w.offers(wishes)
                && w.spec.memory >= reads
        };
        let open = self.workers.iter().filter(takes);
        let free = |w: &Worker| w.free_slots().min(u32::from(wishes.slots));
        let (id, worker) = open.max_by_key(|(id, w)| (free(w), Reverse(*id)))?;
        let wanted = u32::from(wishes.slots).min(worker.spec.slots);
        let free = worker.free_slots().min(wanted);
        let waited = worker.drain.is_some_and(|(t, deadline)| t == task && deadline <= now);
        if free == wanted || (free > 0 && waited) {
            return Some((id, free as u16));
        }
        tried.closed.push(id);
        let worker = self.workers.get_mut(id)?;
        let deadline = match worker.drain {
            Some((t, deadline)) if t == task => deadline,
            _ => now.after(DRAIN),
        };
        worker.drain = Some((task, deadline));
        if deadline > now {
            effects.wake_by(deadline);
        }
        None
    }

    /// Gives a ready task to a worker.
    pub(crate) fn assign(&mut self, id: WorkerId, task: TaskRef, slots: u16, effects: &mut Effects) {
        let (Some(job), Some(worker)) = (self.jobs.get_mut(&task.job), self.workers.get_mut(id)) else {
            return;
        };
        let at = task.task.index();
        let class = job.classes.index(task.task);
        job.ready[class].remove(task.task.0);
        job.state[at] = TaskState::Running;
        job.attempt[at] = job.attempt[at].wrapping_add(1);
        job.running += 1;
        job.active += 1;
        job.link_to(task.task, id);
        worker.active += 1;
        let adaptive = worker.spec.adaptive;
        job.micros[at] = if adaptive { self.estimates.duration(job.kind(task.task)) } else { 0 };
        worker.occupy(task, slots, &job.classes.all[class], job.micros[at]);
        if job.classes.all[class].producer {
            let expected = job.expected_bytes(task.task).unwrap_or(0);
            job.recharge(task.task, worker, expected);
        }
        if worker.drain.is_some_and(|(drained_for, _)| drained_for == task) {
            worker.drain = None;
        }
        let attempt = Attempt { worker: id, task, attempt: job.attempt[at] };
        effects.run.push(Order { attempt, slots });
        self.workers.note(id);
        self.note_job(task.job);
        if adaptive {
            self.enqueue(attempt);
            self.expect_inputs(task, id, effects);
        }
    }

    /// The worker will fetch what it lacks, and keep what others will read too.
    fn expect_inputs(&mut self, task: TaskRef, id: WorkerId, effects: &mut Effects) {
        let Some(job) = self.jobs.get(&task.job) else { return };
        let graph = job.graph.clone();
        for dep in graph.deps(task.task).iter().take(EXPECTED) {
            let source = self.source(TaskRef { task: *dep, ..task });
            let Some(job) = self.jobs.get(&source.job) else { continue };
            if job.uses[source.task.index()] > 1 && job.place[source.task.index()] != id.0 {
                self.expect_replica(source, id);
                self.consider_copies(source, effects);
            }
        }
    }
}

/// The best class with ready tasks that has not been tried, and its first task.
fn next_class(id: JobId, job: &Job, tried: &Tried) -> Option<(usize, TaskId)> {
    if let [ready] = job.ready.as_slice() {
        return ready.first().filter(|_| !tried.classes.contains(&(id, 0))).map(|task| (0, TaskId(task)));
    }
    let ready = job.ready.iter().zip(&job.classes.all).enumerate();
    let firsts = ready.filter_map(|(i, (set, class))| Some((Reverse(class.priority), set.first()?, i)));
    let untried = firsts.filter(|(_, _, i)| !tried.classes.contains(&(id, *i)));
    untried.min().map(|(_, task, i)| (i, TaskId(task)))
}
