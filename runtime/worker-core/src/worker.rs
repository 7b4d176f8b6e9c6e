//! The state, and which transition each event leads to.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use swath_error::Error;
use swath_scheduler::{Attempt, Event as Report, JobId, Priority, TaskRef, WorkerId};

use crate::blocks::Blocks;
use crate::event::{Assignment, Effects, Event, Limits, Start};
use crate::fetch::Fetches;

/// Where an attempt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// So many of its inputs are not here.
    Fetching(usize),
    /// Everything is here; it waits for a slot.
    Queued,
    /// It has slots.
    Running,
    /// It waits for something else and has none.
    Away,
    /// It wants to go on.
    Waking,
}

#[derive(Debug)]
pub(crate) struct Task {
    pub attempt: Attempt,
    pub slots: u16,
    pub priority: Priority,
    /// Distinct inputs; empty once it has begun.
    pub inputs: Vec<TaskRef>,
    pub stage: Stage,
}

/// The state machine of one worker.
///
/// ```
/// use swath_scheduler::{Attempt, JobId, Priority, TaskRef, WorkerId};
/// use swath_worker_core::{Assignment, Effects, Event, Limits, WorkerCore};
/// let (mut core, mut effects) = (WorkerCore::new(WorkerId(0), Limits::new(1, 1 << 30)), Effects::default());
/// let task = TaskRef { job: JobId(0), task: swath_graph::TaskId(0) };
/// let attempt = Attempt { worker: WorkerId(0), task, attempt: 1 };
/// core.step(Event::Run(Assignment { attempt, slots: 1, priority: Priority::default(), inputs: vec![] }), &mut effects);
/// assert_eq!(effects.start[0].attempt, attempt);
/// core.step(Event::Done(attempt, 8, 20), &mut effects);
/// assert!(matches!(effects.report[0], swath_scheduler::Event::Done(done, 8, 20) if done == attempt));
/// ```
#[derive(Debug)]
pub struct WorkerCore {
    pub(crate) id: WorkerId,
    pub(crate) limits: Limits,
    pub(crate) tasks: BTreeMap<TaskRef, Task>,
    pub(crate) blocks: Blocks,
    pub(crate) fetches: Fetches,
    /// Attempts that could begin or go on, best first.
    pub(crate) ready: BTreeSet<(Reverse<Priority>, TaskRef)>,
    /// Slots taken. Tasks that go on at once may take more than there are.
    pub(crate) taken: u32,
    pub(crate) halted: bool,
}

impl WorkerCore {
    /// A worker without tasks.
    pub fn new(id: WorkerId, limits: Limits) -> Self {
        Self {
            id,
            limits,
            tasks: BTreeMap::new(),
            blocks: Blocks::new(),
            fetches: Fetches::default(),
            ready: BTreeSet::new(),
            taken: 0,
            halted: false,
        }
    }

    /// Its number.
    pub fn id(&self) -> WorkerId {
        self.id
    }

    /// How many attempts it has, and how many of them hold slots.
    pub fn load(&self) -> (usize, usize) {
        let running = self.tasks.values().filter(|t| t.stage == Stage::Running).count();
        (self.tasks.len(), running)
    }

    /// Whether a block is in the store.
    pub fn has(&self, task: TaskRef) -> bool {
        self.blocks.get(&task).is_some_and(|b| b.here)
    }

    /// Takes one event in.
    pub fn step(&mut self, event: Event, effects: &mut Effects) {
        match event {
            Event::Run(assignment) => self.run(assignment, effects),
            Event::Recall(attempt) => self.recall(attempt, effects),
            Event::Copy(input) => self.copy(&input, effects),
            Event::Release(task) => self.release(task, effects),
            Event::Abort(job) => self.abort(job, effects),
            Event::Forget(job) => self.forget(job, effects),
            Event::Put(task, bytes) => self.put(task, bytes, effects),
            Event::Arrived(task, bytes) => self.arrived(task, bytes, effects),
            Event::Vanished(task) => self.vanished(task, effects),
            Event::FetchFailed(task, peer) => self.fetch_failed(task, peer, effects),
            Event::StreamEnded(peer) => self.stream_ended(peer, effects),
            Event::Done(attempt, bytes, micros) => self.done(attempt, bytes, micros, effects),
            Event::Failed(attempt, error) => self.failed(attempt, error, effects),
            Event::Paused(attempt) => self.paused(attempt, effects),
            Event::Resumed(attempt) => self.resumed(attempt, effects),
            Event::Ready(attempt) => self.wake(attempt),
            Event::Halted(halted) => self.halt(halted, effects),
        }
        self.start(effects);
        self.ask(effects);
    }

