//! What the hub keeps about each worker and client.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Instant;

use swath_error::Error;
use swath_graph::LayerId;
use swath_scheduler::{JobId, Left};
use swath_wire::{Metrics, Outbox, Peer, WorkerOffer};

use super::outgoing::{ToOneClient, ToOneWorker};

/// A worker.
#[derive(Debug)]
pub(crate) struct WorkerLink {
    pub offer: WorkerOffer,
    pub peer: Peer,
    /// None until it is connected.
    pub outbox: Option<Outbox>,
    pub out: ToOneWorker,
    /// Layers it has been sent, by job: one flag per layer.
    pub layers: HashMap<JobId, Vec<bool>>,
    pub retiring: bool,
    /// It was told to begin anew.
    pub renewing: bool,
    /// What it was last told that keeps it.
    pub left: Option<Left>,
    pub metrics: Metrics,
    pub heard: Instant,
    /// The connection is over, and why; its supervisor has until then to say more.
    pub silent: Option<(Instant, Option<Error>)>,
}

impl WorkerLink {
    pub fn new(offer: WorkerOffer, peer: Peer) -> Self {
        Self {
            offer,
            peer,
            outbox: None,
            out: ToOneWorker::default(),
            layers: HashMap::new(),
            retiring: false,
            renewing: false,
            left: None,
            metrics: Metrics::default(),
            heard: Instant::now(),
            silent: None,
        }
    }

    /// Whether the layer must be sent to it; it is taken to be sent then.
    pub fn lacks(&mut self, job: JobId, layer: LayerId, layers: usize) -> bool {
        let sent = self.layers.entry(job).or_insert_with(|| vec![false; layers]);
        sent.get_mut(layer.index()).is_some_and(|sent| !std::mem::replace(sent, true))
    }

    pub fn send(&mut self) {
        if let Some(outbox) = &self.outbox {
            self.out.send(outbox);
        }
    }
}

/// A client.
#[derive(Debug)]
pub(crate) struct ClientLink {
    pub outbox: Option<Outbox>,
    pub out: ToOneClient,
    /// Jobs it has not forgotten.
    pub jobs: BTreeSet<JobId>,
    /// Those whose small results workers deliver to it.
    pub delivered: HashSet<JobId>,
}

impl ClientLink {
    pub fn new() -> Self {
        Self { outbox: None, out: ToOneClient::default(), jobs: BTreeSet::new(), delivered: HashSet::new() }
    }

    pub fn send(&mut self) {
        if let Some(outbox) = &self.outbox {
            self.out.send(outbox);
        }
    }
}
