//! How a run is to be carried out.

use std::cell::RefCell;

/// Options of one run. Every field has a default; [`RunOptions::scope`] sets them for a closure.
///
/// ```
/// use swath_execute::RunOptions;
/// let one_thread = RunOptions::default().threads(1);
/// assert_eq!(one_thread.threads, Some(1));
/// one_thread.scope(|| assert_eq!(RunOptions::current().threads, Some(1)));
/// assert_eq!(RunOptions::current().threads, None);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct RunOptions {
    /// Compute threads; the default is `SWATH_NUM_THREADS`, else the machine's cores.
    pub threads: Option<usize>,
    /// Bytes the run's blocks and queries may take; the default is `SWATH_MEMORY_LIMIT`, else 70 % of the machine's. When
    /// it is near, arrays, tables and text that wait for their readers go to files in `SWATH_LOCAL_DIR`, else in the
    /// system's folder for temporary files.
    pub memory_limit: Option<u64>,
    /// Run every task on the calling thread, one after another: for debugging.
    pub synchronous: bool,
    /// Join linear chains of tasks. Default true.
    pub fuse: bool,
    /// Show a progress bar; the default shows one on a terminal unless `SWATH_PROGRESS=0`.
    pub progress: Option<bool>,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self { threads: None, memory_limit: None, synchronous: false, fuse: true, progress: None }
    }
}

thread_local! {
    static SCOPED: RefCell<Vec<RunOptions>> = const { RefCell::new(Vec::new()) };
}

impl RunOptions {
    /// Sets the number of compute threads.
    pub fn threads(self, threads: usize) -> Self {
        Self { threads: Some(threads), ..self }
    }

    /// Sets the memory limit in bytes.
    pub fn memory_limit(self, bytes: u64) -> Self {
        Self { memory_limit: Some(bytes), ..self }
    }

    /// Runs every task on the calling thread.
    pub fn synchronous(self) -> Self {
        Self { synchronous: true, ..self }
    }

    /// Turns linear fusion on or off.
    pub fn fuse(self, fuse: bool) -> Self {
        Self { fuse, ..self }
    }

    /// Turns the progress bar on or off.
    pub fn progress(self, progress: bool) -> Self {
        Self { progress: Some(progress), ..self }
    }

    /// The options in force on this thread: the innermost [`Self::scope`]'s, else the defaults.
    pub fn current() -> Self {
        SCOPED.with_borrow(|stack| stack.last().cloned().unwrap_or_default())
    }

    /// Makes these options the ones in force while `body` runs on this thread.
    pub fn scope<R>(&self, body: impl FnOnce() -> R) -> R {
        struct Leave;
        impl Drop for Leave {
            fn drop(&mut self) {
                SCOPED.with_borrow_mut(Vec::pop);
            }
        }
        SCOPED.with_borrow_mut(|stack| stack.push(self.clone()));
        let _leave = Leave;
        body()
    }
}
