//! Compute threads that several runs share.

mod thread;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use swath_block::{Fetch, Offers, SharedLoop};
use swath_error::{Error, Result};
use swath_scheduler::{Attempt, Event, JobId, JobPlan};

use crate::current::Current;
use crate::desk::Desk;
use crate::run::{ActiveRun, RunShared};
use crate::state::{Aftermath, State};
use crate::task::Work;
use crate::{fetch, watch};
use thread::Thread;

/// For how long nothing ends before a task's slot is given to another run.
const STALL: Duration = Duration::from_millis(250);

/// Bytes of stack of a compute thread, as much as a main thread has: user code may recurse. Only what is touched costs.
const STACK: usize = 8 << 20;

/// A pool of compute threads around one scheduler.
pub(crate) struct Pool {
    pub threads: usize,
    inner: Mutex<Inner>,
    work: Condvar,
    /// Calls threads of the reserve.
    reserve: Condvar,
    /// Threads that have no work: asleep, or about to look once more.
    idle: AtomicUsize,
}

struct Inner {
    state: State,
    slots: usize,
    /// Of the threads that run tasks, look for some, or wait for nested runs.
    desks: Vec<Arc<Desk>>,
    /// Threads kept for the next nested run.
    reserve: usize,
    /// Threads of the reserve that are to come back and have not yet.
    called: usize,
    /// Somebody looks from time to time whether anything moves.
    watched: bool,
    /// Loops of tasks that threads without a task may help with.
    offers: Vec<Arc<SharedLoop>>,
}

/// A task that has started a nested run.
#[derive(Debug)]
pub(crate) struct Parent {
    pool: Arc<Pool>,
    attempt: Attempt,
}

impl Parent {
    /// The task a thread is running.
    pub fn of(current: Current) -> Self {
        Self { pool: current.pool, attempt: current.attempt }
    }

    /// Gives the slot of the task back until [`Self::go_on`]; another thread stands in for the one it blocks.
    fn pause(&self) {
        self.pool.with_state(|state, after| {
            state.pause(self.attempt);
            state.decide(after);
        });
        // Without a stand-in the pool has a thread less for a while; the nested run is in another one.
        let _ = self.pool.ensure_threads();
    }

    /// The nested run is over.
    pub fn go_on(self) {
        self.pool.with_state(|state, after| {
            state.go_on(self.attempt);
            state.decide(after);
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
        let (desks, offers) = (Vec::new(), Vec::new());
        let inner = Inner { state, slots: threads, desks, reserve: 0, called: 0, watched: false, offers };
        Arc::new(Self {
            threads,
            inner: Mutex::new(inner),
            work: Condvar::new(),
            reserve: Condvar::new(),
            idle: AtomicUsize::new(0),
        })
    }

    /// Enters a run. The task that started it gives its slot back; when it runs in this pool, to the run.
    pub fn submit(self: &Arc<Self>, mut run: ActiveRun, plan: JobPlan) -> Result<()> {
        if let Some(parent) = run.parent.take_if(|p| Arc::ptr_eq(&p.pool, self)) {
            run.within = Some(parent.attempt);
        }
        if let Some(parent) = &run.parent {
            parent.pause();
        }
        let job = run.shared.job;
        let watch = self.with(|inner, after| {
            let is_nested = run.within.is_some();
            if let Some(attempt) = run.within {
                inner.state.pause(attempt);
            }
            inner.state.submit(run, plan, after);
            let watch = !is_nested && !inner.watched && inner.state.runs() > 1;
            inner.watched |= watch;
            watch.then_some(inner.state.reports)
        });
        if let Some(reports) = watch {
            self.look_later(reports);
        }
        self.ensure_threads().inspect_err(|_| self.cancel(job))
    }

    fn look_later(self: &Arc<Self>, reports: u64) {
        let pool = self.clone();
        watch::at(Instant::now() + STALL, move || pool.look(reports));
    }

    /// Looks whether anything moved since so many reports. A task may wait for a run that it has started on a thread of its
    /// own, where nobody can see that the run is nested: when all slots are held by such tasks nothing ever moves. So
    /// when nothing did, and several runs are under way, a slot is taken from a task, which goes on without one, and a
    /// thread more does what is next.
    fn look(self: &Arc<Self>, reports: u64) {
        let next = self.with(|inner, after| {
            inner.watched = inner.state.runs() > 1;
            if inner.watched && inner.state.reports == reports {
                let doing: Vec<Attempt> = inner.desks.iter().filter_map(|desk| desk.doing()).collect();
                if doing.into_iter().any(|attempt| inner.state.lend(attempt)) {
                    inner.state.decide(after);
                }
            }
            inner.watched.then_some(inner.state.reports)
        });
        if let Some(reports) = next {
            // When no thread can be started now, perhaps the next time.
            let _ = self.ensure_threads();
            self.look_later(reports);
        }
    }

    /// Calls or starts the threads that are missing.
    fn ensure_threads(self: &Arc<Self>) -> Result<()> {
        loop {
            let desk = Arc::new(Desk::default());
            let number = {
                let mut inner = self.inner.lock();
                if inner.desks.len() + inner.called >= inner.wanted() {
                    return Ok(());
                }
                if inner.reserve > 0 {
                    inner.reserve -= 1;
                    inner.called += 1;
                    self.reserve.notify_one();
                    continue;
                }
                inner.desks.push(desk.clone());
                inner.desks.len()
            };
            let thread = Thread::new(self.clone(), desk.clone());
            let builder = std::thread::Builder::new().name(format!("swath-{number}")).stack_size(STACK);
            if let Err(e) = builder.spawn(move || thread.work()) {
                let mut inner = self.inner.lock();
                inner.remove(&desk);
                // All the others wait for nested runs: nobody would ever run these.
                let none = inner.desks.len() <= inner.state.waiting();
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

impl Offers for Pool {
    fn offer(&self, shared: &Arc<SharedLoop>) {
        self.inner.lock().offers.push(shared.clone());
        if self.idle.load(Ordering::Relaxed) > 0 {
            self.work.notify_all();
        }
    }

    fn withdraw(&self, shared: &Arc<SharedLoop>) {
        self.inner.lock().offers.retain(|offered| !Arc::ptr_eq(offered, shared));
    }
}

impl Inner {
    /// How many threads there should be: one for each slot, and one for each task that has none.
    fn wanted(&self) -> usize {
        self.slots + self.state.waiting()
    }

    fn remove(&mut self, desk: &Arc<Desk>) {
        self.desks.retain(|d| !Arc::ptr_eq(d, desk));
    }
}
