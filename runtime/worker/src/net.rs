//! The process's one runtime for sockets: threads that never compute.

use std::sync::OnceLock;

use swath_error::{Error, Result};
use tokio::runtime::{Builder, Handle, Runtime};

/// Cores for each thread for sockets: one thread hands messages on without waking another, so it is the better number
/// where cores are few.
const CORES_A_THREAD: usize = 4;

/// More threads than this have nothing to do.
const MOST: usize = 4;

/// Bytes of stack: methods of actors run on threads of this runtime. Only what is touched costs.
const STACK: usize = 8 << 20;

/// The runtime that sockets of this process are served on; started on first use.
///
/// # Errors
/// [`swath_error::ErrorKind::Io`] when its threads cannot be started.
pub fn runtime() -> Result<Handle> {
    static RUNTIME: OnceLock<std::result::Result<Runtime, String>> = OnceLock::new();
    let started = RUNTIME.get_or_init(|| {
        let cores = std::thread::available_parallelism().map_or(1, Into::into);
        let mut builder = Builder::new_multi_thread();
        builder
            .worker_threads((cores / CORES_A_THREAD).clamp(1, MOST))
            .thread_name("swath-net")
            .thread_stack_size(STACK)
            .enable_all()
            .build()
            .map_err(|e| e.to_string())
    });
    match started {
        Ok(runtime) => Ok(runtime.handle().clone()),
        Err(why) => {
            Err(Error::io("cannot start the threads for sockets", std::io::Error::other(why.clone())))
        }
    }
}
