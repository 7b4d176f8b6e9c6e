//! What both cores order is carried out: messages are sent, blocks move, attempts run.

use swath_error::Error;
use swath_scheduler::{Attempt, Event, Order, TaskRef, WorkerId};
use swath_worker_core as worker;

use crate::cluster::{Cluster, Happening, Outcome, SCHEDULER};
use crate::jobs::Jobs;
use crate::node::Work;

impl Cluster {
    /// Carries out what the scheduler ordered.
    pub fn obey(&mut self) -> Outcome {
        let mut effects = std::mem::take(&mut self.effects);
        for order in effects.run.drain(..) {
            self.order(order)?;
        }
        for attempt in effects.recall.drain(..) {
            self.summary.stolen += 1;
            self.order_to(attempt.worker, worker::Event::Recall(attempt));
        }
        for copy in effects.copy.drain(..) {
            let holders = self.scheduler.holders(copy.task);
            let input = swath_scheduler::Input { task: copy.task, bytes: copy.bytes, holders, keep: true };
            self.order_to(copy.to, worker::Event::Copy(input));
        }
        for (id, task) in effects.release.drain(..) {
            self.order_to(id, worker::Event::Release(task));
        }
        for job in effects.abort.drain(..) {
            for id in self.scheduler.workers() {
                self.order_to(id, worker::Event::Abort(job));
            }
        }
        for output in effects.outputs.drain(..) {
            self.client_hears(output)?;
        }
        for end in effects.ended.drain(..) {
            self.job_ended(end)?;
        }
        for retired in effects.retired.drain(..) {
            for id in retired.workers {
                self.order_to(id, worker::Event::Forget(retired.job));
            }
        }
        for id in effects.leave.drain(..) {
            self.leave(id)?;
        }
        effects.warnings.clear();
        if let Some(at) = effects.wake_at.take() {
            let delay = at.0.saturating_sub(self.now).max(1);
            self.after(delay, Happening::Tick);
        }
        Ok(())
    }

    fn order_to(&mut self, id: WorkerId, event: worker::Event) {
        self.send(SCHEDULER, id, Happening::ToWorker(id, event));
    }

    fn order(&mut self, order: Order) -> Outcome {
        let Order { attempt, slots } = order;
        if !self.scheduler.workers().contains(&attempt.worker) {
            return Err(format!("an order to a worker that is not there: {order:?}"));
        }
        let inputs: Vec<_> = self.scheduler.inputs(attempt.task).collect();
        if let Some(bad) = inputs.iter().find(|input| input.holders.is_empty()) {
            return Err(format!("{attempt:?} is to read {:?}, which nobody has", bad.task));
        }
        let priority = self.scheduler.priority(attempt.task);
        let run = worker::Assignment { attempt, slots, priority, inputs };
        self.order_to(attempt.worker, worker::Event::Run(run));
        Ok(())
    }

    /// A worker takes an event in, unless it is gone; one that hangs does so later.
    pub fn reach(
        &mut self,
        id: WorkerId,
        again: impl Fn(WorkerId, worker::Event) -> Happening,
        event: worker::Event,
    ) -> Outcome {
        let Some(node) = self.nodes.get_mut(&id) else { return Ok(()) };
        if node.hangs_until > self.now {
            let delay = node.hangs_until - self.now;
            self.after(delay, again(id, event));
            return Ok(());
        }
        let event = match event {
            worker::Event::Arrived(task, _) if !node.store.contains_key(&task) => {
                worker::Event::Vanished(task)
            }
            event => event,
        };
        let what = format!("{event:?}");
        node.core.step(event, &mut node.effects);
        let checked = node.core.check();
        checked.map_err(|e| format!("{id:?} after {what:.300}: {e}"))?;
        self.carry_out(id)
    }

    /// Carries out what a worker's core ordered.
    fn carry_out(&mut self, id: WorkerId) -> Outcome {
        let Some(node) = self.nodes.get_mut(&id) else { return Ok(()) };
        let mut effects = std::mem::take(&mut node.effects);
        for start in effects.start.drain(..) {
            self.begin_work(id, start)?;
        }
        for fetch in effects.fetch.drain(..) {
            self.open_stream(id, fetch);
        }
        let Some(node) = self.nodes.get_mut(&id) else { return Ok(()) };
        for task in effects.drop.drain(..) {
            node.store.remove(&task);
        }
        for job in effects.forget.drain(..) {
            node.store.retain(|task, _| task.job != job);
        }
        for attempt in effects.stop.drain(..) {
            if let Some(work) = node.works.get_mut(&attempt.task) {
                work.stop = true;
            }
        }
        for report in effects.report.drain(..) {
            self.send(id, SCHEDULER, Happening::ToScheduler(report));
        }
        Ok(())
    }

    fn open_stream(&mut self, to: WorkerId, fetch: worker::FetchOrder) {
        let worker::FetchOrder { from, tasks, .. } = fetch;
        for task in tasks {
            self.send(from, to, Happening::Block(to, from, task));
        }
        self.send(from, to, Happening::StreamEnd(to, from));
    }

    /// A block moves, if it is still where it was said to be.
    pub fn block(&mut self, to: WorkerId, from: WorkerId, task: TaskRef) -> Outcome {
        let fails = self.plan.fetch_fails(&mut self.random);
        let serves = self.nodes.get(&from).filter(|node| node.hangs_until <= self.now && !fails);
        let value = serves.and_then(|node| node.store.get(&task)).copied();
        let event = match value {
            Some(value) => {
                let Some(node) = self.nodes.get_mut(&to) else { return Ok(()) };
                node.store.insert(task, value);
                self.summary.moved += 1;
                worker::Event::Arrived(task, size(value))
            }
            None => worker::Event::FetchFailed(task, from),
        };
        self.reach(to, Happening::ToWorker, event)
    }

