//! Imports: tasks that stand for results of other jobs.
//!
//! An import is done while its source is, needs the source until its own readers are over, errs when the source errs and
//! waits when the source is lost. A job stays as long as another imports from it, so that what is lost can be made again.

use swath_error::{Error, ErrorKind};
use swath_graph::{Payload, TaskId};

use crate::effects::Effects;
use crate::ids::{JobId, TaskRef, WorkerId};
use crate::job::{Job, TaskState};
use crate::scheduler::Scheduler;

impl Scheduler {
    /// The name under which workers know a result: for an import the task it stands for, otherwise the task itself.
    pub fn source(&self, task: TaskRef) -> TaskRef {
        self.jobs.get(&task.job).and_then(|job| job.link(task.task)).unwrap_or(task)
    }

    /// Ties the imports of a new job to what they stand for.
    pub(crate) fn attach_all(&mut self, id: JobId, effects: &mut Effects) {
        let Some(job) = self.jobs.get(&id) else { return };
        let imports = job.imports();
        if imports.is_empty() {
            if let Some(job) = self.jobs.get_mut(&id) {
                job.links.clear();
            }
            return;
        }
        // An import of an import stands for what that one stands for.
        let links = job.links.iter().filter(|(task, _)| imports.binary_search(task).is_ok());
        let links: Vec<(TaskId, TaskRef)> =
            links.map(|(task, source)| (*task, self.source(*source))).collect();
        if let Some(job) = self.jobs.get_mut(&id) {
            job.links.clone_from(&links);
        }
        for task in imports {
            let import = TaskRef { job: id, task };
            match links.binary_search_by_key(&task, |(t, _)| *t) {
                Ok(at) => self.attach(import, links[at].1, effects),
                Err(_) => self.give_up(import, &nameless(), effects),
            }
        }
    }

    /// Makes an import that waits need its source; it errs at once when the source never will be.
    pub(crate) fn attach(&mut self, import: TaskRef, source: TaskRef, effects: &mut Effects) {
        // What needed it may have erred meanwhile.
        let state = self.jobs.get(&import.job).map(|job| job.state[import.task.index()]);
        if state != Some(TaskState::Waiting) {
            return;
        }
        let known = self.jobs.get_mut(&source.job).filter(|job| source.task.index() < job.state.len());
        let Some(job) = known.filter(|_| source.job != import.job) else {
            self.give_up(import, &unknown(source), effects);
            return;
        };
        let at = source.task.index();
        job.uses[at] += 1;
        job.importers.entry(source.task.0).or_default().push(import);
        job.linked_by.insert(import.job);
        let (place, bytes) = (WorkerId(job.place[at]), job.bytes[at]);
        match job.state[at] {
            TaskState::Done => self.import_exists(import, place, bytes, effects),
            _ => {
                if let Some(error) = job.never(source.task) {
                    self.give_up(import, &error, effects);
                } else if job.state[at] == TaskState::Released {
                    self.redo(vec![source], effects);
                }
            }
        }
    }

    /// What an import stands for exists.
    pub(crate) fn import_exists(
        &mut self,
        import: TaskRef,
        place: WorkerId,
        bytes: u64,
        effects: &mut Effects,
    ) {
        let Some(job) = self.jobs.get_mut(&import.job) else { return };
        let at = import.task.index();
        if job.state[at] != TaskState::Waiting {
            return;
        }
        job.state[at] = TaskState::Done;
        job.unmet[at] = 0;
        job.bytes[at] = bytes;
        job.over_count += 1;
        job.tell_output(import, Ok((place, bytes)), effects);
        self.tell_readers(import, 0);
        self.drop_if_unneeded(import, effects);
        self.finish_if_complete(import.job, effects);
    }

    /// What these imports stand for does not exist any more, and will again.
    pub(crate) fn imports_vanish(&mut self, imports: Vec<TaskRef>) {
        for import in imports {
            let Some(job) = self.jobs.get_mut(&import.job) else { continue };
            let at = import.task.index();
            if job.state[at] == TaskState::Done {
                job.state[at] = TaskState::Waiting;
                job.unmet[at] = 1;
                job.bytes[at] = 0;
                job.over_count -= 1;
                job.missing_outputs += u32::from(job.outputs.contains(import.task.0));
                job.inputs_vanish(import.task);
                self.touch(import.job);
            }
        }
    }

    /// A job that is gone imports nothing more. Gives back the jobs that may go too.
    pub(crate) fn detach_all(&mut self, id: JobId, job: &Job, effects: &mut Effects) -> Vec<JobId> {
        let mut sources = Vec::new();
        for (task, source) in &job.links {
            let import = TaskRef { job: id, task: *task };
            self.unuse_once(import, *source, effects);
            if let Some(from) = self.jobs.get_mut(&source.job)
                && from.linked_by.remove(&id)
                && from.forgotten
            {
                sources.push(source.job);
            }
        }
        sources
    }
}

impl Job {
    /// The import tasks, in order.
    fn imports(&self) -> Vec<TaskId> {
        if !self.graph.layers().iter().any(|layer| matches!(layer.payload, Payload::Import)) {
            return Vec::new();
        }
        (0..self.graph.len() as u32).map(TaskId).filter(|task| self.graph.is_import(*task)).collect()
    }

    /// Why a result that does not exist never will.
    fn never(&self, task: TaskId) -> Option<Error> {
        let error = self.errors.get(&task.0).or(self.ending.as_ref()).cloned();
        let gone = self.scattered && self.state[task.index()] == TaskState::Released;
        error.or_else(|| gone.then(|| Error::new(ErrorKind::Cluster, "scattered data has been released")))
    }
}

fn nameless() -> Error {
    Error::internal(
        "a task stands for a result of another graph, and the graph was submitted without saying which",
    )
    .with_help("results of a cluster can be used on that cluster only: compute them, or connect to it")
}

fn unknown(source: TaskRef) -> Error {
    let TaskRef { job, task } = source;
    let what = format!("result {} of job {} is not known (any more)", task.0, job.0);
    Error::new(ErrorKind::Cluster, what)
        .with_help("keep the future or the persisted collection until what uses it has been submitted to the same cluster")
}
