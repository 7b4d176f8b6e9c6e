//! What is expected of tasks and of the network, learned from what was.

use std::collections::BTreeMap;
use std::sync::Arc;

/// How long a task takes whose like has not been seen, in microseconds.
const UNKNOWN: u32 = 500_000;

/// Bytes per microsecond before anything has been fetched: 100 MB/s.
const BANDWIDTH: u64 = 100;

/// What a fetch takes however small the block, in microseconds.
const FETCH: u64 = 300;

/// Names with an estimate of their own; what comes later shares one.
const NAMES: usize = 50_000;

/// A running average: half old, half new.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Average {
    known: bool,
    value: u64,
}

impl Average {
    pub fn add(&mut self, sample: u64) {
        self.value = if self.known { self.value.midpoint(sample) } else { sample };
        self.known = true;
    }

    pub fn get(self) -> Option<u64> {
        self.known.then_some(self.value)
    }
}

/// Estimates that all jobs share. Tasks of the same layer name are taken to be alike.
#[derive(Debug, Default)]
pub(crate) struct Estimates {
    names: BTreeMap<Arc<str>, u32>,
    durations: Vec<Average>,
    bandwidth: Average,
}

impl Estimates {
    /// The number of a name.
    pub fn name(&mut self, name: &Arc<str>) -> u32 {
        if let Some(known) = self.names.get(name) {
            return *known;
        }
        if self.durations.len() >= NAMES {
            return 0;
        }
        let number = self.durations.len() as u32;
        self.durations.push(Average::default());
        self.names.insert(name.clone(), number);
        number
    }

    /// A task ran for so long.
    pub fn ran(&mut self, name: u32, micros: u64) {
        if let Some(duration) = self.durations.get_mut(name as usize) {
            duration.add(micros);
        }
    }

    /// How long a task is expected to run, in microseconds.
    pub fn duration(&self, name: u32) -> u32 {
        let known = self.durations.get(name as usize).and_then(|d| d.get());
        known.map_or(UNKNOWN, |micros| u32::try_from(micros).unwrap_or(u32::MAX))
    }

    /// So many bytes were fetched in so many microseconds. Small ones tell of the latency only.
    pub fn moved(&mut self, bytes: u64, micros: u64) {
        if bytes >= 100_000 && micros > 0 {
            self.bandwidth.add((bytes / micros).max(1));
        }
    }

    /// How long it takes to fetch so many bytes in so many blocks that are elsewhere, in microseconds.
    pub fn fetch(&self, blocks: usize, bytes: u64) -> u64 {
        if blocks == 0 {
            return 0;
        }
        FETCH + bytes / self.bandwidth.get().unwrap_or(BANDWIDTH).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learns_durations_by_name_and_the_bandwidth() {
        let mut estimates = Estimates::default();
        let (a, b) = (estimates.name(&"a".into()), estimates.name(&"b".into()));
        assert_eq!(estimates.name(&"a".into()), a);
        estimates.ran(a, 100);
        estimates.ran(a, 300);
        assert_eq!((estimates.duration(a), estimates.duration(b)), (200, UNKNOWN));
        assert_eq!((estimates.fetch(0, 0), estimates.fetch(2, 1_000_000)), (0, FETCH + 10_000));
        estimates.moved(10, 1);
        estimates.moved(1_000_000, 1000);
        assert_eq!(estimates.fetch(1, 1_000_000), FETCH + 1000);
    }
}
