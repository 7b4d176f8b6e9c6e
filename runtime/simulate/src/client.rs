//! The client: submits jobs that build on each other, scatters, fetches what it waits for and compares, lets go.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use swath_error::{Error, ErrorKind};
use swath_graph::{TaskGraph, TaskId};
use swath_scheduler::{
    Event, HeldBlock, JobEnd, JobId, JobOptions, JobPlan, Output, TaskRef, TaskState, WorkerId,
};

use crate::cluster::{Cluster, Happening, Outcome};
use crate::deliver::size;
use crate::jobs::{Job, Jobs};

/// What the client knows.
#[derive(Debug, Default)]
pub(crate) struct Client {
    submitted: u64,
    /// Jobs that have not ended.
    open: BTreeSet<JobId>,
    /// Outputs that it still wants.
    wanted: BTreeSet<TaskRef>,
    /// Jobs that it cancelled.
    cancelled: BTreeSet<JobId>,
    /// How jobs ended.
    ended: BTreeMap<JobId, bool>,
    forgotten: BTreeSet<JobId>,
    /// Jobs of scattered data.
    scattered: BTreeSet<JobId>,
    /// Times it found nothing to do in a row.
    idle: u32,
}

/// Jobs in a game.
const JOBS: u64 = 5;

impl Client {
    /// Whether it has all it wanted and let it go.
    pub fn is_finished(&self) -> bool {
        self.submitted >= JOBS && self.open.is_empty() && self.wanted.is_empty()
    }

    pub fn all_is_over(&self) -> Outcome {
        if self.is_finished() {
            Ok(())
        } else {
            Err(format!("it waits for {:?} and {:?}", self.open, self.wanted))
        }
    }
}

impl Cluster {
    pub fn client_acts(&mut self) -> Outcome {
        if self.client.submitted < JOBS {
            self.client.submitted += 1;
            if self.random.one_in(5) { self.scatter()? } else { self.submit()? }
        } else {
            match self.random.below(10) {
                0 => self.cancel_one()?,
                1 => self.release_one()?,
                2 => self.replicate_one()?,
                3 => self.tell(Event::Rebalance(Vec::new()))?,
                _ => {}
            }
        }
        self.gather()?;
        self.forget_ended()?;
        if self.client.is_finished() {
            return Ok(());
        }
        self.client.idle += 1;
        if self.client.idle > 3000 {
            return Err(format!("stuck: {:?}", self.client.open));
        }
        let delay = 1 + self.random.below(4000);
        self.after(delay, Happening::Client);
        Ok(())
    }

    fn submit(&mut self) -> Outcome {
        let id = JobId(self.client.submitted);
        let known: Vec<TaskRef> = self.client.wanted.iter().copied().collect();
        let job = self.jobs.invent(id, &known, &mut self.random).map_err(|e| e.to_string())?;
        let plan = JobPlan::new(job.graph.clone(), job.options.clone()).links(job.links.clone());
        self.client.open.insert(id);
        self.client.wanted.extend(job.graph.outputs().iter().map(|t| TaskRef { job: id, task: *t }));
        self.summary.tasks += job.graph.len() as u64;
        self.jobs.0.insert(id, job);
        self.tell(Event::Submit(id, plan))
    }

    /// Puts blocks onto workers and tells the scheduler.
    fn scatter(&mut self) -> Outcome {
        let id = JobId(self.client.submitted);
        let n = 1 + self.random.below(4) as u32;
        let workers: Vec<WorkerId> = self.nodes.values().filter(|n| !n.fenced).map(|n| n.id).collect();
        let mut blocks = Vec::new();
        let mut values = Vec::new();
        for task in (0..n).map(|t| TaskRef { job: id, task: TaskId(t) }) {
            let value = Jobs::scattered(task);
            let count = 1 + self.random.below(2);
            let mut holders: Vec<WorkerId> = (0..count).filter_map(|_| self.random.pick(&workers)).collect();
            holders.sort_unstable();
            holders.dedup();
            for holder in &holders {
                if let Some(node) = self.nodes.get_mut(holder) {
                    node.store.insert(task, value);
                }
                let put = swath_worker_core::Event::Put(task, size(value));
                self.reach(*holder, Happening::ToWorker, put)?;
            }
            blocks.push(HeldBlock { bytes: size(value), holders });
            values.push(value);
            self.client.wanted.insert(task);
        }
        self.client.scattered.insert(id);
        self.client.open.insert(id);
        let graph = Arc::new(TaskGraph::default());
        let options = JobOptions { fail_fast: false, ..JobOptions::default() };
        let job = Job {
            graph,
            links: Vec::new(),
            options,
            values: values.iter().copied().map(Some).collect(),
            lucky: values,
            failures: Vec::new(),
        };
        self.jobs.0.insert(id, job);
        self.tell(Event::Hold(id, blocks))
    }

    fn cancel_one(&mut self) -> Outcome {
        let open: Vec<JobId> = self.client.open.iter().copied().collect();
        let Some(id) = self.random.pick(&open).filter(|_| self.random.one_in(4)) else { return Ok(()) };
        self.client.cancelled.insert(id);
        self.tell(Event::Cancel(id, Error::cancelled("the user has had enough")))
    }

