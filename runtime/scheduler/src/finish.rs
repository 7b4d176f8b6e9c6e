//! Transitions out of running: a result, an error.

use swath_error::{Error, ErrorKind, TaskFailure};
use swath_graph::{TaskGraph, TaskId};

use crate::bitset::ReadySet;
use crate::effects::Effects;
use crate::event::Attempt;
use crate::ids::{JobId, TaskRef, Time, WorkerId};
use crate::job::{Job, TaskState};
use crate::scheduler::Scheduler;
use crate::worker::{Worker, Workers};

/// Inputs named in an error.
const NAMED_INPUTS: usize = 4;

impl Scheduler {
    pub(crate) fn done(&mut self, attempt: Attempt, bytes: u64, effects: &mut Effects) {
        let Some((job, worker, task)) = self.current(attempt) else {
            self.refuse_stale(attempt, effects);
            return;
        };
        leave_worker(job, worker, attempt.task);
        let at = task.index();
        job.state[at] = TaskState::Done;
        job.over_count += 1;
        job.bytes[at] = bytes;
        job.held += bytes;
        worker.held += bytes;
        let class = job.classes.index(task);
        job.average[class].add(bytes);
        if job.outputs.contains(task.0) {
            job.missing_outputs -= 1;
        }
        for at in job.consumers(task) {
            job.input_exists(at);
        }
        self.workers.note(attempt.worker);
        self.inputs_used(attempt.task, effects);
        self.release_unused(attempt.task, effects);
        self.finish_if_complete(attempt.task.job, effects);
    }

    /// A result that nobody waits for may go, unless the worker has it or makes it anyway.
    fn refuse_stale(&self, attempt: Attempt, effects: &mut Effects) {
        let TaskRef { job, task } = attempt.task;
        let place = self.jobs.get(&job).and_then(|j| j.place.get(task.index()));
        if place != Some(&attempt.worker.0) {
            effects.release.push((attempt.worker, attempt.task));
        }
    }

    pub(crate) fn failed(&mut self, now: Time, attempt: Attempt, error: Error, effects: &mut Effects) {
        let Some((job, worker, task)) = self.current(attempt) else { return };
        leave_worker(job, worker, attempt.task);
        let name = worker.spec.name.clone();
        self.workers.note(attempt.worker);
        let Some(job) = self.jobs.get_mut(&attempt.task.job) else { return };
        let trouble = job.trouble.entry(task.0).or_default();
        trouble.failures += 1;
        let again = trouble.failures <= job.classes.get(task).retries && error.kind() != ErrorKind::Cancelled;
        job.place[task.index()] = WorkerId::NONE;
        if again && job.ending.is_none() {
            job.begin_again(task);
            self.give_up_orphan(attempt.task, effects);
            return;
        }
        let error = error.in_task(describe(&job.graph, task, name));
        let fail_fast = job.options.fail_fast;
        self.give_up(attempt.task, &error, effects);
        if fail_fast {
            self.end(now, attempt.task.job, Err(error), effects);
        }
        self.finish_if_complete(attempt.task.job, effects);
    }

    /// Marks a task and everything that waits for it as erred. What is running has been given its inputs and may still
    /// come to a good end.
    pub(crate) fn give_up(&mut self, root: TaskRef, error: &Error, effects: &mut Effects) {
        let mut stack = vec![root.task];
        while let Some(task) = stack.pop() {
            let Some(job) = self.jobs.get_mut(&root.job) else { return };
            let waits = matches!(job.state[task.index()], TaskState::Waiting | TaskState::Ready);
            if !waits && task != root.task || job.state[task.index()] == TaskState::Erred {
                continue;
            }
            job.ready[job.classes.index(task)].remove(task.0);
            job.state[task.index()] = TaskState::Erred;
            job.over_count += 1;
            job.place[task.index()] = WorkerId::NONE;
            job.errors.insert(task.0, error.clone());
            if job.outputs.contains(task.0) {
                job.missing_outputs -= 1;
            }
            stack.extend(job.consumers(task).map(|at| job.consumer(at)));
            self.inputs_used(TaskRef { task, ..root }, effects);
        }
    }

