//! All workers, and which of them have room.

use std::collections::{BTreeMap, BTreeSet};

use crate::bitset::ReadySet;
use crate::class::Class;
use crate::ids::WorkerId;
use crate::worker::{LEVELS, Worker};

/// A table by number: numbers are dense and never used twice.
#[derive(Debug, Default)]
pub(crate) struct Workers {
    all: Vec<Option<Box<Worker>>>,
    live: ReadySet,
    /// Those with room, by [`Worker::level`].
    room: [ReadySet; LEVELS],
    /// The level each is noted under.
    noted: Vec<Option<u8>>,
    /// Those with [`Worker::is_behind`].
    behind: ReadySet,
    by_name: BTreeMap<String, BTreeSet<WorkerId>>,
    /// Compute threads in all.
    pub slots: u64,
    /// Grows whenever a worker joins: a task that no worker may run is looked at again then.
    pub joins: u64,
    /// The most that the inputs of a task may take on any worker; without limit when there is none.
    pub most_memory: u64,
}

impl Workers {
    pub fn get(&self, id: WorkerId) -> Option<&Worker> {
        self.all.get(id.0 as usize)?.as_deref()
    }

    /// A worker to change; see [`Self::note`].
    pub fn get_mut(&mut self, id: WorkerId) -> Option<&mut Worker> {
        self.all.get_mut(id.0 as usize)?.as_deref_mut()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.live.len()
    }

    pub fn insert(&mut self, id: WorkerId, worker: Worker) {
        let at = id.0 as usize;
        if self.all.len() <= at {
            self.all.resize_with(at + 1, || None);
            self.noted.resize(at + 1, None);
            let sets = self.room.iter_mut().chain([&mut self.live, &mut self.behind]);
            sets.for_each(|set| set.grow(at + 1));
        }
        if self.all[at].is_some() {
            return;
        }
        if let Some(name) = &worker.spec.name {
            self.by_name.entry(name.clone()).or_default().insert(id);
        }
        self.slots += u64::from(worker.spec.slots);
        self.joins += 1;
        self.all[at] = Some(Box::new(worker));
        self.live.insert(id.0);
        self.note(id);
        self.note_memory();
    }

    pub fn remove(&mut self, id: WorkerId) -> Option<Worker> {
        let worker = self.all.get_mut(id.0 as usize)?.take()?;
        self.live.remove(id.0);
        self.slots -= u64::from(worker.spec.slots);
        self.note(id);
        self.note_memory();
        if let Some(name) = &worker.spec.name
            && let Some(bearers) = self.by_name.get_mut(name)
        {
            bearers.remove(&id);
            if bearers.is_empty() {
                self.by_name.remove(name);
            }
        }
        Some(*worker)
    }

    fn note_memory(&mut self) {
        self.most_memory = self.iter().map(|(_, w)| w.spec.memory).max().unwrap_or(u64::MAX);
    }

    pub fn iter(&self) -> impl Iterator<Item = (WorkerId, &Worker)> {
        self.live.iter().filter_map(|id| Some((WorkerId(id), self.get(WorkerId(id))?)))
    }

    /// The first worker at or after a number, and around again.
    pub fn around(&self, start: u32) -> impl Iterator<Item = (WorkerId, &Worker)> {
        let from = std::iter::successors(self.live.from(start), |id| self.live.from(id + 1));
        let rest = self.live.iter().take_while(move |id| *id < start);
        from.chain(rest).filter_map(|id| Some((WorkerId(id), self.get(WorkerId(id))?)))
    }

    /// Whether some worker has room.
    pub fn any_room(&self) -> bool {
        self.room.iter().any(|set| set.len() > 0)
    }

    /// Workers with room, the least busy first.
    pub fn open(&self) -> impl Iterator<Item = (WorkerId, &Worker)> {
        let ids = self.room.iter().filter(|set| set.len() > 0).flat_map(ReadySet::iter);
        ids.filter_map(|id| Some((WorkerId(id), self.get(WorkerId(id))?)))
    }

    /// Workers that have nothing to do.
    pub fn idle(&self) -> impl Iterator<Item = (WorkerId, &Worker)> {
        self.room[0].iter().filter_map(|id| Some((WorkerId(id), self.get(WorkerId(id))?)))
    }

    /// Workers with a free slot.
    pub fn hungry(&self) -> impl Iterator<Item = WorkerId> {
        self.room[..2].iter().flat_map(ReadySet::iter).map(WorkerId)
    }

    /// Workers with tasks that others could take.
    pub fn behind(&self) -> impl Iterator<Item = (WorkerId, &Worker)> {
        self.behind.iter().filter_map(|id| Some((WorkerId(id), self.get(WorkerId(id))?)))
    }

    /// The worker, when it has room.
    pub fn open_one(&self, id: WorkerId) -> Option<(WorkerId, &Worker)> {
        self.get(id).filter(|w| w.has_room()).map(|w| (id, w))
    }

    /// Whether the task's worker names allow this worker. Others than those named are allowed when none of the named is
    /// there and the task permits it.
    pub fn allows(&self, worker: &Worker, class: &Class) -> bool {
        worker.spec.unrestricted
            || class.workers.is_empty()
            || worker.is_named(class)
            || (class.allow_other_workers && !self.named_is_there(class))
    }

    fn named_is_there(&self, class: &Class) -> bool {
        let named = class.workers.iter().filter_map(|name| self.by_name.get(name)).flatten();
        named.filter_map(|id| self.get(*id)).any(|w| !w.closing && w.could_offer(class))
    }

    /// Whether the worker may run tasks of the class, now or later.
    pub fn may_take(&self, worker: &Worker, class: &Class) -> bool {
        !worker.closing && self.allows(worker, class) && worker.could_offer(class)
    }

    /// To be called after a worker's load or limits have changed.
    pub fn note(&mut self, id: WorkerId) {
        let at = id.0 as usize;
        let Some(noted) = self.noted.get_mut(at) else { return };
        let worker = self.all[at].as_deref();
        let level = worker.and_then(Worker::level).map(|level| level as u8);
        if level != *noted {
            if let Some(old) = *noted {
                self.room[usize::from(old)].remove(id.0);
            }
            if let Some(new) = level {
                self.room[usize::from(new)].insert(id.0);
            }
            *noted = level;
        }
        if worker.is_some_and(Worker::is_behind) {
            self.behind.insert(id.0);
        } else if self.behind.len() > 0 {
            self.behind.remove(id.0);
        }
    }

    /// Whether the notes about each worker are right.
    pub fn is_noted(&self) -> bool {
        (0..self.all.len() as u32).all(|id| {
            let worker = self.get(WorkerId(id));
            let level = worker.and_then(Worker::level);
            (0..LEVELS).all(|l| self.room[l].contains(id) == (level == Some(l)))
                && self.behind.contains(id) == worker.is_some_and(Worker::is_behind)
                && self.live.contains(id) == worker.is_some()
        })
    }
}
