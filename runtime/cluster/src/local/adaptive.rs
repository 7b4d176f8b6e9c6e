//! A local cluster that grows with its work and shrinks when there is none.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use swath_error::{Error, Result};

use super::LocalCluster;

/// Time between two looks at the cluster.
const LOOK: Duration = Duration::from_millis(250);

/// Looks in a row that must agree before workers are let go.
const PATIENCE: u32 = 8;

/// Keeps the number of a cluster's workers between two bounds, as its work needs them; until this is dropped.
#[derive(Debug)]
#[must_use = "the cluster stays as it is once this is dropped"]
pub struct Adaptive(Arc<AtomicBool>);

impl Adaptive {
    /// Starts to watch the cluster. It grows at once when there are more unfinished tasks than threads, and shrinks when
    /// there have been fewer for two seconds.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidArgument`] for empty bounds.
    pub fn start(cluster: &Arc<LocalCluster>, workers: RangeInclusive<usize>) -> Result<Self> {
        if workers.is_empty() {
            return Err(Error::argument(format!("no number of workers is in {workers:?}")));
        }
        let over = Arc::new(AtomicBool::new(false));
        let (watched, ended) = (Arc::downgrade(cluster), over.clone());
        let watch = move || watch(&watched, &ended, &workers);
        std::thread::Builder::new()
            .name("swath-adaptive".into())
            .spawn(watch)
            .map_err(|e| Error::io("cannot start a thread", e))?;
        Ok(Self(over))
    }
}

impl Drop for Adaptive {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn watch(cluster: &Weak<LocalCluster>, over: &AtomicBool, bounds: &RangeInclusive<usize>) {
    let mut fewer = 0;
    while !over.load(Ordering::SeqCst) {
        let Some(cluster) = cluster.upgrade() else { return };
        let Ok(info) = cluster.observer().info() else { return };
        let wanted = wanted(info.unfinished, cluster.threads_per_worker(), bounds);
        let here = cluster.len();
        fewer = if wanted < here { fewer + 1 } else { 0 };
        if wanted > here || fewer >= PATIENCE {
            fewer = 0;
            // What could not be done now is tried again at the next look.
            let _ = cluster.scale(wanted);
        }
        drop(cluster);
        std::thread::sleep(LOOK);
    }
}

/// Enough workers for a thread per unfinished task, within the bounds.
fn wanted(unfinished: u64, threads: usize, bounds: &RangeInclusive<usize>) -> usize {
    let enough = usize::try_from(unfinished.div_ceil(threads.max(1) as u64)).unwrap_or(usize::MAX);
    enough.clamp(*bounds.start(), *bounds.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_per_task_within_the_bounds() {
        assert_eq!(wanted(0, 2, &(1..=4)), 1);
        assert_eq!(wanted(5, 2, &(1..=4)), 3);
        assert_eq!(wanted(5000, 2, &(1..=4)), 4);
    }
}
