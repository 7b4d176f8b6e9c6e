//! Workers whose connection is over: their supervisors have a moment to say why, before they are given up.

use std::time::{Duration, Instant};

use swath_error::{Error, ErrorKind};
use swath_scheduler::{Event, WorkerId};
use swath_wire::Obituary;

use super::hub::Hub;

/// How long a supervisor may take to say how its worker ended.
const VERDICT: Duration = Duration::from_secs(1);

impl Hub {
    /// The connection to a worker is over.
    pub fn worker_silent(&mut self, id: WorkerId, reason: Option<Error>) {
        let Some(link) = self.workers.get_mut(&id) else { return };
        if !link.offer.supervised || link.retiring || link.outbox.is_none() {
            return self.worker_left(id, reason);
        }
        link.silent.get_or_insert((Instant::now() + VERDICT, reason));
        self.step(Event::Halted(id, true));
    }

    /// A supervisor says how its worker ended. One that has been given up stays so.
    pub fn worker_died(&mut self, obituary: &Obituary) {
        let Obituary { worker, pid, cause } = obituary;
        let found = self.workers.iter().find(|(_, w)| w.peer.name == *worker && w.offer.pid == *pid);
        if let Some(id) = found.map(|(id, _)| *id) {
            self.worker_left(id, Some(Error::new(ErrorKind::Cluster, cause.clone())));
        }
    }

    /// The next moment at which a worker is given up.
    pub fn verdicts_due(&self) -> Option<Instant> {
        self.workers.values().filter_map(|w| w.silent.as_ref()).map(|(due, _)| *due).min()
    }

    /// Gives up those whose supervisors have said nothing in time.
    pub fn give_up_silent(&mut self) {
        let now = Instant::now();
        let due = |(id, w): (&WorkerId, &super::links::WorkerLink)| {
            w.silent.as_ref().is_some_and(|(due, _)| *due <= now).then_some(*id)
        };
        let all: Vec<WorkerId> = self.workers.iter().filter_map(due).collect();
        for id in all {
            self.give_up(id);
        }
    }

    /// Gives a worker up whose connection is over.
    pub fn give_up(&mut self, id: WorkerId) {
        let reason = self.workers.get_mut(&id).and_then(|w| w.silent.take()).and_then(|(_, reason)| reason);
        self.worker_left(id, reason);
    }
}
