//! The loss of a worker, and of single results: attempts begin again elsewhere, a copy takes a result's place where
//! there is one, and what else is needed is made again.

use swath_error::{Error, ErrorKind};
use swath_graph::TaskId;

use crate::effects::Effects;
use crate::event::Attempt;
use crate::ids::{JobId, TaskRef, WorkerId};
use crate::job::{Job, TaskState};
use crate::scheduler::Scheduler;
use crate::worker::Worker;

/// Attempts at a task that could not get an input before the task is given up, besides one for each of its inputs: a
/// worker whose death is not known yet lacks them one after another.
const ALLOWED_MISSES: usize = 10;

impl Scheduler {
    pub(crate) fn lost(&mut self, id: WorkerId, effects: &mut Effects) {
        let Some(worker) = self.workers.remove(id) else { return };
        self.resumable.remove(&id);
        self.forget_recalls(id);
        for task in &worker.copies {
            self.forget_replica_entry(*task, id);
        }
        let touched: Vec<JobId> =
            self.jobs.iter().filter(|(_, job)| job.shares.contains_key(&id)).map(|(id, _)| *id).collect();
        for job in touched {
            self.lost_to(job, id, &worker, effects);
        }
        self.retry_copies(id, effects);
    }

    /// What the loss of a worker means for a job.
    fn lost_to(&mut self, id: JobId, worker: WorkerId, who: &Worker, effects: &mut Effects) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        let there: Vec<TaskId> = job.tasks_on(worker).collect();
        let (mut gone, mut deadly) = (Vec::new(), Vec::new());
        let mut again = Vec::new();
        for task in there {
            if job.state[task.index()].is_active() {
                again.push(TaskRef { job: id, task });
                let deaths = job.lose_attempt(task, who);
                deadly.extend((deaths > job.options.allowed_deaths).then_some((task, deaths)));
            } else {
                gone.push(TaskRef { job: id, task });
            }
        }
        self.touch(id);
        self.vanish(gone, effects);
        if let Some(job) = self.jobs.get_mut(&id) {
            job.shares.remove(&worker);
            // Inputs may have been missed because it was gone.
            job.trouble.values_mut().for_each(|trouble| trouble.missing = 0);
        }
        for (task, deaths) in deadly {
            if let Some(error) = self.jobs.get(&id).map(|job| deadly_task(job, task, deaths, who)) {
                self.give_up(TaskRef { job: id, task }, &error, effects);
            }
        }
        for task in again {
            self.drop_if_unneeded(task, effects);
            self.give_up_orphan(task, effects);
        }
        self.finish_if_complete(id, effects);
    }

    /// Results are gone from the workers that answered for them: copies take their place, or they are made again.
    fn vanish(&mut self, gone: Vec<TaskRef>, effects: &mut Effects) {
        let mut again = Vec::new();
        for task in gone {
            let Some(job) = self.jobs.get_mut(&task.job) else { continue };
            let at = task.task.index();
            let bytes = job.bytes[at];
            let before = WorkerId(job.place[at]);
            if let Some(worker) = self.workers.get_mut(before) {
                worker.held -= bytes;
                worker.results -= 1;
            }
            job.unlink(task.task);
            job.held -= bytes;
            let copy = job.copies(task.task).next();
            if let Some(copy) = copy {
                self.promote(task, copy);
            } else {
                job.bytes[at] = 0;
                job.state[at] = TaskState::Released;
                again.push(task);
            }
        }
        self.redo(again, effects);
    }

    /// An attempt could not get an input from workers that were said to have it: they do not.
    pub(crate) fn missing(
        &mut self,
        attempt: Attempt,
        input: TaskRef,
        holders: &[WorkerId],
        effects: &mut Effects,
    ) {
        let Some((job, worker, task)) = self.current(attempt) else { return };
        let name = worker.spec.name.clone().unwrap_or_default();
        let trouble = job.trouble.entry(task.0).or_default();
        trouble.missing += 1;
        let misses = trouble.missing;
        let allowed = ALLOWED_MISSES + job.graph.deps(task).len();
        self.leave(attempt, effects);
        for holder in holders {
            self.dropped(*holder, input, effects);
        }
        if misses as usize > allowed {
            let what =
                format!("{name} could not fetch an input from the workers that hold it, {misses} times");
            let error = Error::new(ErrorKind::Cluster, what)
                .with_help("check that workers reach each other at the addresses they listen on");
            self.give_up(attempt.task, &error, effects);
        }
        self.begin_again_if_idle(attempt.task, effects);
    }

    fn begin_again_if_idle(&mut self, task: TaskRef, effects: &mut Effects) {
        let state = self.jobs.get(&task.job).map(|job| job.state[task.task.index()]);
        if state.is_some_and(TaskState::is_idle) {
            self.begin_again(task, effects);
        }
    }

    /// A worker does not have a result that it was thought to have.
    pub(crate) fn dropped(&mut self, id: WorkerId, task: TaskRef, effects: &mut Effects) {
        let Some(job) = self.jobs.get(&task.job) else { return };
        let at = task.task.index();
        if at >= job.state.len() {
            return;
        }
        if job.state[at] == TaskState::Done && job.place[at] == id.0 {
            effects.release.push((id, task));
            self.vanish(vec![task], effects);
            self.dismiss_if_empty(id, effects);
        } else if job.replica(task.task, id).is_some() {
            effects.release.push((id, task));
            self.forget_replica(task, id);
        }
        self.copy_failed(task, id, effects);
    }
}

/// The error of a task that several workers did not survive.
fn deadly_task(job: &Job, task: TaskId, deaths: u32, worker: &Worker) -> Error {
    let mut what = format!("{deaths} workers were lost while they ran this task");
    let name = worker.spec.name.clone();
    if let (Some(name), Some(cause)) = (&name, &worker.cause) {
        what = format!("{what}, at last {name}: {cause}");
    }
    Error::new(ErrorKind::Cluster, what)
        .with_help("look at the last worker's log: most often the task needs more memory than a worker has")
        .in_task(crate::finish::describe(&job.graph, task, name))
}

impl Job {
    /// An attempt is gone with its worker; how many workers have been lost while they ran the task. One that may have been
    /// waiting for a slot is not blamed, but given a slot of its own next time.
    fn lose_attempt(&mut self, task: TaskId, worker: &Worker) -> u32 {
        let at = task.index();
        let ran =
            self.state[at] == TaskState::Away || worker.load <= worker.spec.slots || self.is_suspect(task);
        if self.state[at] == TaskState::Running {
            self.running -= 1;
        }
        self.active -= 1;
        self.held -= self.bytes[at];
        self.unlink(task);
        self.bytes[at] = 0;
        self.begin_again(task);
        let trouble = self.trouble.entry(task.0).or_default();
        trouble.deaths += u32::from(ran);
        trouble.suspect = true;
        trouble.deaths
    }
}
