//! Which task the current thread is running: how a nested run finds what it is nested in.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use swath_scheduler::Attempt;

use crate::pool::Pool;
use crate::run::RunShared;

/// The task a compute thread is running.
pub(crate) struct Current {
    pub pool: Arc<Pool>,
    pub run: Arc<RunShared>,
    pub attempt: Attempt,
}

thread_local! {
    static POOL: RefCell<Option<Arc<Pool>>> = const { RefCell::new(None) };
    static RUN: RefCell<Option<Arc<RunShared>>> = const { RefCell::new(None) };
    static ATTEMPT: Cell<Option<Attempt>> = const { Cell::new(None) };
}

/// The task the current thread is running, when it is a compute thread.
pub(crate) fn current() -> Option<Current> {
    let pool = POOL.with_borrow(Clone::clone)?;
    let run = RUN.with_borrow(Clone::clone)?;
    Some(Current { pool, run, attempt: ATTEMPT.get()? })
}

/// This is a thread of the pool from now on.
pub(crate) fn enter_pool(pool: &Arc<Pool>) {
    POOL.set(Some(pool.clone()));
}

/// The tasks entered from now on belong to this run.
pub(crate) fn enter_run(run: &Arc<RunShared>) {
    RUN.with_borrow_mut(|current| {
        if !current.as_ref().is_some_and(|r| Arc::ptr_eq(r, run)) {
            *current = Some(run.clone());
        }
    });
}

/// This attempt is what the thread is running.
pub(crate) fn enter_task(attempt: Attempt) {
    ATTEMPT.set(Some(attempt));
}

/// The thread is running nothing; it keeps no run alive.
pub(crate) fn leave_run() {
    ATTEMPT.set(None);
    RUN.set(None);
}
