//! Who gets what: ready tasks to workers with room.
//!
//! 1. Attempts that were paused and can go on come first: they hold memory already.
//! 2. Jobs: higher priority first, then the one with the fewest running tasks, then the oldest.
//! 3. Within a job: classes by priority, then by their first ready task; within a class the static order.
//! 4. A task of several slots waits for them on one worker, which is given nothing else meanwhile; after
//!    [`DRAIN`] it takes what is free.
//! 5. A producer waits while its worker or its job holds more than its budget or fetches enough, unless the worker would be idle.
//! 6. Among workers: the one that lacks the fewest input bytes, then the least loaded, then the oldest.

use std::cmp::Reverse;

use smallvec::SmallVec;
use swath_graph::TaskId;

use crate::class::Class;
use crate::effects::{Effects, Order};
use crate::event::Attempt;
use crate::ids::{JobId, TaskRef, Time, WorkerId};
use crate::job::{Job, TaskState};
use crate::scheduler::Scheduler;
use crate::worker::{Worker, Workers};

/// How long a worker is emptied for a task of several slots, in microseconds.
const DRAIN: u64 = 100_000;

/// Workers with room looked at for one task, besides those that hold its inputs.
const CANDIDATES: usize = 8;

/// Inputs whose holders are looked at.
const HOLDERS: usize = 8;

/// Workers that take nothing more in this round of picking.
type Closed = SmallVec<[WorkerId; 4]>;

struct Pick {
    worker: WorkerId,
    task: TaskRef,
    slots: u16,
}

impl Scheduler {
    /// Gives ready tasks to workers until nothing more fits. Also looks at the deadlines that have passed.
    pub fn flush(&mut self, now: Time, effects: &mut Effects) {
        self.resume(effects);
        while let Some(pick) = self.pick(now, effects) {
            self.assign(&pick, effects);
        }
    }

    /// Goes on with fetched attempts where there is a slot.
    fn resume(&mut self, effects: &mut Effects) {
        if self.resumable == 0 {
            return;
        }
        let waiting = self.workers.iter().filter(|(_, w)| !w.resumable.is_empty());
        for id in waiting.map(|(id, _)| id).collect::<Vec<_>>() {
            while self.resume_one(id, effects) {}
            self.workers.note(id);
        }
    }

    fn resume_one(&mut self, id: WorkerId, effects: &mut Effects) -> bool {
        let Some(worker) = self.workers.get_mut(id).filter(|w| w.free_slots() > 0) else { return false };
        let Some(task) = worker.resumable.pop_first() else { return false };
        self.resumable -= 1;
        let Some(job) = self.jobs.get_mut(&task.job) else { return true };
        let slots = worker.free_slots().min(u32::from(job.class(task.task).slots)) as u16;
        job.state[task.task.index()] = TaskState::Running;
        job.running += 1;
        worker.away -= 1;
        worker.occupy(task, slots, job.classes.get(task.task));
        let attempt = Attempt { worker: id, task, attempt: job.attempt[task.task.index()] };
        effects.run.push(Order { attempt, slots });
        true
    }

    fn pick(&mut self, now: Time, effects: &mut Effects) -> Option<Pick> {
        self.workers.open().next()?;
        let mut closed = Closed::new();
        let mut tried: SmallVec<[JobId; 4]> = SmallVec::new();
        while let Some(id) = self.next_job(&tried) {
            if let Some(pick) = self.pick_in(now, id, &mut closed, effects) {
                return Some(pick);
            }
            tried.push(id);
        }
        if tried.is_empty() { None } else { self.pick_for_idle() }
    }

    /// The best job with ready tasks that has not been tried.
    fn next_job(&self, tried: &[JobId]) -> Option<JobId> {
        let live = self.jobs.iter().filter(|(id, job)| job.has_ready() && !tried.contains(id));
        live.min_by_key(|(id, job)| (Reverse(job.options.priority), job.running, **id)).map(|(id, _)| *id)
    }

    fn pick_in(&mut self, now: Time, id: JobId, closed: &mut Closed, effects: &mut Effects) -> Option<Pick> {
        let job = self.jobs.get(&id)?;
        let mut tried: SmallVec<[usize; 8]> = SmallVec::new();
        while let Some((class, task)) = next_class(job, &tried) {
            tried.push(class);
            let wishes = &job.classes.all[class];
            let task = TaskRef { job: id, task };
            let picked = if wishes.slots > 1 {
                place_wide(&mut self.workers, now, wishes, task, closed, effects)
            } else {
                place_narrow(&self.workers, job, wishes, task, closed)
            };
            if let Some((worker, slots)) = picked {
                return Some(Pick { worker, task, slots });
            }
        }
        None
    }

