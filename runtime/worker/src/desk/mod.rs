//! Everything of a worker that is behind one lock: the core, what it decided, and what that is about.
//!
//! Any thread may tell an event; what follows from it is carried out by that thread before or after it lets go of the
//! lock: orders to compute threads within, everything that may be slow afterwards.

mod inner;

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex, MutexGuard};
use swath_block::{Block, Offers, SharedLoop};
use swath_error::Result;
use swath_flight::FlightClient;
use swath_scheduler::Attempt;
use swath_store::Store;
use swath_wire::{FromWorker, Identity, Metrics, Outbox, ToWorker};
use tokio::runtime::Handle;
use tokio::sync::Notify;

use self::inner::{Away, Inner};
use crate::actors::Actors;
use crate::core::{Event, FetchOrder, WorkerCore};
use crate::deliveries::Deliveries;
use crate::departure::Departure;
use crate::fetch;
use crate::run::{self, Work};

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
    pub deliveries: Deliveries,
    pub departure: Departure,
    outbox: Outbox,
    actors: Arc<Actors>,
    inner: Mutex<Inner>,
    work: Condvar,
    /// There are reports that nobody has sent yet.
    unsent: Notify,
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
    pub actors: Arc<Actors>,
}

/// How the scheduler ends a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Stop,
    /// And begin another one.
    Restart,
}

/// What became of a task.
pub(crate) struct Outcome {
    pub attempt: Attempt,
    pub result: Result<u64>,
    pub micros: u64,
}

impl Desk {
    pub fn new(setup: Setup) -> Arc<Self> {
        let Setup { scheduler, identity, core, threads, store, flight, net, outbox, actors } = setup;
        let inner = Inner::new(core, threads);
        let (inner, work, unsent) = (Mutex::new(inner), Condvar::new(), Notify::new());
        let deliveries = Deliveries::default();
        Arc::new(Self {
            scheduler,
            identity,
            threads,
            store,
            flight,
            net,
            deliveries,
            departure: Departure::default(),
            outbox,
            actors,
            inner,
            work,
            unsent,
        })
    }

    pub fn scheduler(&self) -> &str {
        &self.scheduler
    }

    /// Takes in what the scheduler said; whether it said that the session is to end.
    pub fn hear(self: &Arc<Self>, messages: Vec<ToWorker>) -> Option<Order> {
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
                    ToWorker::Inputs(attempt, inputs) => inner.hear_inputs(attempt, inputs),
                    ToWorker::Recall(attempts) => {
                        inner.events.extend(attempts.into_iter().map(Event::Recall));
                    }
                    ToWorker::Release(tasks) => inner.events.extend(tasks.into_iter().map(Event::Release)),
                    ToWorker::Copy(inputs) => inner.events.extend(inputs.into_iter().map(Event::Copy)),
                    ToWorker::Abort(job) => inner.events.push_back(Event::Abort(job)),
                    ToWorker::Forget(job) => inner.events.push_back(Event::Forget(job)),
                    ToWorker::Call(number, call) => self.clone().call(number, call),
                    ToWorker::Retire => {}
                    ToWorker::Left(left) => self.departure.hear(left),
                    ToWorker::Restart => stop = Some(Order::Restart),
                    ToWorker::Stop(_) => stop = Some(Order::Stop),
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
            if let Some(helper) = inner.offers.iter().find_map(SharedLoop::join) {
                // Tasks that have come meanwhile go before.
                let nothing_else = || self.inner.try_lock().is_none_or(|inner| inner.queue.is_empty());
                MutexGuard::unlocked(&mut inner, || helper.help(nothing_else));
                continue;
            }
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
            resident: swath_execute::held_memory(None),
            running: inner.begun.len() as u32,
            waiting: inner.orders.len() as u32,
            received: inner.received,
            actors: self.actors.len() as u32,
        }
    }

    /// Says how the worker is doing, before the next heartbeat is due.
    pub fn beat(&self) {
        self.report(FromWorker::Heartbeat(self.metrics()));
    }

    /// Whether tasks are under way.
    pub fn is_running(&self) -> bool {
        !self.inner.lock().begun.is_empty()
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
        inner.begun.values().for_each(|begun| begun.cancel.cancel());
        inner.away.drain().for_each(|(_, away)| away.abort.abort());
        drop(inner);
        self.deliveries.close();
        self.work.notify_all();
        self.outbox.close();
    }
}

/// A block is in the store: its size, or why it is not.
pub(crate) fn keep(store: &Store, attempt: Attempt, block: Result<Block>) -> Result<u64> {
    store.put_blocking(attempt.task, block?)
}

impl Offers for Desk {
    fn offer(&self, shared: &Arc<SharedLoop>) {
        let mut inner = self.inner.lock();
        inner.offers.push(shared.clone());
        if inner.idle > 0 {
            self.work.notify_all();
        }
    }

    fn withdraw(&self, shared: &Arc<SharedLoop>) {
        self.inner.lock().offers.retain(|offered| !Arc::ptr_eq(offered, shared));
    }
}
