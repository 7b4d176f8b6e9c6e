//! Locks, semaphores, events, queues and variables by name. What a client holds or waits for goes when it goes.
//!
//! In: requests and the time. Out: answers, some of them later and to others. It never does input or output.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use swath_error::{Error, Result};
use swath_wire::{Answer, Blob, Coordination};

use super::hub::Asker;
use super::inbound::ClientId;

/// Answers that are due.
type Answers = Vec<(Asker, Result<Answer>)>;

/// Everything by name.
#[derive(Debug, Default)]
pub(crate) struct Coordinator {
    semaphores: BTreeMap<String, Semaphore>,
    events: BTreeMap<String, Flag>,
    queues: BTreeMap<String, Queue>,
    variables: BTreeMap<String, Variable>,
    next_lease: u64,
}

/// One that waits, and until when.
#[derive(Clone, Copy, Debug)]
struct Waiter {
    asker: Asker,
    until: Option<Instant>,
}

#[derive(Debug, Default)]
struct Semaphore {
    limit: u32,
    leases: BTreeMap<u64, ClientId>,
    waiting: VecDeque<Waiter>,
}

#[derive(Debug, Default)]
struct Flag {
    set: bool,
    waiting: VecDeque<Waiter>,
}

#[derive(Debug, Default)]
struct Queue {
    items: VecDeque<Blob>,
    takers: VecDeque<Waiter>,
    putters: VecDeque<(Waiter, u32, Blob)>,
}

#[derive(Debug, Default)]
struct Variable {
    value: Option<Blob>,
    waiting: VecDeque<Waiter>,
}

impl Coordinator {
    /// Takes a request in; gives the answers that are due.
    pub fn request(&mut self, asker: Asker, name: &str, request: Coordination, now: Instant) -> Answers {
        let waiter = |patience: Option<u64>| Waiter {
            asker,
            until: patience.and_then(|micros| now.checked_add(Duration::from_micros(micros))),
        };
        let mut answers = Answers::new();
        let done = |answers: &mut Answers| answers.push((asker, Ok(Answer::Done)));
        match request {
            Coordination::Acquire { limit, patience } => {
                self.acquire(name, limit, waiter(patience), &mut answers);
            }
            Coordination::Release(lease) => {
                let semaphore = self.semaphores.get_mut(name);
                let released = semaphore.is_some_and(|s| s.leases.remove(&lease).is_some());
                answers.push((asker, if released { Ok(Answer::Done) } else { Err(no_lease(name)) }));
                self.grant(name, &mut answers);
            }
            Coordination::Set => {
                let flag = self.events.entry(name.to_owned()).or_default();
                flag.set = true;
                answers.extend(flag.waiting.drain(..).map(|w| (w.asker, Ok(Answer::Flag(true)))));
                done(&mut answers);
            }
            Coordination::Clear => {
                self.events.entry(name.to_owned()).or_default().set = false;
                done(&mut answers);
            }
            Coordination::IsSet => {
                let set = self.events.get(name).is_some_and(|f| f.set);
                answers.push((asker, Ok(Answer::Flag(set))));
            }
            Coordination::WaitSet(patience) => {
                let flag = self.events.entry(name.to_owned()).or_default();
                if flag.set {
                    answers.push((asker, Ok(Answer::Flag(true))));
                } else {
                    flag.waiting.push_back(waiter(patience));
                }
            }
            Coordination::Put(limit, item) => {
                let queue = self.queues.entry(name.to_owned()).or_default();
                queue.putters.push_back((waiter(None), limit, item));
                queue.settle(&mut answers);
            }
            Coordination::Take(patience) => {
                let queue = self.queues.entry(name.to_owned()).or_default();
                queue.takers.push_back(waiter(patience));
                queue.settle(&mut answers);
            }
            Coordination::Len => {
                let items = self.queues.get(name).map_or(0, |q| q.items.len());
                answers.push((asker, Ok(Answer::Count(items as u64))));
            }
            Coordination::Write(value) => {
                let variable = self.variables.entry(name.to_owned()).or_default();
                let waiting = variable.waiting.drain(..);
                answers.extend(waiting.map(|w| (w.asker, Ok(Answer::Item(Some(value.clone()))))));
                variable.value = Some(value);
                done(&mut answers);
            }
            Coordination::Read(patience) => {
                let variable = self.variables.entry(name.to_owned()).or_default();
                match &variable.value {
                    Some(value) => answers.push((asker, Ok(Answer::Item(Some(value.clone()))))),
                    None => variable.waiting.push_back(waiter(patience)),
                }
            }
            Coordination::Delete => {
                self.delete(name);
                done(&mut answers);
            }
        }
        answers
    }

