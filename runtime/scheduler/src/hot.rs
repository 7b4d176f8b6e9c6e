//! How many workers are to hold a result: more while tasks on many workers read it, fewer when few are left to read it.
//!
//! A worker that fetches a result which others will read too keeps it, so copies come with the readers. This goes further:
//! a result that tasks of several workers read is copied to others before they ask for it, and copies that outnumber the
//! readers are dropped again. A copy goes only when the result stays where it is answered for and no task that has been
//! given to the copy's worker reads it ([`Scheduler::is_read_at`]).

use crate::effects::Effects;
use crate::ids::{TaskRef, Time, WorkerId};
use crate::job::{Job, TaskState};
use crate::scheduler::Scheduler;

/// Workers that fetch a result before it is copied to others ahead of their need.
const HOT: usize = 3;

/// Readers for which one worker should hold a result.
const READERS: u32 = 16;

/// Results below so many bytes are not worth a copy that nobody has asked for.
const SMALL: u64 = 64 << 10;

/// How often it is looked again at results that many read, in microseconds.
const EVERY: u64 = 2_000_000;

/// Results looked at together; the others follow a moment later.
const AT_ONCE: usize = 1024;
const MOMENT: u64 = 10_000;

/// Readers of one result that are looked at before a copy is dropped; with more of them it stays.
const LOOKED_AT: usize = 4096;

/// What the review of copies goes by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy {
    small: u64,
    pub next: Option<Time>,
    from: Option<TaskRef>,
}

impl Default for Policy {
    fn default() -> Self {
        Self { small: SMALL, next: None, from: None }
    }
}

impl Scheduler {
    /// The same scheduler, which copies results of at least so many bytes to further workers when tasks on many read them.
    /// Default 64 KiB.
    #[must_use]
    pub fn copying_from(mut self, bytes: u64) -> Self {
        self.policy.small = bytes;
        self
    }

    /// One more worker is about to fetch a result.
    pub(crate) fn consider_copies(&mut self, task: TaskRef, effects: &mut Effects) {
        let Some(job) = self.jobs.get(&task.job) else { return };
        let fetched = job.replicas.get(&task.task.0).map_or(0, smallvec::SmallVec::len);
        let large = job.bytes[task.task.index()] >= self.policy.small;
        if fetched >= HOT && large && !self.watched.contains_key(&task) {
            self.watched.insert(task, 0);
            self.review(task, effects);
            self.review_later(EVERY, effects);
        }
    }

    /// Sees to it that so many workers hold a result, now and whenever some of them are lost.
    pub(crate) fn replicate(&mut self, task: TaskRef, wanted: u32, effects: &mut Effects) {
        let task = self.source(task);
        if self.jobs.get(&task.job).is_none_or(|job| task.task.index() >= job.state.len()) {
            return;
        }
        self.watched.insert(task, wanted);
        self.review(task, effects);
        self.review_later(EVERY, effects);
    }

    /// A result exists, or one more copy of it: perhaps there are to be more.
    pub(crate) fn look_at_copies(&mut self, task: TaskRef, effects: &mut Effects) {
        if !self.watched.is_empty() && self.watched.contains_key(&task) {
            self.review(task, effects);
        }
    }

    fn review_later(&mut self, micros: u64, effects: &mut Effects) {
        let at = self.now.after(micros);
        let at = self.policy.next.map_or(at, |next| next.min(at));
        self.policy.next = Some(at);
        effects.wake_by(at);
    }

    /// Looks at results that many read, when it is time.
    pub(crate) fn review_all(&mut self, effects: &mut Effects) {
        let Some(next) = self.policy.next else { return };
        if next > self.now {
            effects.wake_by(next);
            return;
        }
        self.policy.next = None;
        let from = self.policy.from.take();
        let all = self.watched.keys().copied().filter(|task| from.is_none_or(|from| *task >= from));
        let mut some: Vec<TaskRef> = all.take(AT_ONCE + 1).collect();
        self.policy.from = if some.len() > AT_ONCE { some.pop() } else { None };
        for task in some {
            self.review(task, effects);
        }
        if !self.watched.is_empty() {
            self.review_later(if self.policy.from.is_some() { MOMENT } else { EVERY }, effects);
        }
    }

    /// Orders copies of a result that too few have, or drops some that are too many.
    fn review(&mut self, task: TaskRef, effects: &mut Effects) {
        let Some(asked) = self.watched.get(&task).copied() else { return };
        let Some(job) = self.jobs.get(&task.job).filter(|job| job.uses[task.task.index()] > 0) else {
            self.watched.remove(&task);
            return;
        };
        if job.state[task.task.index()] != TaskState::Done {
            return;
        }
        let wanted = asked.max(job.wanted(task)).min(self.workers.len() as u32);
        let known = 1 + job.replicas.get(&task.task.0).map_or(0, smallvec::SmallVec::len) as u32;
        for known in known..wanted {
            if !self.order_copy(task, 0, known >= asked, effects) {
                break;
            }
        }
        self.drop_surplus(task, asked, effects);
    }

    /// Drops copies that nobody needs, from the workers that hold most.
    fn drop_surplus(&mut self, task: TaskRef, asked: u32, effects: &mut Effects) {
        let Some(job) = self.jobs.get(&task.job) else { return };
        let enough = asked.max(job.uses[task.task.index()]) as usize;
        let place = WorkerId(job.place[task.task.index()]);
        let mut copies: Vec<WorkerId> = job.copies(task.task).collect();
        let stays = self.workers.get(place).is_some_and(|worker| !worker.closing);
        if !stays || copies.len() < enough {
            return;
        }
        let surplus = copies.len() + 1 - enough;
        copies.retain(|id| !self.is_read_at(task, *id));
        copies.sort_by_key(|id| std::cmp::Reverse(self.workers.get(*id).map_or(0, |w| w.held)));
        for id in copies.into_iter().take(surplus) {
            self.forget_replica(task, id);
            effects.release.push((id, task));
        }
    }

    /// Whether a task that has been given to a worker reads a result, as far as that is quickly told.
    pub(crate) fn is_read_at(&self, task: TaskRef, id: WorkerId) -> bool {
        let Some(job) = self.jobs.get(&task.job) else { return false };
        let imports = job.importers.get(&task.task.0).into_iter().flatten().copied();
        std::iter::once(task).chain(imports).any(|task| {
            let Some(job) = self.jobs.get(&task.job) else { return false };
            let readers = job.consumers(task.task);
            let is_there = |at: usize| {
                let reader = job.consumer(at).index();
                job.state[reader].is_active() && job.place[reader] == id.0
            };
            readers.len() > LOOKED_AT || readers.into_iter().any(is_there)
        })
    }
}

impl Job {
    /// How many workers should hold a result, going by how many hold it and how many tasks are to read it.
    fn wanted(&self, task: TaskRef) -> u32 {
        let holders = 1 + self.copies(task.task).count();
        let fetched = self.replicas.get(&task.task.0).map_or(0, smallvec::SmallVec::len);
        if fetched < HOT {
            return 1;
        }
        (1 + self.uses[task.task.index()] / READERS).min(2 * holders as u32)
    }
}
