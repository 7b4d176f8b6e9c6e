//! The loss of a worker: its attempts begin again elsewhere, and results that only it held are made again from their
//! inputs, as far back as those are gone too.

use swath_error::{Error, ErrorKind};
use swath_graph::TaskId;

use crate::effects::Effects;
use crate::ids::{JobId, TaskRef, Time, WorkerId};
use crate::job::{Job, TaskState};
use crate::scheduler::Scheduler;

/// Workers a task may be running on when they are lost; one more and the task is taken to be the reason.
const ALLOWED_DEATHS: u32 = 3;

impl Scheduler {
    pub(crate) fn lost(&mut self, now: Time, id: WorkerId, effects: &mut Effects) {
        let Some(worker) = self.workers.remove(id) else { return };
        self.resumable -= worker.resumable.len();
        let jobs: Vec<JobId> = self.jobs.keys().copied().collect();
        for job_id in jobs {
            let Some(job) = self.jobs.get_mut(&job_id) else { continue };
            let Lost { deadly, again } = job.lose(id);
            for task in again {
                self.give_up_orphan(TaskRef { job: job_id, task }, effects);
            }
            for task in deadly {
                let error = deadly_task(job_id, self, task, worker.spec.name.as_deref());
                let fail_fast = self.jobs.get(&job_id).is_some_and(|j| j.options.fail_fast);
                self.give_up(TaskRef { job: job_id, task }, &error, effects);
                if fail_fast {
                    self.end(now, job_id, Err(error), effects);
                }
            }
            self.finish_if_complete(job_id, effects);
        }
    }
}

/// The error of a task that several workers did not survive.
fn deadly_task(job: JobId, scheduler: &Scheduler, task: TaskId, worker: Option<&str>) -> Error {
    let deaths = ALLOWED_DEATHS + 1;
    let error =
        Error::new(ErrorKind::Cluster, format!("{deaths} workers were lost while they ran this task"))
            .with_help(
                "look at the last worker's log: most often the task needs more memory than a worker has",
            );
    match scheduler.jobs.get(&job) {
        Some(job) => error.in_task(crate::finish::describe(&job.graph, task, worker.map(str::to_owned))),
        None => error,
    }
}

/// What the loss of a worker means for a job.
#[derive(Default)]
struct Lost {
    /// Tasks that have been lost with too many workers.
    deadly: Vec<TaskId>,
    /// Tasks that are to be run once more.
    again: Vec<TaskId>,
}

impl Job {
    /// Takes everything back that was on the worker.
    fn lose(&mut self, id: WorkerId) -> Lost {
        let there: Vec<TaskId> =
            (0..self.place.len() as u32).map(TaskId).filter(|t| self.place[t.index()] == id.0).collect();
        let mut lost = Lost::default();
        let mut undone = Vec::new();
        for task in there {
            match self.state[task.index()] {
                TaskState::Running | TaskState::Away => {
                    let deaths = self.lose_attempt(task);
                    lost.deadly.extend((deaths > ALLOWED_DEATHS).then_some(task));
                    lost.again.push(task);
                }
                TaskState::Done => {
                    self.undo(task, &mut undone);
                    lost.again.push(task);
                }
                _ => {}
            }
            self.place[task.index()] = WorkerId::NONE;
        }
        // What was released meanwhile and is needed again is made again too.
        while let Some(task) = undone.pop() {
            self.undo(task, &mut undone);
            lost.again.push(task);
        }
        lost
    }

    /// An attempt is gone; how many workers have been lost with the task.
    fn lose_attempt(&mut self, task: TaskId) -> u32 {
        let at = task.index();
        if self.state[at] == TaskState::Running {
            self.running -= 1;
        }
        self.active -= 1;
        self.held -= self.bytes[at];
        self.bytes[at] = 0;
        self.begin_again(task);
        let trouble = self.trouble.entry(task.0).or_default();
        trouble.deaths += 1;
        trouble.deaths
    }

    /// A result does not exist any more. Its inputs are needed once more; those that are gone are added to `undone`.
    fn undo(&mut self, task: TaskId, undone: &mut Vec<TaskId>) {
        let at = task.index();
        if self.state[at] == TaskState::Done {
            self.held -= self.bytes[at];
            self.state[at] = TaskState::Released;
        }
        self.bytes[at] = 0;
        // An ending job makes nothing again; another task may have undone this one already.
        if self.state[at] != TaskState::Released || self.ending.is_some() {
            return;
        }
        self.over_count -= 1;
        self.missing_outputs += u32::from(self.outputs.contains(task.0));
        for at in self.consumers(task) {
            let consumer = self.consumer(at);
            self.unmet[consumer.index()] += 1;
            if self.state[consumer.index()] == TaskState::Ready {
                self.ready[self.classes.index(consumer)].remove(consumer.0);
                self.state[consumer.index()] = TaskState::Waiting;
            }
        }
        let graph = self.graph.clone();
        for dep in graph.deps(task) {
            self.uses[dep.index()] += 1;
            if self.state[dep.index()] == TaskState::Released {
                undone.push(*dep);
            }
        }
        self.begin_again(task);
    }
}
