//! Which block is asked of which peer, and when: one stream per peer, the most urgent blocks first, a bound on what is on
//! its way in.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use swath_scheduler::{Priority, TaskRef, WorkerId};

use crate::event::{FetchOrder, Limits};

/// Blocks asked for in one stream.
const MOST: usize = 4096;

/// How urgent a block is, and which it is.
type Wish = (Reverse<Priority>, TaskRef);

#[derive(Debug, Default)]
struct Peer {
    wishes: BTreeSet<Wish>,
    bytes: BTreeMap<TaskRef, (Wish, u64)>,
    /// Bytes of the stream that is open, and what was asked for in it.
    open: Option<(u64, Vec<TaskRef>)>,
}

/// The queues of all peers.
#[derive(Debug, Default)]
pub(crate) struct Fetches {
    peers: BTreeMap<WorkerId, Peer>,
    /// Peers with wishes and without a stream.
    eager: BTreeSet<WorkerId>,
    streams: usize,
    inbound: u64,
}

impl Fetches {
    /// How long a new wish would wait at a peer: smaller is better.
    pub fn delay(&self, peer: WorkerId) -> (bool, usize) {
        self.peers.get(&peer).map_or((false, 0), |p| (p.open.is_some(), p.wishes.len()))
    }

    /// Wants a block from a peer.
    pub fn want(&mut self, peer: WorkerId, task: TaskRef, priority: Priority, bytes: u64) {
        let wish = (Reverse(priority), task);
        let entry = self.peers.entry(peer).or_default();
        entry.wishes.insert(wish);
        entry.bytes.insert(task, (wish, bytes));
        if entry.open.is_none() {
            self.eager.insert(peer);
        }
    }

    /// Does not want it any more.
    pub fn unwant(&mut self, peer: WorkerId, task: TaskRef) {
        let Some(entry) = self.peers.get_mut(&peer) else { return };
        if let Some((wish, _)) = entry.bytes.remove(&task) {
            entry.wishes.remove(&wish);
        }
        if entry.wishes.is_empty() {
            self.eager.remove(&peer);
        }
    }

    /// The stream from a peer is over; gives what was asked for in it.
    pub fn ended(&mut self, peer: WorkerId) -> Vec<TaskRef> {
        let Some(entry) = self.peers.get_mut(&peer) else { return Vec::new() };
        let (bytes, asked) = match entry.open.take() {
            Some(open) => {
                self.streams -= 1;
                open
            }
            None => (0, Vec::new()),
        };
        self.inbound -= bytes;
        if entry.wishes.is_empty() {
            self.peers.remove(&peer);
        } else {
            self.eager.insert(peer);
        }
        asked
    }

    /// Opens the next stream, if one may be opened.
    pub fn next(&mut self, limits: &Limits) -> Option<FetchOrder> {
        if self.streams >= limits.streams || (self.inbound > 0 && self.inbound >= limits.inbound) {
            return None;
        }
        let first = |peer: &&WorkerId| self.peers.get(peer).and_then(|p| p.wishes.first().copied());
        let from = *self.eager.iter().min_by_key(first)?;
        let peer = self.peers.get_mut(&from)?;
        let room = limits.message.min(limits.inbound.saturating_sub(self.inbound));
        let mut order = FetchOrder { from, tasks: Vec::new(), bytes: 0 };
        while order.tasks.len() < MOST
            && let Some((_, task)) = peer.wishes.first().copied()
        {
            let bytes = peer.bytes.get(&task).map_or(0, |(_, bytes)| *bytes);
            if !order.tasks.is_empty() && order.bytes + bytes > room {
                break;
            }
            peer.wishes.pop_first();
            peer.bytes.remove(&task);
            order.tasks.push(task);
            order.bytes += bytes;
        }
        peer.open = Some((order.bytes, order.tasks.clone()));
        self.eager.remove(&from);
        self.streams += 1;
        self.inbound += order.bytes;
        Some(order)
    }

    /// Whether the totals are those of the peers.
    pub fn is_consistent(&self) -> bool {
        let open = self.peers.values().filter_map(|p| p.open.as_ref()).map(|(bytes, _)| *bytes);
        let eager = |(id, p): (&WorkerId, &Peer)| {
            self.eager.contains(id) == (p.open.is_none() && !p.wishes.is_empty())
                && p.wishes.len() == p.bytes.len()
        };
        open.clone().count() == self.streams
            && open.sum::<u64>() == self.inbound
            && self.peers.iter().all(eager)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use swath_graph::TaskId;
    use swath_scheduler::JobId;

    fn task(t: u32) -> TaskRef {
        TaskRef { job: JobId(0), task: TaskId(t) }
    }

    #[test]
    fn one_stream_per_peer_urgent_first_within_bounds() {
        let mut fetches = Fetches::default();
        let limits = Limits { slots: 1, streams: 2, message: 100, inbound: 150 };
        let (calm, urgent) = (Priority::default(), Priority { job: 0, task: 1 });
        for (peer, t, priority, bytes) in
            [(1, 0, calm, 60), (1, 1, urgent, 30), (1, 2, calm, 60), (2, 3, calm, 400), (3, 4, calm, 1)]
        {
            fetches.want(WorkerId(peer), task(t), priority, bytes);
        }
        let first = fetches.next(&limits).unwrap();
        assert_eq!((first.from, first.tasks, first.bytes), (WorkerId(1), vec![task(1), task(0)], 90));
        let second = fetches.next(&limits).unwrap();
        assert_eq!((second.from, second.bytes), (WorkerId(2), 400), "too large for anything, so alone");
        assert_eq!(fetches.next(&limits), None, "no third stream");
        fetches.ended(WorkerId(2));
        assert_eq!(fetches.next(&limits).unwrap().from, WorkerId(3));
        fetches.ended(WorkerId(3));
        fetches.unwant(WorkerId(1), task(2));
        fetches.ended(WorkerId(1));
        assert_eq!(fetches.next(&limits), None);
        assert!(fetches.is_consistent());
    }
}
