//! Random graphs, workers and misfortunes: every step is checked, and in the end every job has ended.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::Index;
use swath_error::Error;
use swath_graph::Annotations;
use swath_scheduler::{
    Attempt, Effects, Event, JobId, JobOptions, JobPlan, Scheduler, TaskRef, Time, WorkerId, WorkerSpec,
};

use crate::reference::Reference;
use crate::world::graph;

#[derive(Clone, Debug)]
struct Task {
    deps: Vec<Index>,
    slots: u16,
    priority: i32,
    retries: u32,
    producer: bool,
}

#[derive(Clone, Debug)]
enum Action {
    Done(Index, u64),
    Stale(Index),
    Failed(Index),
    Pause(Index),
    Resume(Index),
    Fetched(Index),
    Join(u32, u32, u64),
    Lose(Index),
    Cancel(Index),
    Wait(u64),
    Release(Index),
    Submit,
}

fn task() -> impl Strategy<Value = Task> {
    let slots = prop_oneof![8 => Just(1u16), 1 => Just(2), 1 => Just(5)];
    (prop::collection::vec(any::<Index>(), 0..4), slots, 0..2i32, 0..2u32, any::<bool>()).prop_map(
        |(deps, slots, priority, retries, producer)| Task { deps, slots, priority, retries, producer },
    )
}

fn action() -> impl Strategy<Value = Action> {
    let index = any::<Index>;
    prop_oneof![
        30 => (index(), 0..50u64).prop_map(|(i, b)| Action::Done(i, b)),
        2 => index().prop_map(Action::Stale),
        1 => index().prop_map(Action::Failed),
        3 => index().prop_map(Action::Pause),
        2 => index().prop_map(Action::Resume),
        2 => index().prop_map(Action::Fetched),
        2 => (1..4u32, 0..3u32, 10..200u64).prop_map(|(s, d, b)| Action::Join(s, d, b)),
        1 => index().prop_map(Action::Lose),
        1 => index().prop_map(Action::Cancel),
        2 => (0..200_000u64).prop_map(Action::Wait),
        1 => index().prop_map(Action::Release),
        2 => Just(Action::Submit),
    ]
}

struct Game {
    scheduler: Scheduler,
    effects: Effects,
    reference: Reference,
    now: Time,
    next_worker: u32,
    next_job: u64,
    reports: Vec<Attempt>,
    misfortunes: bool,
    fail_fast: bool,
}

type Check = Result<(), TestCaseError>;

impl Game {
    fn new(misfortunes: bool, fail_fast: bool, slice: usize) -> Self {
        Self {
            scheduler: Scheduler::default().with_slice(slice),
            effects: Effects::default(),
            reference: Reference::default(),
            now: Time(0),
            next_worker: 0,
            next_job: 0,
            reports: Vec::new(),
            misfortunes,
            fail_fast,
        }
    }

    fn step(&mut self, event: Event) -> Check {
        let what = format!("{event:?}");
        let fail = |e: String| TestCaseError::fail(format!("after {what:.300}: {e}"));
        self.scheduler.step(self.now, event, &mut self.effects);
        self.reference.obey(&mut self.effects).map_err(fail)?;
        self.scheduler.check().map_err(|e| fail(e.to_string()))?;
        loop {
            self.scheduler.flush(self.now, &mut self.effects);
            self.reference.obey(&mut self.effects).map_err(fail)?;
            self.scheduler.check().map_err(|e| fail(e.to_string()))?;
            if !self.scheduler.has_more() {
                break;
            }
        }
        self.nobody_idles().map_err(fail)
    }

    /// A worker with nothing to do means that there is nothing to do but tasks of several slots, which may wait for a
    /// worker that has as many.
    fn nobody_idles(&self) -> Result<(), String> {
        let idle = self.reference.workers.keys().find(|w| self.reference.load(**w) == 0);
        let ready = self.reference.graphs.keys().flat_map(|job| self.reference.ready(*job));
        let ready = ready.into_iter().find(|t| self.reference.slots_wished(*t) == 1);
        match (idle, ready) {
            (Some(worker), Some(task)) => Err(format!("{worker:?} idles while {task:?} is ready")),
            _ => Ok(()),
        }
    }

    fn join(&mut self, slots: u32, depth: u32, budget: u64) -> Check {
        let id = WorkerId(self.next_worker);
        self.next_worker += 1;
        self.reference.workers.insert(id, (slots, depth));
        let spec = WorkerSpec { depth, budget, name: Some(format!("w{}", id.0)), ..WorkerSpec::local(slots) };
        self.step(Event::WorkerJoined(id, spec))
    }

