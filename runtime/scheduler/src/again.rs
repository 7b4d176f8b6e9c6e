//! Lineage: results that are needed and do not exist (any more) are made again from their inputs, as far back as those
//! are gone too, across jobs.

use swath_error::{Error, ErrorKind};
use swath_graph::TaskId;

use crate::effects::Effects;
use crate::ids::{JobId, TaskRef};
use crate::job::TaskState;
use crate::scheduler::Scheduler;

impl Scheduler {
    /// Makes results again. Their tasks are [`TaskState::Released`], and on no worker.
    pub(crate) fn redo(&mut self, mut stack: Vec<TaskRef>, effects: &mut Effects) {
        let mut again = Vec::new();
        while let Some(task) = stack.pop() {
            if self.redo_one(task, &mut stack, effects) {
                again.push(task);
            }
        }
        for task in again {
            self.touch(task.job);
            self.give_up_orphan(task, effects);
        }
    }

    /// Whether the task is to run again. Inputs that it needs and that are gone are added to `stack`.
    fn redo_one(&mut self, task: TaskRef, stack: &mut Vec<TaskRef>, effects: &mut Effects) -> bool {
        let Some(job) = self.jobs.get_mut(&task.job) else { return false };
        let at = task.task.index();
        // Another task may have asked for this one already, and nobody may need it after all.
        if job.state[at] != TaskState::Released || job.uses[at] == 0 {
            return false;
        }
        if job.ending.is_some() || job.scattered {
            self.never_again(task, effects);
            return false;
        }
        job.over_count -= 1;
        job.missing_outputs += u32::from(job.outputs.contains(task.task.0));
        job.winding_down = false;
        job.state[at] = TaskState::Waiting;
        job.inputs_vanish(task.task);
        let imports = job.importers.get(&task.task.0).cloned().unwrap_or_default();
        if let Some(source) = job.link(task.task) {
            job.unmet[at] = 1;
            self.attach(task, source, effects);
            return false;
        }
        let graph = job.graph.clone();
        for dep in graph.deps(task.task) {
            job.uses[dep.index()] += 1;
            if job.state[dep.index()] == TaskState::Released {
                stack.push(TaskRef { task: *dep, ..task });
            }
        }
        job.begin_again(task.task);
        self.imports_vanish(imports);
        true
    }

    /// A result is lost that cannot be made again: its job is stopped, or it was put onto workers as it is. Whoever
    /// imports it errs.
    fn never_again(&mut self, task: TaskRef, effects: &mut Effects) {
        let Some(job) = self.jobs.get_mut(&task.job) else { return };
        let error = match &job.ending {
            Some(reason) if !job.scattered => reason.clone(),
            _ => Error::new(ErrorKind::Cluster, "scattered data was lost with the last worker that held it")
                .with_help("scatter it again, onto several workers if they come and go"),
        };
        let imports = job.importers.get(&task.task.0).cloned().unwrap_or_default();
        job.state[task.task.index()] = TaskState::Erred;
        job.unmet[task.task.index()] += u32::from(job.link(task.task).is_some());
        job.errors.insert(task.task.0, error.clone());
        if job.outputs.contains(task.task.0) && job.options.notify {
            effects.outputs.push(crate::effects::Output { task, result: Err(error.clone()) });
        }
        job.inputs_vanish(task.task);
        self.imports_vanish(imports.clone());
        for import in imports {
            self.give_up(import, &error, effects);
        }
    }

    /// Runs erred tasks once more, and the erred ones they depend on.
    pub(crate) fn retry(&mut self, id: JobId, tasks: &[TaskId], effects: &mut Effects) {
        if self.jobs.get(&id).is_none_or(|job| job.ending.is_some() || job.scattered) {
            return;
        }
        let mut stack: Vec<TaskId> = tasks.to_vec();
        let mut again = Vec::new();
        while let Some(task) = stack.pop() {
            let Some(job) = self.jobs.get_mut(&id) else { return };
            if job.errors.remove(&task.0).is_some() {
                // An erred task is one whose result never existed; from here on it is one that was let go.
                job.state[task.index()] = TaskState::Released;
                job.trouble.remove(&task.0);
                if job.link(task).is_some() {
                    job.unmet[task.index()] = 0;
                }
                stack.extend_from_slice(job.graph.deps(task));
                again.push(TaskRef { job: id, task });
                self.tell_readers(TaskRef { job: id, task }, 0);
            }
        }
        self.redo(again, effects);
        self.touch(id);
    }
}
