//! Loops whose pieces several threads may do.
//!
//! In: how many pieces, and what does one. Out: nothing, once all are done. Place in the flow: between an operation with
//! much to do and a runtime whose other threads have nothing to do. It never decides how many threads there are.

use std::fmt::Debug;

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
