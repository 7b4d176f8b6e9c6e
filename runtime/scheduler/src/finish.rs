//! Transitions out of running: a result, an error, an attempt that comes back.

use swath_error::{Error, ErrorKind, TaskFailure};
use swath_graph::{TaskGraph, TaskId};

use crate::chores::Chore;
use crate::effects::{Effects, Output};
use crate::event::Attempt;
use crate::ids::{TaskRef, WorkerId};
use crate::job::{Job, TaskState};
use crate::scheduler::Scheduler;
use crate::worker::Worker;

/// Inputs named in an error.
const NAMED_INPUTS: usize = 4;

/// Attempts at a task that may end because the job was told to stop and had to go on after all.
const ALLOWED_STOPS: u32 = 10;

impl Scheduler {
    pub(crate) fn done(&mut self, attempt: Attempt, bytes: u64, micros: u64, effects: &mut Effects) {
        let Some((job, worker, task)) = self.current(attempt) else {
            self.refuse_stale(attempt, effects);
            return;
        };
        let at = task.index();
        stop_running(job, worker, attempt.task);
        job.state[at] = TaskState::Done;
        job.over_count += 1;
        job.recharge(task, worker, bytes);
        worker.results += 1;
        let closing = worker.closing;
        let class = job.classes.index(task);
        job.average[class].add(bytes);
        if micros > 0 {
            let kind = job.kind(task);
            self.estimates.ran(kind, micros);
        }
        self.workers.note(attempt.worker);
        self.recall_is_over(attempt);
        self.forget_replica(attempt.task, attempt.worker);
        self.exists(attempt.task, effects);
        self.inputs_over(attempt.task, effects);
        self.drop_if_unneeded(attempt.task, effects);
        self.touch(attempt.task.job);
        self.finish_if_complete(attempt.task.job, effects);
        self.look_at_copies(attempt.task, effects);
        if closing {
            self.evacuate(attempt.worker, Some(attempt.task), effects);
        }
    }

    /// A result that nobody waits for may go, unless the worker has it or makes it anyway.
    fn refuse_stale(&self, attempt: Attempt, effects: &mut Effects) {
        let TaskRef { job, task } = attempt.task;
        let job = self.jobs.get(&job);
        let place = job.and_then(|j| j.place.get(task.index()));
        let has_copy = job.is_some_and(|j| j.replica(task, attempt.worker).is_some());
        if place != Some(&attempt.worker.0) && !has_copy {
            effects.release.push((attempt.worker, attempt.task));
        }
    }

    pub(crate) fn failed(&mut self, attempt: Attempt, error: Error, effects: &mut Effects) {
        let Some((job, worker, task)) = self.current(attempt) else { return };
        let name = worker.spec.name.clone();
        let stopped = error.kind() == ErrorKind::Cancelled;
        let told_to_stop = stopped && job.told_to_stop && job.ending.is_none();
        let trouble = job.trouble.entry(task.0).or_default();
        trouble.failures += u32::from(!stopped);
        trouble.stops += u32::from(told_to_stop);
        let told_to_stop = told_to_stop && trouble.stops <= ALLOWED_STOPS;
        let again = trouble.failures <= job.classes.get(task).retries && !stopped;
        self.leave(attempt, effects);
        if again || told_to_stop {
            self.begin_again(attempt.task, effects);
            return;
        }
        let Some(job) = self.jobs.get(&attempt.task.job) else { return };
        let error = match &job.ending {
            Some(reason) if stopped => reason.clone(),
            _ => error.in_task(describe(&job.graph, task, name)),
        };
        self.give_up(attempt.task, &error, effects);
    }

    /// The worker gives an attempt back that has not begun.
    pub(crate) fn returned(&mut self, attempt: Attempt, effects: &mut Effects) {
        if self.current(attempt).is_none() {
            return;
        }
        let thief = self.recalled.get(&attempt.task).and_then(|(_, thief)| *thief);
        self.leave(attempt, effects);
        self.begin_again(attempt.task, effects);
        if let Some(thief) = thief {
            self.hand_over(attempt.task, thief, effects);
        }
    }

    /// An attempt ends without a result: its worker is free of it, and the task is idle.
    pub(crate) fn leave(&mut self, attempt: Attempt, effects: &mut Effects) {
        let Some((job, worker, task)) = self.current(attempt) else { return };
        stop_running(job, worker, attempt.task);
        job.recharge(task, worker, 0);
        job.unlink(task);
        job.state[task.index()] = TaskState::Waiting;
        self.workers.note(attempt.worker);
        self.recall_is_over(attempt);
        self.touch(attempt.task.job);
        self.dismiss_if_empty(attempt.worker, effects);
    }

    /// A task whose attempt is over is to be run once more, if it is still needed and can be.
    pub(crate) fn begin_again(&mut self, task: TaskRef, effects: &mut Effects) {
        let Some(job) = self.jobs.get_mut(&task.job) else { return };
        job.begin_again(task.task);
        self.touch(task.job);
        self.drop_if_unneeded(task, effects);
        self.give_up_orphan(task, effects);
        self.finish_if_complete(task.job, effects);
    }

