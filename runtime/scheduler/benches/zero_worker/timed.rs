//! A scheduler whose calls are timed, by the processor time they took where the wall clock cannot be trusted.

use std::time::Instant;

use swath_scheduler::{Effects, Event, Scheduler, Time};

/// Calls that took longer, in nanoseconds, are looked at more closely: perhaps something else ran.
const LONG: u64 = 300_000;

/// How long calls took: counts by length, an eighth apart.
pub struct Lengths {
    counts: Vec<u64>,
    longest: u64,
    pub total: u64,
}

impl Default for Lengths {
    fn default() -> Self {
        Self { counts: vec![0; 64 * 8], longest: 0, total: 0 }
    }
}

impl Lengths {
    fn add(&mut self, nanos: u64) {
        let exponent = nanos.max(8).ilog2();
        let at = (exponent as usize) * 8 + (nanos.max(8) >> (exponent - 3) & 7) as usize;
        self.counts[at] += 1;
        self.longest = self.longest.max(nanos);
        self.total += nanos;
    }

    /// The length that this part of the calls does not exceed, in microseconds; at most an eighth too large.
    pub fn quantile(&self, part: f64) -> f64 {
        let calls: u64 = self.counts.iter().sum();
        let wanted = (calls as f64 * part).ceil() as u64;
        let mut seen = 0;
        let at = self.counts.iter().position(|n| {
            seen += n;
            seen >= wanted
        });
        let at = at.unwrap_or(0);
        ((9 + at % 8) as f64 / 8.0 * (1u64 << (at / 8)) as f64).min(self.longest as f64) / 1e3
    }

    /// The longest call, in microseconds.
    pub fn longest(&self) -> f64 {
        self.longest as f64 / 1e3
    }
}

#[derive(Default)]
pub struct Timed {
    pub scheduler: Scheduler,
    pub effects: Effects,
    pub lengths: Lengths,
    now: u64,
    /// Processor time of this thread when it was last read.
    cpu: u64,
}

impl Timed {
    pub fn step(&mut self, event: Event) {
        let start = Instant::now();
        self.scheduler.step(Time(self.now), event, &mut self.effects);
        self.note(start);
    }

    pub fn flush(&mut self) {
        let start = Instant::now();
        self.scheduler.flush(Time(self.now), &mut self.effects);
        self.note(start);
        self.now += 10;
        self.cpu = cpu_time();
    }

    fn note(&mut self, start: Instant) {
        let mut nanos = start.elapsed().as_nanos() as u64;
        if nanos > LONG {
            // What else ran meanwhile does not count.
            let cpu = cpu_time();
            if cpu > 0 {
                nanos = nanos.min(cpu.saturating_sub(self.cpu).max(LONG));
            }
            self.cpu = cpu;
        }
        self.lengths.add(nanos);
    }
}

/// Nanoseconds that this thread has run; 0 where the system does not tell.
fn cpu_time() -> u64 {
    // The kernel brings its account up to date when a thread gives way.
    std::thread::yield_now();
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    stat.and_then(|s| s.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