    fn begin_work(&mut self, id: WorkerId, start: worker::Start) -> Outcome {
        let Some(node) = self.nodes.get_mut(&id) else { return Ok(()) };
        let worker::Start { attempt, again, .. } = start;
        let name = attempt.task;
        if again {
            let delay = node.works.get(&name).map_or(1, |w| w.micros);
            self.after(delay, Happening::Work(attempt));
            return Ok(());
        }
        let Some(job) = self.jobs.0.get(&name.job) else { return Err(format!("{name:?} is of no job")) };
        let source = |d| job.links.iter().find(|(t, _)| *t == d).map(|(_, s)| self.scheduler_source(*s));
        let deps = job.graph.deps(name.task);
        let inputs = deps.iter().map(|d| source(*d).unwrap_or(TaskRef { task: *d, ..name }));
        let inputs: Vec<TaskRef> = inputs.collect();
        let values = inputs.iter().map(|i| self.nodes.get(&id).and_then(|n| n.store.get(i)).copied());
        let Some(values) = values.collect::<Option<Vec<u64>>>() else {
            let has = |i: &&TaskRef| self.nodes.get(&id).is_none_or(|n| !n.store.contains_key(i));
            let lacks: Vec<_> = inputs.iter().filter(has).collect();
            return Err(format!("{attempt:?} begins without its inputs {lacks:?}"));
        };
        let failed = self.attempts_failed.get(&name).copied().unwrap_or(0);
        let fails = job.failures.get(name.task.index()).is_some_and(|n| failed < *n);
        let value = (!fails).then(|| Jobs::run(name, values.into_iter()));
        let micros = 1 + self.random.below(3000);
        let pauses = if self.random.one_in(12) { 1 + self.random.below(2) as u32 } else { 0 };
        let work = Work { attempt, value, micros, pauses, stop: false };
        if let Some(old) = self.nodes.get_mut(&id).and_then(|n| n.works.insert(name, work)) {
            return Err(format!("{attempt:?} begins beside {:?}", old.attempt));
        }
        *self.begun.entry(name).or_default() += 1;
        self.summary.started += 1;
        self.after(micros, Happening::Work(attempt));
        Ok(())
    }

    /// What an import of an import stands for.
    fn scheduler_source(&self, mut task: TaskRef) -> TaskRef {
        while let Some(job) = self.jobs.0.get(&task.job)
            && let Some((_, source)) = job.links.iter().find(|(t, _)| *t == task.task)
        {
            task = *source;
        }
        task
    }

    /// An attempt pauses, goes on, or ends.
    pub fn work(&mut self, attempt: Attempt) -> Outcome {
        let Some(node) = self.nodes.get_mut(&attempt.worker) else { return Ok(()) };
        if node.hangs_until > self.now {
            let delay = node.hangs_until - self.now;
            self.after(delay, Happening::Work(attempt));
            return Ok(());
        }
        let Some(work) = node.works.get_mut(&attempt.task).filter(|w| w.attempt == attempt) else {
            return Ok(());
        };
        if work.pauses > 0 && !work.stop {
            work.pauses -= 1;
            return self.pause(attempt);
        }
        let Work { value, micros, stop, .. } = *work;
        node.works.remove(&attempt.task);
        let event = match value {
            _ if stop => worker::Event::Failed(attempt, Error::cancelled("stopped")),
            Some(value) => {
                node.store.insert(attempt.task, value);
                worker::Event::Done(attempt, size(value), micros)
            }
            None => {
                *self.attempts_failed.entry(attempt.task).or_default() += 1;
                worker::Event::Failed(attempt, Error::data("clumsy"))
            }
        };
        self.reach(attempt.worker, Happening::ToWorker, event)
    }

    /// An attempt waits, as for a fetch of its own or for tasks it has submitted.
    fn pause(&mut self, attempt: Attempt) -> Outcome {
        let id = attempt.worker;
        self.reach(id, Happening::ToWorker, worker::Event::Paused(attempt))?;
        let delay = 1 + self.random.below(2000);
        if self.random.one_in(2) {
            self.after(delay, Happening::ToWorker(id, worker::Event::Ready(attempt)));
        } else {
            self.after(delay, Happening::ToWorker(id, worker::Event::Resumed(attempt)));
            let rest = 1 + self.random.below(500);
            self.after(delay + rest, Happening::Work(attempt));
        }
        Ok(())
    }

    /// A worker that was to go goes.
    fn leave(&mut self, id: WorkerId) -> Outcome {
        let Some(node) = self.nodes.get(&id) else { return Ok(()) };
        let has = self.scheduler.processing(id).into_iter().chain(self.scheduler.has_what(id));
        let copies = |task: &TaskRef| self.scheduler.holder(*task).is_some_and(|holder| holder != id);
        if has.filter(|task| !copies(task)).any(|task| self.scheduler.is_wanted(task)) {
            return Err(format!("{id:?} may leave though it has {:?}", node.core.load()));
        }
        self.nodes.remove(&id);
        self.gone.insert(id);
        self.send(id, SCHEDULER, Happening::ToScheduler(Event::WorkerLost(id)));
        Ok(())
    }
}

/// The size of a value, made up.
pub(crate) fn size(value: u64) -> u64 {
    1 + value % 60
}
