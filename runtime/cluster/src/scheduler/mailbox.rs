//! Where the sockets' threads put what arrived, and the hub's thread takes it out all at once.

use std::time::Instant;

use parking_lot::{Condvar, Mutex};
use tokio::sync::Notify;

use super::inbound::Inbound;

/// Entries (batches of messages) that may wait; readers of sockets wait beyond that, and their peers with them.
const LIMIT: usize = 4096;

#[derive(Default)]
pub(crate) struct Mailbox {
    waiting: Mutex<Vec<Inbound>>,
    arrived: Condvar,
    emptied: Notify,
}

impl Mailbox {
    /// Puts something in; waits while too much is there.
    pub async fn put(&self, inbound: Inbound) {
        let mut inbound = Some(inbound);
        loop {
            let emptied = self.emptied.notified();
            {
                let mut waiting = self.waiting.lock();
                if waiting.len() < LIMIT {
                    waiting.extend(inbound.take());
                    self.arrived.notify_one();
                    return;
                }
            }
            emptied.await;
        }
    }

    /// Puts something in, however much is there.
    pub fn put_now(&self, inbound: Inbound) {
        self.waiting.lock().push(inbound);
        self.arrived.notify_one();
    }

    /// Takes everything out; waits until there is something, or until the deadline.
    pub fn take(&self, into: &mut Vec<Inbound>, deadline: Option<Instant>) {
        let mut waiting = self.waiting.lock();
        while waiting.is_empty() {
            match deadline {
                None => self.arrived.wait(&mut waiting),
                Some(deadline) => {
                    if self.arrived.wait_until(&mut waiting, deadline).timed_out() {
                        break;
                    }
                }
            }
        }
        let was_full = waiting.len() >= LIMIT;
        std::mem::swap(into, &mut waiting);
        drop(waiting);
        if was_full {
            self.emptied.notify_waiters();
        }
    }
}
