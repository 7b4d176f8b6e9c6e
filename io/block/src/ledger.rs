//! The one memory ledger: blocks, running tasks and the relational engine all draw on the same budget.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A byte budget shared by everything in one runtime. Cloning shares it.
///
/// It never waits: a caller that is denied spills, evicts or gives an error.
#[derive(Clone, Debug)]
pub struct MemoryLedger(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    limit: AtomicU64,
    used: AtomicU64,
    peak: AtomicU64,
}

impl MemoryLedger {
    /// A ledger of `limit` bytes.
    pub fn new(limit: u64) -> Self {
        Self(Arc::new(Inner { limit: limit.into(), used: 0.into(), peak: 0.into() }))
    }

    /// The budget in bytes.
    pub fn limit(&self) -> u64 {
        self.0.limit.load(Ordering::Relaxed)
    }

    /// Bytes taken now.
    pub fn used(&self) -> u64 {
        self.0.used.load(Ordering::Relaxed)
    }

    /// The most bytes ever taken at once.
    pub fn peak(&self) -> u64 {
        self.0.peak.load(Ordering::Relaxed)
    }

    /// Takes `bytes` when they fit the budget.
    #[must_use]
    pub fn try_grow(&self, bytes: u64) -> bool {
        let taken = self.0.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            used.checked_add(bytes).filter(|after| *after <= self.limit())
        });
        if let Ok(before) = taken {
            self.0.peak.fetch_max(before + bytes, Ordering::Relaxed);
        }
        taken.is_ok()
    }

    /// Takes `bytes` even past the budget: for results that exist already.
    pub fn grow(&self, bytes: u64) {
        let before = self.0.used.fetch_add(bytes, Ordering::Relaxed);
        self.0.peak.fetch_max(before + bytes, Ordering::Relaxed);
    }

    /// Gives `bytes` back.
    pub fn shrink(&self, bytes: u64) {
        let _ = self
            .0
            .used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| Some(used.saturating_sub(bytes)));
    }

    /// Takes `bytes` until the reservation is dropped.
    pub fn reserve(&self, bytes: u64) -> Option<Reservation> {
        self.try_grow(bytes).then(|| Reservation { ledger: self.clone(), bytes })
    }
}

/// Bytes taken from a ledger; given back on drop.
#[derive(Debug)]
pub struct Reservation {
    ledger: MemoryLedger,
    bytes: u64,
}

impl Reservation {
    /// How many bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.ledger.shrink(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn denies_past_the_limit_and_gives_back() {
        let ledger = MemoryLedger::new(100);
        let held = ledger.reserve(60).unwrap();
        assert!(!ledger.try_grow(41));
        assert!(ledger.try_grow(40));
        drop(held);
        assert_eq!((ledger.used(), ledger.peak()), (40, 100));
    }
}
