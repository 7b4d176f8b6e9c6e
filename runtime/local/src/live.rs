//! The runs that are under way in this process: what an interrupt stops.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;

type Stop = Arc<dyn Fn(&'static str) + Send + Sync>;

struct Registry {
    stops: BTreeMap<u64, Stop>,
    next: u64,
}

static RUNS: Mutex<Registry> = Mutex::new(Registry { stops: BTreeMap::new(), next: 0 });

/// A run is under way until this is dropped.
pub(crate) struct Live(u64);

impl Live {
    /// Enters a run; `stop` cancels it for a reason.
    pub fn enter(stop: impl Fn(&'static str) + Send + Sync + 'static) -> Self {
        let mut runs = RUNS.lock();
        runs.next += 1;
        let id = runs.next;
        runs.stops.insert(id, Arc::new(stop));
        Self(id)
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Live({})", self.0)
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let stop = RUNS.lock().stops.remove(&self.0);
        drop(stop);
    }
}

/// Cancels every run under way in this process, which then ends with the message "interrupted"; whether there was one.
///
/// This is what the first Ctrl-C does; a program with a handler of its own (see [`crate::signals`]) may call it.
pub fn interrupt() -> bool {
    // Called outside the lock: a stopped run leaves the registry.
    let stops: Vec<Stop> = RUNS.lock().stops.values().cloned().collect();
    for stop in &stops {
        stop("interrupted");
    }
    !stops.is_empty()
}