    fn submit(&mut self, tasks: &[Task], outputs: &[Index]) -> Check {
        let id = JobId(self.next_job);
        self.next_job += 1;
        let deps: Vec<Vec<u32>> = tasks
            .iter()
            .enumerate()
            .map(|(i, t)| if i == 0 { vec![] } else { t.deps.iter().map(|d| d.index(i) as u32).collect() })
            .collect();
        let annotations: Vec<Annotations> = tasks
            .iter()
            .map(|t| Annotations {
                slots: t.slots,
                priority: t.priority,
                retries: t.retries,
                producer: t.producer,
                output_bytes: t.producer.then_some(30),
                ..Annotations::default()
            })
            .collect();
        let mut outputs: Vec<u32> = outputs.iter().map(|o| o.index(tasks.len()) as u32).collect();
        // As after culling: what nobody reads is an output.
        let read: Vec<u32> = deps.iter().flatten().copied().collect();
        outputs.extend((0..tasks.len() as u32).filter(|t| !read.contains(t)));
        let graph = graph(&deps, &annotations, &outputs);
        self.reference.graphs.insert(id, graph.clone());
        let options = JobOptions { fail_fast: self.fail_fast, ..JobOptions::default() };
        self.step(Event::Submit(id, JobPlan::new(graph, options)))
    }

    /// One of the orders under way that satisfy `which`.
    fn choose(&self, index: Index, which: impl Fn(&crate::reference::Running) -> bool) -> Option<TaskRef> {
        let found: Vec<TaskRef> =
            self.reference.running.iter().filter(|(_, r)| which(r)).map(|(t, _)| *t).collect();
        (!found.is_empty()).then(|| found[index.index(found.len())])
    }

    fn done(&mut self, task: TaskRef, bytes: u64) -> Check {
        let running = self.reference.running.remove(&task).unwrap();
        let attempt = running.order.attempt;
        self.reference.results.insert(task, attempt.worker);
        self.reports.push(attempt);
        self.step(Event::Done(attempt, bytes, 0))
    }

    fn failed(&mut self, task: TaskRef) -> Check {
        let attempt = self.reference.running.remove(&task).unwrap().order.attempt;
        self.reports.push(attempt);
        self.reference.fail(task, self.fail_fast);
        self.step(Event::Failed(attempt, Error::data("bad")))
    }

    fn act(&mut self, action: &Action, tasks: &[Task], outputs: &[Index]) -> Check {
        match action {
            Action::Done(i, bytes) => match self.choose(*i, |r| !r.wants_slot) {
                Some(task) => self.done(task, *bytes),
                None => Ok(()),
            },
            Action::Pause(i) => match self.choose(*i, |r| !r.away) {
                Some(task) => {
                    let running = self.reference.running.get_mut(&task).unwrap();
                    running.away = true;
                    let attempt = running.order.attempt;
                    self.step(Event::Paused(attempt))
                }
                None => Ok(()),
            },
            Action::Fetched(i) => match self.choose(*i, |r| r.away && !r.wants_slot) {
                Some(task) => {
                    let running = self.reference.running.get_mut(&task).unwrap();
                    running.wants_slot = true;
                    let attempt = running.order.attempt;
                    self.step(Event::Fetched(attempt))
                }
                None => Ok(()),
            },
            Action::Resume(i) => self.resume(*i),
            Action::Wait(micros) => {
                self.now = self.now.after(*micros);
                self.step(Event::Tick)
            }
            Action::Release(i) => self.release(*i),
            Action::Submit if self.next_job < 4 => self.submit(tasks, outputs),
            Action::Join(slots, depth, budget) if self.reference.workers.len() < 4 => {
                self.join(*slots, *depth, *budget)
            }
            _ if !self.misfortunes => Ok(()),
            misfortune => self.suffer(misfortune),
        }
    }

    /// Nobody waits for one of the outputs any more.
    fn release(&mut self, i: Index) -> Check {
        let outputs =
            self.reference.graphs.iter().flat_map(|(job, graph)| {
                graph.outputs().iter().map(|task| TaskRef { job: *job, task: *task })
            });
        let outputs: Vec<TaskRef> = outputs.collect();
        if outputs.is_empty() {
            return Ok(());
        }
        let task = outputs[i.index(outputs.len())];
        self.reference.released.insert(task);
        self.step(Event::ReleaseOutputs(task.job, vec![task.task]))
    }

    /// The thread of a paused task goes on whether or not there is a slot: only legal order of things is checked.
    fn resume(&mut self, i: Index) -> Check {
        let Some(task) = self.choose(i, |r| r.away && !r.wants_slot) else { return Ok(()) };
        let running = self.reference.running.get_mut(&task).unwrap();
        let attempt = running.order.attempt;
        running.away = false;
        running.order.slots = 1;
        self.step(Event::Resumed(attempt))
    }

