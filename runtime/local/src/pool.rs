//! Compute threads that several runs share.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use parking_lot::{Condvar, Mutex};
use swath_error::{Error, Result};
use swath_scheduler::{Attempt, Event, TaskRef};

use crate::run::RunShared;
use crate::state::{Aftermath, State};
use crate::task::Outcome;

/// A pool of compute threads around one scheduler.
pub(crate) struct Pool {
    pub threads: usize,
    inner: Mutex<Inner>,
    work: Condvar,
}

struct Inner {
    state: State,
    /// Threads asleep for want of work.
    idle: usize,
    /// Threads there are, and how many there should be: one for each slot and one for each task that waits for a
    /// nested run.
    alive: usize,
    wanted: usize,
    /// How many nested runs each task waits for.
    nested: BTreeMap<TaskRef, usize>,
}

/// The task that the current thread is running.
#[derive(Clone)]
pub(crate) struct Current {
    pub pool: Arc<Pool>,
    pub attempt: Attempt,
    pub depth: i32,
}

thread_local! {
    static CURRENT: RefCell<Option<Current>> = const { RefCell::new(None) };
}

/// The task that the current thread is running, when it is a compute thread.
pub(crate) fn current() -> Option<Current> {
    CURRENT.with_borrow(Clone::clone)
}

/// A task that has started a nested run and gave its slot back.
#[derive(Debug)]
pub(crate) struct Parent {
    pool: Arc<Pool>,
    attempt: Attempt,
}

impl Parent {
    /// Gives the slot of the task back until [`Self::go_on`].
    pub fn pause(current: Current) -> Result<Self> {
        let Current { pool, attempt, .. } = current;
        let mut after = Aftermath::default();
        {
            let mut inner = pool.inner.lock();
            let nested = inner.nested.entry(attempt.task).or_default();
            *nested += 1;
            if *nested == 1 {
                inner.wanted += 1;
                inner.state.step(Event::Paused(attempt));
                inner.state.flush(&mut after);
            }
        }
        after.settle();
        pool.ensure_threads()?;
        pool.work.notify_one();
        Ok(Self { pool, attempt })
    }

    /// The nested run is over.
    pub fn go_on(self) {
        let mut inner = self.pool.inner.lock();
        if let Some(nested) = inner.nested.get_mut(&self.attempt.task) {
            *nested -= 1;
            if *nested == 0 {
                inner.nested.remove(&self.attempt.task);
                inner.wanted -= 1;
                inner.state.step(Event::Resumed(self.attempt));
            }
        }
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
        let inner =
            Inner { state: State::new(threads), idle: 0, alive: 0, wanted: threads, nested: BTreeMap::new() };
        Arc::new(Self { threads, inner: Mutex::new(inner), work: Condvar::new() })
    }

    /// Starts the threads that are missing.
    fn ensure_threads(self: &Arc<Self>) -> Result<()> {
        loop {
            let number = {
                let mut inner = self.inner.lock();
                if inner.alive >= inner.wanted {
                    return Ok(());
                }
                inner.alive += 1;
                inner.alive
            };
            let pool = self.clone();
            let spawned =
                std::thread::Builder::new().name(format!("swath-{number}")).spawn(move || pool.work());
            if let Err(e) = spawned {
                let mut inner = self.inner.lock();
                inner.alive -= 1;
                if inner.alive == 0 {
                    return Err(Error::io("cannot start a compute thread", e));
                }
                return Ok(());
            }
        }
    }

    /// Does something with the state, and what follows from it once the lock is released.
    pub fn with<R>(&self, change: impl FnOnce(&mut State, &mut Aftermath) -> R) -> R {
        let mut after = Aftermath::default();
        let result = {
            let mut inner = self.inner.lock();
            let result = change(&mut inner.state, &mut after);
            if inner.idle > 0 && inner.state.queued() > 0 {
                self.work.notify_one();
            }
            result
        };
        after.settle();
        result
    }

    /// The life of a compute thread.
    fn work(self: Arc<Self>) {
        let mut after = Aftermath::default();
        let mut ran: Option<(Arc<RunShared>, Outcome)> = None;
        loop {
            let taken = {
                let mut inner = self.inner.lock();
                if let Some((run, outcome)) = ran.take() {
                    inner.state.report(&run, outcome, &mut after);
                    inner.state.flush(&mut after);
                }
                let taken = inner.state.take(&mut after);
                if taken.is_none() && after.is_empty() {
                    if inner.alive > inner.wanted {
                        inner.alive -= 1;
                        return;
                    }
                    inner.idle += 1;
                    self.work.wait(&mut inner);
                    inner.idle -= 1;
                } else if inner.idle > 0 && inner.state.queued() > 0 {
                    self.work.notify_one();
                }
                taken
            };
            after.settle();
            if let Some((run, work)) = taken {
                self.enter(&run, work.order.attempt);
                let outcome = work.run(&run);
                ran = Some((run, outcome));
            }
        }
    }

    fn enter(self: &Arc<Self>, run: &RunShared, attempt: Attempt) {
        CURRENT.set(Some(Current { pool: self.clone(), attempt, depth: run.depth }));
    }
}

/// Stops a run of a pool from outside.
pub(crate) fn cancel(pool: &Weak<Pool>, job: swath_scheduler::JobId, reason: &str) {
    if let Some(pool) = pool.upgrade() {
        pool.with(|state, after| {
            state.step(Event::Cancel(job, Error::cancelled(reason)));
            state.flush(after);
        });
    }
}
