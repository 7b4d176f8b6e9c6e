//! The process's one runtime for sockets: two threads that never compute.

use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Wake};
use std::thread::Thread;

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

/// Waits for a future on this thread without polling it inside any runtime: it may be called from async code's threads
/// too. The future must not need a runtime to be polled in; spawn on [`runtime`] what does.
pub fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let mut future = std::pin::pin!(future);
    let waker = Arc::new(Unpark(std::thread::current())).into();
    let mut cx = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut cx) {
            return value;
        }
        std::thread::park();
    }
}
