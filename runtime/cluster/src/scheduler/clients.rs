//! Clients: what they submit and let go, and what their departure means.

use std::collections::{BTreeMap, BTreeSet};

use swath_error::{Error, ErrorKind, Result, unknown_name};
use swath_graph::TaskId;
use swath_scheduler::{Event, HeldBlock, JobId, TaskRef, WorkerId};
use swath_wire::{FromClient, Outbox, ToClient, ToWorker};

use super::hub::{Hub, owner};
use super::inbound::{ClientId, ClientMessage, Prepared};

impl Hub {
    pub fn client_joined(&mut self, id: ClientId, outbox: Outbox) {
        let peers = self.peers();
        let Some(link) = self.clients.get_mut(&id) else { return outbox.close() };
        link.outbox = Some(outbox);
        link.out.push(ToClient::Peers(peers));
    }

    pub fn client_said(&mut self, id: ClientId, messages: Vec<ClientMessage>) {
        for message in messages {
            if !self.clients.contains_key(&id) {
                return;
            }
            match message {
                ClientMessage::Submit(prepared) => self.submit(id, *prepared),
                ClientMessage::Other(message) => self.other(id, message),
            }
        }
    }

    fn other(&mut self, id: ClientId, message: FromClient) {
        match message {
            FromClient::Hold(job, blocks) => self.hold(id, job, blocks),
            FromClient::Cancel(job) if owner(job) == id => {
                self.step(Event::Cancel(job, Error::cancelled("the job was cancelled")));
            }
            FromClient::CancelOutputs(tasks) => {
                self.by_job(id, tasks, Event::ReleaseOutputs);
            }
            FromClient::Release(tasks) => self.by_job(id, tasks, Event::ReleaseOutputs),
            FromClient::Retry(tasks) => self.by_job(id, tasks, Event::Retry),
            FromClient::Detach(tasks) => self.detach(id, &tasks),
            FromClient::Forget(job) if owner(job) == id => self.forget(id, job),
            // A client speaks for its own jobs only; graphs come prepared.
            FromClient::Cancel(_) | FromClient::Forget(_) | FromClient::Submit(_) => {}
            FromClient::Unreachable(task, worker, gone) => self.unreachable(id, task, worker, gone),
            FromClient::Ask(number, query) => self.ask((id, number), query),
            FromClient::Bye => self.client_left(id, None),
        }
    }

    fn submit(&mut self, id: ClientId, prepared: Prepared) {
        let Prepared { job, plan, links, needs, deliver } = prepared;
        let plan = plan.and_then(|plan| {
            if owner(job) != id || self.scheduler.graph(job).is_some() {
                return Err(Error::new(ErrorKind::Cluster, "a job's number is not this client's, or in use"));
            }
            self.check_needs(&needs)?;
            let links = links.into_iter().map(|(task, source)| (task, self.scheduler.source(source)));
            Ok(plan.links(links.collect()))
        });
        match plan {
            Ok(plan) => {
                if let Some(client) = self.clients.get_mut(&id) {
                    client.jobs.insert(job);
                    if deliver {
                        client.delivered.insert(job);
                    }
                }
                self.step(Event::Submit(job, plan));
            }
            Err(error) => {
                if let Some(client) = self.clients.get_mut(&id) {
                    client.out.push(ToClient::Ended(job, Err(error)));
                }
            }
        }
    }

    /// Every worker is of the same build, so one of them tells what all know.
    fn check_needs(&self, needs: &[String]) -> Result<()> {
        let Some(worker) = self.workers.values().next() else { return Ok(()) };
        let known = &worker.offer.operations;
        let unknown = needs.iter().find(|name| known.binary_search(name).is_err());
        unknown.map_or(Ok(()), |name| {
            let what = if name.starts_with(crate::encode::FUNCTION) { "task function" } else { "operation" };
            let shown = name.trim_start_matches(crate::encode::FUNCTION);
            let known = known.iter().map(|n| n.trim_start_matches(crate::encode::FUNCTION));
            let error = unknown_name(ErrorKind::NotFound, what, shown, known);
            Err(error.context("the workers here cannot run this").with_help(
                "run the workers from the program that has the function: swath::init() at the top of its main",
            ))
        })
    }

