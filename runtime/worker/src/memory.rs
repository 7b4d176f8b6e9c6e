//! What the machine and this process take in memory, and when a worker stops taking tasks because of it.
//!
//! In: the process's own memory, looked at now and then. Out: whether the worker takes tasks, and how much its results
//! should give up. It never stops a worker for good: memory that nothing running holds, and that no result can give back,
//! is not a reason to wait.

use std::time::{Duration, Instant};

/// Share of the machine's memory that is used when nobody says otherwise.
const DEFAULT_PERCENT: u64 = 70;

/// Above this share of the limit results are written to files, whatever the store counts.
const EVICT_PERCENT: u64 = 70;

/// Above this share of the limit a worker takes no more tasks.
const HALT_PERCENT: u64 = 80;

/// Below this share it takes tasks again.
const RESUME_PERCENT: u64 = 70;

/// What tasks may take beyond memory that cannot be given back, as a share of the limit.
const BEYOND_PERCENT: u64 = 20;

/// A worker that is halted and has nothing to do for so long waits for nothing.
const IDLE: Duration = Duration::from_millis(300);

/// 70 % of the machine's memory, or of what the control group allows.
pub(crate) fn default_limit() -> u64 {
    swath_execute::machine_memory() / 100 * DEFAULT_PERCENT
}

/// Watches the process's memory.
#[derive(Debug)]
pub(crate) struct Watch {
    limit: u64,
    halted: bool,
    /// Since when it is halted with nothing running.
    idle_since: Option<Instant>,
    /// Memory that neither tasks nor results hold, as far as it keeps tasks from running.
    floor: u64,
}

/// What a look at the memory leads to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// The worker takes no more tasks, or takes tasks again.
    pub halted: Option<bool>,
    /// Bytes of results that should leave memory.
    pub evict: u64,
    /// So many bytes that cannot be given back are in the way, for the first time.
    pub warn: Option<u64>,
}

impl Watch {
    pub fn new(limit: u64) -> Self {
        Self { limit, halted: false, idle_since: None, floor: 0 }
    }

    /// Whether a process that holds so many bytes has results written to files.
    pub fn is_much(&self, held: u64) -> bool {
        held > self.limit / 100 * EVICT_PERCENT
    }

    /// Looks at the bytes the process holds now; `running` tells whether tasks are under way.
    pub fn look(&mut self, held: u64, running: bool, now: Instant) -> Verdict {
        let percent = |p: u64| self.limit / 100 * p;
        self.floor = self.floor.min(held);
        let halt = percent(HALT_PERCENT).max(self.floor + percent(BEYOND_PERCENT));
        let resume = percent(RESUME_PERCENT).max(self.floor + percent(BEYOND_PERCENT) / 2);
        let mut verdict =
            Verdict { evict: held.saturating_sub(percent(EVICT_PERCENT)), ..Verdict::default() };
        if !self.halted {
            if held > halt {
                (self.halted, self.idle_since) = (true, None);
                verdict.halted = Some(true);
            }
            return verdict;
        }
        if running {
            self.idle_since = None;
        } else {
            self.idle_since.get_or_insert(now);
        }
        let in_vain = self.idle_since.is_some_and(|since| now.duration_since(since) >= IDLE);
        if held < resume || in_vain {
            (self.halted, self.idle_since) = (false, None);
            verdict.halted = Some(false);
            if held >= resume {
                verdict.warn = (self.floor == 0).then_some(held);
                self.floor = held;
            }
        }
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A watch over a limit of 100, and what it says at these bytes, some milliseconds later.
    fn look(watch: &mut Watch, held: u64, running: bool, start: Instant, millis: u64) -> Verdict {
        watch.look(held, running, start + Duration::from_millis(millis))
    }

    #[test]
    fn halts_above_and_resumes_below() {
        let (mut watch, start) = (Watch::new(100), Instant::now());
        let mut look = |held, millis| look(&mut watch, held, true, start, millis).halted;
        assert_eq!(
            [look(75, 0), look(81, 100), look(75, 200), look(90, 900)],
            [None, Some(true), None, None]
        );
        assert_eq!([look(69, 1000), look(79, 1100), look(81, 1200)], [Some(false), None, Some(true)]);
        assert!(default_limit() > 1 << 20);
    }

    #[test]
    fn results_give_way_first() {
        let (mut watch, start) = (Watch::new(100), Instant::now());
        assert_eq!(look(&mut watch, 60, true, start, 0).evict, 0);
        assert_eq!(look(&mut watch, 78, true, start, 100), Verdict { evict: 8, ..Verdict::default() });
    }

    #[test]
    fn memory_that_stays_does_not_stop_a_worker_for_good() {
        let (mut watch, start) = (Watch::new(100), Instant::now());
        assert_eq!(look(&mut watch, 95, true, start, 0).halted, Some(true));
        // Something still runs: its end may free memory.
        assert_eq!(look(&mut watch, 95, true, start, 1000).halted, None);
        assert_eq!(look(&mut watch, 95, false, start, 1100).halted, None);
        let verdict = look(&mut watch, 95, false, start, 1500);
        assert_eq!((verdict.halted, verdict.warn), (Some(false), Some(95)));
        // What the tasks take on top is watched as before; the warning is given once.
        assert_eq!(look(&mut watch, 110, true, start, 1600).halted, None);
        assert_eq!(look(&mut watch, 116, true, start, 1700).halted, Some(true));
        assert_eq!(look(&mut watch, 100, true, start, 1800).halted, Some(false));
        // Once it is gone, the old bounds hold again.
        assert_eq!(look(&mut watch, 20, true, start, 1900).halted, None);
        assert_eq!(look(&mut watch, 85, true, start, 2000).halted, Some(true));
    }
}
