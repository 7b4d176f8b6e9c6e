//! DataFusion's memory, drawn from the runtime's one ledger.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use datafusion::common::DataFusionError;
use datafusion::execution::memory_pool::{MemoryLimit, MemoryPool, MemoryReservation};
use swath_block::MemoryLedger;

/// A pool over a [`MemoryLedger`]: it never waits, and denies what does not fit so that the operator spills.
#[derive(Debug)]
pub(crate) struct LedgerPool {
    ledger: MemoryLedger,
    reserved: AtomicUsize,
}

impl LedgerPool {
    pub(crate) fn new(ledger: MemoryLedger) -> Self {
        Self { ledger, reserved: AtomicUsize::new(0) }
    }
}

impl fmt::Display for LedgerPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ledger(used: {}, limit: {})", self.ledger.used(), self.ledger.limit())
    }
}

impl MemoryPool for LedgerPool {
    fn name(&self) -> &'static str {
        "ledger"
    }

    fn grow(&self, _: &MemoryReservation, additional: usize) {
        self.ledger.grow(additional as u64);
        self.reserved.fetch_add(additional, Ordering::Relaxed);
    }

    fn shrink(&self, _: &MemoryReservation, shrink: usize) {
        self.ledger.shrink(shrink as u64);
        self.reserved.fetch_sub(shrink, Ordering::Relaxed);
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<(), DataFusionError> {
        if self.ledger.try_grow(additional as u64) {
            self.reserved.fetch_add(additional, Ordering::Relaxed);
            return Ok(());
        }
        Err(DataFusionError::ResourcesExhausted(format!(
            "{} needs {} more: {} of {} are taken",
            reservation.consumer().name(),
            shown(additional as u64),
            shown(self.ledger.used()),
            shown(self.ledger.limit()),
        )))
    }

    fn reserved(&self) -> usize {
        self.reserved.load(Ordering::Relaxed)
    }

    fn memory_limit(&self) -> MemoryLimit {
        MemoryLimit::Finite(usize::try_from(self.ledger.limit()).unwrap_or(usize::MAX))
    }
}

impl Drop for LedgerPool {
    /// What an operator that was aborted did not give back.
    fn drop(&mut self) {
        self.ledger.shrink(self.reserved.load(Ordering::Relaxed) as u64);
    }
}

/// Bytes for people.
fn shown(bytes: u64) -> String {
    match bytes {
        0..=9_999 => format!("{bytes} B"),
        10_000..=9_999_999 => format!("{:.1} kB", bytes as f64 / 1e3),
        10_000_000..=9_999_999_999 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}