    /// Lets go of an output, wanted or not, done or not.
    fn release_one(&mut self) -> Outcome {
        let wanted: Vec<TaskRef> = self.client.wanted.iter().copied().collect();
        let Some(task) = self.random.pick(&wanted) else { return Ok(()) };
        self.client.wanted.remove(&task);
        self.tell(Event::ReleaseOutputs(task.job, vec![task.task]))
    }

    fn replicate_one(&mut self) -> Outcome {
        let wanted: Vec<TaskRef> = self.client.wanted.iter().copied().collect();
        let Some(task) = self.random.pick(&wanted) else { return Ok(()) };
        let copies = 1 + self.random.below(3) as u32;
        self.tell(Event::Replicate(task, copies))
    }

    /// Fetches outputs that are done, compares them with what they must be and lets some of them go.
    fn gather(&mut self) -> Outcome {
        for task in self.client.wanted.iter().copied().collect::<Vec<_>>() {
            match self.scheduler.state(task) {
                Some(TaskState::Done) => self.gather_one(task)?,
                Some(TaskState::Erred) => {
                    self.may_err(task)?;
                    self.client.wanted.remove(&task);
                    self.tell(Event::ReleaseOutputs(task.job, vec![task.task]))?;
                }
                Some(TaskState::Cancelled) => {
                    self.client.wanted.remove(&task);
                }
                Some(TaskState::Released) => {
                    return Err(format!("{task:?} was wanted and has been released"));
                }
                None => return Err(format!("{task:?} is wanted and not known")),
                Some(_) if self.client.ended.get(&task.job) == Some(&false) => {
                    self.client.wanted.remove(&task);
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    fn gather_one(&mut self, task: TaskRef) -> Outcome {
        let name = self.scheduler.source(task);
        for holder in self.scheduler.holders(task) {
            let Some(node) = self.nodes.get(&holder).filter(|n| !n.fenced) else { continue };
            let Some(value) = node.store.get(&name).copied() else { continue };
            let must = self.jobs.value(task);
            let may = if self.plan.is_harmless() { must } else { must.or(self.jobs.lucky(task)) };
            if Some(value) != may {
                return Err(format!("{task:?} is {value}, not {must:?}"));
            }
            self.client.idle = 0;
            if self.client.submitted >= JOBS && self.random.one_in(3) {
                self.client.wanted.remove(&task);
                self.tell(Event::ReleaseOutputs(task.job, vec![task.task]))?;
            }
            return Ok(());
        }
        // Its workers are gone, and the scheduler does not know yet.
        let known = |id: &WorkerId| self.gone.contains(id) || self.nodes.get(id).is_none_or(|n| n.fenced);
        if self.scheduler.holders(task).iter().any(known) || !self.plan.is_harmless() {
            return Ok(());
        }
        Err(format!("{task:?} is said to be at {:?}, and is not", self.scheduler.holders(task)))
    }

    /// Whether a task had a reason to err.
    fn may_err(&self, task: TaskRef) -> Outcome {
        let error = self.scheduler.error(task).cloned();
        let must = self.jobs.value(task).is_none();
        let lost = error
            .as_ref()
            .is_some_and(|e| e.kind() == ErrorKind::Cluster && e.message().contains("scattered"));
        let stopped = error.as_ref().is_some_and(|e| e.kind() == ErrorKind::Cancelled)
            && !self.client.cancelled.is_empty();
        // A job that ended with its first error takes others along.
        let taken_along = error.as_ref().is_some_and(|e| e.kind() == ErrorKind::InvalidData);
        if must || (lost && !self.client.scattered.is_empty()) || stopped || taken_along {
            return Ok(());
        }
        Err(format!("{task:?} erred for no reason: {error:?}"))
    }

    pub fn client_hears(&mut self, output: Output) -> Outcome {
        match output.result {
            Ok(_) => Ok(()),
            Err(_) => self.may_err(output.task),
        }
    }

    pub fn job_ended(&mut self, end: JobEnd) -> Outcome {
        let JobEnd { job: id, result } = end;
        self.client.open.remove(&id);
        self.client.idle = 0;
        if self.client.ended.insert(id, result.is_ok()).is_some() {
            return Err(format!("{id:?} ended twice"));
        }
        if let Err(error) = result {
            let excused = match error.kind() {
                ErrorKind::Cancelled => {
                    !self.client.cancelled.is_empty() || self.client.forgotten.contains(&id)
                }
                ErrorKind::Cluster => error.message().contains("scattered"),
                kind => kind == ErrorKind::InvalidData,
            };
            if !excused {
                return Err(format!("{id:?} ended badly for no reason: {error}"));
            }
        }
        Ok(())
    }

    /// Forgets jobs that have ended and of which nothing is wanted, and sometimes one before its time.
    fn forget_ended(&mut self) -> Outcome {
        let wanted: BTreeSet<JobId> = self.client.wanted.iter().map(|t| t.job).collect();
        let done = self.client.ended.keys().copied().filter(|id| !wanted.contains(id));
        let done: Vec<JobId> = done.filter(|id| !self.client.forgotten.contains(id)).collect();
        for id in done {
            if self.client.submitted >= JOBS || self.random.one_in(6) {
                self.client.forgotten.insert(id);
                self.tell(Event::Forget(id))?;
            }
        }
        Ok(())
    }
}
