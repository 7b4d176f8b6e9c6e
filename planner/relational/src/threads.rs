//! The threads that DataFusion's streams are polled on, and the thread of a slot that waits for them.

use std::collections::BTreeMap;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use datafusion::common::DataFusionError;
use swath_block::TaskContext;
use swath_error::{Error, ErrorKind, Result};
use tokio::runtime::{Builder, Handle, Runtime};

use crate::error::from_datafusion;
use crate::session::ReadCounter;

/// How often a waiting slot looks whether the run was cancelled and passes on what was read.
const TICK: Duration = Duration::from_millis(20);

/// How long a cancelled run waits for its work to let go, first by itself, then after it was told to.
const PATIENCE: Duration = Duration::from_millis(400);

/// The process-wide runtime with `threads` threads: one per size in use, made when first needed.
pub(crate) fn runtime(threads: usize) -> Result<Handle> {
    static RUNTIMES: Mutex<BTreeMap<usize, Runtime>> = Mutex::new(BTreeMap::new());
    let mut runtimes = RUNTIMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(runtime) = runtimes.get(&threads) {
        return Ok(runtime.handle().clone());
    }
    let built = Builder::new_multi_thread()
        .worker_threads(threads.max(1))
        .thread_name("swath-query")
        // Plans are trees walked by recursion; wide expressions need more than the default 2 MiB in debug builds.
        .thread_stack_size(8 << 20)
        .enable_all()
        .build()
        .map_err(|e| {
            Error::new(ErrorKind::Io, format!("cannot start the threads of the query engine: {e}"))
                .with_source(e)
        })?;
    let handle = built.handle().clone();
    runtimes.insert(threads, built);
    Ok(handle)
}

/// Runs planning work that may wait (catalogs, object stores) from a thread that is not asynchronous; safe inside any
/// runtime.
pub(crate) fn wait<T: Send + 'static>(
    work: impl Future<Output = Result<T, DataFusionError>> + Send + 'static,
) -> Result<T> {
    let (sender, receiver) = sync_channel(1);
    runtime(2)?.spawn(async move {
        let _ = sender.send(work.await);
    });
    receiver.recv().map_err(|_| Error::internal("planning ended without an answer"))?.map_err(from_datafusion)
}

/// Runs `work` on the runtime while the calling slot waits; stops it when the run is cancelled.
///
/// # Errors
/// The error of `work`; [`ErrorKind::Cancelled`] when a stop was asked for.
pub(crate) fn drive<T: Send + 'static>(
    ctx: &TaskContext<'_>,
    reads: &Arc<ReadCounter>,
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    let (sender, receiver) = sync_channel(1);
    let task = runtime(ctx.env.threads.max(ctx.slots))?.spawn(async move {
        let result = work.await;
        let _ = sender.send(result);
    });
    loop {
        let answer = receiver.recv_timeout(TICK);
        ctx.add_bytes_read(reads.take());
        match answer {
            Ok(result) => return result,
            Err(RecvTimeoutError::Disconnected) => return Err(Error::internal("the query engine panicked")),
            Err(RecvTimeoutError::Timeout) if ctx.env.cancel.is_cancelled() => {
                // Its sources stop by themselves; a step that does neither read nor yield is not waited for.
                let _ = receiver.recv_timeout(PATIENCE);
                task.abort();
                let _ = receiver.recv_timeout(PATIENCE);
                return Err(Error::cancelled("the run was cancelled"));
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}
