//! A worker: its core, and a shell of values instead of blocks, timers instead of threads.

use std::collections::BTreeMap;

use swath_scheduler::{Attempt, TaskRef, WorkerId};
use swath_worker_core::{Effects, Limits, WorkerCore};

/// What a started attempt will come to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Work {
    pub attempt: Attempt,
    /// The value it gives; none when it fails.
    pub value: Option<u64>,
    pub micros: u64,
    /// Times it pauses on the way.
    pub pauses: u32,
    /// It has been told to stop.
    pub stop: bool,
}

#[derive(Debug)]
pub(crate) struct Node {
    pub id: WorkerId,
    pub core: WorkerCore,
    pub effects: Effects,
    pub store: BTreeMap<TaskRef, u64>,
    /// Attempts that have been started, paused ones included.
    pub works: BTreeMap<TaskRef, Work>,
    /// It does nothing until then, as a stopped process; what it is told meanwhile waits.
    pub hangs_until: u64,
    /// The scheduler knows that it is gone; it does not.
    pub fenced: bool,
    /// Its messages take so many times longer.
    pub slowness: u64,
}

impl Node {
    pub fn new(id: WorkerId, slots: u32, slowness: u64) -> Self {
        let limits = Limits { slots, streams: 2, message: 100, inbound: 200 };
        Self {
            id,
            core: WorkerCore::new(id, limits),
            effects: Effects::default(),
            store: BTreeMap::new(),
            works: BTreeMap::new(),
            hangs_until: 0,
            fenced: false,
            slowness,
        }
    }
}
