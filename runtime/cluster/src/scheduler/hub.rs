//! The thread that decides: everything that arrived goes into the scheduler's core, then every peer that has something
//! coming gets one frame.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use swath_error::{Error, ErrorKind, Result};
use swath_graph::Payload;
use swath_scheduler::{Effects, Event, JobId, Order, Scheduler, TaskRef, Time, WorkerId};
use swath_wire::{Answer, Blob, Greeting, Role, RunOrder, ToClient, ToWorker, Welcome};

use super::coordination::Coordinator;
use super::datasets::Datasets;
use super::inbound::{ClientId, Inbound};
use super::links::{ClientLink, WorkerLink};
use super::long_orders::LongOrders;
use super::mailbox::Mailbox;
use super::options::SchedulerOptions;
use super::queries::Calls;

/// The longest time between two rounds.
const ROUND: Duration = Duration::from_millis(500);

/// How long the last words to everybody may take.
const GOODBYE: Duration = Duration::from_millis(500);

/// Jobs of more tasks are dropped on another thread.
const LARGE: usize = 20_000;

/// Whom an answer goes to: a client, and the number of its question.
pub(crate) type Asker = (ClientId, u64);

/// Everything behind the scheduler's thread.
pub(crate) struct Hub {
    pub scheduler: Scheduler,
    pub effects: Effects,
    pub workers: BTreeMap<WorkerId, WorkerLink>,
    pub clients: BTreeMap<ClientId, ClientLink>,
    /// Jobs that go on without their client, until they end.
    pub detached: BTreeSet<JobId>,
    /// Data put on workers that no job claims yet.
    pub unclaimed: BTreeMap<TaskRef, BTreeSet<WorkerId>>,
    pub coordinator: Coordinator,
    pub datasets: Datasets,
    pub calls: Calls,
    pub long_orders: LongOrders,
    /// Who waits for the end of which workers.
    pub retiring: Vec<(Asker, BTreeSet<WorkerId>)>,
    pub options: SchedulerOptions,
    /// Numbers for jobs of the scheduler's own.
    pub next_job: u64,
    next_worker: u32,
    next_client: ClientId,
    origin: Instant,
    wake_at: Option<Time>,
    busy_at: Instant,
    /// When workers that are to go last heard what keeps them.
    pub left_told: Instant,
    pub stopping: Option<String>,
}

impl Hub {
    pub fn new(options: SchedulerOptions) -> Self {
        Self {
            scheduler: Scheduler::default(),
            effects: Effects::default(),
            workers: BTreeMap::new(),
            clients: BTreeMap::new(),
            detached: BTreeSet::new(),
            unclaimed: BTreeMap::new(),
            coordinator: Coordinator::default(),
            datasets: Datasets::default(),
            calls: Calls::default(),
            long_orders: LongOrders::default(),
            retiring: Vec::new(),
            options,
            next_job: 0,
            next_worker: 0,
            next_client: 1,
            origin: Instant::now(),
            wake_at: None,
            busy_at: Instant::now(),
            left_told: Instant::now(),
            stopping: None,
        }
    }

    /// Works until the end.
    pub fn work(mut self, mailbox: &Arc<Mailbox>) {
        let mut inbound = Vec::new();
        while self.stopping.is_none() {
            mailbox.take(&mut inbound, Some(self.deadline()));
            for entry in inbound.drain(..) {
                self.take_in(entry);
            }
            self.tick();
            self.flush();
        }
        self.say_goodbye();
    }

