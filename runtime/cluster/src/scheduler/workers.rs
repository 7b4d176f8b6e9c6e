//! Workers: who is taken in, what they say, what their loss means.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use swath_error::{Error, ErrorKind, Result};
use swath_scheduler::{Attempt, Event, TaskRef, WorkerId, WorkerSpec};
use swath_wire::{Answer, FromWorker, Outbox, Peer, ToClient, ToWorker, WorkerOffer};

use super::hub::{Hub, owner};
use super::links::WorkerLink;

/// Share of a worker's memory that results may take before producers are kept waiting, in percent.
const BUDGET: u64 = 60;

/// Time between two looks at what keeps workers that are to go.
const LEFT: Duration = Duration::from_millis(200);

/// Operations named in a refusal.
const NAMED: usize = 5;

impl Hub {
    /// Makes room for a worker, unless it must not come in.
    pub fn admit_worker(&mut self, id: WorkerId, mut offer: WorkerOffer, from: IpAddr) -> Result<()> {
        let refuse = |why: String| Err(Error::new(ErrorKind::Cluster, why));
        let gone = |w: &WorkerLink| w.silent.is_some() || w.renewing;
        let dead = self.workers.iter().find(|(_, w)| gone(w) && w.peer.name == offer.name);
        if let Some(dead) = dead.map(|(id, _)| *id) {
            self.give_up(dead);
        }
        if let Some(other) = self.workers.values().find(|w| w.peer.name == offer.name) {
            return refuse(format!(
                "a worker called {} is here already, at {}",
                offer.name, other.peer.address
            ));
        }
        if let Some(other) = self.workers.values().next()
            && other.offer.operations != offer.operations
        {
            return refuse(difference(&offer, &other.offer));
        }
        let Some(address) = reachable(&offer.address, from) else {
            return refuse(format!("'{}' is not an address other workers could use", offer.address));
        };
        offer.address.clone_from(&address);
        let (name, slots, memory_limit) = (offer.name.clone(), offer.slots, offer.memory_limit);
        let peer = Peer { id, name, address, slots, memory_limit };
        self.workers.insert(id, WorkerLink::new(offer, peer));
        Ok(())
    }

    pub fn worker_joined(&mut self, id: WorkerId, outbox: Outbox) {
        let everybody = {
            let Some(link) = self.workers.get_mut(&id) else { return outbox.close() };
            link.outbox = Some(outbox);
            link.heard = Instant::now();
            self.peers()
        };
        let Some(link) = self.workers.get_mut(&id) else { return };
        let peer = link.peer.clone();
        link.out.push(ToWorker::Peers(everybody));
        let spec = WorkerSpec {
            memory: link.offer.memory_limit,
            budget: (link.offer.memory_limit / 100).saturating_mul(BUDGET),
            resources: link.offer.resources.clone(),
            ..WorkerSpec::remote(link.offer.name.clone(), link.offer.slots)
        };
        for (other, link) in &mut self.workers {
            if *other != id {
                link.out.push(ToWorker::Peers(vec![peer.clone()]));
            }
        }
        for client in self.clients.values_mut() {
            client.out.push(ToClient::Peers(vec![peer.clone()]));
        }
        self.step(Event::WorkerJoined(id, spec));
    }

    pub fn worker_said(&mut self, id: WorkerId, messages: Vec<FromWorker>) {
        match self.workers.get_mut(&id) {
            Some(link) if link.outbox.is_some() && link.silent.is_none() => link.heard = Instant::now(),
            // It was given up meanwhile.
            _ => return,
        }
        for message in messages {
            match message {
                FromWorker::Done(all) => {
                    for done in all {
                        self.report_of(id, done.attempt, |a| Event::Done(a, done.bytes, done.micros));
                    }
                }
                FromWorker::Failed(attempt, error) => {
                    self.report_of(id, attempt, |a| Event::Failed(a, error));
                }
                FromWorker::Paused(attempt) => self.report_of(id, attempt, Event::Paused),
                FromWorker::Resumed(attempt) => self.report_of(id, attempt, Event::Resumed),
                FromWorker::Fetched(attempt) => self.report_of(id, attempt, Event::Fetched),
                FromWorker::Returned(attempt) => self.report_of(id, attempt, Event::Returned),
                FromWorker::Kept(attempt) => self.report_of(id, attempt, Event::Kept),
                FromWorker::Missing(attempt, input, asked) => {
                    self.report_of(id, attempt, |a| Event::Missing(a, input, asked));
                }
                FromWorker::Copied(task) => self.copied(id, task),
                FromWorker::Dropped(task) => self.step(Event::Dropped(id, task)),
                FromWorker::Halted(halted) => self.step(Event::Halted(id, halted)),
                FromWorker::Moved(bytes, micros) => self.step(Event::Moved(id, bytes, micros)),
                FromWorker::Heartbeat(metrics) => {
                    if let Some(link) = self.workers.get_mut(&id) {
                        link.metrics = metrics;
                    }
                }
                FromWorker::Answer(number, result) => self.call_answered(number, id, result),
                FromWorker::Leaving => self.retire(id),
                FromWorker::Bye(reason) => self.worker_left(id, reason),
            }
        }
    }

    /// A worker speaks for itself only.
    fn report_of(&mut self, id: WorkerId, attempt: Attempt, event: impl FnOnce(Attempt) -> Event) {
        self.step(event(Attempt { worker: id, ..attempt }));
    }