    fn acquire(&mut self, name: &str, limit: u32, waiter: Waiter, answers: &mut Answers) {
        let semaphore = self.semaphores.entry(name.to_owned()).or_default();
        if semaphore.is_unused() {
            semaphore.limit = limit;
        }
        if limit == 0 || semaphore.limit != limit {
            let (is, asked) = (semaphore.limit, limit);
            let error = Error::argument(format!("'{name}' has {is} leases in all, not {asked}"));
            answers.push((waiter.asker, Err(error)));
            return;
        }
        semaphore.waiting.push_back(waiter);
        self.grant(name, answers);
    }

    /// Gives free leases to those who wait, in their order.
    fn grant(&mut self, name: &str, answers: &mut Answers) {
        let Some(semaphore) = self.semaphores.get_mut(name) else { return };
        while semaphore.leases.len() < semaphore.limit as usize
            && let Some(waiter) = semaphore.waiting.pop_front()
        {
            self.next_lease += 1;
            semaphore.leases.insert(self.next_lease, waiter.asker.0);
            answers.push((waiter.asker, Ok(Answer::Lease(Some(self.next_lease)))));
        }
        if semaphore.is_unused() {
            self.semaphores.remove(name);
        }
    }

    /// Those who wait go on waiting: for what comes next.
    fn delete(&mut self, name: &str) {
        if let Some(flag) = self.events.get_mut(name) {
            flag.set = false;
        }
        if let Some(queue) = self.queues.get_mut(name) {
            queue.items.clear();
        }
        if let Some(variable) = self.variables.get_mut(name) {
            variable.value = None;
        }
        self.tidy();
    }

    /// The next moment at which somebody's patience ends.
    pub fn deadline(&self) -> Option<Instant> {
        let semaphores = self.semaphores.values().flat_map(|s| &s.waiting);
        let events = self.events.values().flat_map(|f| &f.waiting);
        let queues = self.queues.values().flat_map(|q| &q.takers);
        let variables = self.variables.values().flat_map(|v| &v.waiting);
        semaphores.chain(events).chain(queues).chain(variables).filter_map(|w| w.until).min()
    }

    /// Answers those whose patience has ended.
    pub fn tick(&mut self, now: Instant) -> Vec<(Asker, Answer)> {
        if self.deadline().is_none_or(|deadline| deadline > now) {
            return Vec::new();
        }
        let mut over = Vec::new();
        let mut end = |waiting: &mut VecDeque<Waiter>, answer: &Answer| {
            waiting.retain(|w| {
                let ended = w.until.is_some_and(|until| until <= now);
                if ended {
                    over.push((w.asker, answer.clone()));
                }
                !ended
            });
        };
        self.semaphores.values_mut().for_each(|s| end(&mut s.waiting, &Answer::Lease(None)));
        self.events.values_mut().for_each(|f| end(&mut f.waiting, &Answer::Flag(false)));
        self.queues.values_mut().for_each(|q| end(&mut q.takers, &Answer::Item(None)));
        self.variables.values_mut().for_each(|v| end(&mut v.waiting, &Answer::Item(None)));
        self.tidy();
        over
    }

    /// A client is gone: its leases are free, and it waits for nothing.
    pub fn client_left(&mut self, client: ClientId) -> Answers {
        let stays = |w: &Waiter| w.asker.0 != client;
        self.events.values_mut().for_each(|f| f.waiting.retain(stays));
        self.variables.values_mut().for_each(|v| v.waiting.retain(stays));
        let mut answers = Answers::new();
        for queue in self.queues.values_mut() {
            queue.takers.retain(stays);
            queue.putters.retain(|(w, _, _)| stays(w));
            queue.settle(&mut answers);
        }
        let names: Vec<String> = self.semaphores.keys().cloned().collect();
        for name in names {
            if let Some(semaphore) = self.semaphores.get_mut(&name) {
                semaphore.waiting.retain(stays);
                semaphore.leases.retain(|_, holder| *holder != client);
            }
            self.grant(&name, &mut answers);
        }
        self.tidy();
        answers
    }

    /// Forgets what says nothing.
    fn tidy(&mut self) {
        self.events.retain(|_, f| f.set || !f.waiting.is_empty());
        self.queues.retain(|_, q| !(q.items.is_empty() && q.takers.is_empty() && q.putters.is_empty()));
        self.variables.retain(|_, v| v.value.is_some() || !v.waiting.is_empty());
    }
}

impl Semaphore {
    fn is_unused(&self) -> bool {
        self.leases.is_empty() && self.waiting.is_empty()
    }
}