    fn run(&mut self, assignment: Assignment, effects: &mut Effects) {
        let Assignment { attempt, slots, priority, inputs } = assignment;
        let name = attempt.task;
        if self.current(attempt).is_some() {
            // The scheduler lets a paused attempt go on.
            return;
        }
        self.supersede(name, effects);
        let mut distinct: Vec<TaskRef> = inputs.iter().map(|i| i.task).collect();
        distinct.sort_unstable();
        distinct.dedup();
        for input in &inputs {
            self.blocks.entry(input.task).or_default().learn(input);
        }
        let mut missing = 0;
        for input in &distinct {
            if let Some(block) = self.blocks.get_mut(input) {
                block.readers.push(name);
                missing += usize::from(!block.here);
            }
        }
        let stage = if missing == 0 { Stage::Queued } else { Stage::Fetching(missing) };
        let task = Task { attempt, slots: slots.max(1), priority, inputs: distinct.clone(), stage };
        self.tasks.insert(name, task);
        if missing == 0 {
            self.ready.insert((Reverse(priority), name));
        }
        for input in distinct {
            self.seek(input, effects);
        }
        if self.halted {
            self.give_back(name, effects);
        }
    }

    /// Another attempt at the same task is stale.
    fn supersede(&mut self, name: TaskRef, effects: &mut Effects) {
        let Some(old) = self.tasks.get(&name) else { return };
        let (attempt, begun) = (old.attempt, old.has_begun());
        self.remove(name, effects);
        if begun {
            effects.stop.push(attempt);
        } else {
            effects.discard.push(attempt);
        }
    }

    /// The task of an attempt that is live here.
    pub(crate) fn current(&mut self, attempt: Attempt) -> Option<&mut Task> {
        self.tasks.get_mut(&attempt.task).filter(|task| task.attempt == attempt)
    }

    fn recall(&mut self, attempt: Attempt, effects: &mut Effects) {
        let Some(task) = self.current(attempt) else { return };
        if task.has_begun() {
            effects.report.push(Report::Kept(attempt));
        } else {
            self.give_back(attempt.task, effects);
        }
    }

    /// Returns an attempt that has not begun.
    fn give_back(&mut self, name: TaskRef, effects: &mut Effects) {
        let Some(task) = self.tasks.get(&name).filter(|task| !task.has_begun()) else { return };
        let attempt = task.attempt;
        self.remove(name, effects);
        effects.discard.push(attempt);
        effects.report.push(Report::Returned(attempt));
    }

    fn abort(&mut self, job: JobId, effects: &mut Effects) {
        let tasks: Vec<(TaskRef, Attempt, bool)> =
            self.of_job(job).map(|t| (t.attempt.task, t.attempt, t.has_begun())).collect();
        for (name, attempt, begun) in tasks {
            if begun {
                effects.stop.push(attempt);
            } else {
                self.remove(name, effects);
                effects.discard.push(attempt);
                effects.report.push(Report::Failed(attempt, Error::cancelled("the job was stopped")));
            }
        }
    }

    fn forget(&mut self, job: JobId, effects: &mut Effects) {
        let tasks: Vec<TaskRef> = self.of_job(job).map(|t| t.attempt.task).collect();
        for name in tasks {
            self.supersede(name, effects);
        }
        let blocks: Vec<TaskRef> = self.blocks.range(all_of(job)).map(|(name, _)| *name).collect();
        for name in blocks {
            self.forget_block(name, effects);
        }
        effects.forget.push(job);
    }

