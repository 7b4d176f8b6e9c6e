//! Threads without work help others with theirs.
//!
//! In: a loop of pieces that a running task offers. Out: all pieces done, by the task's thread and by those of the pool that
//! find no task meanwhile. It never starts a thread.

use std::sync::Arc;

use swath_block::{SharedLoop, Together};

use crate::pool::Pool;

/// A pool whose threads help each other.
#[derive(Debug)]
pub(crate) struct Helpers(Arc<Pool>);

impl Helpers {
    /// The threads of `pool`.
    pub fn of(pool: &Arc<Pool>) -> Self {
        Self(pool.clone())
    }
}

impl Together for Helpers {
    fn each(&self, pieces: usize, work: &(dyn Fn(usize) + Sync)) {
        if pieces < 2 || self.0.threads < 2 {
            return (0..pieces).for_each(work);
        }
        SharedLoop::run(pieces, work, |shared| {
            self.0.offer(shared);
            Offer { pool: &self.0, shared: shared.clone() }
        });
    }
}

/// A loop that is offered until this is dropped.
struct Offer<'a> {
    pool: &'a Pool,
    shared: Arc<SharedLoop>,
}

impl Drop for Offer<'_> {
    fn drop(&mut self) {
        self.pool.withdraw(&self.shared);
    }
}
