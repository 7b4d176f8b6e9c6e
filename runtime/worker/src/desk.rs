//! Everything of a worker that is behind one lock: the core, what it decided, and what that is about.
//!
//! Any thread may tell an event; what follows from it is carried out by that thread before or after it lets go of the
//! lock: orders to compute threads within, everything that may be slow afterwards.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::AbortHandle;
use parking_lot::{Condvar, Mutex, MutexGuard};
use smallvec::SmallVec;
use swath_block::{Block, CancelToken};
use swath_error::{Error, Result};
use swath_flight::FlightClient;
use swath_graph::Step;
use swath_scheduler::{Attempt, Input, WorkerId};
use swath_store::Store;
use swath_wire::{FromWorker, Identity, Metrics, Outbox, RunOrder, ToWorker};
use tokio::runtime::Handle;
use tokio::sync::Notify;

use crate::core::{Assignment, Effects, Event, FetchOrder, Start, WorkerCore};
use crate::jobs::Jobs;
use crate::run::{self, Work};
use crate::{fetch, reports};

/// Reports that are sent at once even though there is more to do.
const BATCH: usize = 256;

/// Reports wait no longer than this for others to be sent with.
const DELAY: Duration = Duration::from_millis(1);

/// A worker's desk.
pub(crate) struct Desk {
    scheduler: String,
    pub identity: Option<Identity>,
    pub threads: usize,
    pub store: Store,
    pub flight: FlightClient,
    pub net: Handle,
    outbox: Outbox,
    inner: Mutex<Inner>,
    work: Condvar,
    /// There are reports that nobody has sent yet.
    unsent: Notify,
}

struct Inner {
    core: WorkerCore,
    events: VecDeque<Event>,
    effects: Effects,
    jobs: Jobs,
    /// What was ordered and has not begun.
    orders: HashMap<Attempt, Ordered>,
    /// Attempts that wait for their asynchronous half, or for a slot after it.
    away: HashMap<Attempt, Away>,
    /// What has begun, and how to stop it.
    begun: HashMap<Attempt, CancelToken>,
    /// For compute threads.
    queue: VecDeque<Work>,
    reports: Vec<FromWorker>,
    sent_at: Instant,
    peers: HashMap<WorkerId, String>,
    /// Compute threads there are, and that there should be: one for each slot and one for each task that waits.
    threads: usize,
    wanted: usize,
    idle: usize,
    over: bool,
    /// Bytes that came from other workers.
    received: u64,
}

struct Ordered {
    steps: SmallVec<[Step; 1]>,
    inputs: SmallVec<[swath_scheduler::TaskRef; 2]>,
}

struct Away {
    work: Work,
    abort: AbortHandle,
}

/// What a desk is set up with.
pub(crate) struct Setup {
    pub scheduler: String,
    pub identity: Option<Identity>,
    pub core: WorkerCore,
    pub threads: usize,
    pub store: Store,
    pub flight: FlightClient,
    pub net: Handle,
    pub outbox: Outbox,
}

/// What became of a task.
pub(crate) struct Outcome {
    pub attempt: Attempt,
    pub result: Result<u64>,
    pub micros: u64,
}

impl Desk {
    pub fn new(setup: Setup) -> Arc<Self> {
        let Setup { scheduler, identity, core, threads, store, flight, net, outbox } = setup;
        let inner = Inner {
            core,
            events: VecDeque::new(),
            effects: Effects::default(),
            jobs: Jobs::default(),
            orders: HashMap::new(),
            away: HashMap::new(),
            begun: HashMap::new(),
            queue: VecDeque::new(),
            reports: Vec::new(),
            sent_at: Instant::now(),
            peers: HashMap::new(),
            threads: 0,
            wanted: threads,
            idle: 0,
            over: false,
            received: 0,
        };
        let (inner, work, unsent) = (Mutex::new(inner), Condvar::new(), Notify::new());
        Arc::new(Self { scheduler, identity, threads, store, flight, net, outbox, inner, work, unsent })
    }

    pub fn scheduler(&self) -> &str {
        &self.scheduler
    }

    /// Takes in what the scheduler said; the reason when it said that the worker is to end.
    pub fn hear(self: &Arc<Self>, messages: Vec<ToWorker>) -> Option<String> {
        let mut stop = None;
        self.with(|inner| {
            for message in messages {
                match message {
                    ToWorker::Peers(peers) => {
                        inner.peers.extend(peers.into_iter().map(|p| (p.id, p.address)));
                    }
                    ToWorker::Gone(gone) => inner.peers.retain(|id, _| !gone.contains(id)),
                    ToWorker::Layers(job, layers) => inner.jobs.add(job, layers),
                    ToWorker::Run(orders) => orders.into_iter().for_each(|order| inner.order(order)),
                    ToWorker::Recall(attempts) => {
                        inner.events.extend(attempts.into_iter().map(Event::Recall));
                    }
                    ToWorker::Release(tasks) => inner.events.extend(tasks.into_iter().map(Event::Release)),
                    ToWorker::Copy(inputs) => inner.events.extend(inputs.into_iter().map(Event::Copy)),
                    ToWorker::Abort(job) => inner.events.push_back(Event::Abort(job)),
                    ToWorker::Forget(job) => inner.events.push_back(Event::Forget(job)),
                    ToWorker::Call(number, call) => self.clone().call(number, call),
                    ToWorker::Retire => {}
                    ToWorker::Stop(reason) => stop = Some(reason),
                }
            }
        });
        stop
    }

