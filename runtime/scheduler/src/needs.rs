//! Who needs what: results are released, and tasks not run, when the last who needed them is gone.

use smallvec::SmallVec;
use swath_graph::TaskId;

use crate::chores::Chore;
use crate::effects::Effects;
use crate::ids::{JobId, TaskRef, WorkerId};
use crate::job::TaskState;
use crate::scheduler::Scheduler;

/// Tasks that nobody needs, to be looked at.
pub(crate) type Unneeded = SmallVec<[TaskRef; 4]>;

impl Scheduler {
    /// A task is over: its inputs have one reader less. An import's input is the result it stands for.
    pub(crate) fn inputs_over(&mut self, task: TaskRef, effects: &mut Effects) {
        self.inputs_over_from(task, 0, effects);
    }

    /// The same from this input on.
    pub(crate) fn inputs_over_from(&mut self, task: TaskRef, from: usize, effects: &mut Effects) {
        let mut unneeded = Unneeded::new();
        self.unuse_inputs(task, from, &mut unneeded, effects);
        self.drop_all(unneeded, effects);
    }

    /// Drops a task's result, or the task, when nobody needs it.
    pub(crate) fn drop_if_unneeded(&mut self, task: TaskRef, effects: &mut Effects) {
        let uses = self.jobs.get(&task.job).map(|job| job.uses[task.task.index()]);
        if uses == Some(0) {
            self.drop_all(Unneeded::from_slice(&[task]), effects);
        }
    }

    /// Nobody waits for these outputs any more.
    pub(crate) fn release_outputs(&mut self, id: JobId, mut tasks: Vec<TaskId>, effects: &mut Effects) {
        let mut unneeded = Unneeded::new();
        let now = self.take_room(tasks.len());
        let slice = tasks.split_off(tasks.len() - now);
        if !tasks.is_empty() {
            self.chores.push_back(Chore::Release(id, tasks));
        }
        let Some(job) = self.jobs.get_mut(&id) else { return };
        for task in &slice {
            if task.index() < job.state.len() && job.outputs.remove(task.0) {
                let at = task.index();
                job.missing_outputs -= u32::from(!job.state[at].is_over());
                job.uses[at] -= 1;
                if job.uses[at] == 0 {
                    unneeded.push(TaskRef { job: id, task: *task });
                }
            }
        }
        self.drop_all(unneeded, effects);
        self.touch(id);
        self.finish_if_complete(id, effects);
    }

    fn unuse_inputs(&mut self, task: TaskRef, from: usize, unneeded: &mut Unneeded, effects: &mut Effects) {
        let Some(job) = self.jobs.get_mut(&task.job) else { return };
        if let Some(source) = job.link(task.task) {
            self.unuse_source(task, source, unneeded);
            return;
        }
        let graph = job.graph.clone();
        let deps = graph.deps(task.task).get(from..).unwrap_or_default();
        let now = self.take_room(deps.len());
        if now < deps.len() {
            self.chores.push_back(Chore::Unuse(task, from + now));
        }
        for dep in deps.iter().take(now) {
            let Some(job) = self.jobs.get_mut(&task.job) else { return };
            let uses = &mut job.uses[dep.index()];
            *uses -= 1;
            if *uses == 0 {
                let dep = TaskRef { task: *dep, ..task };
                if job.state[dep.task.index()] == TaskState::Done && job.links.is_empty() {
                    self.release(dep, effects);
                } else {
                    unneeded.push(dep);
                }
            }
        }
    }

    /// An import does not need its source any more.
    fn unuse_source(&mut self, import: TaskRef, source: TaskRef, unneeded: &mut Unneeded) {
        let Some(job) = self.jobs.get_mut(&source.job) else { return };
        let Some(importers) = job.importers.get_mut(&source.task.0) else { return };
        let Some(at) = importers.iter().position(|i| *i == import) else { return };
        importers.swap_remove(at);
        if importers.is_empty() {
            job.importers.remove(&source.task.0);
        }
        job.uses[source.task.index()] -= 1;
        if job.uses[source.task.index()] == 0 {
            unneeded.push(source);
        }
    }

    /// An import that may be over already does not need its source any more.
    pub(crate) fn unuse_once(&mut self, import: TaskRef, source: TaskRef, effects: &mut Effects) {
        let mut unneeded = Unneeded::new();
        self.unuse_source(import, source, &mut unneeded);
        self.drop_all(unneeded, effects);
    }

    pub(crate) fn drop_all(&mut self, mut unneeded: Unneeded, effects: &mut Effects) {
        while let Some(task) = unneeded.pop() {
            if self.room == 0 {
                unneeded.push(task);
                self.chores.push_back(Chore::Drop(unneeded.into_vec()));
                return;
            }
            self.room -= 1;
            let Some(job) = self.jobs.get(&task.job) else { continue };
            let at = task.task.index();
            if job.uses[at] > 0 {
                continue;
            }
            match job.state[at] {
                TaskState::Done if job.link(task.task).is_some() => {
                    self.drop_import(task, &mut unneeded, effects);
                }
                TaskState::Done => self.release(task, effects),
                TaskState::Waiting | TaskState::Ready if job.ending.is_none() => {
                    self.drop_idle(task, &mut unneeded, effects);
                }
                TaskState::Running => {
                    let worker = WorkerId(job.place[at]);
                    self.recall_task(task, None, effects);
                    self.dismiss_if_empty(worker, effects);
                }
                _ => {}
            }
        }
    }

    fn drop_import(&mut self, task: TaskRef, unneeded: &mut Unneeded, effects: &mut Effects) {
        if let Some(job) = self.jobs.get_mut(&task.job) {
            job.state[task.task.index()] = TaskState::Released;
            job.bytes[task.task.index()] = 0;
        }
        self.unuse_inputs(task, 0, unneeded, effects);
    }

    /// A task that has not begun will not.
    fn drop_idle(&mut self, task: TaskRef, unneeded: &mut Unneeded, effects: &mut Effects) {
        let Some(job) = self.jobs.get_mut(&task.job) else { return };
        job.ready[job.classes.index(task.task)].remove(task.task.0);
        job.state[task.task.index()] = TaskState::Released;
        job.over_count += 1;
        if job.link(task.task).is_some() {
            job.unmet[task.task.index()] = 0;
        }
        // A result that nobody needs counts as one that existed: its readers are over.
        self.tell_readers(task, 0);
        self.unuse_inputs(task, 0, unneeded, effects);
    }

    /// Releases a result and its copies.
    pub(crate) fn release(&mut self, task: TaskRef, effects: &mut Effects) {
        self.release_replicas(task, effects);
        let Some(job) = self.jobs.get_mut(&task.job) else { return };
        let at = task.task.index();
        job.state[at] = TaskState::Released;
        let holder = WorkerId(job.place[at]);
        let Some(worker) = self.workers.get_mut(holder) else { return };
        job.recharge(task.task, worker, 0);
        job.unlink(task.task);
        worker.results -= 1;
        effects.release.push((holder, task));
        if worker.closing {
            self.dismiss_if_empty(holder, effects);
        }
    }
}
