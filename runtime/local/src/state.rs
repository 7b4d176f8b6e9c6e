//! The scheduler of a pool and what its orders are about: everything behind the pool's one lock.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use futures::future::AbortHandle;
use swath_block::Block;
use swath_error::{Error, Result};
use swath_execute::{RunSender, drop_quietly, quietly};
use swath_scheduler::{
    Attempt, Effects, Event, JobEnd, JobId, JobPlan, Order, Retired, Scheduler, TaskRef, Time, WorkerId,
    WorkerSpec,
};

use crate::kept::Kept;
use crate::pool::Parent;
use crate::run::{ActiveRun, Notices, RunShared};
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
    /// Tasks whose fetch is under way, and how to stop it.
    fetching: BTreeMap<TaskRef, AbortHandle>,
    /// Tasks whose fetch is done and that wait for a slot.
    fetched: BTreeMap<TaskRef, (Arc<RunShared>, Work)>,
    /// How many runs each task waits for that has given its slot back.
    nested: BTreeMap<TaskRef, usize>,
    /// Tasks whose slots were taken for others, since nothing moved.
    lent: BTreeSet<TaskRef>,
    /// How often something was reported.
    pub reports: u64,
    next_job: u64,
    depth: u32,
    origin: Instant,
    /// The moment the scheduler was last promised a tick at.
    promised: Option<Time>,
}

/// What is left to do once the lock is released: it may be slow, or take another lock.
#[derive(Debug, Default)]
#[must_use]
pub(crate) struct Aftermath {
    ends: Vec<End>,
    blocks: Vec<Kept>,
    aborts: Vec<AbortHandle>,
    /// Runs whose tasks are to stop, and with them the runs those have started.
    stopped: Vec<Arc<RunShared>>,
    retired: Vec<Retired>,
    /// When the scheduler wants to be told the time.
    pub wake: Option<Instant>,
}

/// A run that is over.
#[derive(Debug)]
struct End {
    sender: RunSender,
    result: Result<Vec<Block>>,
    parent: Option<Parent>,
    store: Store,
    shared: Arc<RunShared>,
    notices: Notices,
}