    /// A producer past the budget, for a worker that would be idle otherwise: without it nothing would ever move.
    fn pick_for_idle(&self) -> Option<Pick> {
        let idle: SmallVec<[WorkerId; 4]> = self
            .workers
            .open()
            .filter(|(_, w)| w.load == 0 && w.resumable.is_empty())
            .map(|(id, _)| id)
            .collect();
        if idle.is_empty() {
            return None;
        }
        let mut tried: SmallVec<[JobId; 4]> = SmallVec::new();
        while let Some(id) = self.next_job(&tried) {
            tried.push(id);
            let job = self.jobs.get(&id)?;
            for (class, wishes) in job.classes.all.iter().enumerate().filter(|(_, c)| c.producer) {
                let Some(task) = job.ready[class].first() else { continue };
                let allowed = |id: &&WorkerId| {
                    self.workers.get(**id).is_some_and(|w| may_take(w, wishes) && w.offers(wishes))
                };
                if let Some(worker) = idle.iter().find(allowed) {
                    let slots = self.workers.get(*worker)?.free_slots().min(u32::from(wishes.slots)) as u16;
                    return Some(Pick {
                        worker: *worker,
                        task: TaskRef { job: id, task: TaskId(task) },
                        slots,
                    });
                }
            }
        }
        None
    }

    fn assign(&mut self, pick: &Pick, effects: &mut Effects) {
        let Pick { worker: id, task, slots } = *pick;
        let (Some(job), Some(worker)) = (self.jobs.get_mut(&task.job), self.workers.get_mut(id)) else {
            return;
        };
        let at = task.task.index();
        let class = job.classes.index(task.task);
        job.ready[class].remove(task.task.0);
        job.state[at] = TaskState::Running;
        job.place[at] = id.0;
        job.attempt[at] = job.attempt[at].wrapping_add(1);
        job.running += 1;
        job.active += 1;
        worker.active += 1;
        worker.occupy(task, slots, &job.classes.all[class]);
        if job.classes.all[class].producer {
            let expected = job.expected_bytes(task.task).unwrap_or(0);
            job.bytes[at] = expected;
            job.held += expected;
            worker.held += expected;
        }
        if worker.drain.is_some_and(|(drained_for, _)| drained_for == task) {
            worker.drain = None;
        }
        let attempt = Attempt { worker: id, task, attempt: job.attempt[at] };
        effects.run.push(Order { attempt, slots });
        self.workers.note(id);
    }
}

/// The best class with ready tasks that has not been tried, and its first task.
fn next_class(job: &Job, tried: &[usize]) -> Option<(usize, TaskId)> {
    let ready = job.ready.iter().zip(&job.classes.all).enumerate();
    let firsts = ready.filter_map(|(i, (set, class))| Some((Reverse(class.priority), set.first()?, i)));
    firsts.filter(|(_, _, i)| !tried.contains(i)).min().map(|(_, task, i)| (i, TaskId(task)))
}

fn may_take(worker: &Worker, class: &Class) -> bool {
    worker.is_allowed(class) && worker.could_offer(class)
}

/// A worker for a task of one slot.
fn place_narrow(
    workers: &Workers,
    job: &Job,
    class: &Class,
    task: TaskRef,
    closed: &Closed,
) -> Option<(WorkerId, u16)> {
    let expected = if class.producer { job.expected_bytes(task.task).unwrap_or(0) } else { 0 };
    let affordable = |w: &Worker| {
        !class.producer
            || (w.away < w.spec.fetches
                && w.held.saturating_add(expected) <= w.spec.budget
                && job.held.saturating_add(expected) <= job.options.budget)
    };
    let takes = |id: WorkerId, w: &Worker| {
        !closed.contains(&id) && may_take(w, class) && w.offers(class) && affordable(w)
    };
    let cost =
        |id: WorkerId, w: &Worker| (missing_bytes(job, task.task, id), w.load * 256 / w.spec.slots, id);
    let deps = job.graph.deps(task.task).iter().take(HOLDERS);
    let holders = deps.filter_map(|d| workers.open_one(WorkerId(job.place[d.index()])));
    let others = workers.open().filter(|(id, w)| takes(*id, w)).take(CANDIDATES);
    let candidates = holders.filter(|(id, w)| takes(*id, w)).chain(others);
    candidates.min_by_key(|(id, w)| cost(*id, w)).map(|(id, _)| (id, 1))
}

/// Bytes of the task's inputs that this worker does not hold.
fn missing_bytes(job: &Job, task: TaskId, worker: WorkerId) -> u64 {
    let elsewhere = |d: &&TaskId| job.place[d.index()] != worker.0;
    job.graph.deps(task).iter().take(64).filter(elsewhere).map(|d| job.bytes[d.index()]).sum()
}

/// A worker for a task of several slots; where none has them free, one is emptied.
fn place_wide(
    workers: &mut Workers,
    now: Time,
    class: &Class,
    task: TaskRef,
    closed: &mut Closed,
    effects: &mut Effects,
) -> Option<(WorkerId, u16)> {
    let open = workers.iter().filter(|(id, w)| !closed.contains(id) && may_take(w, class) && w.offers(class));
    let (id, worker) =
        open.max_by_key(|(id, w)| (w.free_slots().min(u32::from(class.slots)), Reverse(*id)))?;
    let wanted = u32::from(class.slots).min(worker.spec.slots);
    let free = worker.free_slots().min(wanted);
    let waited = worker.drain.is_some_and(|(t, deadline)| t == task && deadline <= now);
    if free == wanted || (free > 0 && waited) {
        return Some((id, free as u16));
    }
    closed.push(id);
    let worker = workers.get_mut(id)?;
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
