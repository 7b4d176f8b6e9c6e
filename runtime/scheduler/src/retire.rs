//! Workers that are to go: they are given nothing more, give back what has not begun, and hand over what only they hold.

use crate::effects::Effects;
use crate::ids::{TaskRef, WorkerId};
use crate::job::TaskState;
use crate::scheduler::Scheduler;
use crate::worker::Worker;

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

    /// A worker that is to go and has nothing left may; one that has more to hand over goes on with that.
    pub(crate) fn dismiss_if_empty(&mut self, id: WorkerId, effects: &mut Effects) {
        let Some(worker) = self.workers.get_mut(id).filter(|w| w.closing) else { return };
        if worker.active == 0 && worker.results == 0 && !worker.dismissed {
            worker.dismissed = true;
            effects.leave.push(id);
        }
    }
}