    fn suffer(&mut self, misfortune: &Action) -> Check {
        match misfortune {
            Action::Stale(i) if !self.reports.is_empty() => {
                let stale = self.reports[i.index(self.reports.len())];
                let live = self.reference.running.get(&stale.task).is_some_and(|r| r.order.attempt == stale);
                if live { Ok(()) } else { self.step(Event::Done(stale, 1000, 0)) }
            }
            Action::Failed(i) => match self.choose(*i, |r| !r.wants_slot) {
                Some(task) => self.failed(task),
                None => Ok(()),
            },
            Action::Lose(i) if self.reference.workers.len() > 1 => {
                let workers: Vec<WorkerId> = self.reference.workers.keys().copied().collect();
                let lost = workers[i.index(workers.len())];
                self.reference.lose(lost, self.fail_fast);
                self.step(Event::WorkerLost(lost))
            }
            Action::Cancel(i) if self.next_job > 0 => {
                let job = JobId(i.index(self.next_job as usize) as u64);
                // A job that has all it wants is over: there is nothing to cancel.
                if !self.reference.is_complete(job) {
                    self.reference.troubled.insert(job);
                    self.reference.ending.insert(job);
                }
                self.step(Event::Cancel(job, Error::cancelled("enough")))
            }
            _ => Ok(()),
        }
    }

    /// Lets everything finish: then every job has ended, and forgetting them leaves nothing.
    fn finish(&mut self) -> Check {
        if self.reference.workers.is_empty() {
            self.join(2, 0, 100)?;
        }
        for _ in 0..10_000 {
            if let Some(task) = self.reference.running.iter().find(|(_, r)| !r.wants_slot).map(|(t, _)| *t) {
                self.done(task, 7)?;
            } else if let Some(at) = self.effects.wake_at.take().filter(|at| *at > self.now) {
                self.now = at;
                self.step(Event::Tick)?;
            } else {
                break;
            }
        }
        for job in 0..self.next_job {
            prop_assert!(self.reference.ended.contains_key(&JobId(job)), "job {} never ended", job);
            self.step(Event::Forget(JobId(job)))?;
        }
        prop_assert_eq!(self.effects.retired.len() as u64, self.next_job);
        Ok(())
    }
}

fn play(mut game: Game, tasks: &[Task], outputs: &[Index], actions: &[Action]) -> Check {
    game.join(2, 0, 100)?;
    game.submit(tasks, outputs)?;
    for action in actions {
        game.act(action, tasks, outputs)?;
    }
    game.finish()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn obeys_the_reference(
        tasks in prop::collection::vec(task(), 1..25),
        outputs in prop::collection::vec(any::<Index>(), 0..3),
        actions in prop::collection::vec(action(), 0..80),
        misfortunes in any::<bool>(),
        fail_fast in any::<bool>(),
        slice in prop_oneof![1..4usize, Just(10_000)],
    ) {
        play(Game::new(misfortunes, fail_fast, slice), &tasks, &outputs, &actions)?;
    }

    /// One worker, one class, no misfortune: tasks begin exactly in the static order of those that could.
    #[test]
    fn the_smallest_ready_task_comes_first(
        deps in prop::collection::vec(prop::collection::vec(any::<Index>(), 0..3), 1..40),
        finish in prop::collection::vec(any::<Index>(), 100),
        slots in 1..4u32,
    ) {
        let deps: Vec<Vec<u32>> = deps.iter().enumerate()
            .map(|(i, d)| if i == 0 { vec![] } else { d.iter().map(|x| x.index(i) as u32).collect() })
            .collect();
        let outputs: Vec<u32> = (0..deps.len() as u32).collect();
        let graph = graph(&deps, &vec![Annotations::default(); deps.len()], &outputs);
        let (mut scheduler, mut effects) = (Scheduler::default(), Effects::default());
        scheduler.step(Time(0), Event::WorkerJoined(WorkerId(0), WorkerSpec::local(slots)), &mut effects);
        let plan = JobPlan::new(graph, JobOptions::default());
        scheduler.step(Time(0), Event::Submit(JobId(0), plan), &mut effects);
        let mut begun = vec![false; deps.len()];
        let mut running: BTreeMap<u32, Attempt> = BTreeMap::new();
        let mut over = vec![false; deps.len()];
        for choice in &finish {
            scheduler.flush(Time(0), &mut effects);
            for order in effects.run.drain(..) {
                let task = order.attempt.task.task.0;
                let first = (0..deps.len()).find(|t| !begun[*t] && deps[*t].iter().all(|d| over[*d as usize]));
                prop_assert_eq!(first, Some(task as usize));
                begun[task as usize] = true;
                running.insert(task, order.attempt);
            }
            let Some(task) = running.keys().copied().nth(choice.index(running.len().max(1))) else { break };
            over[task as usize] = true;
            scheduler.step(Time(0), Event::Done(running.remove(&task).unwrap(), 1, 0), &mut effects);
        }
        prop_assert!(over.iter().all(|o| *o) && effects.ended.len() == 1);
    }
}
