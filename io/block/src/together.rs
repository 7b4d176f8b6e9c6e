//! Loops whose pieces several threads may do.
//!
//! In: how many pieces, and what does one. Out: nothing, once all are done. Place in the flow: between an operation with
//! much to do and a runtime whose other threads have nothing to do. It never decides how many threads there are.

use std::fmt::{self, Debug};
use std::sync::Arc;

use crate::SharedLoop;

/// Threads that may help each other.
pub trait Together: Debug + Send + Sync {
    /// Calls `work` once for each number below `pieces`, on this thread and on others that have nothing to do, and returns
    /// when all calls have. Pieces are begun in order; they should take long against taking a lock, half a millisecond or
    /// more.
    ///
    /// # Panics
    /// When a call did, after those that had begun have ended; others are then left out.
    fn each(&self, pieces: usize, work: &(dyn Fn(usize) + Sync));
}

/// This thread alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Alone;

impl Together for Alone {
    fn each(&self, pieces: usize, work: &(dyn Fn(usize) + Sync)) {
        (0..pieces).for_each(work);
    }
}

/// A runtime whose threads can be told of loops.
pub trait Offers: Send + Sync {
    /// Lets threads without a task join the loop.
    fn offer(&self, shared: &Arc<SharedLoop>);

    /// Nobody joins the loop any more.
    fn withdraw(&self, shared: &Arc<SharedLoop>);
}

/// The threads of a runtime, which help each other.
pub struct Helpers<R> {
    runtime: Arc<R>,
    threads: usize,
}

impl<R: Offers> Helpers<R> {
    /// The threads of `runtime`, which are so many.
    pub fn of(runtime: &Arc<R>, threads: usize) -> Self {
        Self { runtime: runtime.clone(), threads }
    }
}

impl<R> Debug for Helpers<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Helpers({} threads)", self.threads)
    }
}

impl<R: Offers> Together for Helpers<R> {
    fn each(&self, pieces: usize, work: &(dyn Fn(usize) + Sync)) {
        if pieces < 2 || self.threads < 2 {
            return (0..pieces).for_each(work);
        }
        SharedLoop::run(pieces, work, |shared| {
            self.runtime.offer(shared);
            Offered { runtime: &*self.runtime, shared: shared.clone() }
        });
    }
}

/// A loop that is offered until this is dropped.
struct Offered<'a, R: Offers> {
    runtime: &'a R,
    shared: Arc<SharedLoop>,
}

impl<R: Offers> Drop for Offered<'_, R> {
    fn drop(&mut self) {
        self.runtime.withdraw(&self.shared);
    }
}
