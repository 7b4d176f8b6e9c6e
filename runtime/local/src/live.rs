//! The runs that are under way: what an interrupt stops, and what the end of a run stops of those that its tasks started.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use crate::run::RunShared;

type Stop = Arc<dyn Fn(&'static str) + Send + Sync>;

/// Runs that may be stopped together.
#[derive(Default)]
pub(crate) struct Registry(Mutex<Runs>);

struct Runs {
    stops: BTreeMap<u64, Stop>,
    next: u64,
    /// Runs entered from now on are stopped at once.
    closed: Option<&'static str>,
}

impl Runs {
    const fn new() -> Self {
        Self { stops: BTreeMap::new(), next: 0, closed: None }
    }
}

impl Default for Runs {
    fn default() -> Self {
        Self::new()
    }
}

/// All runs of the process.
static RUNS: Registry = Registry(Mutex::new(Runs::new()));

impl Registry {
    fn enter(&self, stop: &Stop) -> u64 {
        let mut runs = self.0.lock();
        runs.next += 1;
        let id = runs.next;
        runs.stops.insert(id, stop.clone());
        let closed = runs.closed;
        drop(runs);
        if let Some(reason) = closed {
            stop(reason);
        }
        id
    }

    fn leave(&self, id: u64) {
        let stop = self.0.lock().stops.remove(&id);
        drop(stop);
    }

    /// Stops the runs there are; whether there was one.
    fn stop(&self, reason: &'static str) -> bool {
        // Called outside the lock: a stopped run leaves the registry.
        let stops: Vec<Stop> = self.0.lock().stops.values().cloned().collect();
        for stop in &stops {
            stop(reason);
        }
        !stops.is_empty()
    }

    /// Stops the runs there are and those still to come.
    pub fn close(&self, reason: &'static str) {
        self.0.lock().closed.get_or_insert(reason);
        self.stop(reason);
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Registry({} runs)", self.0.lock().stops.len())
    }
}

/// A run is under way until this is dropped.
pub(crate) struct Live {
    id: u64,
    /// The run whose task started it, and its number there.
    parent: Option<(Weak<RunShared>, u64)>,
}

impl Live {
    /// Enters a run; `stop` cancels it for a reason. It is stopped with `parent`, too.
    pub fn enter(
        parent: Option<&Arc<RunShared>>,
        stop: impl Fn(&'static str) + Send + Sync + 'static,
    ) -> Self {
        let stop: Stop = Arc::new(stop);
        let parent = parent.map(|run| (Arc::downgrade(run), run.nested.enter(&stop)));
        Self { id: RUNS.enter(&stop), parent }
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Live({})", self.id)
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        RUNS.leave(self.id);
        if let Some((run, id)) = self.parent.take()
            && let Some(run) = run.upgrade()
        {
            run.nested.leave(id);
        }
    }
}

/// Cancels every run under way in this process, which then ends with the message "interrupted"; whether there was one.
///
/// This is what the first Ctrl-C does; a program with a handler of its own (see [`crate::signals`]) may call it.
pub fn interrupt() -> bool {
    RUNS.stop("interrupted")
}