    fn hold(&mut self, id: ClientId, job: JobId, blocks: Vec<(WorkerId, u64)>) {
        if owner(job) != id || self.scheduler.graph(job).is_some() {
            return;
        }
        let mut held = Vec::with_capacity(blocks.len());
        for (i, (worker, bytes)) in (0u32..).zip(blocks) {
            let task = TaskRef { job, task: TaskId(i) };
            let mut holders: BTreeSet<WorkerId> = self.unclaimed.remove(&task).unwrap_or_default();
            if self.workers.contains_key(&worker) {
                holders.insert(worker);
            }
            held.push(HeldBlock { bytes, holders: holders.into_iter().collect() });
        }
        if let Some(client) = self.clients.get_mut(&id) {
            client.jobs.insert(job);
        }
        self.step(Event::Hold(job, held));
    }

    fn by_job(&mut self, id: ClientId, tasks: Vec<TaskRef>, event: impl Fn(JobId, Vec<TaskId>) -> Event) {
        let mut jobs: BTreeMap<JobId, Vec<TaskId>> = BTreeMap::new();
        for task in tasks.into_iter().filter(|t| owner(t.job) == id) {
            jobs.entry(task.job).or_default().push(task.task);
        }
        for (job, tasks) in jobs {
            self.step(event(job, tasks));
        }
    }

    /// Their jobs go on until they are over, whoever leaves.
    fn detach(&mut self, id: ClientId, tasks: &[TaskRef]) {
        for job in tasks.iter().map(|t| t.job).filter(|job| owner(*job) == id) {
            let under_way = self.scheduler.progress(job).is_some_and(|(over, of)| over < of);
            if under_way {
                self.detached.insert(job);
            }
        }
    }

    fn forget(&mut self, id: ClientId, job: JobId) {
        if let Some(client) = self.clients.get_mut(&id) {
            client.jobs.remove(&job);
            client.delivered.remove(&job);
        }
        if !self.detached.contains(&job) {
            self.step(Event::Forget(job));
        }
    }

    /// The client could not get a result where it was said to be.
    fn unreachable(&mut self, id: ClientId, task: TaskRef, worker: WorkerId, gone: bool) {
        let source = self.scheduler.source(task);
        if gone && self.workers.contains_key(&worker) {
            self.step(Event::Dropped(worker, source));
        }
        // Another holder, if there is one; otherwise the client hears when the result has been made again.
        let holder = self.scheduler.holders(source).into_iter().find(|h| *h != worker);
        let again = holder.zip(self.scheduler.bytes(source));
        let still_there = !gone && self.workers.contains_key(&worker);
        let Some(client) = self.clients.get_mut(&id) else { return };
        if let Some((holder, bytes)) = again {
            client.out.finished(task.job, (task.task, holder, bytes));
        } else if still_there {
            let name = self.workers.get(&worker).map(|w| w.peer.clone());
            let at = name.map_or_else(String::new, |p| format!(" {} at {}", p.name, p.address));
            let error = Error::new(ErrorKind::Cluster, format!("the client cannot reach the worker{at}"))
                .with_help("start workers with --host and --contact such that clients reach them");
            client.out.push(ToClient::Erred(task.job, vec![task.task], error));
        }
    }

    pub fn client_left(&mut self, id: ClientId, reason: Option<Error>) {
        let Some(mut link) = self.clients.remove(&id) else { return };
        if let Some(outbox) = &link.outbox {
            if let Some(reason) = reason {
                link.out.push(ToClient::Bye(reason));
            }
            link.out.send(outbox);
            outbox.close();
        }
        for job in link.jobs {
            if !self.detached.contains(&job) {
                self.step(Event::Forget(job));
            }
        }
        let orphans: Vec<TaskRef> = self.unclaimed.keys().filter(|t| owner(t.job) == id).copied().collect();
        for task in orphans {
            for worker in self.unclaimed.remove(&task).unwrap_or_default() {
                self.tell_worker(worker, ToWorker::Release(vec![task]));
            }
        }
        for (asker, answer) in self.coordinator.client_left(id) {
            self.answer(asker, answer);
        }
        self.retiring.retain(|((client, _), _)| *client != id);
    }
}
