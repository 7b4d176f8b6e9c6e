//! Recomputes every counter from scratch and compares: for tests and for finding bugs.

use std::collections::BTreeMap;

use swath_error::{Error, Result};

use crate::ids::{JobId, WorkerId};
use crate::job::{Job, TaskState};
use crate::scheduler::Scheduler;

impl Job {
    /// Bytes charged to each worker for results and for what producers are expected to give.
    pub(crate) fn held_by_worker(&self) -> BTreeMap<WorkerId, u64> {
        let mut held = BTreeMap::new();
        for (at, state) in self.state.iter().enumerate() {
            if matches!(state, TaskState::Done | TaskState::Running | TaskState::Away) && self.bytes[at] > 0 {
                *held.entry(WorkerId(self.place[at])).or_default() += self.bytes[at];
            }
        }
        held
    }
}

impl Scheduler {
    /// Compares every counter with the states it summarises. Takes time in proportion to everything known.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] naming the first counter that is wrong.
    pub fn check(&self) -> Result<()> {
        let mut held: BTreeMap<WorkerId, u64> = BTreeMap::new();
        let mut active: BTreeMap<WorkerId, u32> = BTreeMap::new();
        let mut away: BTreeMap<WorkerId, u32> = BTreeMap::new();
        for (id, job) in &self.jobs {
            check_job(*id, job)?;
            for (worker, bytes) in job.held_by_worker() {
                *held.entry(worker).or_default() += bytes;
            }
            for (at, state) in job.state.iter().enumerate() {
                if matches!(state, TaskState::Running | TaskState::Away) {
                    *active.entry(WorkerId(job.place[at])).or_default() += 1;
                    *away.entry(WorkerId(job.place[at])).or_default() += u32::from(*state == TaskState::Away);
                }
            }
        }
        for (id, worker) in self.workers.iter() {
            same("held bytes of worker", id.0, worker.held, held.get(&id).copied().unwrap_or(0))?;
            same("paused attempts of worker", id.0, worker.away, away.get(&id).copied().unwrap_or(0))?;
            same("attempts of worker", id.0, worker.active, active.get(&id).copied().unwrap_or(0))?;
        }
        same("notes about the workers'", "room", self.workers.is_noted(), true)
    }
}

fn check_job(id: JobId, job: &Job) -> Result<()> {
    let count = |wanted: &[TaskState]| job.state.iter().filter(|s| wanted.contains(s)).count() as u32;
    same("running tasks of job", id.0, job.running, count(&[TaskState::Running]))?;
    same("active tasks of job", id.0, job.active, count(&[TaskState::Running, TaskState::Away]))?;
    let over = count(&[TaskState::Done, TaskState::Released, TaskState::Erred]);
    same("finished tasks of job", id.0, job.over_count, over)?;
    let missing =
        (0..job.state.len()).filter(|t| job.outputs.contains(*t as u32) && !is_over(job.state[*t])).count();
    same("missing outputs of job", id.0, job.missing_outputs, missing as u32)?;
    same("held bytes of job", id.0, job.held, job.held_by_worker().values().sum())?;
    (0..job.state.len()).try_for_each(|t| check_task(job, t))
}

fn is_over(state: TaskState) -> bool {
    matches!(state, TaskState::Done | TaskState::Released | TaskState::Erred)
}

fn check_task(job: &Job, t: usize) -> Result<()> {
    let task = swath_graph::TaskId(t as u32);
    let exists =
        |d: &swath_graph::TaskId| matches!(job.state[d.index()], TaskState::Done | TaskState::Released);
    let unmet = job.graph.deps(task).iter().filter(|d| !exists(d)).count() as u32;
    same("unmet inputs of task", t, job.unmet[t], unmet)?;
    let outputs = job.graph.outputs().iter().filter(|o| o.index() == t).count();
    let readers = job.consumers(task).filter(|at| !is_over(job.state[job.consumer(*at).index()])).count();
    same("uses of task", t, job.uses[t], (readers + outputs) as u32)?;
    let state = job.state[t];
    let in_ready_set = job.ready[job.classes.index(task)].contains(t as u32);
    let live = job.ending.is_none();
    same("readiness of task", t, in_ready_set, state == TaskState::Ready && live)?;
    same("release of task", t, state == TaskState::Done && job.uses[t] == 0, false)?;
    let waiting = state == TaskState::Waiting && unmet == 0 && live;
    same("waiting of task", t, waiting, false)?;
    let inputs_held = job.graph.deps(task).iter().all(|d| job.state[d.index()] == TaskState::Done);
    // A running task has been given its inputs: they may be lost meanwhile with another worker.
    same("inputs of task", t, state == TaskState::Ready && live && !inputs_held, false)
}

fn same<T: PartialEq + std::fmt::Debug>(
    what: &str,
    id: impl std::fmt::Display,
    is: T,
    should: T,
) -> Result<()> {
    if is == should {
        return Ok(());
    }
    Err(Error::internal(format!("{what} {id}: recorded {is:?}, recomputed {should:?}")))
}
