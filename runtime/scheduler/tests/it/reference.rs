//! A scheduler's obligations, written down the slow and obvious way: after every step the reference knows which results
//! exist where and what runs where, and refuses an order, a release or an end that must not be.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use swath_graph::{TaskGraph, TaskId};
use swath_scheduler::{Attempt, Effects, JobId, Order, TaskRef, WorkerId};

/// An order under way.
#[derive(Clone, Copy, Debug)]
pub struct Running {
    pub order: Order,
    /// Waits without a slot.
    pub away: bool,
    /// Has said that it wants a slot again.
    pub wants_slot: bool,
}

#[derive(Debug, Default)]
pub struct Reference {
    pub graphs: BTreeMap<JobId, Arc<TaskGraph>>,
    /// Where each result is.
    pub results: BTreeMap<TaskRef, WorkerId>,
    pub running: BTreeMap<TaskRef, Running>,
    /// Slots and depth.
    pub workers: BTreeMap<WorkerId, (u32, u32)>,
    /// Whether jobs that have ended did so well.
    pub ended: BTreeMap<JobId, bool>,
    /// Jobs that may end with an error: something went wrong, or they were cancelled.
    pub troubled: BTreeSet<JobId>,
    pub erred: BTreeSet<TaskRef>,
    /// Outputs that nobody waits for any more.
    pub released: BTreeSet<TaskRef>,
    /// Jobs that begin nothing more: cancelled, or failed under `fail_fast`.
    pub ending: BTreeSet<JobId>,
    failures: BTreeMap<TaskRef, u32>,
    deaths: BTreeMap<TaskRef, u32>,
    /// Tasks that a worker has been lost with.
    suspects: BTreeSet<TaskRef>,
    last_attempt: BTreeMap<TaskRef, u16>,
}

impl Reference {
    fn deps(&self, task: TaskRef) -> Vec<TaskRef> {
        self.graphs[&task.job].deps(task.task).iter().map(|d| TaskRef { task: *d, ..task }).collect()
    }

    fn tasks(&self, job: JobId) -> impl Iterator<Item = TaskRef> {
        (0..self.graphs[&job].len() as u32).map(move |t| TaskRef { job, task: TaskId(t) })
    }

    /// Which tasks of a job somebody needs: outputs, what runs, and what those read, as far back as results are missing.
    fn needed(&self, job: JobId) -> Vec<bool> {
        let graph = &self.graphs[&job];
        let mut needed: Vec<bool> = self
            .tasks(job)
            .map(|t| {
                graph.outputs().contains(&t.task) && !self.released.contains(&t) && !self.erred.contains(&t)
            })
            .collect();
        for reader in self.tasks(job).collect::<Vec<_>>().into_iter().rev() {
            let waits = !self.results.contains_key(&reader) && !self.erred.contains(&reader);
            if waits && (needed[reader.task.index()] || self.running.contains_key(&reader)) {
                graph.deps(reader.task).iter().for_each(|d| needed[d.index()] = true);
            }
        }
        needed
    }

    /// Whether somebody will still read the result.
    fn is_needed(&self, task: TaskRef) -> bool {
        self.needed(task.job)[task.task.index()]
    }

    /// Whether a job has ended and nothing that it gives is to be made again.
    pub fn is_complete(&self, job: JobId) -> bool {
        let over = |o: &TaskId| {
            let task = TaskRef { job, task: *o };
            self.results.contains_key(&task) || self.released.contains(&task) || self.erred.contains(&task)
        };
        self.ended.contains_key(&job) && self.graphs[&job].outputs().iter().all(over)
    }

    /// Tasks that could run now and that somebody needs.
    pub fn ready(&self, job: JobId) -> Vec<TaskRef> {
        if self.ended.contains_key(&job) || self.ending.contains(&job) {
            return Vec::new();
        }
        let needed = self.needed(job);
        let could = |t: &TaskRef| {
            !self.results.contains_key(t)
                && !self.running.contains_key(t)
                && !self.erred.contains(t)
                && needed[t.task.index()]
                && self.deps(*t).iter().all(|d| self.results.contains_key(d))
        };
        self.tasks(job).filter(could).collect()
    }

    pub fn slots_wished(&self, task: TaskRef) -> u16 {
        self.graphs[&task.job].annotations(task.task).unwrap().slots
    }

    /// Slots taken on a worker.
    pub fn load(&self, worker: WorkerId) -> u32 {
        let there = self.running.values().filter(|r| r.order.attempt.worker == worker && !r.away);
        there.map(|r| u32::from(r.order.slots)).sum()
    }

