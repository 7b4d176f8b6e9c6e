//! The supervised process's side: it does what its supervisor says, and does not outlive it.

use std::io::BufRead as _;
use std::sync::Arc;

use swath_error::{Error, Result};
use swath_worker::Worker;

use super::child::{LEAVE, STOP};

/// Makes the worker of this process do what the supervisor says over the standard input: hand over what it holds and
/// end, end at once, and that also when the supervisor is gone.
///
/// # Errors
/// [`swath_error::ErrorKind::Io`] when the thread for it cannot be started.
pub fn obey_supervisor(worker: &Arc<Worker>) -> Result<()> {
    let worker = worker.clone();
    let listen = move || {
        for line in std::io::stdin().lock().lines() {
            match line {
                Ok(line) if line.trim() == LEAVE => worker.leave(),
                Ok(line) if line.trim() == STOP => worker.stop(),
                Ok(_) => {}
                Err(_) => break,
            }
        }
        worker.stop();
    };
    let started = std::thread::Builder::new().name("swath-supervised".into()).spawn(listen);
    started.map(drop).map_err(|e| Error::io("cannot start a thread", e))
}
