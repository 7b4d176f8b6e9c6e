//! What a running task may know and use besides its inputs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use swath_error::{Error, Result};

use crate::{Alone, MemoryLedger, Together};

/// A flag that asks a run to stop. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// Asks for a stop.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether a stop was asked for.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// What all tasks of one run share.
#[derive(Debug)]
pub struct RunEnv {
    /// Set when the run is to stop; long operations look at it every few milliseconds.
    pub cancel: CancelToken,
    /// The runtime's memory budget.
    pub memory: MemoryLedger,
    /// Bytes read from outside so far, for progress bars.
    pub bytes_read: AtomicU64,
    /// Compute threads of this runtime.
    pub threads: usize,
    /// Those of them that have nothing to do.
    pub together: Box<dyn Together>,
}

impl RunEnv {
    /// An environment with `threads` compute threads and a budget. The threads do not help each other.
    pub fn new(threads: usize, memory: MemoryLedger) -> Self {
        let (cancel, bytes_read) = (CancelToken::default(), AtomicU64::new(0));
        Self { cancel, memory, bytes_read, threads, together: Box::new(Alone) }
    }
}

/// What one task is given to run with.
#[derive(Clone, Copy, Debug)]
pub struct TaskContext<'a> {
    /// Which task of its layer this is: the operation's per-task parameter.
    pub index: u32,
    /// Threads the task may use: at least 1, at most what its layer asked for.
    pub slots: usize,
    /// What the run shares.
    pub env: &'a RunEnv,
}

impl TaskContext<'_> {
    /// An error when the run is to stop: long loops call this with `?`.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Cancelled`] when a stop was asked for.
    pub fn check_cancelled(&self) -> Result<()> {
        if self.env.cancel.is_cancelled() { Err(Error::cancelled("the run was cancelled")) } else { Ok(()) }
    }

    /// Threads that may help with a loop of the task.
    pub fn together(&self) -> &dyn Together {
        &*self.env.together
    }

    /// Counts bytes read from outside.
    pub fn add_bytes_read(&self, bytes: u64) {
        self.env.bytes_read.fetch_add(bytes, Ordering::Relaxed);
    }
}