    /// Takes in what the scheduler ordered.
    pub fn obey(&mut self, effects: &mut Effects) -> Result<(), String> {
        for (worker, task) in effects.release.drain(..) {
            self.obey_release(worker, task)?;
        }
        for order in effects.run.drain(..) {
            self.obey_order(order)?;
        }
        for end in effects.ended.drain(..) {
            let outputs = self.graphs[&end.job].outputs();
            let held = |o: &TaskId| {
                let task = TaskRef { job: end.job, task: *o };
                self.results.contains_key(&task) || self.released.contains(&task)
            };
            if end.result.is_ok() && !outputs.iter().all(held) {
                return Err(format!("{:?} ended well without its outputs", end.job));
            }
            if end.result.is_err() && !self.troubled.contains(&end.job) {
                return Err(format!("{:?} ended badly for no reason: {:?}", end.job, end.result));
            }
            if self.ended.insert(end.job, end.result.is_ok()).is_some() {
                return Err(format!("{:?} ended twice", end.job));
            }
        }
        Ok(())
    }

    fn obey_order(&mut self, order: Order) -> Result<(), String> {
        let Order { attempt: Attempt { worker, task, attempt }, slots } = order;
        let complain = |what: &str| Err(format!("{what}: {order:?}"));
        let Some((total, depth)) = self.workers.get(&worker).copied() else {
            return complain("a worker that is not there");
        };
        if let Some(known) = self.running.get_mut(&task) {
            if !(known.away && known.wants_slot && known.order.attempt == order.attempt) {
                return complain("already running");
            }
            known.order.slots = slots;
            (known.away, known.wants_slot) = (false, false);
        } else {
            if self.results.contains_key(&task) || self.erred.contains(&task) {
                return complain("already over");
            }
            if !self.deps(task).iter().all(|d| self.results.contains_key(d)) {
                return complain("an input does not exist");
            }
            if self.last_attempt.get(&task).is_some_and(|last| *last >= attempt) {
                return complain("an old attempt");
            }
            self.last_attempt.insert(task, attempt);
            self.running.insert(task, Running { order, away: false, wants_slot: false });
        }
        if slots == 0 || slots > self.slots_wished(task) {
            return complain("slots that were not asked for");
        }
        if self.load(worker) > total + depth || (slots > 1 && self.load(worker) > total) {
            return complain("too much for the worker");
        }
        Ok(())
    }

    fn obey_release(&mut self, worker: WorkerId, task: TaskRef) -> Result<(), String> {
        if self.results.get(&task) != Some(&worker) {
            // The scheduler answers stale results with a release: nothing is held.
            return Ok(());
        }
        let over = self.ended.contains_key(&task.job) || self.ending.contains(&task.job);
        if self.is_needed(task) && !over {
            return Err(format!("a result that is needed was released: {task:?}"));
        }
        self.results.remove(&task);
        Ok(())
    }

    /// An attempt at a task has failed.
    pub fn fail(&mut self, task: TaskRef, fail_fast: bool) {
        let failures = self.failures.entry(task).or_default();
        *failures += 1;
        let retries = self.graphs[&task.job].annotations(task.task).unwrap().retries;
        if *failures > retries || self.ending.contains(&task.job) {
            self.give_up(task, fail_fast);
        }
        self.spread_errors();
    }

    /// A task is erred, and all that depends on it.
    fn give_up(&mut self, root: TaskRef, fail_fast: bool) {
        self.troubled.insert(root.job);
        self.erred.insert(root);
        self.spread_errors();
        if fail_fast {
            self.ending.insert(root.job);
        }
    }

    /// What waits for an erred task errs too; what runs has its inputs.
    fn spread_errors(&mut self) {
        for job in self.graphs.keys().copied().collect::<Vec<_>>() {
            for task in self.tasks(job).collect::<Vec<_>>() {
                let waits = !self.results.contains_key(&task) && !self.running.contains_key(&task);
                let orphan = self.deps(task).iter().any(|d| self.erred.contains(d));
                if waits && orphan && self.is_needed(task) {
                    self.erred.insert(task);
                }
            }
        }
    }

    /// A worker is gone with all it held and ran.
    pub fn lose(&mut self, worker: WorkerId, fail_fast: bool) {
        let (slots, _) = self.workers.remove(&worker).unwrap_or_default();
        self.results.retain(|_, at| *at != worker);
        let there = |r: &Running| r.order.attempt.worker == worker;
        let lost: Vec<TaskRef> = self.running.iter().filter(|(_, r)| there(r)).map(|(t, _)| *t).collect();
        let lost: Vec<(TaskRef, Running)> =
            lost.into_iter().filter_map(|task| Some((task, self.running.remove(&task)?))).collect();
        let load: u32 = lost.iter().filter(|(_, r)| !r.away).map(|(_, r)| u32::from(r.order.slots)).sum();
        for (task, running) in lost {
            // One that perhaps waited for a slot is not blamed the first time.
            let ran = running.away || load <= slots || self.suspects.contains(&task);
            self.suspects.insert(task);
            let deaths = self.deaths.entry(task).or_default();
            *deaths += u32::from(ran);
            if *deaths > 3 {
                self.give_up(task, fail_fast);
            }
        }
        self.spread_errors();
    }
}
