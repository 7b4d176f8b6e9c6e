//! Work in slices: what one event sets off may concern a million tasks, and no call may take long.
//!
//! In: what is left of a transition when a call has looked at as many tasks as it may. [`Scheduler::flush`] goes on with
//! it, a slice at a time, while other events are taken in between: each task or edge is dealt with by itself, and what is
//! still owed ([`Owed`]) is part of every invariant. It never decides anything: it only carries on.

use std::collections::{BTreeMap, BTreeSet};

use swath_error::Error;
use swath_graph::TaskId;

use crate::effects::Effects;
use crate::ids::{JobId, TaskRef};
use crate::scheduler::Scheduler;

/// Tasks and edges looked at in one call: a millisecond or two of work.
const SLICE: usize = 8192;

/// How much a call may do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slice(pub usize);

impl Default for Slice {
    fn default() -> Self {
        Self(SLICE)
    }
}

/// What is left of a transition.
#[derive(Debug)]
pub(crate) enum Chore {
    /// The task is over, and its inputs from this one on have not been told.
    Unuse(TaskRef, usize),
    /// The task's result exists, and its readers from this one on have not been told.
    Tell(TaskRef, usize),
    /// Perhaps nobody needs these.
    Drop(Vec<TaskRef>),
    /// These err, and what depends on them.
    GiveUp(Vec<TaskRef>, Error),
    /// Nobody waits for these outputs.
    Release(JobId, Vec<TaskId>),
}

impl Scheduler {
    /// The same scheduler, which looks at so many tasks and edges in one call (at least one) where an event concerns more.
    /// Default 8192.
    #[must_use]
    pub fn with_slice(mut self, items: usize) -> Self {
        self.slice = Slice(items.max(1));
        self
    }

    /// Whether the last [`Self::flush`] left work over: call it again, after what has arrived meanwhile.
    /// [`Effects::wake_at`] says so too, with a moment that is there already.
    pub fn has_more(&self) -> bool {
        self.more || !self.chores.is_empty()
    }

    /// How many of `items` may be looked at now; at least one, so that everything moves.
    pub(crate) fn take_room(&mut self, items: usize) -> usize {
        let taken = items.min(self.room.max(1));
        self.room = self.room.saturating_sub(taken);
        taken
    }

    /// A slice of what is left over.
    pub(crate) fn advance(&mut self, effects: &mut Effects) {
        self.room = self.slice.0;
        while self.room > 0
            && let Some(chore) = self.chores.pop_front()
        {
            match chore {
                Chore::Unuse(task, from) => self.inputs_over_from(task, from, effects),
                Chore::Tell(task, from) => self.tell_readers(task, from),
                Chore::Drop(tasks) => self.drop_all(tasks.into(), effects),
                Chore::GiveUp(tasks, error) => self.give_up_all(tasks, &error, effects),
                Chore::Release(job, tasks) => self.release_outputs(job, tasks, effects),
            }
        }
        self.requeue();
    }
}

/// What is left over, task by task: the difference between what is recorded and what is true.
#[derive(Debug, Default)]
pub(crate) struct Owed {
    /// Readers that are over and count still.
    pub uses: BTreeMap<TaskRef, u32>,
    /// Inputs that exist and are waited for still.
    pub unmet: BTreeMap<TaskRef, u32>,
    /// Results that may go.
    pub drops: BTreeSet<TaskRef>,
}

impl Owed {
    pub fn by(scheduler: &Scheduler) -> Self {
        let mut owed = Self::default();
        for chore in &scheduler.chores {
            match chore {
                Chore::Unuse(task, from) => {
                    let Some(job) = scheduler.jobs.get(&task.job) else { continue };
                    for dep in job.graph.deps(task.task).iter().skip(*from) {
                        *owed.uses.entry(TaskRef { task: *dep, ..*task }).or_default() += 1;
                    }
                }
                Chore::Tell(task, from) => {
                    let Some(job) = scheduler.jobs.get(&task.job) else { continue };
                    for at in job.consumers(task.task).skip(*from) {
                        *owed.unmet.entry(TaskRef { task: job.consumer(at), ..*task }).or_default() += 1;
                    }
                }
                Chore::Drop(tasks) => owed.drops.extend(tasks),
                Chore::GiveUp(..) | Chore::Release(..) => {}
            }
        }
        owed
    }
}