    /// A task that is to begin again may wait for an input that has erred meanwhile: then it never can.
    pub(crate) fn give_up_orphan(&mut self, task: TaskRef, effects: &mut Effects) {
        let Some(job) = self.jobs.get(&task.job) else { return };
        let deps = job.graph.deps(task.task);
        if job.state[task.task.index()] == TaskState::Waiting
            && let Some(error) = deps.iter().find_map(|d| job.errors.get(&d.0)).cloned()
        {
            self.give_up(task, &error, effects);
            self.finish_if_complete(task.job, effects);
        }
    }

    /// A task is over: its inputs have one reader less.
    fn inputs_used(&mut self, task: TaskRef, effects: &mut Effects) {
        let Some(job) = self.jobs.get_mut(&task.job) else { return };
        let graph = job.graph.clone();
        for dep in graph.deps(task.task) {
            let uses = &mut job.uses[dep.index()];
            *uses -= 1;
            if *uses == 0 {
                release(job, &mut self.workers, TaskRef { task: *dep, ..task }, effects);
            }
        }
    }

    /// Releases a result that has no reader.
    fn release_unused(&mut self, task: TaskRef, effects: &mut Effects) {
        let Some(job) = self.jobs.get_mut(&task.job) else { return };
        if job.uses[task.task.index()] == 0 {
            release(job, &mut self.workers, task, effects);
        }
    }

    pub(crate) fn finish_if_complete(&mut self, id: JobId, effects: &mut Effects) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        if job.missing_outputs == 0 && job.ending.is_none() {
            let mut outputs = job.graph.outputs().iter();
            let first_error = outputs.find_map(|o| job.errors.get(&o.0)).cloned();
            job.ending = Some(first_error.map_or(Ok(()), Err));
            // What is left was wanted by erred tasks only.
            job.ready.iter_mut().for_each(ReadySet::clear);
            if job.active > 0 {
                effects.abort.push(id);
            }
        }
        self.report_end(id, effects);
    }
}

impl Job {
    /// One input of the consumer at a position exists now.
    fn input_exists(&mut self, at: usize) {
        let consumer = self.consumer(at);
        let unmet = &mut self.unmet[consumer.index()];
        *unmet -= 1;
        if *unmet == 0 && self.state[consumer.index()] == TaskState::Waiting && self.ending.is_none() {
            self.make_ready(consumer);
        }
    }
}

/// Frees what an attempt took on its worker.
pub(crate) fn leave_worker(job: &mut Job, worker: &mut Worker, task: TaskRef) {
    let at = task.task.index();
    if job.state[at] == TaskState::Running {
        worker.vacate(task, job.classes.get(task.task));
        job.running -= 1;
    } else {
        worker.away -= 1;
    }
    worker.active -= 1;
    job.active -= 1;
    // While a producer runs, this column holds what its result was expected to take.
    worker.held -= job.bytes[at];
    job.held -= job.bytes[at];
    job.bytes[at] = 0;
}

fn release(job: &mut Job, workers: &mut Workers, task: TaskRef, effects: &mut Effects) {
    let at = task.task.index();
    if job.state[at] != TaskState::Done {
        return;
    }
    job.state[at] = TaskState::Released;
    let holder = WorkerId(job.place[at]);
    job.held -= job.bytes[at];
    if let Some(worker) = workers.get_mut(holder) {
        worker.held -= job.bytes[at];
    }
    effects.release.push((holder, task));
}

/// The root task of a failure by name, with the inputs it had.
pub(crate) fn describe(graph: &TaskGraph, task: TaskId, worker: Option<String>) -> TaskFailure {
    let deps = graph.deps(task);
    let mut inputs: Vec<String> = deps.iter().take(NAMED_INPUTS).map(|d| graph.name(*d)).collect();
    if deps.len() > NAMED_INPUTS {
        inputs.push(format!("… {} more", deps.len() - NAMED_INPUTS));
    }
    TaskFailure { task: graph.name(task), inputs, worker }
}
