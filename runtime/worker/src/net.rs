//! The process's one runtime for sockets: two threads that never compute.

use std::sync::OnceLock;

use swath_error::{Error, Result};
use tokio::runtime::{Builder, Handle, Runtime};

/// Threads for sockets.
const THREADS: usize = 2;

/// The runtime that sockets of this process are served on; started on first use.
///
/// # Errors
/// [`swath_error::ErrorKind::Io`] when its threads cannot be started.
pub fn runtime() -> Result<Handle> {
    static RUNTIME: OnceLock<std::result::Result<Runtime, String>> = OnceLock::new();
    let started = RUNTIME.get_or_init(|| {
        let mut builder = Builder::new_multi_thread();
        builder
            .worker_threads(THREADS)
            .thread_name("swath-net")
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
