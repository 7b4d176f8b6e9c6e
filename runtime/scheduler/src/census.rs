//! Every task that is known, with its state and place: for those who look at a cluster from outside.

use swath_graph::TaskId;

use crate::ids::{TaskRef, WorkerId};
use crate::job::TaskState;
use crate::scheduler::Scheduler;

impl Scheduler {
    /// All tasks of all jobs, oldest job first: state, and the worker that runs the task or answers for its result. Takes
    /// time in proportion to everything known.
    pub fn tasks(&self) -> impl Iterator<Item = (TaskRef, TaskState, Option<WorkerId>)> {
        self.jobs.iter().flat_map(|(id, job)| {
            job.state.iter().zip(&job.place).zip(0u32..).map(|((state, place), task)| {
                let worker = (*place != WorkerId::NONE).then_some(WorkerId(*place));
                (TaskRef { job: *id, task: TaskId(task) }, *state, worker)
            })
        })
    }
}
