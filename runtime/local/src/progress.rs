//! The progress bar of a long run: tasks done, bytes read. On standard error, and only when that is a terminal.

use std::fmt;
use std::io::IsTerminal as _;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use parking_lot::Mutex;
use swath_execute::RunOptions;

use crate::run::RunShared;
use crate::watch;

/// Runs shorter than this show nothing.
const PATIENCE: Duration = Duration::from_millis(500);

/// Time between two looks at the run.
const INTERVAL: Duration = Duration::from_millis(100);

/// A bar that may appear, and goes when this is dropped.
pub(crate) struct Bar(Arc<Mutex<Shown>>);

enum Shown {
    NotYet,
    Drawn(ProgressBar),
    Gone,
}

/// Whether a run shows its progress: its option, else `SWATH_PROGRESS` (0 turns it off), and only on a terminal.
pub(crate) fn is_wanted(options: &RunOptions) -> bool {
    let off = || std::env::var("SWATH_PROGRESS").is_ok_and(|v| matches!(v.trim(), "0" | "off" | "false"));
    options.progress.unwrap_or_else(|| !off()) && std::io::stderr().is_terminal()
}

impl Bar {
    /// A bar for a run that has just started.
    pub fn new(run: &Arc<RunShared>) -> Self {
        let bar = Self(Arc::new(Mutex::new(Shown::NotYet)));
        look_at(Instant::now() + PATIENCE, Arc::downgrade(&bar.0), Arc::downgrade(run));
        bar
    }
}

fn look_at(moment: Instant, bar: Weak<Mutex<Shown>>, run: Weak<RunShared>) {
    watch::at(moment, move || {
        let (Some(shown), Some(shared)) = (bar.upgrade(), run.upgrade()) else { return };
        if draw(&mut shown.lock(), &shared) {
            look_at(Instant::now() + INTERVAL, bar, run);
        }
    });
}

/// Brings the bar up to date; false when it is gone.
fn draw(shown: &mut Shown, run: &RunShared) -> bool {
    if let Shown::NotYet = shown {
        *shown = Shown::Drawn(new_bar(run.graph.len() as u64));
    }
    let Shown::Drawn(bar) = shown else { return false };
    bar.set_position(run.done.load(Ordering::Relaxed) as u64);
    let read = run.env.bytes_read.load(Ordering::Relaxed);
    if read > 0 {
        bar.set_message(format!("{} read", indicatif::HumanBytes(read)));
    }
    bar.tick();
    true
}

fn new_bar(tasks: u64) -> ProgressBar {
    static ALL: std::sync::OnceLock<MultiProgress> = std::sync::OnceLock::new();
    let bar = ALL.get_or_init(MultiProgress::new).add(ProgressBar::new(tasks));
    let style = "{elapsed:>4} {bar:40} {human_pos}/{human_len} tasks  {msg}";
    bar.with_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()))
}

impl fmt::Debug for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bar")
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Shown::Drawn(bar) = std::mem::replace(&mut *self.0.lock(), Shown::Gone) {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use swath_block::MemoryLedger;
    use swath_graph::TaskGraph;
    use swath_scheduler::JobId;
    use swath_store::{Spill, StoreOptions};

    #[test]
    fn a_bar_appears_late_and_goes_with_its_run() {
        let graph = Arc::new(TaskGraph::default());
        let spill = Spill::new(MemoryLedger::new(1), StoreOptions::default());
        let run =
            Arc::new(RunShared::new(JobId(0), graph, 1, Box::new(swath_block::Alone), spill, 0).unwrap());
        let bar = Bar::new(&run);
        let shown = bar.0.clone();
        assert!(matches!(*shown.lock(), Shown::NotYet));
        let start = Instant::now();
        while !matches!(*shown.lock(), Shown::Drawn(_)) {
            assert!(start.elapsed() < Duration::from_secs(20), "no bar");
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(start.elapsed() + Duration::from_millis(100) >= PATIENCE);
        drop(bar);
        assert!(matches!(*shown.lock(), Shown::Gone));
    }

    #[test]
    fn no_bar_where_nobody_looks() {
        assert!(!is_wanted(&RunOptions::default().progress(false)));
    }
}
