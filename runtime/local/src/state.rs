//! The scheduler of a pool and what its orders are about: everything behind the pool's one lock.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use swath_block::Block;
use swath_error::{Error, Result};
use swath_execute::RunSender;
use swath_scheduler::{
    Effects, Event, JobEnd, JobId, JobPlan, Order, Retired, Scheduler, Time, WorkerId, WorkerSpec,
};

use crate::pool::Parent;
use crate::run::{ActiveRun, RunShared};
use crate::store::Store;
use crate::task::{Outcome, Work};

/// The one worker of a local scheduler.
pub(crate) const WORKER: WorkerId = WorkerId(0);

/// Scheduler, orders that no thread has taken yet, and runs.
#[derive(Debug)]
pub(crate) struct State {
    scheduler: Scheduler,
    effects: Effects,
    queue: VecDeque<Order>,
    runs: BTreeMap<JobId, ActiveRun>,
    next_job: u64,
    origin: Instant,
}

/// What is left to do once the lock is released: it may be slow, or take another lock.
#[derive(Debug, Default)]
#[must_use]
pub(crate) struct Aftermath {
    ends: Vec<(RunSender, Result<Vec<Block>>, Option<Parent>)>,
    blocks: Vec<Block>,
    stores: Vec<(Store, Arc<RunShared>)>,
    retired: Vec<Retired>,
}

impl Aftermath {
    /// Whether nothing is left to do.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty() && self.blocks.is_empty() && self.stores.is_empty() && self.retired.is_empty()
    }

    /// Reports ends of runs and drops what is no longer needed.
    pub fn settle(&mut self) {
        // Dropped first, so that a run's memory is given back before its end is seen.
        self.blocks.clear();
        self.stores.clear();
        self.retired.clear();
        for (sender, result, parent) in self.ends.drain(..) {
            if let Some(parent) = parent {
                parent.go_on();
            }
            sender.finish(result);
        }
    }
}

impl State {
    pub fn new(slots: usize) -> Self {
        let mut scheduler = Scheduler::default();
        let mut effects = Effects::default();
        let spec = WorkerSpec::local(u32::try_from(slots).unwrap_or(u32::MAX));
        scheduler.step(Time(0), Event::WorkerJoined(WORKER, spec), &mut effects);
        Self {
            scheduler,
            effects,
            queue: VecDeque::new(),
            runs: BTreeMap::new(),
            next_job: 0,
            origin: Instant::now(),
        }
    }

    fn now(&self) -> Time {
        Time(u64::try_from(self.origin.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    /// A number for a run to come.
    pub fn new_job(&mut self) -> JobId {
        self.next_job += 1;
        JobId(self.next_job)
    }

    /// Enters a run.
    pub fn submit(&mut self, run: ActiveRun, plan: JobPlan, after: &mut Aftermath) {
        let job = run.shared.job;
        self.runs.insert(job, run);
        self.step(Event::Submit(job, plan));
        self.flush(after);
    }

    /// Takes an event in; [`Self::flush`] acts on it.
    pub fn step(&mut self, event: Event) {
        let now = self.now();
        self.scheduler.step(now, event, &mut self.effects);
    }

    /// Takes in what became of a task.
    pub fn report(&mut self, shared: &RunShared, outcome: Outcome, after: &mut Aftermath) {
        let Outcome { order, result } = outcome;
        let event = match result {
            Ok((block, bytes)) => {
                let task = order.attempt.task;
                if let Some(run) = self.runs.get_mut(&task.job) {
                    run.store.put(task.task, block, bytes);
                } else {
                    shared.env.memory.shrink(bytes);
                    after.blocks.push(block);
                }
                Event::Done(order.attempt, bytes)
            }
            Err(error) => Event::Failed(order.attempt, error),
        };
        self.step(event);
    }

    /// Lets the scheduler decide, and carries out what it decided.
    pub fn flush(&mut self, after: &mut Aftermath) {
        let now = self.now();
        self.scheduler.flush(now, &mut self.effects);
        self.queue.extend(self.effects.run.drain(..));
        let mut effects = std::mem::take(&mut self.effects);
        for (_, task) in effects.release.drain(..) {
            if let Some(run) = self.runs.get_mut(&task.job) {
                after.blocks.extend(run.store.remove(task.task));
            }
        }
        for job in effects.abort.drain(..) {
            if let Some(run) = self.runs.get(&job) {
                run.shared.env.cancel.cancel();
            }
        }
        after.retired.append(&mut effects.retired);
        let ended = std::mem::take(&mut effects.ended);
        self.effects = effects;
        for end in ended {
            self.end(end, after);
        }
    }

    fn end(&mut self, end: JobEnd, after: &mut Aftermath) {
        if let Some(mut run) = self.runs.remove(&end.job) {
            let result = end.result.map(|()| run.store.outputs(&run.shared.graph));
            after.ends.push((run.sender, result, run.parent));
            after.stores.push((run.store, run.shared));
        }
        self.step(Event::Forget(end.job));
        after.retired.append(&mut self.effects.retired);
    }

    /// The next task to run; orders of runs that have ended are given back on the way.
    pub fn take(&mut self, after: &mut Aftermath) -> Option<(Arc<RunShared>, Work)> {
        loop {
            let order = self.queue.pop_front()?;
            let task = order.attempt.task;
            match self.runs.get_mut(&task.job) {
                Some(run) if !run.shared.env.cancel.is_cancelled() => {
                    let (inputs, charged) =
                        run.store.inputs(run.shared.graph.deps(task.task), order.attempt.attempt > 1);
                    return Some((run.shared.clone(), Work { order, inputs, charged }));
                }
                _ => {
                    self.step(Event::Failed(order.attempt, Error::cancelled("the run was cancelled")));
                    self.flush(after);
                }
            }
        }
    }

    /// How many orders no thread has taken.
    pub fn queued(&self) -> usize {
        self.queue.len()
    }
}
