//! Orders of tasks with very many inputs: they are sent in pieces, one in each round, so that no round takes long and
//! everybody else is served in between.

use std::collections::VecDeque;

use swath_scheduler::{Attempt, Input, JobId, Order};
use swath_wire::ToWorker;

use super::hub::Hub;

/// Inputs told of at once.
const PIECE: usize = 4096;

/// Orders under way, and how many of its inputs the worker of each has been told of.
#[derive(Debug, Default)]
pub(crate) struct LongOrders(VecDeque<(Order, usize)>);

impl LongOrders {
    /// Takes back an order that has not been sent in full; whether there was one.
    pub fn take_back(&mut self, attempt: Attempt) -> bool {
        let before = self.0.len();
        self.0.retain(|(order, _)| order.attempt != attempt);
        self.0.len() < before
    }

    /// Takes back all orders of a job that have not been sent in full.
    pub fn take_back_job(&mut self, job: JobId) -> Vec<Attempt> {
        let of_job = self.0.iter().map(|(order, _)| order.attempt).filter(|a| a.task.job == job).collect();
        self.0.retain(|(order, _)| order.attempt.task.job != job);
        of_job
    }
}

impl Hub {
    /// Sends a task to its worker, later when it has very many inputs.
    pub fn order(&mut self, order: Order) {
        let task = order.attempt.task;
        let inputs = self.scheduler.graph(task.job).map_or(0, |graph| graph.deps(task.task).len());
        if inputs > PIECE {
            self.long_orders.0.push_back((order, 0));
        } else {
            self.send_order(order, 0);
        }
    }

    /// Sends the next piece of the oldest order under way; whether there is more to send.
    pub fn send_piece(&mut self) -> bool {
        let Some((order, sent)) = self.long_orders.0.pop_front() else { return false };
        let attempt = order.attempt;
        let task = attempt.task;
        // Its worker may be gone, or its job.
        if self.scheduler.is_live(attempt)
            && let Some(graph) = self.scheduler.graph(task.job)
        {
            if graph.deps(task.task).len() - sent > PIECE {
                let inputs: Vec<Input> = self.scheduler.inputs_from(task, sent).take(PIECE).collect();
                self.tell_worker(attempt.worker, ToWorker::Inputs(attempt, inputs));
                self.long_orders.0.push_front((order, sent + PIECE));
            } else {
                self.send_order(order, sent);
            }
        }
        !self.long_orders.0.is_empty()
    }
}
