//! Questions: answered at once, or when workers have answered.

use std::collections::{BTreeMap, BTreeSet};

use swath_error::{Error, ErrorKind, Result, unknown_name};
use swath_scheduler::{Event, WorkerId};
use swath_wire::{Answer, Blob, Called, Query, ToWorker, WorkerCall, WorkerInfo};

use super::hub::{Asker, Hub};

/// Functions being called on workers.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    open: BTreeMap<u64, Call>,
    next: u64,
}

#[derive(Debug)]
struct Call {
    asker: Asker,
    waiting: BTreeSet<WorkerId>,
    answers: Vec<Called>,
}

impl Hub {
    pub fn ask(&mut self, asker: Asker, query: Query) {
        let answer = match query {
            Query::Workers => {
                Ok(Answer::Workers(self.worker_infos(), self.clients.len() as u32, self.unfinished()))
            }
            Query::WhoHas(tasks) => Ok(self.who_has(tasks)),
            Query::Processing => Ok(self.processing()),
            Query::Run(workers, call) => return self.call(asker, workers, &call),
            Query::Retire(workers) => return self.retire_all(asker, workers),
            Query::Restart => return self.restart(asker),
            Query::Replicate(tasks, copies) => {
                for task in tasks {
                    let source = self.scheduler.source(task);
                    self.step(Event::Replicate(source, copies));
                }
                Ok(Answer::Done)
            }
            Query::Rebalance(workers) => self.checked(workers).map(|workers| {
                self.step(Event::Rebalance(workers.into_iter().collect()));
                Answer::Done
            }),
            Query::Publish(name, dataset) => self.publish(name, dataset),
            Query::Dataset(name) => self.dataset(&name),
            Query::Datasets => Ok(Answer::Names(self.dataset_names())),
            Query::Unpublish(name) => self.unpublish(&name),
            Query::Coordinate(name, request) => {
                for (asker, answer) in
                    self.coordinator.request(asker, &name, request, std::time::Instant::now())
                {
                    self.answer(asker, answer);
                }
                return;
            }
            Query::Shutdown => {
                self.stopping = Some("the scheduler was told to end".to_owned());
                Ok(Answer::Done)
            }
        };
        self.answer(asker, answer);
    }

    /// Tasks that are not over.
    fn unfinished(&self) -> u64 {
        let jobs = self.clients.values().flat_map(|c| &c.jobs).chain(&self.detached);
        let left = jobs.filter_map(|job| self.scheduler.progress(*job)).map(|(over, of)| of - over);
        left.sum::<usize>() as u64
    }

    fn worker_infos(&self) -> Vec<WorkerInfo> {
        let connected = self.workers.iter().filter(|(_, link)| link.outbox.is_some());
        let info = connected.map(|(id, link)| WorkerInfo {
            id: *id,
            name: link.peer.name.clone(),
            address: link.peer.address.clone(),
            pid: link.offer.pid,
            slots: link.offer.slots,
            memory_limit: link.offer.memory_limit,
            resources: link.offer.resources.clone(),
            retiring: link.retiring,
            metrics: link.metrics,
            silent_millis: u64::try_from(link.heard.elapsed().as_millis()).unwrap_or(u64::MAX),
        });
        info.collect()
    }

    fn checked(&self, workers: Vec<WorkerId>) -> Result<BTreeSet<WorkerId>> {
        if workers.is_empty() {
            return Ok(self.workers.iter().filter(|(_, w)| w.outbox.is_some()).map(|(id, _)| *id).collect());
        }
        if let Some(unknown) = workers.iter().find(|id| !self.workers.contains_key(id)) {
            let names = self.names();
            let known = names.values().map(String::as_str);
            return Err(unknown_name(ErrorKind::NotFound, "worker", &format!("#{}", unknown.0), known));
        }
        Ok(workers.into_iter().collect())
    }

    fn call(&mut self, asker: Asker, workers: Vec<WorkerId>, call: &WorkerCall) {
        let waiting = match self.checked(workers) {
            Ok(waiting) if waiting.is_empty() => return self.answer(asker, Ok(Answer::Called(Vec::new()))),
            Ok(waiting) => waiting,
            Err(error) => return self.answer(asker, Err(error)),
        };
        self.calls.next += 1;
        let number = self.calls.next;
        for worker in &waiting {
            self.tell_worker(*worker, ToWorker::Call(number, call.clone()));
        }
        self.calls.open.insert(number, Call { asker, waiting, answers: Vec::new() });
    }

    /// A worker has answered a call.
    pub fn call_answered(&mut self, number: u64, worker: WorkerId, result: Result<Blob>) {
        let Some(call) = self.calls.open.get_mut(&number) else { return };
        if call.waiting.remove(&worker) {
            call.answers.push(Called { worker, result });
        }
        if call.waiting.is_empty()
            && let Some(mut call) = self.calls.open.remove(&number)
        {
            call.answers.sort_by_key(|called| called.worker);
            self.answer(call.asker, Ok(Answer::Called(call.answers)));
        }
    }

    /// A worker will not answer any more.
    pub fn calls_lost(&mut self, worker: WorkerId, name: &str) {
        let waiting = self.calls.open.iter().filter(|(_, call)| call.waiting.contains(&worker));
        let numbers: Vec<u64> = waiting.map(|(number, _)| *number).collect();
        for number in numbers {
            let lost = Error::new(ErrorKind::Cluster, format!("the worker {name} was lost during the call"));
            self.call_answered(number, worker, Err(lost));
        }
    }

    fn retire_all(&mut self, asker: Asker, workers: Vec<WorkerId>) {
        match self.checked(workers) {
            Ok(workers) if workers.is_empty() => self.answer(asker, Ok(Answer::Done)),
            Ok(workers) => {
                for id in &workers {
                    self.retire(*id);
                }
                self.retiring.push((asker, workers));
            }
            Err(error) => self.answer(asker, Err(error)),
        }
    }
}
