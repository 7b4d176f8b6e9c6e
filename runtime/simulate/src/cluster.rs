//! The world: time, messages under way, and what happens next.

use std::collections::{BTreeMap, BTreeSet};

use swath_scheduler::{Attempt, Effects, Event, JobId, Scheduler, TaskRef, Time, WorkerId, WorkerSpec};
use swath_worker_core as worker;

use crate::faults::Plan;
use crate::jobs::Jobs;
use crate::node::Node;
use crate::random::Random;

/// Something that is going to happen.
#[derive(Debug)]
pub(crate) enum Happening {
    /// A message arrives at the scheduler.
    ToScheduler(Event),
    /// A message arrives at a worker.
    ToWorker(WorkerId, worker::Event),
    /// One block of a stream is sent: to whom, from whom.
    Block(WorkerId, WorkerId, TaskRef),
    /// A stream ends: at whom, from whom.
    StreamEnd(WorkerId, WorkerId),
    /// An attempt gets further.
    Work(Attempt),
    /// A worker that had too little memory has enough.
    Relax(WorkerId),
    /// A worker hangs no more.
    WakeUp(WorkerId),
    /// The scheduler asked to be told the time.
    Tick,
    /// The client does something.
    Client,
    /// Something goes wrong.
    Fault,
}

/// What a game came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Events of all kinds.
    pub events: u64,
    /// Attempts that were begun.
    pub started: u64,
    /// Tasks of all jobs.
    pub tasks: u64,
    /// Workers lost, for whatever reason.
    pub lost: u64,
    /// Attempts that were taken from one worker for another.
    pub stolen: u64,
    /// Blocks that moved between workers.
    pub moved: u64,
    /// Attempts that could not get an input.
    pub missing: u64,
    /// Microseconds of simulated time.
    pub micros: u64,
}

pub(crate) struct Cluster {
    pub random: Random,
    pub now: u64,
    sequence: u64,
    agenda: BTreeMap<(u64, u64), Happening>,
    /// When the last message on each link arrives; the scheduler is the last worker.
    links: BTreeMap<(WorkerId, WorkerId), u64>,
    /// Links that are slow until then.
    pub slow: BTreeMap<(WorkerId, WorkerId), u64>,
    pub scheduler: Scheduler,
    pub effects: Effects,
    pub nodes: BTreeMap<WorkerId, Node>,
    /// Workers that are to be known as lost at the scheduler, or are.
    pub gone: BTreeSet<WorkerId>,
    pub next_worker: u32,
    pub jobs: Jobs,
    pub client: crate::client::Client,
    pub plan: Plan,
    pub begun: BTreeMap<TaskRef, u32>,
    pub attempts_failed: BTreeMap<TaskRef, u32>,
    pub summary: Summary,
    trace: bool,
}

/// The scheduler's end of a link.
pub(crate) const SCHEDULER: WorkerId = WorkerId(u32::MAX);

/// The outcome of whatever may go wrong in a game.
pub(crate) type Outcome = Result<(), String>;

/// Plays the game of a seed to its end.
///
/// # Errors
/// What went wrong: a wrong value, a broken invariant, an order that could not be obeyed, or a job that never ended.
pub fn play(seed: u64, trace: bool) -> Result<Summary, String> {
    let mut cluster = Cluster::new(seed, trace);
    cluster.begin()?;
    while let Some(((at, _), happening)) = cluster.agenda.pop_first() {
        cluster.now = cluster.now.max(at);
        cluster.summary.events += 1;
        if cluster.summary.events > 400_000 {
            return Err(format!("seed {seed}: no end in sight"));
        }
        if trace {
            println!("{at}: {:.200}", format!("{happening:?}"));
        }
        cluster.happen(happening).map_err(|e| format!("seed {seed}, time {at}: {e}"))?;
    }
    cluster.summary.micros = cluster.now;
    cluster.end().map_err(|e| format!("seed {seed}, at the end: {e}"))?;
    Ok(cluster.summary)
}

impl Cluster {
    fn new(seed: u64, trace: bool) -> Self {
        let mut random = Random::new(seed);
        let plan = Plan::new(&mut random);
        // From two tasks at a time to more than any graph here has.
        let slice = [2, 20, 10_000, 10_000][(seed % 4) as usize];
        Self {
            random,
            now: 0,
            sequence: 0,
            agenda: BTreeMap::new(),
            links: BTreeMap::new(),
            slow: BTreeMap::new(),
            scheduler: Scheduler::default().with_slice(slice).copying_from(20),
            effects: Effects::default(),
            nodes: BTreeMap::new(),
            gone: BTreeSet::new(),
            next_worker: 0,
            jobs: Jobs::default(),
            client: crate::client::Client::default(),
            plan,
            begun: BTreeMap::new(),
            attempts_failed: BTreeMap::new(),
            summary: Summary::default(),
            trace,
        }
    }