    fn of_job(&self, job: JobId) -> impl Iterator<Item = &Task> {
        self.tasks.range(all_of(job)).map(|(_, task)| task)
    }

    fn done(&mut self, attempt: Attempt, bytes: u64, micros: u64, effects: &mut Effects) {
        if self.current(attempt).is_none() {
            self.discard_result(attempt.task, effects);
            return;
        }
        self.remove(attempt.task, effects);
        effects.report.push(Report::Done(attempt, bytes, micros));
        self.keep(attempt.task, bytes, effects);
    }

    fn failed(&mut self, attempt: Attempt, error: Error, effects: &mut Effects) {
        if self.current(attempt).is_some() {
            self.remove(attempt.task, effects);
            effects.report.push(Report::Failed(attempt, error));
        }
    }

    fn paused(&mut self, attempt: Attempt, effects: &mut Effects) {
        let Some(task) = self.current(attempt).filter(|t| t.stage == Stage::Running) else { return };
        task.stage = Stage::Away;
        self.taken -= u32::from(std::mem::replace(&mut task.slots, 1));
        effects.report.push(Report::Paused(attempt));
    }

    fn resumed(&mut self, attempt: Attempt, effects: &mut Effects) {
        let Some(task) = self.current(attempt).filter(|t| t.stage == Stage::Away) else { return };
        task.stage = Stage::Running;
        self.taken += 1;
        effects.report.push(Report::Resumed(attempt));
    }

    /// What a paused attempt waited for is there.
    fn wake(&mut self, attempt: Attempt) {
        let Some(task) = self.current(attempt).filter(|t| t.stage == Stage::Away) else { return };
        task.stage = Stage::Waking;
        let key = (Reverse(task.priority), attempt.task);
        self.ready.insert(key);
    }

    fn halt(&mut self, halted: bool, effects: &mut Effects) {
        if self.halted != halted {
            self.halted = halted;
            effects.report.push(Report::Halted(self.id, halted));
        }
        if halted {
            let queued: Vec<TaskRef> =
                self.tasks.values().filter(|t| !t.has_begun()).map(|t| t.attempt.task).collect();
            for name in queued {
                self.give_back(name, effects);
            }
        }
    }

    /// Begins what fits, best first. A task of several slots waits for them, and what is less urgent waits behind it.
    fn start(&mut self, effects: &mut Effects) {
        while let Some((_, name)) = self.ready.first().copied() {
            let Some(task) = self.tasks.get_mut(&name) else { return };
            // Fewer threads than a task asks for are enough, when nothing else runs.
            let slots = u32::from(task.slots).min(self.limits.slots);
            if self.taken + slots > self.limits.slots {
                return;
            }
            self.ready.pop_first();
            let again = task.stage == Stage::Waking;
            task.stage = Stage::Running;
            task.slots = slots as u16;
            self.taken += slots;
            let attempt = task.attempt;
            let inputs = std::mem::take(&mut task.inputs);
            if again {
                effects.report.push(Report::Resumed(attempt));
            }
            effects.start.push(Start { attempt, slots: slots as u16, again });
            self.unpin(name, &inputs, effects);
        }
    }

    /// An attempt is not here any more.
    pub(crate) fn remove(&mut self, name: TaskRef, effects: &mut Effects) {
        let Some(task) = self.tasks.remove(&name) else { return };
        match task.stage {
            Stage::Running => self.taken -= u32::from(task.slots),
            Stage::Queued | Stage::Waking => {
                self.ready.remove(&(Reverse(task.priority), name));
            }
            Stage::Fetching(_) | Stage::Away => {}
        }
        self.unpin(name, &task.inputs, effects);
    }
}

impl Task {
    /// Whether it has been started, and so has its inputs.
    pub(crate) fn has_begun(&self) -> bool {
        !matches!(self.stage, Stage::Fetching(_) | Stage::Queued)
    }
}

/// All tasks of a job, as a range of keys.
pub(crate) fn all_of(job: JobId) -> std::ops::RangeInclusive<TaskRef> {
    let task = |id| TaskRef { job, task: swath_graph::TaskId(id) };
    task(0)..=task(u32::MAX)
}
