//! What the scheduler knows about a worker.

use std::collections::{BTreeMap, BTreeSet};

use crate::class::Class;
use crate::event::WorkerSpec;
use crate::ids::{TaskRef, Time, WorkerId};

/// All workers, and which of them have room.
#[derive(Debug, Default)]
pub(crate) struct Workers {
    all: BTreeMap<WorkerId, Worker>,
    /// Those with [`Worker::has_room`].
    open: BTreeSet<WorkerId>,
}

impl Workers {
    pub fn get(&self, id: WorkerId) -> Option<&Worker> {
        self.all.get(&id)
    }

    /// A worker to change in ways that leave its room as it is; see [`Self::note`].
    pub fn get_mut(&mut self, id: WorkerId) -> Option<&mut Worker> {
        self.all.get_mut(&id)
    }

    pub fn insert(&mut self, id: WorkerId, worker: Worker) {
        self.all.entry(id).or_insert(worker);
        self.note(id);
    }

    pub fn remove(&mut self, id: WorkerId) -> Option<Worker> {
        self.open.remove(&id);
        self.all.remove(&id)
    }

    pub fn iter(&self) -> impl Iterator<Item = (WorkerId, &Worker)> {
        self.all.iter().map(|(id, worker)| (*id, worker))
    }

    /// Workers with room.
    pub fn open(&self) -> impl Iterator<Item = (WorkerId, &Worker)> {
        self.open.iter().filter_map(|id| Some((*id, self.all.get(id)?)))
    }

    /// The worker, when it has room.
    pub fn open_one(&self, id: WorkerId) -> Option<(WorkerId, &Worker)> {
        self.get(id).filter(|w| w.has_room()).map(|w| (id, w))
    }

    /// To be called after a worker's load or limits have changed.
    pub fn note(&mut self, id: WorkerId) {
        let has_room = self.all.get(&id).is_some_and(Worker::has_room);
        if has_room != self.open.contains(&id) {
            if has_room {
                self.open.insert(id)
            } else {
                self.open.remove(&id)
            };
        }
    }

    /// Whether the note about each worker's room is right.
    pub fn is_noted(&self) -> bool {
        self.all.iter().all(|(id, worker)| worker.has_room() == self.open.contains(id))
    }
}

#[derive(Debug)]
pub(crate) struct Worker {
    pub spec: WorkerSpec,
    /// Slots taken, those of queued tasks included.
    pub load: u32,
    /// Attempts it has, paused ones included.
    pub active: u32,
    /// Attempts that wait without a slot.
    pub away: u32,
    /// Bytes of results it holds, and those expected of producers it runs.
    pub held: u64,
    /// Slots of its tasks that hold other than one.
    pub granted: BTreeMap<TaskRef, u16>,
    /// Amounts of resources taken.
    pub taken: BTreeMap<String, u64>,
    /// Paused attempts that want a slot to go on.
    pub resumable: BTreeSet<TaskRef>,
    /// The task of several slots that the worker is being emptied for, and until when.
    pub drain: Option<(TaskRef, Time)>,
}

impl Worker {
    pub fn new(mut spec: WorkerSpec) -> Self {
        spec.slots = spec.slots.max(1);
        Self {
            spec,
            load: 0,
            active: 0,
            away: 0,
            held: 0,
            granted: BTreeMap::new(),
            taken: BTreeMap::new(),
            resumable: BTreeSet::new(),
            drain: None,
        }
    }

    /// Slots that a task of several slots could have now.
    pub fn free_slots(&self) -> u32 {
        self.spec.slots.saturating_sub(self.load)
    }

    /// Whether one more task of one slot may be given to it.
    pub fn has_room(&self) -> bool {
        self.load < self.spec.slots.saturating_add(self.spec.depth)
    }

    /// Whether the task's worker names allow this one.
    pub fn is_allowed(&self, class: &Class) -> bool {
        self.spec.unrestricted || class.workers.is_empty() || self.is_named(class)
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

    /// Takes slots and resources for a task.
    pub fn occupy(&mut self, task: TaskRef, slots: u16, class: &Class) {
        self.load += u32::from(slots);
        if slots != 1 {
            self.granted.insert(task, slots);
        }
        for (resource, amount) in class.resources.iter() {
            *self.taken.entry(resource.clone()).or_default() += amount;
        }
    }

    /// Gives them back.
    pub fn vacate(&mut self, task: TaskRef, class: &Class) {
        let slots = if self.granted.is_empty() { 1 } else { self.granted.remove(&task).unwrap_or(1) };
        self.load -= u32::from(slots);
        for (resource, amount) in class.resources.iter() {
            if let Some(taken) = self.taken.get_mut(resource) {
                *taken = taken.saturating_sub(*amount);
            }
        }
    }
}