    /// The time as the core knows it.
    pub fn now(&self) -> Time {
        Time(u64::try_from(self.origin.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    fn deadline(&self) -> Instant {
        let latest = Instant::now() + ROUND;
        let asked = self.wake_at.map(|at| self.origin + Duration::from_micros(at.0));
        let patience = self.coordinator.deadline();
        asked.into_iter().chain(patience).chain(self.verdicts_due()).fold(latest, Instant::min)
    }

    /// Tells the core.
    pub fn step(&mut self, event: Event) {
        let now = self.now();
        self.scheduler.step(now, event, &mut self.effects);
    }

    fn take_in(&mut self, entry: Inbound) {
        match entry {
            Inbound::Hello(greeting, from, reply) => {
                // A caller that is gone meanwhile says so itself.
                let _ = reply.send(self.admit(*greeting, from));
            }
            Inbound::WorkerJoined(id, outbox) => self.worker_joined(id, outbox),
            Inbound::WorkerSaid(id, messages) => self.worker_said(id, messages),
            Inbound::WorkerLeft(id, reason) => self.worker_silent(id, reason),
            Inbound::ClientJoined(id, outbox) => self.client_joined(id, outbox),
            Inbound::ClientSaid(id, messages) => self.client_said(id, messages),
            Inbound::ClientLeft(id, reason) => self.client_left(id, reason),
            Inbound::Stop => self.stopping = Some("the scheduler is ending".to_owned()),
        }
    }

    fn admit(&mut self, greeting: Greeting, from: std::net::IpAddr) -> Result<Welcome> {
        let ttl = u64::try_from(self.options.ttl.as_micros()).unwrap_or(u64::MAX);
        match greeting.role {
            Role::Worker(offer) => {
                let id = WorkerId(self.next_worker);
                self.admit_worker(id, *offer, from)?;
                self.next_worker += 1;
                Ok(Welcome::Worker { id, ttl })
            }
            Role::Supervisor(obituary) => {
                self.worker_died(&obituary);
                Ok(Welcome::Noted)
            }
            Role::Client(_) => {
                let id = self.next_client;
                self.next_client = id.checked_add(1).ok_or_else(|| {
                    Error::new(ErrorKind::Cluster, "this scheduler has had all the clients it can number")
                })?;
                self.clients.insert(id, ClientLink::new());
                Ok(Welcome::Client { first_job: JobId(u64::from(id) << 32), ttl })
            }
        }
    }

    fn tick(&mut self) {
        if self.wake_at.is_some_and(|at| at <= self.now()) {
            self.wake_at = None;
            self.step(Event::Tick);
        }
        for (asker, answer) in self.coordinator.tick(Instant::now()) {
            self.answer(asker, Ok(answer));
        }
        self.give_up_silent();
        self.tell_what_is_left();
        let idle = self.clients.is_empty() && self.detached.is_empty();
        if !idle {
            self.busy_at = Instant::now();
        } else if self.options.idle_timeout.is_some_and(|limit| self.busy_at.elapsed() > limit) {
            self.stopping = Some("the scheduler had nothing to do for a long time".to_owned());
        }
    }

    /// Lets the core decide, and tells everybody.
    fn flush(&mut self) {
        let now = self.now();
        self.scheduler.flush(now, &mut self.effects);
        let mut effects = std::mem::take(&mut self.effects);
        for order in effects.run.drain(..) {
            self.order(order);
        }
        // What no worker knows in full yet comes back at once.
        let mut returned = Vec::new();
        for attempt in effects.recall.drain(..) {
            if self.long_orders.take_back(attempt) {
                returned.push(attempt);
                continue;
            }
            self.tell_worker(attempt.worker, ToWorker::Recall(vec![attempt]));
        }
        for copy in effects.copy.drain(..) {
            let holders = self.scheduler.holders(copy.task).into_iter().filter(|h| *h != copy.to).collect();
            let task = self.scheduler.source(copy.task);
            let input = swath_scheduler::Input { task, bytes: copy.bytes, holders, keep: true };
            self.tell_worker(copy.to, ToWorker::Copy(vec![input]));
        }
        for (worker, task) in effects.release.drain(..) {
            if let Some(link) = self.workers.get_mut(&worker) {
                link.out.release(task);
            }
        }
        for job in effects.abort.drain(..) {
            returned.extend(self.long_orders.take_back_job(job));
            self.tell_workers_of(job, &ToWorker::Abort(job));
        }
        let forgotten = self.report(&mut effects);
        self.wake_at = self.wake_at.into_iter().chain(effects.wake_at.take()).min();
        self.effects = effects;
        if self.send_piece() || !forgotten.is_empty() || !returned.is_empty() {
            self.wake_at = Some(now);
        }
        for job in forgotten {
            self.step(Event::Forget(job));
        }
        for attempt in returned {
            self.step(Event::Returned(attempt));
        }
        self.workers.values_mut().for_each(WorkerLink::send);
        self.clients.values_mut().for_each(ClientLink::send);
    }

    /// Tells clients of outputs and ends, and workers of jobs that are gone; gives jobs that nobody refers to.
    fn report(&mut self, effects: &mut Effects) -> Vec<JobId> {
        let mut forgotten = Vec::new();
        for output in effects.outputs.drain(..) {
            let TaskRef { job, task } = output.task;
            let Some(client) = self.clients.get_mut(&owner(job)) else { continue };
            match output.result {
                Ok((worker, bytes)) => client.out.finished(job, (task, worker, bytes)),
                Err(error) => client.out.push(ToClient::Erred(job, vec![task], error)),
            }
        }
        for warning in effects.warnings.drain(..) {
            if let Some(client) = self.clients.get_mut(&owner(warning.job)) {
                client.out.push(ToClient::Warning(warning.error.to_string()));
            }
        }
        for end in effects.ended.drain(..) {
            if self.detached.remove(&end.job) {
                forgotten.push(end.job);
            }
            if let Some(client) = self.clients.get_mut(&owner(end.job)) {
                client.out.push(ToClient::Ended(end.job, end.result));
            }
        }
        for retired in effects.retired.drain(..) {
            for link in self.workers.values_mut() {
                if link.layers.remove(&retired.job).is_some() || retired.workers.contains(&link.peer.id) {
                    link.out.push(ToWorker::Forget(retired.job));
                }
            }
            if retired.tasks() > LARGE {
                // Where no thread can be started it is dropped here.
                let _ = std::thread::Builder::new().name("swath-drop".into()).spawn(move || drop(retired));
            }
        }
        for worker in effects.leave.drain(..) {
            self.tell_worker(worker, ToWorker::Stop("its results are elsewhere now".to_owned()));
        }
        forgotten
    }

    /// Sends a task to its worker, with what it reads from input `from` on, and its operations before it when they have not
    /// been sent yet.
    pub fn send_order(&mut self, order: Order, from: usize) {
        let Order { attempt, slots } = order;
        let task = attempt.task;
        let client = owner(task.job);
        let deliver = self.clients.get(&client).is_some_and(|c| c.delivered.contains(&task.job));
        let Some(graph) = self.scheduler.graph(task.job) else { return };
        let Some(link) = self.workers.get_mut(&attempt.worker) else { return };
        let steps = graph.steps(task.task);
        for step in steps {
            if link.lacks(task.job, step.layer, graph.layers().len())
                && let Some(Payload::Encoded(bytes)) =
                    graph.layers().get(step.layer.index()).map(|l| &l.payload)
            {
                let layers = vec![(step.layer, Blob::from(&**bytes))];
                link.out.layers(ToWorker::Layers(task.job, layers));
            }
        }
        link.out.run(RunOrder {
            attempt,
            slots,
            priority: self.scheduler.priority(task),
            steps: steps.iter().copied().collect(),
            inputs: self.scheduler.inputs_from(task, from).collect(),
            deliver: if deliver { client } else { 0 },
        });
    }

    pub fn tell_worker(&mut self, worker: WorkerId, message: ToWorker) {
        if let Some(link) = self.workers.get_mut(&worker) {
            link.out.push(message);
        }
    }

    fn tell_workers_of(&mut self, job: JobId, message: &ToWorker) {
        for link in self.workers.values_mut().filter(|l| l.layers.contains_key(&job)) {
            link.out.push(message.clone());
        }
    }

    pub fn answer(&mut self, (client, number): Asker, answer: Result<Answer>) {
        if let Some(link) = self.clients.get_mut(&client) {
            link.out.push(ToClient::Answer(number, answer));
        }
    }

    /// The end: everybody is told why.
    fn say_goodbye(&mut self) {
        let reason = self.stopping.clone().unwrap_or_default();
        for link in self.workers.values_mut() {
            link.out.push(ToWorker::Stop(reason.clone()));
            link.send();
            link.outbox.iter().for_each(swath_wire::Outbox::close);
        }
        for link in self.clients.values_mut() {
            link.out.push(ToClient::Bye(Error::new(ErrorKind::Cluster, reason.clone())));
            link.send();
            link.outbox.iter().for_each(swath_wire::Outbox::close);
        }
        // The process may end right after this.
        let all = || self.workers.values().map(|w| &w.outbox).chain(self.clients.values().map(|c| &c.outbox));
        let last = Instant::now() + GOODBYE;
        while Instant::now() < last && !all().flatten().all(swath_wire::Outbox::is_over) {
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Workers by what others know of them.
    pub fn peers(&self) -> Vec<swath_wire::Peer> {
        self.workers.values().filter(|w| w.outbox.is_some()).map(|w| w.peer.clone()).collect()
    }

    /// Names of workers, for messages.
    pub fn names(&self) -> HashMap<WorkerId, String> {
        self.workers.iter().map(|(id, link)| (*id, link.peer.name.clone())).collect()
    }
}

/// The client that a job belongs to; 0 is the scheduler itself.
pub(crate) fn owner(job: JobId) -> ClientId {
    (job.0 >> 32) as ClientId
}