    /// A copy, or data that a client has put there and will claim, if it does not go before.
    fn copied(&mut self, id: WorkerId, task: TaskRef) {
        if self.scheduler.graph(task.job).is_some() {
            self.step(Event::Copied(id, task));
        } else if self.clients.contains_key(&owner(task.job)) {
            self.unclaimed.entry(task).or_default().insert(id);
        } else {
            self.tell_worker(id, ToWorker::Release(vec![task]));
        }
    }

    pub fn retire(&mut self, id: WorkerId) {
        if let Some(link) = self.workers.get_mut(&id).filter(|l| !l.retiring) {
            link.retiring = true;
            link.out.push(ToWorker::Retire);
            self.step(Event::Retire(id));
        }
    }

    /// Workers that are to go hear what keeps them.
    pub fn tell_what_is_left(&mut self) {
        if self.left_told.elapsed() < LEFT {
            return;
        }
        self.left_told = Instant::now();
        for (id, link) in self.workers.iter_mut().filter(|(_, link)| link.retiring && link.silent.is_none()) {
            let left = self.scheduler.left_on(*id);
            if let Some(left) = left.filter(|left| link.left != Some(*left)) {
                link.left = Some(left);
                link.out.push(ToWorker::Left(left));
            }
        }
    }

    pub fn worker_left(&mut self, id: WorkerId, reason: Option<Error>) {
        let Some(mut link) = self.workers.remove(&id) else { return };
        if let Some(outbox) = &link.outbox {
            if let Some(reason) = &reason {
                self.step(Event::Dying(id, reason.message().to_owned()));
            }
            link.out
                .push(ToWorker::Stop(reason.map_or_else(|| "it said goodbye".to_owned(), |r| r.to_string())));
            link.out.send(outbox);
            outbox.close();
            self.step(Event::WorkerLost(id));
        }
        for other in self.workers.values_mut() {
            other.out.push(ToWorker::Gone(vec![id]));
        }
        for client in self.clients.values_mut() {
            client.out.push(ToClient::Gone(vec![id]));
        }
        for holders in self.unclaimed.values_mut() {
            holders.remove(&id);
        }
        self.calls_lost(id, &link.peer.name);
        self.retired(id);
    }

    /// Those who waited for its end hear of it.
    fn retired(&mut self, id: WorkerId) {
        let mut over = Vec::new();
        self.retiring.retain_mut(|(asker, left): &mut (_, BTreeSet<WorkerId>)| {
            left.remove(&id);
            if left.is_empty() {
                over.push(*asker);
            }
            !left.is_empty()
        });
        for asker in over {
            self.answer(asker, Ok(Answer::Done));
        }
    }
}

/// What a new worker's build lacks or has beyond the others'.
fn difference(offer: &WorkerOffer, other: &WorkerOffer) -> String {
    let (new, old): (BTreeSet<_>, BTreeSet<_>) =
        (offer.operations.iter().collect(), other.operations.iter().collect());
    let some = |names: Vec<&&String>| {
        let shown: Vec<&str> = names.iter().take(NAMED).map(|n| n.as_str()).collect();
        let more =
            if names.len() > NAMED { format!(" and {} more", names.len() - NAMED) } else { String::new() };
        format!("{}{more}", shown.join(", "))
    };
    let (lacks, beyond): (Vec<_>, Vec<_>) = (old.difference(&new).collect(), new.difference(&old).collect());
    let mut parts = Vec::new();
    if !lacks.is_empty() {
        parts.push(format!("lacks {}", some(lacks)));
    }
    if !beyond.is_empty() {
        parts.push(format!("has {} that they lack", some(beyond)));
    }
    format!(
        "the worker {} is another build than the workers here: it {}; run the same program everywhere",
        offer.name,
        parts.join(" and ")
    )
}

/// The address others reach a worker at: an unspecified host is the one it called from.
fn reachable(address: &str, from: IpAddr) -> Option<String> {
    match address.parse::<SocketAddr>() {
        Ok(address) if address.ip().is_unspecified() => {
            Some(SocketAddr::new(from, address.port()).to_string())
        }
        Ok(address) => Some(address.to_string()),
        Err(_) => {
            let (host, port) = address.rsplit_once(':')?;
            (!host.is_empty() && port.parse::<u16>().is_ok()).then(|| address.to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(operations: &[&str]) -> WorkerOffer {
        WorkerOffer {
            name: "new".into(),
            address: "0.0.0.0:7".into(),
            pid: 1,
            slots: 1,
            memory_limit: 1,
            resources: std::collections::BTreeMap::new(),
            operations: operations.iter().map(|o| (*o).to_owned()).collect(),
            supervised: false,
            renewal: swath_wire::Renewal::Guest,
        }
    }

    #[test]
    fn what_differs_is_named() {
        let text = difference(&offer(&["a", "x"]), &offer(&["a", "b", "c"]));
        assert!(text.contains("lacks b, c and has x that they lack"), "{text}");
    }

    #[test]
    fn an_unspecified_host_is_the_one_it_called_from() {
        let from: IpAddr = "10.0.0.7".parse().unwrap();
        assert_eq!(reachable("0.0.0.0:99", from).unwrap(), "10.0.0.7:99");
        assert_eq!(reachable("node-3:99", from).unwrap(), "node-3:99");
        assert_eq!(reachable("node-3", from), None);
    }
}