impl Queue {
    /// Moves items in while there is room, and out while somebody waits.
    fn settle(&mut self, answers: &mut Answers) {
        loop {
            let room = |limit: u32| limit == 0 || self.items.len() < limit as usize;
            if self.putters.front().is_some_and(|(_, limit, _)| room(*limit))
                && let Some((waiter, _, item)) = self.putters.pop_front()
            {
                self.items.push_back(item);
                answers.push((waiter.asker, Ok(Answer::Done)));
            } else if !self.takers.is_empty()
                && let Some(item) = self.items.pop_front()
                && let Some(taker) = self.takers.pop_front()
            {
                answers.push((taker.asker, Ok(Answer::Item(Some(item)))));
            } else {
                return;
            }
        }
    }
}

fn no_lease(name: &str) -> Error {
    Error::argument(format!("'{name}' is not held by who released it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acquire(patience: Option<u64>) -> Coordination {
        Coordination::Acquire { limit: 1, patience }
    }

    fn lease(answers: &Answers) -> Option<u64> {
        answers.iter().find_map(|(_, a)| if let Ok(Answer::Lease(lease)) = a { *lease } else { None })
    }

    #[test]
    fn a_lock_goes_round_and_a_dead_holders_lease_is_free() {
        let (mut c, now) = (Coordinator::default(), Instant::now());
        let first = lease(&c.request((1, 1), "l", acquire(None), now)).unwrap();
        assert!(c.request((2, 1), "l", acquire(None), now).is_empty());
        assert!(c.request((3, 1), "l", acquire(None), now).is_empty());
        let answers = c.request((1, 2), "l", Coordination::Release(first), now);
        assert_eq!((answers.len(), answers[1].0), (2, (2, 1)));
        let answers = c.client_left(2);
        assert_eq!(answers[0].0, (3, 1));
        c.client_left(3);
        assert!(c.semaphores.is_empty());
        assert!(c.request((1, 3), "l", Coordination::Release(first), now)[0].1.is_err());
    }

    #[test]
    fn patience_ends() {
        let (mut c, now) = (Coordinator::default(), Instant::now());
        assert!(lease(&c.request((1, 1), "l", acquire(None), now)).is_some());
        c.request((2, 1), "l", acquire(Some(1000)), now);
        c.request((2, 2), "q", Coordination::Take(Some(500)), now);
        assert_eq!(c.deadline(), Some(now + Duration::from_micros(500)));
        let over = c.tick(now + Duration::from_millis(2));
        assert!(matches!(over.as_slice(), [((2, 1), Answer::Lease(None)), ((2, 2), Answer::Item(None))]));
        assert_eq!(c.deadline(), None);
    }

    #[test]
    fn a_semaphore_has_one_size() {
        let (mut c, now) = (Coordinator::default(), Instant::now());
        let two = || Coordination::Acquire { limit: 2, patience: None };
        assert!(lease(&c.request((1, 1), "s", two(), now)).is_some());
        assert!(lease(&c.request((1, 2), "s", two(), now)).is_some());
        assert!(c.request((1, 3), "s", two(), now).is_empty());
        assert!(c.request((1, 4), "s", acquire(None), now)[0].1.is_err());
    }

    #[test]
    fn a_queue_keeps_its_order_and_its_limit() {
        let (mut c, now) = (Coordinator::default(), Instant::now());
        let item = |n: u8| Blob::from(vec![n]);
        assert_eq!(c.request((1, 1), "q", Coordination::Put(1, item(1)), now).len(), 1);
        assert!(c.request((1, 2), "q", Coordination::Put(1, item(2)), now).is_empty());
        let answers = c.request((2, 1), "q", Coordination::Take(None), now);
        let items: Vec<&Blob> = answers
            .iter()
            .filter_map(|(_, a)| if let Ok(Answer::Item(Some(item))) = a { Some(item) } else { None })
            .collect();
        assert_eq!((items, answers.len()), (vec![&item(1)], 2));
        assert!(matches!(c.request((1, 3), "q", Coordination::Len, now)[0].1, Ok(Answer::Count(1))));
    }

    #[test]
    fn events_and_variables_wake_those_who_wait() {
        let (mut c, now) = (Coordinator::default(), Instant::now());
        assert!(c.request((1, 1), "e", Coordination::WaitSet(None), now).is_empty());
        assert_eq!(c.request((2, 1), "e", Coordination::Set, now).len(), 2);
        assert!(c.request((1, 2), "v", Coordination::Read(None), now).is_empty());
        assert_eq!(c.request((2, 2), "v", Coordination::Write(vec![7].into()), now).len(), 2);
        c.request((2, 3), "v", Coordination::Delete, now);
        assert!(c.variables.is_empty());
    }
}
