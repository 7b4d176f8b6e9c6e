//! What a compute thread of a pool does.
//!
//! In: tasks of the pool's queue, of other threads' desks, and loops that are offered. Out: reports of what was done. It
//! never decides which task is next.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use parking_lot::MutexGuard;
use swath_block::SharedLoop;
use swath_scheduler::JobId;

use super::{Inner, Pool};
use crate::current;
use crate::desk::Desk;
use crate::run::RunShared;
use crate::state::Aftermath;
use crate::task::{Outcome, Work};

/// Work a thread takes at once, in nanoseconds: long against taking the lock, short against anything a user notices.
const BATCH: u128 = 20_000;

/// Tasks a thread takes at once at most.
const MOST: usize = 64;

/// Threads kept in reserve at most: starting one takes longer than many a task.
const KEPT: usize = 4;

/// A compute thread.
pub(super) struct Thread {
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
    /// A thread of `pool` that does what lies on `desk`.
    pub fn new(pool: Arc<Pool>, desk: Arc<Desk>) -> Self {
        Self { pool, desk, done: Vec::new(), todo: VecDeque::new(), batch: 1, batch_of: JobId(0) }
    }

    /// Works until the pool needs one thread less.
    pub fn work(mut self) {
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
