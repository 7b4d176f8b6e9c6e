//! Compute threads that several runs share.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex, MutexGuard};
use swath_block::{Fetch, SharedLoop};
use swath_error::{Error, Result};
use swath_scheduler::{Attempt, Event, JobId, JobPlan};

use crate::current::{self, Current};
use crate::desk::Desk;
use crate::run::{ActiveRun, RunShared};
use crate::state::{Aftermath, State};
use crate::task::{Outcome, Work};
use crate::{fetch, watch};

/// Work a thread takes at once, in nanoseconds: long against taking the lock, short against anything a user notices.
const BATCH: u128 = 20_000;

/// Tasks a thread takes at once at most.
const MOST: usize = 64;

/// For how long nothing ends before a task's slot is given to another run.
const STALL: Duration = Duration::from_millis(250);

/// Threads kept in reserve at most: starting one takes longer than many a task.
const KEPT: usize = 4;

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
            let pool = self.clone();
            let thread = Thread {
                pool,
                desk: desk.clone(),
                done: Vec::new(),
                todo: VecDeque::new(),
                batch: 1,
                batch_of: JobId(0),
            };
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

    /// Lets threads without a task help with a loop.
    pub fn offer(&self, shared: &Arc<SharedLoop>) {
        self.inner.lock().offers.push(shared.clone());
        if self.idle.load(Ordering::Relaxed) > 0 {
            self.work.notify_all();
        }
    }

    /// Nobody joins the loop any more.
    pub fn withdraw(&self, shared: &Arc<SharedLoop>) {
        self.inner.lock().offers.retain(|offered| !Arc::ptr_eq(offered, shared));
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
    /// How many threads there should be: one for each slot, and one for each task that has none.
    fn wanted(&self) -> usize {
        self.slots + self.state.waiting()
    }

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
    /// How many tasks of a run to take at once.
    batch: usize,
    batch_of: JobId,
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
        if inner.desks.len() > inner.wanted() {
            return !after.is_empty() || self.stand_by(&mut inner);
        }
        if self.take(&mut inner, after) || !after.is_empty() {
            pool.wake_one(&inner, self.desk.len());
            return true;
        }
        pool.idle.fetch_add(1, Ordering::SeqCst);
        let robbed = self.rob(&mut inner, after);
        let offered = if robbed { None } else { inner.offers.iter().find_map(SharedLoop::join) };
        match offered {
            _ if robbed => pool.wake_one(&inner, self.desk.len()),
            None => pool.work.wait(&mut inner),
            Some(_) => {}
        }
        pool.idle.fetch_sub(1, Ordering::SeqCst);
        drop(inner);
        if let Some(helper) = offered {
            // Tasks that have come meanwhile go before.
            helper.help(|| pool.inner.try_lock().is_none_or(|inner| inner.state.queued() == 0));
        }
        true
    }

    /// For a thread that stood in for one that runs again: waits until it is wanted; false when there are enough that do.
    fn stand_by(&self, inner: &mut MutexGuard<'_, Inner>) -> bool {
        inner.remove(&self.desk);
        if self.pool.idle.load(Ordering::Relaxed) > 0 {
            // It may have been woken for work.
            self.pool.work.notify_one();
        }
        if inner.reserve >= KEPT {
            return false;
        }
        inner.reserve += 1;
        while inner.called == 0 {
            self.pool.reserve.wait(inner);
        }
        inner.called -= 1;
        inner.desks.push(self.desk.clone());
        true
    }

    /// Takes this thread's share of the queue.
    fn take(&mut self, inner: &mut Inner, after: &mut Aftermath) -> bool {
        let Some(run) = inner.state.next_run(after) else { return false };
        if self.batch_of != run.job {
            (self.batch, self.batch_of) = (1, run.job);
        }
        // What is in the queue already goes before a nested run that is still to come.
        let many = self.batch > 1 && inner.state.waiting() == 0;
        let depth = if many { self.batch * inner.slots * 2 } else { 0 };
        inner.state.set_depth(depth as u32);
        let share = inner.state.queued().div_ceil(inner.slots);
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
        self.batch_of = run.job;
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
