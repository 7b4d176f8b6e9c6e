//! What is behind the desk's lock: the core, what was ordered and is under way, and what the core's decisions lead to.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use futures::future::AbortHandle;
use smallvec::SmallVec;
use swath_block::{CancelToken, SharedLoop};
use swath_error::{Error, Result};
use swath_graph::{LayerId, Step};
use swath_scheduler::{Attempt, Input, TaskRef, WorkerId};
use swath_store::Store;
use swath_wire::{FromWorker, RunOrder};

use super::Outcome;
use crate::core::{Assignment, Effects, Event, FetchOrder, Start, WorkerCore};
use crate::jobs::Jobs;
use crate::reports;
use crate::run::{self, Found, Work};

/// Everything behind the lock.
pub(super) struct Inner {
    pub core: WorkerCore,
    pub events: VecDeque<Event>,
    pub effects: Effects,
    pub jobs: Jobs,
    /// What was ordered and has not begun.
    pub orders: HashMap<Attempt, Ordered>,
    /// Inputs of attempts whose orders are still to come.
    pub early: HashMap<Attempt, Vec<Input>>,
    /// Attempts that wait for their asynchronous half, or for a slot after it.
    pub away: HashMap<Attempt, Away>,
    /// What has begun, and how to stop it.
    pub begun: HashMap<Attempt, Begun>,
    /// For compute threads.
    pub queue: VecDeque<Work>,
    /// Loops of tasks that compute threads without one may help with.
    pub offers: Vec<Arc<SharedLoop>>,
    pub reports: Vec<FromWorker>,
    pub sent_at: Instant,
    pub peers: HashMap<WorkerId, String>,
    /// Compute threads there are, and that there should be: one for each slot and one for each task that waits.
    pub threads: usize,
    pub wanted: usize,
    pub idle: usize,
    pub over: bool,
    /// Bytes that came from other workers.
    pub received: u64,
}

pub(super) struct Ordered {
    pub steps: SmallVec<[Step; 1]>,
    pub inputs: SmallVec<[TaskRef; 2]>,
    pub deliver: u32,
}

pub(super) struct Begun {
    pub cancel: CancelToken,
    /// Of the last step.
    layer: LayerId,
}

pub(super) struct Away {
    pub work: Work,
    pub abort: AbortHandle,
}

impl Ordered {
    /// The layer of the last step.
    fn layer(&self) -> Result<LayerId> {
        self.steps.last().map(|s| s.layer).ok_or_else(|| Error::internal("a task without steps was ordered"))
    }
}

impl Inner {
    pub fn new(core: WorkerCore, threads: usize) -> Self {
        Self {
            core,
            events: VecDeque::new(),
            effects: Effects::default(),
            jobs: Jobs::default(),
            orders: HashMap::new(),
            early: HashMap::new(),
            away: HashMap::new(),
            begun: HashMap::new(),
            queue: VecDeque::new(),
            offers: Vec::new(),
            reports: Vec::new(),
            sent_at: Instant::now(),
            peers: HashMap::new(),
            threads: 0,
            wanted: threads,
            idle: 0,
            over: false,
            received: 0,
        }
    }

    pub fn order(&mut self, order: RunOrder) {
        let RunOrder { attempt, slots, priority, steps, mut inputs, deliver } = order;
        if let Some(mut first) = self.early.remove(&attempt) {
            first.append(&mut inputs);
            inputs = first;
        }
        if !self.away.contains_key(&attempt) {
            let tasks = inputs.iter().map(|i: &Input| i.task).collect();
            self.orders.insert(attempt, Ordered { steps, inputs: tasks, deliver });
        }
        self.events.push_back(Event::Run(Assignment { attempt, slots, priority, inputs }));
    }

    /// The first inputs of an attempt that is ordered later.
    pub fn hear_inputs(&mut self, attempt: Attempt, mut inputs: Vec<Input>) {
        self.early.entry(attempt).or_default().append(&mut inputs);
    }

    pub fn finished(&mut self, outcome: Outcome) {
        let Outcome { attempt, result, micros } = outcome;
        let begun = self.begun.remove(&attempt);
        self.events.push_back(match result {
            Ok(bytes) => {
                begun.inspect(|begun| self.jobs.gave(attempt.task.job, begun.layer, bytes));
                Event::Done(attempt, bytes, micros)
            }
            Err(error) => Event::Failed(attempt, error),
        });
    }

    /// Carries out what the core decided, as far as that is quick.
    pub fn carry_out(&mut self, store: &Store, fetches: &mut Vec<FetchOrder>) {
        for start in std::mem::take(&mut self.effects.start) {
            match self.begin(start, store) {
                Ok(work) => self.queue.push_back(work),
                Err(error) => self.events.push_back(Event::Failed(start.attempt, error)),
            }
        }
        fetches.append(&mut self.effects.fetch);
        for task in self.effects.drop.drain(..) {
            store.remove(task);
        }
        for job in self.effects.forget.drain(..) {
            self.early.retain(|attempt, _| attempt.task.job != job);
            self.jobs.forget(job);
            store.remove_job(job);
        }
        for attempt in self.effects.stop.drain(..) {
            self.begun.get(&attempt).inspect(|begun| begun.cancel.cancel());
            self.away.get(&attempt).inspect(|away| away.abort.abort());
        }
        for attempt in self.effects.discard.drain(..) {
            self.orders.remove(&attempt);
            self.away.remove(&attempt).inspect(|away| away.abort.abort());
        }
        for event in self.effects.report.drain(..) {
            reports::add(&mut self.reports, event);
        }
    }

    pub fn begin(&mut self, start: Start, store: &Store) -> Result<Work> {
        let Start { attempt, slots, .. } = start;
        if let Some(away) = self.away.remove(&attempt) {
            return Ok(Work { slots, ..away.work });
        }
        let ordered = self.orders.remove(&attempt);
        let ordered = ordered.ok_or_else(|| Error::internal("a task was begun that was not ordered"))?;
        let job = attempt.task.job;
        let operation = |step: &Step| Ok((self.jobs.operation(job, step.layer)?, step.index));
        let steps = ordered.steps.iter().map(operation).collect::<Result<_>>()?;
        // The handle is taken now: what nobody needs after this task is dropped from the store before the task runs.
        let here = |task: &TaskRef| {
            let kept = store
                .find(*task)
                .ok_or_else(|| Error::cancelled("an input was dropped before its reader ran"))?;
            let bytes = kept.bytes();
            let block = kept.peek().map_or_else(|| Found::Stored(kept), Found::Here);
            Ok(run::Input { task: *task, bytes, block })
        };
        let inputs = ordered.inputs.iter().map(here).collect::<Result<_>>()?;
        let (cancel, layer) = (CancelToken::default(), ordered.layer()?);
        let expected = self.jobs.expected(job, layer);
        self.begun.insert(attempt, Begun { cancel: cancel.clone(), layer });
        let Ordered { deliver, .. } = ordered;
        Ok(Work { attempt, slots, cancel, steps, inputs, fetched: None, deliver, expected })
    }

    /// Adds to each fetch where its peer is.
    pub fn addressed(&self, fetches: Vec<FetchOrder>) -> Vec<(FetchOrder, Option<String>)> {
        let address = |order: FetchOrder| {
            let address = self.peers.get(&order.from).cloned();
            (order, address)
        };
        fetches.into_iter().map(address).collect()
    }
}
