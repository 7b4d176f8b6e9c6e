//! Compute threads: each runs one task after another.

use std::sync::Arc;
use std::time::Instant;

use swath_error::{Error, Result};

use crate::desk::{Desk, Outcome, keep};

/// Bytes of stack, as much as a main thread has: user code may recurse. Only what is touched costs.
const STACK: usize = 8 << 20;

/// Starts the threads that are missing; gives how many could be had.
pub(crate) fn ensure_threads(desk: &Arc<Desk>) -> usize {
    let mut threads = usize::MAX;
    while let Some(number) = desk.claim_thread() {
        let worker = desk.clone();
        let builder = std::thread::Builder::new().name(format!("swath-{number}")).stack_size(STACK);
        if builder.spawn(move || work(&worker)).is_err() {
            threads = desk.unclaim_thread();
            break;
        }
    }
    threads
}

/// Starts the threads of a new worker.
///
/// # Errors
/// [`swath_error::ErrorKind::Io`] when not even one can be started.
pub(crate) fn start(desk: &Arc<Desk>) -> Result<()> {
    match ensure_threads(desk) {
        0 => Err(Error::io("cannot start a compute thread", std::io::Error::last_os_error())),
        _ => Ok(()),
    }
}

fn work(desk: &Arc<Desk>) {
    let mut outcome = None;
    while let Some(work) = desk.next(outcome.take()) {
        let env = work.env(desk);
        if let Some(fetch) = work.fetch(&env) {
            desk.begin_fetch(work, fetch);
            continue;
        }
        let (attempt, client, start) = (work.attempt, work.deliver, Instant::now());
        let block = work.run(&desk.store, &env, desk);
        let micros = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
        let delivered = block.as_ref().ok().filter(|_| client != 0).cloned();
        let result = keep(&desk.store, attempt, block);
        if let (Ok(_), Some(block)) = (&result, delivered) {
            desk.deliveries.deliver(client, attempt.task, block);
        }
        outcome = Some(Outcome { attempt, result, micros: micros.max(1) });
    }
}