    fn begin(&mut self) -> Outcome {
        for _ in 0..=self.random.below(5) {
            self.join()?;
        }
        self.after(0, Happening::Client);
        self.plan_fault();
        Ok(())
    }

    pub fn after(&mut self, delay: u64, happening: Happening) {
        self.sequence += 1;
        self.agenda.insert((self.now + delay, self.sequence), happening);
    }

    /// Sends something over a link: it arrives after what was sent before.
    pub fn send(&mut self, from: WorkerId, to: WorkerId, happening: Happening) {
        let slowness = [from, to].iter().filter_map(|id| self.nodes.get(id)).map(|n| n.slowness).max();
        let is_slow = self.slow.get(&(from, to)).is_some_and(|until| *until > self.now);
        let slowness = slowness.unwrap_or(1) * if is_slow { 30 } else { 1 };
        let delay = (20 + self.random.below(200)) * slowness;
        let last = self.links.get(&(from, to)).copied().unwrap_or(0);
        let at = (self.now + delay).max(last);
        self.links.insert((from, to), at);
        self.after(at - self.now, happening);
    }

    /// A new worker. The first one has all that a task could ask for.
    pub fn join(&mut self) -> Outcome {
        let id = WorkerId(self.next_worker);
        self.next_worker += 1;
        let slots = 1 + self.random.below(3) as u32;
        let slowness = if self.random.one_in(8) { 20 } else { 1 };
        self.nodes.insert(id, Node::new(id, slots, slowness));
        let mut spec = WorkerSpec::remote(format!("w{}", id.0), slots);
        spec.adaptive = !self.random.one_in(6);
        spec.resources = [("GPU".to_owned(), 1)].into();
        spec.budget = if self.random.one_in(3) { 300 } else { u64::MAX };
        self.tell(Event::WorkerJoined(id, spec))
    }

    /// The scheduler takes an event in, and its orders are sent.
    pub fn tell(&mut self, event: Event) -> Outcome {
        let what = format!("{event:?}");
        if matches!(event, Event::Missing(..)) {
            self.summary.missing += 1;
        }
        self.scheduler.step(Time(self.now), event, &mut self.effects);
        self.scheduler.check().map_err(|e| format!("after {what:.300}: {e}"))?;
        // Sometimes several events are taken in before the scheduler decides.
        if self.random.one_in(3) && self.agenda.values().any(|h| matches!(h, Happening::ToScheduler(_))) {
            return self.obey();
        }
        self.scheduler.flush(Time(self.now), &mut self.effects);
        self.scheduler.check().map_err(|e| format!("after {what:.300} and a flush: {e}"))?;
        self.obey()
    }

    fn happen(&mut self, happening: Happening) -> Outcome {
        match happening {
            Happening::ToScheduler(event) => self.tell(event),
            Happening::ToWorker(id, event) => self.reach(id, Happening::ToWorker, event),
            Happening::Block(to, from, task) => self.block(to, from, task),
            Happening::StreamEnd(to, from) => {
                self.reach(to, Happening::ToWorker, worker::Event::StreamEnded(from))
            }
            Happening::Work(attempt) => self.work(attempt),
            Happening::Relax(id) => self.reach(id, Happening::ToWorker, worker::Event::Halted(false)),
            Happening::WakeUp(id) => self.wake_up(id),
            Happening::Tick => self.tell(Event::Tick),
            Happening::Client => self.client_acts(),
            Happening::Fault => self.fault(),
        }
    }

    /// Nothing happens any more: everybody must be content.
    fn end(&mut self) -> Outcome {
        if self.trace {
            println!("{:?}", self.summary);
        }
        self.client.all_is_over()?;
        let jobs: Vec<JobId> =
            self.jobs.0.keys().copied().filter(|id| self.scheduler.progress(*id).is_some()).collect();
        if !jobs.is_empty() {
            return Err(format!("jobs stay though nobody wants them: {jobs:?}"));
        }
        for node in self.nodes.values().filter(|n| !n.fenced) {
            if node.core.load() != (0, 0) || !node.works.is_empty() || !node.store.is_empty() {
                return Err(format!(
                    "{:?} keeps {:?} and {:?}",
                    node.id,
                    node.core.load(),
                    node.store.keys()
                ));
            }
        }
        if self.plan.is_harmless() {
            let twice = self
                .begun
                .iter()
                .find(|(task, begun)| **begun > 1 + self.attempts_failed.get(task).copied().unwrap_or(0));
            if let Some((task, begun)) = twice {
                return Err(format!("{task:?} was run {begun} times though nothing went wrong"));
            }
        }
        Ok(())
    }
}
