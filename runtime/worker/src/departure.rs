//! A worker that was told to leave: what keeps it, how long it waits, and what goes with it.
//!
//! In: what the scheduler says is left. Out: lines on the standard error, and the moment at which it has waited for long
//! enough. It never decides what is handed over to whom.

use std::io::Write as _;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use swath_scheduler::Left;
use tokio::sync::Notify;

/// How long handing over may take before anything is said about it.
const QUIET: Duration = Duration::from_secs(2);

/// Time between two lines about what it waits for.
const AGAIN: Duration = Duration::from_secs(20);

/// The state of a departure.
#[derive(Debug, Default)]
pub(crate) struct Departure {
    left: Mutex<Option<Left>>,
    changed: Notify,
}

impl Departure {
    /// The scheduler says what keeps the worker.
    pub fn hear(&self, left: Left) {
        *self.left.lock() = Some(left);
        self.changed.notify_one();
    }

    /// Waits until nobody has been there to take over what is left for as long as `limit`; says what it waits for.
    pub async fn overdue(&self, name: &str, limit: Duration) {
        let mut alone_since: Option<Instant> = None;
        let mut say_at: Option<Instant> = None;
        loop {
            let left = *self.left.lock();
            let now = Instant::now();
            alone_since = left.filter(|left| !left.others).map(|_| alone_since.unwrap_or(now));
            let end = alone_since.and_then(|since| since.checked_add(limit));
            if end.is_some_and(|end| end <= now) {
                return;
            }
            if alone_since == Some(now) {
                say_at = Some(now);
            }
            if let Some(left) = left
                && *say_at.get_or_insert(now + QUIET) <= now
            {
                say_at = Some(now + AGAIN);
                say(&waiting(name, left, end.map(|end| end - now)));
            }
            let next = [end, say_at].into_iter().flatten().min();
            let pause = next.map_or(AGAIN, |next| next.saturating_duration_since(now));
            // Woken or not: everything is looked at again.
            let _ = tokio::time::timeout(pause, self.changed.notified()).await;
        }
    }

    /// Says what goes with a worker that does not wait any longer.
    pub fn give_up(&self, name: &str) {
        if let Some(left) = *self.left.lock() {
            say(&format!("swath worker {name}: it ends now, and with it {}", what(left)));
        }
    }
}

/// Nobody may listen any more.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn waiting(name: &str, left: Left, limit: Option<Duration>) -> String {
    let what = what(left);
    match limit {
        None => format!("swath worker {name}: before it leaves, others take over {what}"),
        Some(limit) => format!(
            "swath worker {name}: it was told to leave, and no other worker is there to take over {what}; it goes on for \
             {:.0} s. Start another worker, or end this one at once with a second signal (Ctrl-C, SIGTERM).",
            limit.as_secs_f64()
        ),
    }
}

fn what(left: Left) -> String {
    let Left { tasks, results, bytes, .. } = left;
    let count = |n: u32, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
    let results_of =
        || format!("{} that somebody wants ({} MiB)", count(results, "result"), bytes.div_ceil(1 << 20));
    match (tasks, results) {
        (0, _) => results_of(),
        (_, 0) => format!("{} under way", count(tasks, "task")),
        _ => format!("{} under way and {}", count(tasks, "task"), results_of()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(results: u32, others: bool) -> Left {
        Left { tasks: 1, results, bytes: 3 << 20, others }
    }

    #[tokio::test]
    async fn the_limit_counts_while_nobody_is_there() {
        let departure = Departure::default();
        let limit = Duration::from_millis(300);
        let wait =
            |millis| tokio::time::timeout(Duration::from_millis(millis), departure.overdue("w", limit));
        assert!(wait(600).await.is_err(), "nothing is left yet");
        departure.hear(left(2, true));
        assert!(wait(600).await.is_err(), "others are there");
        departure.hear(left(2, false));
        assert!(wait(20_000).await.is_ok());
    }

    #[test]
    fn what_is_left_is_named() {
        assert_eq!(what(left(2, true)), "1 task under way and 2 results that somebody wants (3 MiB)");
        assert_eq!(what(Left { tasks: 0, ..left(1, true) }), "1 result that somebody wants (3 MiB)");
        assert_eq!(what(Left { tasks: 3, ..left(0, true) }), "3 tasks under way");
    }
}
