//! Workers that are to go: they are given nothing more, give back what has not begun, and hand over what only they hold.

use serde::{Deserialize, Serialize};
use swath_graph::TaskId;

use crate::effects::Effects;
use crate::ids::{TaskRef, WorkerId};
use crate::job::{Job, TaskState};
use crate::scheduler::Scheduler;
use crate::worker::Worker;

/// What keeps a worker that is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// Tasks that it has and somebody waits for.
    pub tasks: u32,
    /// Results that somebody wants and that it answers for.
    pub results: u32,
    /// Bytes of what it holds.
    pub bytes: u64,
    /// Whether there is a worker that could take them over.
    pub others: bool,
}

/// Copies on their way from one worker that is to go.
const AT_ONCE: usize = 64;

impl Scheduler {
    /// A worker is there.
    pub(crate) fn joined(&mut self, id: WorkerId, worker: Worker, effects: &mut Effects) {
        self.workers.insert(id, worker);
        // Somebody may have waited for a place to go to.
        let closing: Vec<WorkerId> =
            self.workers.iter().filter(|(_, w)| w.closing).map(|(id, _)| id).collect();
        for id in closing {
            self.begin_evacuation(id, effects);
        }
    }

    pub(crate) fn retire_worker(&mut self, id: WorkerId, effects: &mut Effects) {
        let Some(worker) = self.workers.get_mut(id) else { return };
        if std::mem::replace(&mut worker.closing, true) {
            return;
        }
        let queued: Vec<_> = worker.queue.iter().copied().collect();
        self.workers.note(id);
        for attempt in queued {
            if self.current(attempt).is_some() {
                self.recall_task(attempt.task, None, effects);
            }
        }
        self.begin_evacuation(id, effects);
        self.dismiss_if_empty(id, effects);
    }

    fn begin_evacuation(&mut self, id: WorkerId, effects: &mut Effects) {
        let results = self.tasks_on(id, |state| state == TaskState::Done).into();
        if let Some(worker) = self.workers.get_mut(id) {
            worker.evacuate = results;
        }
        self.evacuate(id, None, effects);
    }

    /// Orders copies of what a worker that is to go holds, some at a time. `also`: a result it has made meanwhile.
    pub(crate) fn evacuate(&mut self, id: WorkerId, also: Option<TaskRef>, effects: &mut Effects) {
        if let Some(worker) = self.workers.get_mut(id) {
            worker.evacuate.extend(also);
        }
        let mut under_way = self.copies_from(id);
        while under_way < AT_ONCE {
            let Some(task) = self.workers.get_mut(id).and_then(|w| w.evacuate.pop_front()) else { break };
            if self.holder(task) != Some(id) {
                continue;
            }
            self.move_off(task, effects);
            if self.holder(task) == Some(id) {
                self.back_up(task, effects);
                under_way += 1;
            }
        }
        self.dismiss_if_empty(id, effects);
    }

    fn copies_from(&self, id: WorkerId) -> usize {
        self.ordered.keys().filter(|(task, _)| self.holder(*task) == Some(id)).count()
    }

    /// A worker that is to go and has nothing left that anybody wants may.
    pub(crate) fn dismiss_if_empty(&mut self, id: WorkerId, effects: &mut Effects) {
        let Some(worker) = self.workers.get(id).filter(|w| w.closing && !w.dismissed) else { return };
        let has_some = worker.results > 0 || worker.active > 0;
        if has_some && self.wanted_on(id).next().is_some() {
            return;
        }
        if let Some(worker) = self.workers.get_mut(id) {
            worker.dismissed = true;
            effects.leave.push(id);
        }
    }

    /// What a worker runs or answers for and somebody wants, each with its state.
    fn wanted_on(&self, id: WorkerId) -> impl Iterator<Item = TaskState> {
        self.jobs.values().flat_map(move |job| {
            let wanted = job.tasks_on(id).filter(move |task| job.is_wanted(*task));
            wanted.map(move |task| job.state[task.index()])
        })
    }

    /// Whether somebody waits for the task, or for its result if that exists.
    pub fn is_wanted(&self, task: TaskRef) -> bool {
        self.jobs.get(&task.job).is_some_and(|job| job.is_wanted(task.task))
    }

    /// What keeps a worker that is to go; none when nothing does, or it stays.
    pub fn left_on(&self, id: WorkerId) -> Option<Left> {
        let worker = self.workers.get(id).filter(|w| w.closing && !w.dismissed)?;
        let others = self.workers.iter().any(|(_, w)| !w.closing);
        let all = self.wanted_on(id).count() as u32;
        let tasks = self.wanted_on(id).filter(|state| state.is_active()).count() as u32;
        let results = all - tasks;
        Some(Left { tasks, results, bytes: worker.held, others })
    }
}

impl Job {
    /// What runs on of a job that was stopped is wanted by nobody, and nothing is of one whose owner has gone.
    fn is_wanted(&self, task: TaskId) -> bool {
        let owned = !self.forgotten || !self.linked_by.is_empty();
        let stopped = self.ending.is_some() && self.state[task.index()].is_active();
        owned && !stopped && self.uses[task.index()] > 0
    }
}