impl Aftermath {
    /// Whether nothing is left to do.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
            && self.blocks.is_empty()
            && self.aborts.is_empty()
            && self.stopped.is_empty()
            && self.retired.is_empty()
    }

    /// Reports ends of runs and drops what is no longer needed. Dropping users' values runs their code; a panic there
    /// ends no thread.
    pub fn settle(&mut self) {
        self.blocks.drain(..).for_each(drop_quietly);
        self.retired.clear();
        self.aborts.drain(..).for_each(|handle| handle.abort());
        self.stopped.drain(..).for_each(|run| run.stop_nested());
        for end in self.ends.drain(..) {
            let End { sender, result, parent, store, shared, notices } = end;
            shared.stop_nested();
            // Before the end is seen the run's memory is given back and its bar is gone.
            drop_quietly((store, notices, shared));
            if let Some(parent) = parent {
                parent.go_on();
            }
            // A result that nobody waits for any more is dropped here.
            quietly(|| sender.finish(result));
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
            fetching: BTreeMap::new(),
            fetched: BTreeMap::new(),
            nested: BTreeMap::new(),
            lent: BTreeSet::new(),
            reports: 0,
            next_job: 0,
            depth: 0,
            origin: Instant::now(),
            promised: None,
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
        // It may have been stopped before it was known here.
        let stopped = run.shared.env.cancel.is_cancelled();
        self.runs.insert(job, run);
        // Its tasks may be long, whatever those of others were.
        self.set_depth(0);
        self.step(Event::Submit(job, plan), after);
        if stopped {
            self.cancel(job, after);
        }
    }

    /// Takes an event in, to be acted on with the next one.
    fn note(&mut self, event: Event) {
        self.scheduler.step(self.now(), event, &mut self.effects);
    }

    /// A task waits for a run it has started: its slot is free. What it is to be used for is decided with the next event,
    /// so that the run, once submitted, comes first.
    pub fn pause(&mut self, attempt: Attempt) {
        let nested = self.nested.entry(attempt.task).or_default();
        *nested += 1;
        if *nested == 1 {
            self.note(Event::Paused(attempt));
        }
    }

    /// The run is over; decided with the next event, too.
    pub fn go_on(&mut self, attempt: Attempt) {
        let Some(nested) = self.nested.get_mut(&attempt.task) else { return };
        *nested -= 1;
        if *nested == 0 {
            self.nested.remove(&attempt.task);
            if !self.lent.contains(&attempt.task) {
                self.note(Event::Resumed(attempt));
            }
        }
    }

    /// Takes the slot of a running task for good, unless it holds none or as many are taken as runs may be waiting for
    /// them; whether it did. Decided with the next event.
    pub fn lend(&mut self, attempt: Attempt) -> bool {
        let task = attempt.task;
        let lends = self.lent.len() + 1 < self.runs.len() && !self.nested.contains_key(&task);
        let lends = lends && self.lent.insert(task);
        if lends {
            self.note(Event::Paused(attempt));
        }
        lends
    }

    /// How many runs are under way.
    pub fn runs(&self) -> usize {
        self.runs.len()
    }

    /// Lets the scheduler decide about what has been noted.
    pub fn decide(&mut self, after: &mut Aftermath) {
        self.flush(self.now(), after);
    }

    /// Tasks that have given their slots back and keep a thread.
    pub fn waiting(&self) -> usize {
        self.nested.len() + self.lent.len()
    }

    /// Takes an event in and acts on it.
    pub fn step(&mut self, event: Event, after: &mut Aftermath) {
        let now = self.now();
        self.scheduler.step(now, event, &mut self.effects);
        self.flush(now, after);
    }

    /// Ends a run early.
    pub fn cancel(&mut self, job: JobId, after: &mut Aftermath) {
        if let Some(reason) = self.runs.get(&job).map(|run| run.shared.cancelled()) {
            self.step(Event::Cancel(job, reason), after);
        }
    }

    /// Lets the scheduler keep so many short tasks ready for threads to take several at once.
    pub fn set_depth(&mut self, depth: u32) {
        if depth > self.depth || depth < self.depth / 2 {
            self.depth = depth;
            self.scheduler.step(Time(0), Event::Depth(WORKER, depth), &mut self.effects);
        }
    }

    /// Takes in what became of tasks of one run.
    pub fn report(&mut self, shared: &RunShared, outcomes: &mut Vec<Outcome>, after: &mut Aftermath) {
        let now = self.now();
        self.reports += 1;
        let done = outcomes.iter().filter(|o| o.result.is_ok()).count();
        shared.done.fetch_add(done, Ordering::Relaxed);
        let mut run = self.runs.get_mut(&shared.job);
        for Outcome { order, result } in outcomes.drain(..) {
            if !self.lent.is_empty() {
                self.lent.remove(&order.attempt.task);
            }
            let event = match result {
                Ok((kept, bytes)) => {
                    if let Some(run) = &mut run {
                        run.store.put(order.attempt.task.task, kept, bytes);
                    } else {
                        shared.env.memory.shrink(kept.charge(bytes));
                        after.blocks.push(kept);
                    }
                    Event::Done(order.attempt, bytes, 0)
                }
                Err(error) => Event::Failed(order.attempt, error),
            };
            self.scheduler.step(now, event, &mut self.effects);
        }
        self.flush(now, after);
    }

    /// Lets the scheduler decide, and carries out what it decided.
    fn flush(&mut self, now: Time, after: &mut Aftermath) {
        self.resume_parents();
        self.scheduler.flush(now, &mut self.effects);
        self.enqueue();
        for (_, task) in self.effects.release.drain(..) {
            if let Some(run) = self.runs.get_mut(&task.job) {
                after.blocks.extend(run.store.remove(task.task));
            }
        }
        if self.scheduler.has_more() {
            // What concerns very many tasks comes in slices; others are served in between.
            self.effects.wake_at = None;
            after.wake = Some(Instant::now());
        } else if let Some(moment) = self.effects.wake_at.take()
            && self.promised != Some(moment)
        {
            self.promised = Some(moment);
            after.wake = Some(self.origin + Duration::from_micros(moment.0));
        }
        for job in std::mem::take(&mut self.effects.abort) {
            self.abort(job, after);
        }
        for end in std::mem::take(&mut self.effects.ended) {
            self.end(end, after);
        }
        after.retired.append(&mut self.effects.retired);
    }

    /// Queues what is to be run; while tasks wait for nested runs, those go before what was queued earlier.
    fn enqueue(&mut self) {
        if self.waiting() == 0 || self.queue.is_empty() {
            self.queue.extend(self.effects.run.drain(..));
            return;
        }
        let depth = |order: &Order| self.runs.get(&order.attempt.task.job).map_or(0, |run| run.shared.depth);
        for order in self.effects.run.drain(..) {
            let at = self.queue.partition_point(|queued| depth(queued) >= depth(&order));
            self.queue.insert(at, order);
        }
    }

    /// Tasks whose nested runs are over have their slots again before others are begun, or each nested run would let one
    /// more task of the outer run begin and wait.
    fn resume_parents(&mut self) {
        for at in 0..self.effects.ended.len() {
            let run = self.effects.ended.get(at).and_then(|end| self.runs.get_mut(&end.job));
            if let Some(attempt) = run.and_then(|run| run.within.take()) {
                self.go_on(attempt);
            }
        }
    }

    fn abort(&mut self, job: JobId, after: &mut Aftermath) {
        if let Some(run) = self.runs.get(&job) {
            run.shared.env.cancel.cancel();
            after.stopped.push(run.shared.clone());
        }
        let of_job = self.fetching.range(tasks_of(job)).map(|(_, handle)| handle.clone());
        after.aborts.extend(of_job);
    }

    fn end(&mut self, end: JobEnd, after: &mut Aftermath) {
        let Some(mut run) = self.runs.remove(&end.job) else { return };
        let result = end.result.map(|()| run.store.outputs(&run.shared.graph));
        if let Some(attempt) = run.within.take() {
            self.go_on(attempt);
        }
        let ActiveRun { shared, store, sender, parent, notices, .. } = run;
        after.ends.push(End { sender, result, parent, store, shared, notices });
        self.step(Event::Forget(end.job), after);
    }

    /// The run whose task is to be run next.
    pub fn next_run(&mut self, after: &mut Aftermath) -> Option<Arc<RunShared>> {
        loop {
            let attempt = self.queue.front()?.attempt;
            match self.runs.get(&attempt.task.job) {
                Some(run) if !run.shared.env.cancel.is_cancelled() => return Some(run.shared.clone()),
                _ => self.refuse(attempt, after),
            }
        }
    }

    /// Gives the order of a run that has ended back.
    fn refuse(&mut self, attempt: Attempt, after: &mut Aftermath) {
        self.queue.pop_front();
        if let Some((run, mut work)) = self.fetched.remove(&attempt.task) {
            let gathered = std::mem::take(&mut work.gathered);
            run.env.memory.shrink(gathered.charged);
            after.blocks.extend(gathered.into_kept());
        }
        self.step(Event::Failed(attempt, Error::cancelled("the run was cancelled")), after);
    }

    /// Takes up to `most` tasks of the run of [`Self::next_run`]; a task of several slots comes alone.
    pub fn take(&mut self, shared: &RunShared, most: usize, into: &mut VecDeque<Work>) {
        let Some(run) = self.runs.get_mut(&shared.job) else { return };
        while into.len() < most
            && let Some(order) = self.queue.front().copied()
            && order.attempt.task.job == shared.job
        {
            let wide = order.slots > 1;
            if wide && !into.is_empty() {
                return;
            }
            self.queue.pop_front();
            let task = order.attempt.task;
            let waited = if self.fetched.is_empty() { None } else { self.fetched.remove(&task) };
            into.push_back(if let Some((_, work)) = waited {
                Work { order, ..work }
            } else {
                let again = order.attempt.attempt > 1;
                let gathered = run.store.inputs(shared.graph.deps(task.task), again);
                Work { order, gathered, fetched: false }
            });
            if wide {
                return;
            }
        }
    }

    /// A task waits for its fetch and holds no slot meanwhile.
    pub fn begin_fetch(&mut self, attempt: Attempt, handle: AbortHandle, after: &mut Aftermath) {
        self.fetching.insert(attempt.task, handle);
        self.step(Event::Paused(attempt), after);
    }

    /// The fetch of a task is over: it wants a slot again, or has failed.
    pub fn end_fetch(
        &mut self,
        shared: Arc<RunShared>,
        work: Work,
        result: Result<Block>,
        after: &mut Aftermath,
    ) {
        let attempt = work.order.attempt;
        self.reports += 1;
        self.fetching.remove(&attempt.task);
        match result {
            Ok(block) => {
                self.fetched.insert(attempt.task, (shared, work.with_fetched(block)));
                self.step(Event::Fetched(attempt), after);
            }
            Err(error) => {
                work.abandon(&shared);
                self.step(Event::Failed(attempt, error), after);
            }
        }
    }

    /// Whether the scheduler has not decided everything yet.
    pub fn has_more(&self) -> bool {
        self.scheduler.has_more()
    }

    /// How many orders no thread has taken.
    pub fn queued(&self) -> usize {
        self.queue.len()
    }
}

/// All tasks of a job, as a range of keys.
fn tasks_of(job: JobId) -> std::ops::RangeInclusive<TaskRef> {
    let task = |id| TaskRef { job, task: swath_graph::TaskId(id) };
    task(0)..=task(u32::MAX)
}
