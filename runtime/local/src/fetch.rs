//! The asynchronous halves of operations: polled by one thread that computes nothing, so that they hold no slot.

use std::panic::AssertUnwindSafe;
use std::sync::OnceLock;

use futures::channel::mpsc::{UnboundedSender, unbounded};
use futures::future::{AbortHandle, Abortable, BoxFuture};
use futures::{FutureExt as _, StreamExt as _};
use swath_block::{Block, Fetch};
use swath_error::{Error, Result};
use swath_execute::panicked;

/// A prepared fetch.
pub(crate) type Job = BoxFuture<'static, ()>;

/// A fetch to come: `then` is handed what it gave, on the fetching thread. Aborting the handle ends it with
/// [`swath_error::ErrorKind::Cancelled`].
pub(crate) fn prepare(fetch: Fetch, then: impl FnOnce(Result<Block>) + Send + 'static) -> (AbortHandle, Job) {
    let (handle, registration) = AbortHandle::new_pair();
    let fetch = Abortable::new(AssertUnwindSafe(fetch).catch_unwind(), registration);
    let job = fetch.map(move |ended| {
        then(match ended {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => Err(panicked(panic)),
            Err(_) => Err(Error::cancelled("the run was cancelled")),
        });
    });
    (handle, job.boxed())
}

/// Waits for a fetch here.
pub(crate) fn wait(fetch: Fetch) -> Result<Block> {
    let ended = futures::executor::block_on(AssertUnwindSafe(fetch).catch_unwind());
    ended.unwrap_or_else(|panic| Err(panicked(panic)))
}

/// Polls a fetch to its end on the fetching thread; here, when there is none.
pub(crate) fn spawn(job: Job) {
    if let Err(refused) = sender().unbounded_send(job) {
        futures::executor::block_on(refused.into_inner());
    }
}

fn sender() -> &'static UnboundedSender<Job> {
    static SENDER: OnceLock<UnboundedSender<Job>> = OnceLock::new();
    SENDER.get_or_init(|| {
        let (sender, jobs) = unbounded::<Job>();
        let serve = move || futures::executor::block_on(jobs.for_each_concurrent(None, |job| job));
        let _ = std::thread::Builder::new().name("swath-fetch".into()).spawn(serve);
        sender
    })
}
