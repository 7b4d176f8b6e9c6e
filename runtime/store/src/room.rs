//! Room for what tasks take beside the blocks that are kept: their inputs, once nobody else needs them, and their results
//! before they are kept.
//!
//! In: how many bytes a task is about to take. Out: a guard that charges them to the ledger while the task runs. Until
//! there is room, blocks are written to files and the caller waits; then for one another. It never holds anybody up for
//! what cannot get better: with nothing to write and no other task under way, room is given even where there is none.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::Spill;
use crate::spill::{Core, State};

/// Share of the ledger's limit up to which room is given at once. What is above is for what nobody counts.
const CEILING_PERCENT: u64 = 80;

/// Smaller shares of the limit, one in so many, are given without a look.
const NOTABLE: u64 = 64;

/// Tasks wait no longer than this for those that have room: these may in turn be waiting for them.
const FOR_OTHERS: Duration = Duration::from_secs(10);

/// The time after which a waiting task looks again without being called.
const LOOK: Duration = Duration::from_millis(50);

/// Bytes that a running task takes beside the blocks that are kept; given back on drop.
#[derive(Debug)]
#[must_use]
pub struct Room {
    core: Arc<Core>,
    bytes: u64,
}

impl Room {
    /// How many bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.core.ledger.shrink(self.bytes);
        self.core.state.lock().rooms -= 1;
        self.core.room.notify_all();
    }
}

impl Spill {
    /// Whether room is worth asking for, for so many bytes.
    pub fn is_notable(&self, bytes: u64) -> bool {
        bytes >= (self.ledger().limit() / NOTABLE).max(1)
    }

    /// Room for so many bytes beside the blocks; none is needed for few. Blocks the thread until there is room, or
    /// waiting for it is in vain or `cancelled`.
    pub fn make_room(&self, bytes: u64, cancelled: impl Fn() -> bool) -> Option<Room> {
        let core = self.core();
        if !self.is_notable(bytes) {
            return None;
        }
        let mut state = core.state.lock();
        let since = Instant::now();
        if !core.fits(bytes) {
            state.wanted.push(bytes);
            core.want(&state);
            core.ensure_writer(&mut state);
            while !core.fits(bytes) && state.is_room_to_come(since) && !cancelled() {
                core.room.wait_for(&mut state, LOOK);
            }
            if let Some(at) = state.wanted.iter().position(|b| *b == bytes) {
                state.wanted.swap_remove(at);
            }
            core.want(&state);
        }
        state.rooms += 1;
        core.ledger.grow(bytes);
        Some(Room { core: core.clone(), bytes })
    }
}

impl Core {
    /// What blocks may take beside so many bytes.
    pub fn left_beside(&self, bytes: u64) -> u64 {
        (self.ledger.limit() / 100 * CEILING_PERCENT).saturating_sub(bytes)
    }

    fn fits(&self, bytes: u64) -> bool {
        self.ledger.used() <= self.left_beside(bytes)
    }

    /// Has the writer make the room that the largest of the waiting tasks needs.
    fn want(&self, state: &State) {
        let most = state.wanted.iter().copied().max().unwrap_or(0);
        self.wanted.store(most, std::sync::atomic::Ordering::Relaxed);
    }
}

impl State {
    /// Whether there may be more room in a while.
    fn is_room_to_come(&self, since: Instant) -> bool {
        let entries = &self.entries;
        let writes = self.running && !entries.is_failing();
        (writes && (entries.writing > 0 || entries.has_candidates()))
            || (self.rooms > 0 && since.elapsed() < FOR_OTHERS)
    }
}
