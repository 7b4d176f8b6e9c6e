//! Recomputes every counter from scratch and compares: for tests and for finding bugs.

use std::collections::BTreeMap;

use swath_error::{Error, Result};
use swath_graph::TaskId;

use crate::chores::Owed;
use crate::ids::{JobId, TaskRef, WorkerId};
use crate::job::{Job, TaskState};
use crate::scheduler::Scheduler;

/// What the states of all tasks say about one worker.
#[derive(Debug, Default, PartialEq, Eq)]
struct Account {
    held: u64,
    active: u32,
    away: u32,
    results: u32,
    copies: usize,
}

impl Scheduler {
    /// Compares every counter with the states it summarises. Takes time in proportion to everything known.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] naming the first counter that is wrong.
    pub fn check(&self) -> Result<()> {
        let owed = Owed::by(self);
        let mut accounts: BTreeMap<WorkerId, Account> = BTreeMap::new();
        for (id, job) in &self.jobs {
            self.check_job(*id, job, &owed)?;
            for at in 0..job.state.len() {
                job.add_to(at, &mut accounts);
            }
        }
        for (id, worker) in self.workers.iter() {
            let is = Account {
                held: worker.held,
                active: worker.active,
                away: worker.away,
                results: worker.results,
                copies: worker.copies.len(),
            };
            same("account of worker", id.0, is, accounts.remove(&id).unwrap_or_default())?;
            let awaited = self.recalled.values().filter(|(_, thief)| *thief == Some(id)).count();
            same("tasks asked back for worker", id.0, worker.awaited as usize, awaited)?;
            let resumable = worker.resumable.is_empty() || self.resumable.contains(&id);
            same("note about fetched attempts of worker", id.0, resumable, true)?;
        }
        same("accounts of workers that are gone:", accounts.len(), accounts.is_empty(), true)?;
        let ordered = self.moves.iter().all(|(task, to)| self.ordered.contains_key(&(*task, *to)));
        same("copies for", "moves", ordered, true)?;
        let queued = self.jobs.values().filter(|job| job.queued.is_some()).count();
        same("jobs in the", "queue", self.queue.len(), queued)?;
        same("notes about the workers'", "room", self.workers.is_noted(), true)
    }

    fn check_job(&self, id: JobId, job: &Job, owed: &Owed) -> Result<()> {
        let count = |wanted: &[TaskState]| job.state.iter().filter(|s| wanted.contains(s)).count() as u32;
        same("running tasks of job", id.0, job.running, count(&[TaskState::Running]))?;
        same("active tasks of job", id.0, job.active, count(&[TaskState::Running, TaskState::Away]))?;
        let over = count(&[TaskState::Done, TaskState::Released, TaskState::Erred]);
        same("finished tasks of job", id.0, job.over_count, over)?;
        let missing = |t: &usize| job.outputs.contains(*t as u32) && !job.state[*t].is_over();
        let missing = (0..job.state.len()).filter(missing).count();
        same("missing outputs of job", id.0, job.missing_outputs, missing as u32)?;
        let on_workers = |t: &usize| job.place[*t] != WorkerId::NONE;
        let held: u64 = (0..job.state.len()).filter(on_workers).map(|t| job.bytes[t]).sum();
        same("held bytes of job", id.0, job.held, held)?;
        same("chains of job", id.0, job.chains_are_right(), true)?;
        same("place in the queue of job", id.0, job.queued, job.queue_place())?;
        (0..job.state.len() as u32)
            .try_for_each(|t| self.check_task(TaskRef { job: id, task: TaskId(t) }, job, owed))
    }

    fn check_task(&self, name: TaskRef, job: &Job, owed: &Owed) -> Result<()> {
        let TaskRef { task, .. } = name;
        let t = task.index();
        let state = job.state[t];
        let label = format!("{} of job {} ({state:?})", task.0, name.job.0);
        let waits_for_source =
            matches!(state, TaskState::Waiting | TaskState::Erred) && job.graph.is_import(task);
        let exists = |d: &TaskId| matches!(job.state[d.index()], TaskState::Done | TaskState::Released);
        let unmet = job.graph.deps(task).iter().filter(|d| !exists(d)).count() as u32;
        let of = |left: &BTreeMap<TaskRef, u32>| left.get(&name).copied().unwrap_or(0);
        if !job.scattered {
            let unmet = unmet + u32::from(waits_for_source) + of(&owed.unmet);
            same("unmet inputs of task", &label, job.unmet[t], unmet)?;
        }
        let readers =
            job.consumers(task).filter(|at| !job.state[job.consumer(*at).index()].is_over()).count();
        let wanted = usize::from(job.outputs.contains(task.0));
        let imports = job.importers.get(&task.0).map_or(0, Vec::len);
        same("uses of task", &label, job.uses[t], (readers + wanted + imports) as u32 + of(&owed.uses))?;
        let in_ready_set = job.ready[job.classes.index(task)].contains(task.0);
        let live = job.ending.is_none();
        same("readiness of task", &label, in_ready_set, state == TaskState::Ready && live)?;
        let useless = state == TaskState::Done && job.uses[t] == 0 && !owed.drops.contains(&name);
        same("release of task", &label, useless, false)?;
        let waiting = state == TaskState::Waiting && job.unmet[t] == 0 && live;
        same("waiting of task", &label, waiting, false)?;
        let inputs_held = job.graph.deps(task).iter().all(|d| job.state[d.index()] == TaskState::Done);
        // A running task has been given its inputs: they may be lost meanwhile with another worker.
        same("inputs of task", &label, state == TaskState::Ready && live && !inputs_held, false)?;
        self.check_import(name, job)
    }

    /// An import is done exactly while its source is, and the source knows of it.
    fn check_import(&self, name: TaskRef, job: &Job) -> Result<()> {
        let Some(source) = job.link(name.task) else { return Ok(()) };
        let state = job.state[name.task.index()];
        let from = self.jobs.get(&source.job);
        let Some(from) = from.filter(|from| source.task.index() < from.state.len()) else {
            return same(
                "import without a source",
                name.task.0,
                state.is_over() && state != TaskState::Done,
                true,
            );
        };
        let done = from.state[source.task.index()] == TaskState::Done;
        same("import of a result that is gone", name.task.0, state == TaskState::Done && !done, false)?;
        same(
            "import that waits for a result",
            name.task.0,
            state == TaskState::Waiting && done && job.ending.is_none(),
            false,
        )?;
        let known = from.importers.get(&source.task.0).is_some_and(|all| all.contains(&name));
        same("note about import", name.task.0, known, matches!(state, TaskState::Waiting | TaskState::Done))
    }
}

impl Job {
    fn add_to(&self, at: usize, accounts: &mut BTreeMap<WorkerId, Account>) {
        let state = self.state[at];
        if self.place[at] != WorkerId::NONE {
            let account = accounts.entry(WorkerId(self.place[at])).or_default();
            account.held += self.bytes[at];
            account.active += u32::from(state.is_active());
            account.away += u32::from(state == TaskState::Away);
            account.results += u32::from(state == TaskState::Done);
        }
        for replica in self.replicas.get(&(at as u32)).into_iter().flatten() {
            let account = accounts.entry(replica.worker).or_default();
            account.held += if replica.there { self.bytes[at] } else { 0 };
            account.copies += 1;
        }
    }
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
