//! Compute threads that several runs share.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use parking_lot::{Condvar, Mutex, MutexGuard};
use swath_block::Fetch;
use swath_error::{Error, Result};
use swath_scheduler::{Attempt, Event, JobId, TaskRef};

use crate::current::{self, Current};
use crate::desk::Desk;
use crate::run::RunShared;
use crate::state::{Aftermath, State};
use crate::task::{Outcome, Work};
use crate::{fetch, watch};

/// Work a thread takes at once, in nanoseconds: long against taking the lock, short against anything a user notices.
const BATCH: u128 = 20_000;

/// Tasks a thread takes at once at most.
const MOST: usize = 64;

/// Bytes of stack of a compute thread, as much as a main thread has: user code may recurse. Only what is touched costs.
const STACK: usize = 8 << 20;

/// A pool of compute threads around one scheduler.
pub(crate) struct Pool {
    pub threads: usize,
    inner: Mutex<Inner>,
    work: Condvar,
    /// Threads that have no work: asleep, or about to look once more.
    idle: AtomicUsize,
}

struct Inner {
    state: State,
    /// Of the threads there are.
    desks: Vec<Arc<Desk>>,
    /// How many threads there should be: one for each slot and one for each task that waits for a nested run.
    wanted: usize,
    /// How many nested runs each task waits for.
    nested: BTreeMap<TaskRef, usize>,
}

/// A task that has started a nested run and gave its slot back.
#[derive(Debug)]
pub(crate) struct Parent {
    pool: Arc<Pool>,
    attempt: Attempt,
}

impl Parent {
    /// Gives the slot of the task back until [`Self::go_on`]; another thread stands in for the one it blocks.
    pub fn pause(current: Current) -> Result<Self> {
        let Current { pool, attempt, .. } = current;
        pool.with(|inner, after| {
            let nested = inner.nested.entry(attempt.task).or_default();
            *nested += 1;
            if *nested == 1 {
                inner.wanted += 1;
                inner.state.step(Event::Paused(attempt), after);
            }
        });
        pool.ensure_threads()?;
        Ok(Self { pool, attempt })
    }

    /// The nested run is over.
    pub fn go_on(self) {
        let task = self.attempt.task;
        self.pool.with(|inner, after| {
            let Some(nested) = inner.nested.get_mut(&task) else { return };
            *nested -= 1;
            if *nested == 0 {
                inner.nested.remove(&task);
                inner.wanted -= 1;
                inner.state.step(Event::Resumed(self.attempt), after);
            }
        });
    }
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pool({} threads)", self.threads)
    }
}

impl Pool {
    /// The pool of this process with so many threads; made on first use, kept from then on.
    pub fn of(threads: usize) -> Result<Arc<Self>> {
        static POOLS: Mutex<BTreeMap<usize, Arc<Pool>>> = Mutex::new(BTreeMap::new());
        let pool = POOLS.lock().entry(threads).or_insert_with(|| Self::new(threads)).clone();
        pool.ensure_threads()?;
        Ok(pool)
    }

    fn new(threads: usize) -> Arc<Self> {
        let state = State::new(threads);
        let inner = Inner { state, desks: Vec::new(), wanted: threads, nested: BTreeMap::new() };
        Arc::new(Self { threads, inner: Mutex::new(inner), work: Condvar::new(), idle: AtomicUsize::new(0) })
    }

    /// Starts the threads that are missing.
    fn ensure_threads(self: &Arc<Self>) -> Result<()> {
        loop {
            let desk = Arc::new(Desk::default());
            let number = {
                let mut inner = self.inner.lock();
                if inner.desks.len() >= inner.wanted {
                    return Ok(());
                }
                inner.desks.push(desk.clone());
                inner.desks.len()
            };
            let pool = self.clone();
            let thread =
                Thread { pool, desk: desk.clone(), done: Vec::new(), todo: VecDeque::new(), batch: 1 };
            let builder = std::thread::Builder::new().name(format!("swath-{number}")).stack_size(STACK);
            if let Err(e) = builder.spawn(move || thread.work()) {
                let mut inner = self.inner.lock();
                inner.remove(&desk);
                let none = inner.desks.is_empty();
                return if none { Err(Error::io("cannot start a compute thread", e)) } else { Ok(()) };
            }
        }
    }

    /// Does something with the state, and what follows from it once the lock is released.
    fn with<R>(self: &Arc<Self>, change: impl FnOnce(&mut Inner, &mut Aftermath) -> R) -> R {
        let mut after = Aftermath::default();
        let result = {
            let mut inner = self.inner.lock();
            let result = change(&mut inner, &mut after);
            self.wake_one(&inner, 0);
            result
        };
        self.settle(&mut after);
        result
    }

    /// Does something with the scheduler and the runs.
    pub fn with_state<R>(self: &Arc<Self>, change: impl FnOnce(&mut State, &mut Aftermath) -> R) -> R {
        self.with(|inner, after| change(&mut inner.state, after))
    }

    /// Ends a run early.
    pub fn cancel(self: &Arc<Self>, job: JobId) {
        self.with_state(|state, after| state.cancel(job, after));
    }

    /// Wakes a thread when there is work that nobody does; it wakes the next one. `spare`: tasks on the caller's desk.
    fn wake_one(&self, inner: &Inner, spare: usize) {
        if (inner.state.queued() > 0 || spare > 1) && self.idle.load(Ordering::Relaxed) > 0 {
            self.work.notify_one();
        }
    }

