//! DataFusion's memory, drawn from the runtime's one ledger.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use datafusion::common::DataFusionError;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation};
use swath_block::MemoryLedger;

/// A pool over a [`MemoryLedger`]: it never waits, and denies what does not fit so that the operator spills.
///
/// Operators that can spill share evenly what the others leave: one that came first cannot keep the next one from
/// getting anything.
#[derive(Debug)]
pub(crate) struct LedgerPool {
    ledger: MemoryLedger,
    reserved: AtomicUsize,
    /// Operators that can spill, and the bytes they hold together.
    spillers: AtomicUsize,
    spillable: AtomicUsize,
}

impl LedgerPool {
    pub(crate) fn new(ledger: MemoryLedger) -> Self {
        Self {
            ledger,
            reserved: AtomicUsize::new(0),
            spillers: AtomicUsize::new(0),
            spillable: AtomicUsize::new(0),
        }
    }

    fn took(&self, reservation: &MemoryReservation, bytes: usize) {
        self.reserved.fetch_add(bytes, Ordering::Relaxed);
        if reservation.consumer().can_spill() {
            self.spillable.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    /// Whether the operator stays within its share when it gets `additional` bytes.
    fn within_share(&self, reservation: &MemoryReservation, additional: usize) -> bool {
        if !reservation.consumer().can_spill() {
            return true;
        }
        let others = self.ledger.used().saturating_sub(self.spillable.load(Ordering::Relaxed) as u64);
        let free = self.ledger.limit().saturating_sub(others);
        let share = free / self.spillers.load(Ordering::Relaxed).max(1) as u64;
        (reservation.size() + additional) as u64 <= share
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

    fn register(&self, consumer: &MemoryConsumer) {
        if consumer.can_spill() {
            self.spillers.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn unregister(&self, consumer: &MemoryConsumer) {
        if consumer.can_spill() {
            self.spillers.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        self.ledger.grow(additional as u64);
        self.took(reservation, additional);
    }

    fn shrink(&self, reservation: &MemoryReservation, shrink: usize) {
        self.ledger.shrink(shrink as u64);
        self.reserved.fetch_sub(shrink, Ordering::Relaxed);
        if reservation.consumer().can_spill() {
            self.spillable.fetch_sub(shrink, Ordering::Relaxed);
        }
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<(), DataFusionError> {
        if self.within_share(reservation, additional) && self.ledger.try_grow(additional as u64) {
            self.took(reservation, additional);
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