    /// A result exists now: tells those who wait for it.
    pub(crate) fn exists(&mut self, task: TaskRef, effects: &mut Effects) {
        let Some(job) = self.jobs.get_mut(&task.job) else { return };
        let (place, bytes) = (WorkerId(job.place[task.task.index()]), job.bytes[task.task.index()]);
        job.tell_output(task, Ok((place, bytes)), effects);
        self.tell_readers(task, 0);
        let Some(job) = self.jobs.get(&task.job) else { return };
        if !job.importers.is_empty() {
            let imports = job.importers.get(&task.task.0).cloned().unwrap_or_default();
            for import in imports {
                self.import_exists(import, place, bytes, effects);
            }
        }
    }

    /// Tells the readers of a result that exists of it, from this one on.
    pub(crate) fn tell_readers(&mut self, task: TaskRef, from: usize) {
        let Some(all) = self.jobs.get(&task.job).map(|job| job.consumers(task.task).skip(from)) else {
            return;
        };
        let now = self.take_room(all.len());
        let Some(job) = self.jobs.get_mut(&task.job) else { return };
        let left = all.len() - now;
        for at in all.take(now) {
            job.input_exists(at);
        }
        if left > 0 {
            self.chores.push_back(Chore::Tell(task, from + now));
        }
        self.touch(task.job);
    }

    /// Marks a task and everything that waits for it as erred, in other jobs too. What is running has been given its
    /// inputs and may still come to a good end.
    pub(crate) fn give_up(&mut self, root: TaskRef, error: &Error, effects: &mut Effects) {
        self.room = self.room.max(1);
        self.give_up_all(vec![root], error, effects);
    }

    /// The same for several tasks, as far as this call may go.
    pub(crate) fn give_up_all(&mut self, mut stack: Vec<TaskRef>, error: &Error, effects: &mut Effects) {
        let mut jobs = Vec::new();
        while self.room > 0
            && let Some(task) = stack.pop()
        {
            self.room -= 1;
            let Some(job) = self.jobs.get_mut(&task.job) else { continue };
            if !job.state[task.task.index()].is_idle() {
                continue;
            }
            job.err(task, error, effects);
            if !jobs.contains(&task.job) {
                jobs.push(task.job);
            }
            stack.extend(job.importers.get(&task.task.0).into_iter().flatten().copied());
            // A job that ends with its first error leaves the rest as it is.
            if !job.options.fail_fast {
                stack.extend(job.consumers(task.task).map(|at| TaskRef { task: job.consumer(at), ..task }));
            }
            self.inputs_over(task, effects);
        }
        if !stack.is_empty() {
            self.chores.push_back(Chore::GiveUp(stack, error.clone()));
        }
        for id in jobs {
            self.touch(id);
            if self.jobs.get(&id).is_some_and(|job| job.options.fail_fast) {
                self.end(id, error.clone(), effects);
            }
            self.finish_if_complete(id, effects);
        }
    }

    /// A task that is to begin again may wait for an input that has erred meanwhile: then it never can.
    pub(crate) fn give_up_orphan(&mut self, task: TaskRef, effects: &mut Effects) {
        let Some(job) = self.jobs.get(&task.job) else { return };
        if job.state[task.task.index()] != TaskState::Waiting || job.errors.is_empty() {
            return;
        }
        let deps = job.graph.deps(task.task);
        if let Some(error) = deps.iter().find_map(|d| job.errors.get(&d.0)).cloned() {
            self.give_up(task, &error, effects);
        }
    }
}

impl Job {
    /// An idle task errs.
    fn err(&mut self, task: TaskRef, error: &Error, effects: &mut Effects) {
        let at = task.task.index();
        self.ready[self.classes.index(task.task)].remove(task.task.0);
        self.state[at] = TaskState::Erred;
        self.over_count += 1;
        self.errors.insert(task.task.0, error.clone());
        self.tell_output(task, Err(error.clone()), effects);
    }

    /// A task that was neither done nor erred is: counts it and tells, if somebody waits for it.
    pub(crate) fn tell_output(
        &mut self,
        task: TaskRef,
        result: Result<(WorkerId, u64), Error>,
        effects: &mut Effects,
    ) {
        if self.outputs.contains(task.task.0) {
            self.missing_outputs -= 1;
            if self.options.notify {
                effects.outputs.push(Output { task, result });
            }
        }
    }
}

/// An attempt does not run any more: frees its slots. The bytes charged for it and its place stay as they are.
pub(crate) fn stop_running(job: &mut Job, worker: &mut Worker, task: TaskRef) {
    let at = task.task.index();
    if job.state[at] == TaskState::Running {
        worker.vacate(task, job.classes.get(task.task), job.micros[at]);
        job.running -= 1;
    } else {
        worker.away -= 1;
        if !worker.resumable.is_empty() {
            worker.resumable.remove(&task);
        }
    }
    worker.active -= 1;
    job.active -= 1;
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
