//! What the scheduler answers: orders to workers and news for those who submitted jobs, as plain data.

use serde::{Deserialize, Serialize};
use swath_error::Error;

use crate::event::Attempt;
use crate::ids::{JobId, TaskRef, Time, WorkerId};

/// An order to a worker.
///
/// Small and copied freely; [`crate::Scheduler::inputs`], [`crate::Scheduler::priority`] and
/// [`crate::Scheduler::graph`] tell the rest, and are to be asked before the next event is taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// Which attempt to begin, or to go on with after [`crate::Event::Fetched`].
    pub attempt: Attempt,
    /// Threads it may use.
    pub slots: u16,
}

/// Which of the tasks at hand a worker begins first: the larger one, and among equals the smaller [`TaskRef`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Priority {
    /// Of the job.
    pub job: i32,
    /// Of the task within the job.
    pub task: i32,
}

/// An input of a task, as a worker needs to know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// The name the result has on workers: for an import, the task it stands for.
    pub task: TaskRef,
    /// Its size.
    pub bytes: u64,
    /// The workers that have it, the one that made it first.
    pub holders: Vec<WorkerId>,
    /// Others will read it too: a worker that fetches it keeps the copy and says so ([`crate::Event::Copied`]).
    pub keep: bool,
}

/// An order to a worker to get a copy of a result from one of [`crate::Scheduler::holders`] and to keep it. The worker
/// answers [`crate::Event::Copied`] or [`crate::Event::Dropped`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyOrder {
    /// Who gets the copy.
    pub to: WorkerId,
    /// Of what.
    pub task: TaskRef,
    /// Its size.
    pub bytes: u64,
}

/// What became of an output of a job that asked to be told ([`crate::JobOptions::notify`]). A result that was lost and
/// made again is told again.
#[derive(Debug)]
pub struct Output {
    /// Which.
    pub task: TaskRef,
    /// Where it is and how large, or why it never will be.
    pub result: Result<(WorkerId, u64), Error>,
}

/// Something the user should know while the job goes on.
#[derive(Debug)]
pub struct Warning {
    /// Whose.
    pub job: JobId,
    /// What is wrong and what to do. The job ends with the same error unless that changes in time.
    pub error: Error,
}

/// The end of a job.
#[derive(Debug)]
pub struct JobEnd {
    /// Which.
    pub job: JobId,
    /// All outputs are done, or why not: the error of the root task, or the reason of the cancellation.
    pub result: Result<(), Error>,
}

/// What is left of a forgotten job.
#[derive(Debug)]
pub struct Retired {
    /// Which.
    pub job: JobId,
    /// Workers that may still hold results or copies of it: they are to drop them all.
    pub workers: Vec<WorkerId>,
    pub(crate) columns: Box<crate::job::Job>,
}

impl Retired {
    /// How many tasks it had.
    pub fn tasks(&self) -> usize {
        self.columns.graph.len()
    }
}

/// What is to be done, in the order of the fields. The driver empties it after each step.
#[derive(Debug, Default)]
pub struct Effects {
    /// Begin these, best first.
    pub run: Vec<Order>,
    /// Ask for these back, if they have not begun: [`crate::Event::Returned`] or [`crate::Event::Kept`] answers.
    pub recall: Vec<Attempt>,
    /// Get copies of these.
    pub copy: Vec<CopyOrder>,
    /// Drop these results and copies.
    pub release: Vec<(WorkerId, TaskRef)>,
    /// Tell running tasks of these jobs to stop.
    pub abort: Vec<JobId>,
    /// Report these outputs.
    pub outputs: Vec<Output>,
    /// Report these jobs' ends.
    pub ended: Vec<JobEnd>,
    /// Jobs that are gone: large, so drop them where it holds nobody up.
    pub retired: Vec<Retired>,
    /// Workers that were to go, and have nothing left: they may stop.
    pub leave: Vec<WorkerId>,
    /// Tell the user.
    pub warnings: Vec<Warning>,
    /// Send [`crate::Event::Tick`] at this moment, unless another step comes before.
    pub wake_at: Option<Time>,
}

impl Effects {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.run.is_empty()
            && self.recall.is_empty()
            && self.copy.is_empty()
            && self.release.is_empty()
            && self.abort.is_empty()
            && self.outputs.is_empty()
            && self.ended.is_empty()
            && self.retired.is_empty()
            && self.leave.is_empty()
            && self.warnings.is_empty()
    }

    pub(crate) fn wake_by(&mut self, time: Time) {
        self.wake_at = Some(self.wake_at.map_or(time, |at| at.min(time)));
    }
}