    /// Tells the core of several things at once.
    pub fn tell(self: &Arc<Self>, events: impl IntoIterator<Item = Event>) {
        self.with(|inner| inner.events.extend(events));
    }

    /// Changes something, lets the core decide and carries out what it decided.
    fn with(self: &Arc<Self>, change: impl FnOnce(&mut Inner)) {
        let mut inner = self.inner.lock();
        change(&mut inner);
        let fetches = self.settle(&mut inner);
        self.wake(&inner, 0);
        self.send(&mut inner);
        let fetches = inner.addressed(fetches);
        drop(inner);
        self.begin_fetches(fetches);
    }

    /// Hands all events to the core; gives what is to be fetched.
    fn settle(self: &Arc<Self>, inner: &mut Inner) -> Vec<FetchOrder> {
        let mut fetches = Vec::new();
        while let Some(event) = inner.events.pop_front() {
            // Blocks are stored as they come; the core may have dropped an older copy by the same name meanwhile.
            let event = match event {
                Event::Arrived(task, _) if !self.store.contains(task) => Event::Vanished(task),
                event => event,
            };
            inner.core.step(event, &mut inner.effects);
            inner.carry_out(&self.store, &mut fetches);
        }
        fetches
    }

    fn begin_fetches(self: &Arc<Self>, fetches: Vec<(FetchOrder, Option<String>)>) {
        for (order, address) in fetches {
            self.net.spawn(fetch::fetch(self.clone(), order, address));
        }
    }

    /// Wakes threads for what is queued, beyond what the caller takes itself.
    fn wake(&self, inner: &Inner, taken: usize) {
        let tasks = inner.queue.len().saturating_sub(taken);
        for _ in 0..tasks.min(inner.idle) {
            self.work.notify_one();
        }
    }

    /// Sends what is to be reported.
    fn send(&self, inner: &mut Inner) {
        if !inner.reports.is_empty() {
            inner.sent_at = Instant::now();
            // A connection that is over ends the session where it is read.
            let _ = self.outbox.send(&std::mem::take(&mut inner.reports));
        }
    }

    /// Sends a message that is not the core's.
    pub fn report(&self, message: FromWorker) {
        let mut inner = self.inner.lock();
        inner.reports.push(message);
        self.send(&mut inner);
    }

    /// Sends reports that no compute thread has sent in time; ends with the desk's connection.
    pub async fn send_in_time(self: Arc<Self>) {
        while !self.outbox.is_closed() {
            let _ = tokio::time::timeout(Duration::from_secs(1), self.unsent.notified()).await;
            tokio::time::sleep(DELAY).await;
            self.send(&mut self.inner.lock());
        }
    }

    /// Reports what became of the last task and waits for the next one; none at the end.
    pub fn next(self: &Arc<Self>, outcome: Option<Outcome>) -> Option<Work> {
        let mut inner = self.inner.lock();
        if let Some(outcome) = outcome {
            inner.finished(outcome);
            let fetches = self.settle(&mut inner);
            if !fetches.is_empty() {
                let fetches = inner.addressed(fetches);
                MutexGuard::unlocked(&mut inner, || self.begin_fetches(fetches));
            }
        }
        loop {
            if inner.over || inner.threads > inner.wanted {
                inner.threads -= 1;
                self.send(&mut inner);
                return None;
            }
            if let Some(work) = inner.queue.pop_front() {
                self.send_or_wait(&mut inner);
                self.wake(&inner, 0);
                return Some(work);
            }
            self.send(&mut inner);
            inner.idle += 1;
            self.work.wait(&mut inner);
            inner.idle -= 1;
        }
    }

    /// There is more to do: reports may wait a moment for others.
    fn send_or_wait(&self, inner: &mut Inner) {
        if inner.reports.is_empty() {
            return;
        }
        if inner.reports.len() >= BATCH || inner.queue.is_empty() || inner.sent_at.elapsed() > DELAY {
            self.send(inner);
        } else {
            self.unsent.notify_one();
        }
    }

    /// The task's asynchronous half is to be polled; its slot is free until that is over.
    pub fn begin_fetch(self: &Arc<Self>, work: Work, fetch: swath_block::Fetch) {
        let attempt = work.attempt;
        let (abort, fetch) = fetch::outside(fetch);
        self.with(|inner| {
            inner.away.insert(attempt, Away { work, abort });
            inner.events.push_back(Event::Paused(attempt));
        });
        let desk = self.clone();
        self.net.spawn(async move {
            let fetched = fetch.await;
            desk.with(|inner| {
                if let Some(away) = inner.away.get_mut(&attempt) {
                    away.work.fetched = Some(fetched);
                    inner.events.push_back(Event::Ready(attempt));
                }
            });
        });
    }

