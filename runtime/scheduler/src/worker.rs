//! What the scheduler knows about a worker.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::class::Class;
use crate::event::{Attempt, WorkerSpec};
use crate::ids::{TaskRef, Time};

/// Work that an adaptive worker may have queued for each of its slots, in microseconds: what it does while a report and
/// the next order travel.
const AHEAD: u64 = 3_000;

/// Tasks that an adaptive worker may have queued for each of its slots, however short.
const DEEPEST: u32 = 500;

/// Kinds of room, from an idle worker to the longest queue: indices into [`crate::workers::Workers`]' sets.
pub(crate) const LEVELS: usize = 16;

#[derive(Debug)]
pub(crate) struct Worker {
    pub spec: WorkerSpec,
    /// Slots taken, those of queued tasks included.
    pub load: u32,
    /// Attempts it has, paused ones included.
    pub active: u32,
    /// Attempts that wait without a slot.
    pub away: u32,
    /// Results it answers for.
    pub results: u32,
    /// Expected duration of the tasks that take slots, in microseconds; known of adaptive workers only.
    pub occupancy: u64,
    /// Bytes of results and copies it holds, and those expected of producers it runs.
    pub held: u64,
    /// Slots of its tasks that hold other than one.
    pub granted: BTreeMap<TaskRef, u16>,
    /// Amounts of resources taken.
    pub taken: BTreeMap<String, u64>,
    /// Paused attempts that want a slot to go on.
    pub resumable: BTreeSet<TaskRef>,
    /// The task of several slots that the worker is being emptied for, and until when.
    pub drain: Option<(TaskRef, Time)>,
    /// Results of which it has a copy, or is about to get one.
    pub copies: BTreeSet<TaskRef>,
    /// It takes nothing new for a while.
    pub halted: bool,
    /// It is to go.
    pub closing: bool,
    /// Why it is lost, when that is known before it is.
    pub cause: Option<String>,
    /// It has been told that it may go.
    pub dismissed: bool,
    /// Results to be copied elsewhere before it goes.
    pub evacuate: VecDeque<TaskRef>,
    /// Attempts in the order in which they were given to it; those that are over go now and then.
    pub queue: VecDeque<Attempt>,
    /// Attempts that others have been asked to give back for it.
    pub awaited: u32,
}

impl Worker {
    pub fn new(mut spec: WorkerSpec) -> Self {
        spec.slots = spec.slots.max(1);
        Self {
            spec,
            load: 0,
            active: 0,
            away: 0,
            results: 0,
            occupancy: 0,
            held: 0,
            granted: BTreeMap::new(),
            taken: BTreeMap::new(),
            resumable: BTreeSet::new(),
            drain: None,
            copies: BTreeSet::new(),
            halted: false,
            closing: false,
            cause: None,
            dismissed: false,
            evacuate: VecDeque::new(),
            queue: VecDeque::new(),
            awaited: 0,
        }
    }

    /// Slots that a task of several slots could have now.
    pub fn free_slots(&self) -> u32 {
        self.spec.slots.saturating_sub(self.load)
    }

    /// Whether it may be given anything at all.
    pub fn takes_tasks(&self) -> bool {
        !self.halted && !self.closing
    }

    /// Whether one more task of one slot may be given to it.
    pub fn has_room(&self) -> bool {
        let slots = self.spec.slots;
        let fits = if self.spec.adaptive {
            self.load < slots.saturating_mul(2)
                || (self.load < slots.saturating_mul(DEEPEST) && self.wait() < AHEAD)
        } else {
            self.load < slots.saturating_add(self.spec.depth)
        };
        fits && self.takes_tasks()
    }

    /// How long a new task is expected to wait for a slot, in microseconds.
    pub fn wait(&self) -> u64 {
        if self.load < self.spec.slots { 0 } else { self.occupancy / u64::from(self.spec.slots) }
    }

    /// Which of the workers with room come first: idle ones, those with a free slot, then by how long a task waits.
    pub fn level(&self) -> Option<usize> {
        let queued = || 2 + ((self.wait() / 32).checked_ilog2().unwrap_or(0) as usize).min(LEVELS - 3);
        self.has_room().then(|| match self.load {
            0 => 0,
            load if load < self.spec.slots => 1,
            _ => queued(),
        })
    }

    /// Whether it has tasks that another worker could take.
    pub fn is_behind(&self) -> bool {
        self.spec.adaptive && self.load > self.spec.slots
    }

    /// Whether the task's worker names contain this one.
    pub fn is_named(&self, class: &Class) -> bool {
        self.spec.name.as_ref().is_some_and(|name| class.workers.contains(name))
    }

    /// Whether it has the resources at all.
    pub fn could_offer(&self, class: &Class) -> bool {
        self.spec.unrestricted
            || class.resources.iter().all(|(r, n)| self.spec.resources.get(r).copied().unwrap_or(0) >= *n)
    }

    /// Whether the resources are free now.
    pub fn offers(&self, class: &Class) -> bool {
        let free = |r: &String| {
            let total = self.spec.resources.get(r).copied().unwrap_or(0);
            total.saturating_sub(self.taken.get(r).copied().unwrap_or(0))
        };
        self.spec.unrestricted || class.resources.iter().all(|(r, n)| free(r) >= *n)
    }

    /// Takes slots and resources for a task that is expected to run for so many microseconds.
    pub fn occupy(&mut self, task: TaskRef, slots: u16, class: &Class, micros: u32) {
        self.load += u32::from(slots);
        self.occupancy += u64::from(micros);
        if slots != 1 {
            self.granted.insert(task, slots);
        }
        for (resource, amount) in class.resources.iter() {
            *self.taken.entry(resource.clone()).or_default() += amount;
        }
    }

    /// Gives them back.
    pub fn vacate(&mut self, task: TaskRef, class: &Class, micros: u32) {
        let slots = if self.granted.is_empty() { 1 } else { self.granted.remove(&task).unwrap_or(1) };
        self.load -= u32::from(slots);
        self.occupancy = self.occupancy.saturating_sub(u64::from(micros));
        for (resource, amount) in class.resources.iter() {
            if let Some(taken) = self.taken.get_mut(resource) {
                *taken = taken.saturating_sub(*amount);
            }
        }
    }
}
