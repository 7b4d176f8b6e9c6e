//! Messages to one peer, collected until the end of a round.

use swath_graph::TaskId;
use swath_scheduler::{JobId, WorkerId};
use swath_wire::{Outbox, RunOrder, ToClient, ToWorker};

/// Messages to a worker.
#[derive(Debug, Default)]
pub(crate) struct ToOneWorker {
    /// Go before everything else: the rest may need them.
    layers: Vec<ToWorker>,
    rest: Vec<ToWorker>,
}

impl ToOneWorker {
    pub fn layers(&mut self, message: ToWorker) {
        self.layers.push(message);
    }

    pub fn push(&mut self, message: ToWorker) {
        self.rest.push(message);
    }

    /// Adds an order to run; orders that follow each other share one message.
    pub fn run(&mut self, order: RunOrder) {
        if let Some(ToWorker::Run(orders)) = self.rest.last_mut() {
            orders.push(order);
        } else {
            self.rest.push(ToWorker::Run(vec![order]));
        }
    }

    /// Adds a result to drop.
    pub fn release(&mut self, task: swath_scheduler::TaskRef) {
        if let Some(ToWorker::Release(tasks)) = self.rest.last_mut() {
            tasks.push(task);
        } else {
            self.rest.push(ToWorker::Release(vec![task]));
        }
    }

    /// Sends everything as one frame.
    pub fn send(&mut self, outbox: &Outbox) {
        if self.layers.is_empty() && self.rest.is_empty() {
            return;
        }
        self.layers.append(&mut self.rest);
        // A connection that is over is noticed where it is read.
        let _ = outbox.send(&self.layers);
        self.layers.clear();
    }
}

/// Messages to a client.
#[derive(Debug, Default)]
pub(crate) struct ToOneClient(Vec<ToClient>);

impl ToOneClient {
    pub fn push(&mut self, message: ToClient) {
        self.0.push(message);
    }

    /// Adds an output that is done; those of one job that follow each other share one message.
    pub fn finished(&mut self, job: JobId, output: (TaskId, WorkerId, u64)) {
        match self.0.last_mut() {
            Some(ToClient::Finished(last, outputs)) if *last == job => outputs.push(output),
            _ => self.0.push(ToClient::Finished(job, vec![output])),
        }
    }

    /// Sends everything as one frame.
    pub fn send(&mut self, outbox: &Outbox) {
        if !self.0.is_empty() {
            let _ = outbox.send(&self.0);
            self.0.clear();
        }
    }
}