    fn settle(self: &Arc<Self>, after: &mut Aftermath) {
        if let Some(moment) = after.wake.take() {
            let pool = self.clone();
            watch::at(moment, move || pool.with_state(|state, after| state.step(Event::Tick, after)));
        }
        if !after.is_empty() {
            after.settle();
        }
    }

    fn begin_fetch(self: &Arc<Self>, run: Arc<RunShared>, work: Work, fetch: Fetch) {
        let attempt = work.order.attempt;
        let pool = self.clone();
        let (handle, job) = fetch::prepare(fetch, move |result| {
            pool.with_state(|state, after| state.end_fetch(run, work, result, after));
        });
        self.with_state(|state, after| state.begin_fetch(attempt, handle, after));
        fetch::spawn(job);
    }
}

impl Inner {
    fn remove(&mut self, desk: &Arc<Desk>) {
        self.desks.retain(|d| !Arc::ptr_eq(d, desk));
    }
}

/// A compute thread.
struct Thread {
    pool: Arc<Pool>,
    desk: Arc<Desk>,
    /// For reports; empty between them.
    done: Vec<Outcome>,
    todo: VecDeque<Work>,
    /// How many tasks to take at once.
    batch: usize,
}

impl Thread {
    fn work(mut self) {
        current::enter_pool(&self.pool);
        let mut after = Aftermath::default();
        while self.find_work(&mut after) {
            self.pool.clone().settle(&mut after);
            self.do_work();
        }
        self.pool.settle(&mut after);
    }

    /// Reports what is done, then takes tasks onto the desk or sleeps; false when the thread is not needed any more.
    fn find_work(&mut self, after: &mut Aftermath) -> bool {
        let pool = self.pool.clone();
        let mut inner = pool.inner.lock();
        if let Some(run) = self.desk.take_done(&mut self.done)
            && !self.done.is_empty()
        {
            inner.state.report(&run, &mut self.done, after);
        }
        let left = self.desk.len();
        if left > 0 {
            pool.wake_one(&inner, left + 1);
            return true;
        }
        if self.take(&mut inner, after) || !after.is_empty() {
            pool.wake_one(&inner, self.desk.len());
            return true;
        }
        pool.idle.fetch_add(1, Ordering::SeqCst);
        let goes_on = self.rob(&mut inner, after) || {
            let needed = inner.desks.len() <= inner.wanted;
            if needed {
                pool.work.wait(&mut inner);
            } else {
                inner.remove(&self.desk);
            }
            needed
        };
        pool.idle.fetch_sub(1, Ordering::SeqCst);
        goes_on
    }

    /// Takes this thread's share of the queue.
    fn take(&mut self, inner: &mut Inner, after: &mut Aftermath) -> bool {
        let depth = if self.batch > 1 { self.batch * inner.desks.len() * 2 } else { 0 };
        inner.state.set_depth(depth as u32);
        let Some(run) = inner.state.next_run(after) else { return false };
        let share = inner.state.queued().div_ceil(inner.desks.len().max(1));
        inner.state.take(&run, share.min(self.batch), &mut self.todo);
        self.desk.fill(run, &mut self.todo);
        true
    }

    /// Helps itself from the desks of others.
    fn rob(&mut self, inner: &mut MutexGuard<'_, Inner>, after: &mut Aftermath) -> bool {
        for at in 0..inner.desks.len() {
            if Arc::ptr_eq(&inner.desks[at], &self.desk) {
                continue;
            }
            let Some(run) = inner.desks[at].rob(&mut self.done, &mut self.todo) else { continue };
            if !self.done.is_empty() {
                inner.state.report(&run, &mut self.done, after);
            }
            if !self.todo.is_empty() {
                self.desk.fill(run, &mut self.todo);
            }
            return true;
        }
        false
    }

    /// Runs the tasks on the desk, until it is empty or another thread has nothing to do.
    fn do_work(&mut self) {
        let Some((run, mut work)) = self.desk.first() else { return };
        current::enter_run(&run);
        let start = Instant::now();
        let mut ran = 0u32;
        loop {
            ran += 1;
            let outcome = self.run_task(&run, work);
            if self.pool.idle.load(Ordering::SeqCst) > 0 {
                if let Some(outcome) = outcome {
                    self.desk.put(outcome);
                }
                break;
            }
            match self.desk.next(outcome) {
                Some(next) => work = next,
                None => break,
            }
        }
        current::leave_run();
        let each = (start.elapsed().as_nanos() / u128::from(ran)).max(1);
        self.batch = ((BATCH / each) as usize).clamp(1, MOST);
    }

    /// Runs one task; nothing when it waits for its fetch.
    fn run_task(&self, run: &Arc<RunShared>, work: Work) -> Option<Outcome> {
        let order = work.order;
        if run.env.cancel.is_cancelled() {
            work.abandon(run);
            return Some(Outcome { order, result: Err(run.cancelled()) });
        }
        current::enter_task(order.attempt);
        match work.fetch(run) {
            None => Some(work.run(run)),
            Some(fetch) => {
                self.pool.begin_fetch(run.clone(), work, fetch);
                None
            }
        }
    }
}