    /// The task waits for others on its thread, without a slot.
    pub fn pause(self: &Arc<Self>, attempt: Attempt) {
        self.with(|inner| {
            inner.wanted += 1;
            inner.events.push_back(Event::Paused(attempt));
        });
        crate::compute::ensure_threads(self);
    }

    /// The task goes on.
    pub fn go_on(self: &Arc<Self>, attempt: Attempt) {
        self.with(|inner| {
            inner.wanted -= 1;
            inner.events.push_back(Event::Resumed(attempt));
        });
        self.work.notify_one();
    }

    /// Whether a compute thread is missing; the caller starts it.
    pub fn claim_thread(&self) -> Option<usize> {
        let mut inner = self.inner.lock();
        if inner.over || inner.threads >= inner.wanted {
            return None;
        }
        inner.threads += 1;
        Some(inner.threads)
    }

    /// A compute thread could not be started.
    pub fn unclaim_thread(&self) -> usize {
        let mut inner = self.inner.lock();
        inner.threads -= 1;
        inner.threads
    }

    /// Bytes that came from other workers.
    pub fn received(&self, bytes: u64) {
        self.inner.lock().received += bytes;
    }

    /// How the worker is doing.
    pub fn metrics(&self) -> Metrics {
        let usage = self.store.usage();
        let inner = self.inner.lock();
        Metrics {
            stored: usage.bytes,
            spilled: usage.spilled_bytes,
            resident: crate::memory::resident(),
            running: inner.begun.len() as u32,
            waiting: inner.orders.len() as u32,
            received: inner.received,
        }
    }

    /// Calls a function by itself, on a thread of its own.
    fn call(self: Arc<Self>, number: u64, call: swath_wire::WorkerCall) {
        let desk = self.clone();
        self.net.spawn_blocking(move || {
            let answer = run::call(&call, desk.threads, desk.store.ledger().clone());
            desk.report(FromWorker::Answer(number, answer));
        });
    }

    /// Ends: running tasks are asked to stop, threads go when they are free.
    pub fn end(&self) {
        let mut inner = self.inner.lock();
        inner.over = true;
        inner.queue.clear();
        inner.begun.values().for_each(CancelToken::cancel);
        inner.away.drain().for_each(|(_, away)| away.abort.abort());
        drop(inner);
        self.work.notify_all();
        self.outbox.close();
    }
}

impl Inner {
    fn order(&mut self, order: RunOrder) {
        let RunOrder { attempt, slots, priority, steps, inputs } = order;
        if !self.away.contains_key(&attempt) {
            let tasks = inputs.iter().map(|i: &Input| i.task).collect();
            self.orders.insert(attempt, Ordered { steps, inputs: tasks });
        }
        self.events.push_back(Event::Run(Assignment { attempt, slots, priority, inputs }));
    }

    fn finished(&mut self, outcome: Outcome) {
        let Outcome { attempt, result, micros } = outcome;
        self.begun.remove(&attempt);
        self.events.push_back(match result {
            Ok(bytes) => Event::Done(attempt, bytes, micros),
            Err(error) => Event::Failed(attempt, error),
        });
    }

    /// Carries out what the core decided, as far as that is quick.
    fn carry_out(&mut self, store: &Store, fetches: &mut Vec<FetchOrder>) {
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
            self.jobs.forget(job);
            store.remove_job(job);
        }
        for attempt in self.effects.stop.drain(..) {
            self.begun.get(&attempt).inspect(|token| token.cancel());
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

    fn begin(&mut self, start: Start, store: &Store) -> Result<Work> {
        let Start { attempt, slots, .. } = start;
        if let Some(away) = self.away.remove(&attempt) {
            return Ok(Work { slots, ..away.work });
        }
        let ordered = self.orders.remove(&attempt);
        let ordered = ordered.ok_or_else(|| Error::internal("a task was begun that was not ordered"))?;
        let job = attempt.task.job;
        let operation = |step: &Step| Ok((self.jobs.operation(job, step.layer)?, step.index));
        let steps = ordered.steps.iter().map(operation).collect::<Result<_>>()?;
        let here = |task: &swath_scheduler::TaskRef| match store.peek(*task) {
            Some(block) => run::Input::Here(block),
            None => run::Input::Stored(*task),
        };
        let inputs = ordered.inputs.iter().map(here).collect();
        let cancel = CancelToken::default();
        self.begun.insert(attempt, cancel.clone());
        Ok(Work { attempt, slots, cancel, steps, inputs, fetched: None })
    }

    /// Adds to each fetch where its peer is.
    fn addressed(&self, fetches: Vec<FetchOrder>) -> Vec<(FetchOrder, Option<String>)> {
        let address = |order: FetchOrder| {
            let address = self.peers.get(&order.from).cloned();
            (order, address)
        };
        fetches.into_iter().map(address).collect()
    }
}

/// A block is in the store: its size, or why it is not.
pub(crate) fn keep(store: &Store, attempt: Attempt, block: Result<Block>) -> Result<u64> {
    store.put_blocking(attempt.task, block?)
}
