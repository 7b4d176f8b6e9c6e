//! The face of a runtime, and which one is in force.

use std::cell::RefCell;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use futures::channel::oneshot;
use parking_lot::RwLock;
use swath_block::{Block, CancelToken};
use swath_error::{Error, ErrorKind, Result};
use swath_graph::{GraphBuilder, Spread, TaskGraph};

use crate::RunOptions;

/// Something that runs task graphs: this process's threads, or a cluster.
pub trait Executor: Send + Sync {
    /// Starts a graph and returns at once; the run ends with the blocks of the graph's outputs, in order.
    ///
    /// Under [`RunOptions::synchronous`] the run may be over when this returns.
    ///
    /// # Errors
    /// When the graph cannot be run at all: an operation that this runtime cannot use.
    fn start(&self, graph: TaskGraph, options: &RunOptions) -> Result<Run>;

    /// Runs a graph to its end and keeps the blocks of its outputs where they are; the blocks given may stand for them
    /// ([`Block::elsewhere`]) and keep them as long as they are there.
    ///
    /// # Errors
    /// As [`Self::start`]; the error of the task that failed first.
    fn persist(&self, graph: TaskGraph, options: &RunOptions) -> Result<Vec<Block>> {
        self.start(graph, options)?.wait()
    }

    /// Whether the tasks run in other processes, so that their operations must be encodable.
    fn is_remote(&self) -> bool {
        false
    }

    /// The workers that tasks can be made for, when they are several processes; none for threads of one process, where
    /// operations that use several threads by themselves do best.
    fn spread(&self) -> Option<Spread> {
        None
    }

    /// The runtime's name for `explain()` and messages: `local`, `cluster host:8786`.
    fn describe(&self) -> String;
}

/// A run under way. Dropping it before its end cancels it.
#[derive(Debug)]
pub struct Run {
    result: oneshot::Receiver<Result<Vec<Block>>>,
    cancel: CancelToken,
    wake: Option<Waker>,
    over: bool,
}

/// Called after the token is set, so that a sleeping runtime notices.
struct Waker(Box<dyn Fn() + Send + Sync>);

impl std::fmt::Debug for Waker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Waker")
    }
}

/// The runtime's end of a [`Run`].
#[derive(Debug)]
pub struct RunSender(oneshot::Sender<Result<Vec<Block>>>);

/// A run and the end that finishes it. `on_cancel` is called once after `cancel` has been set by the caller's side.
pub fn run_channel(cancel: CancelToken, on_cancel: impl Fn() + Send + Sync + 'static) -> (RunSender, Run) {
    let (sender, result) = oneshot::channel();
    (RunSender(sender), Run { result, cancel, wake: Some(Waker(Box::new(on_cancel))), over: false })
}

impl RunSender {
    /// Ends the run. A caller that is gone is no error.
    pub fn finish(self, result: Result<Vec<Block>>) {
        let _ = self.0.send(result);
    }
}

impl Run {
    /// Asks the run to stop; it then ends with [`ErrorKind::Cancelled`].
    pub fn cancel(&mut self) {
        if let Some(wake) = self.wake.take() {
            self.cancel.cancel();
            (wake.0)();
        }
    }

    /// The token that stops this run.
    pub fn token(&self) -> &CancelToken {
        &self.cancel
    }

    /// Blocks until the run ends. Works inside any async runtime: nothing is polled there.
    ///
    /// # Errors
    /// The error of the task that failed first, or [`ErrorKind::Cancelled`].
    pub fn wait(mut self) -> Result<Vec<Block>> {
        crate::wait::block_on(&mut self)
    }
}

impl Future for Run {
    type Output = Result<Vec<Block>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let result = std::task::ready!(Pin::new(&mut self.result).poll(cx));
        self.over = true;
        Poll::Ready(
            result.unwrap_or_else(|_| {
                Err(Error::new(ErrorKind::Internal, "the runtime ended without a result"))
            }),
        )
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if !self.over {
            self.cancel();
        }
    }
}

/// A runtime that offers itself as the default; see [`crate::register_default_executor!`].
pub struct DefaultExecutor(pub fn() -> Arc<dyn Executor>);

inventory::collect!(DefaultExecutor);

/// Registers the runtime that `compute()` uses when nothing else is in force: a function that makes an
/// `Arc<dyn Executor>`, called once.
#[macro_export]
macro_rules! register_default_executor {
    ($make:expr) => {
        $crate::inventory::submit! { $crate::DefaultExecutor($make) }
    };
}

thread_local! {
    static SCOPED: RefCell<Vec<Arc<dyn Executor>>> = const { RefCell::new(Vec::new()) };
}

/// Runtimes that have taken the registered default's place, the last one in force.
static PREFERRED: RwLock<Vec<(u64, Arc<dyn Executor>)>> = RwLock::new(Vec::new());

/// While this is there, a runtime is the process's default; see [`prefer_executor`].
#[derive(Debug)]
#[must_use = "the runtime is the default only while this is there"]
pub struct Preferred(u64);

impl Drop for Preferred {
    fn drop(&mut self) {
        PREFERRED.write().retain(|(id, _)| *id != self.0);
    }
}

/// Makes `executor` the default of the whole process, until the guard is dropped or another one is preferred.
pub fn prefer_executor(executor: Arc<dyn Executor>) -> Preferred {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    PREFERRED.write().push((id, executor));
    Preferred(id)
}

/// The runtime in force on this thread: the innermost [`with_executor`]'s, else the one preferred last
/// ([`prefer_executor`]), else the registered default.
///
/// # Errors
/// [`ErrorKind::Unsupported`] when no runtime is linked into the program.
pub fn current_executor() -> Result<Arc<dyn Executor>> {
    static DEFAULT: OnceLock<Option<Arc<dyn Executor>>> = OnceLock::new();
    if let Some(scoped) = SCOPED.with_borrow(|stack| stack.last().cloned()) {
        return Ok(scoped);
    }
    if let Some((_, preferred)) = PREFERRED.read().last() {
        return Ok(preferred.clone());
    }
    let default =
        DEFAULT.get_or_init(|| inventory::iter::<DefaultExecutor>.into_iter().next().map(|d| (d.0)()));
    default.clone().ok_or_else(|| {
        Error::unsupported("no runtime is linked into this program").with_help("depend on the `swath` crate")
    })
}

/// A builder for graphs that `executor` runs.
pub fn builder_for(executor: &dyn Executor) -> GraphBuilder {
    let builder = GraphBuilder::new().spread_over(executor.spread());
    if executor.is_remote() { builder.travelling() } else { builder }
}

/// Makes `executor` the runtime in force while `body` runs on this thread.
pub fn with_executor<R>(executor: Arc<dyn Executor>, body: impl FnOnce() -> R) -> R {
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            SCOPED.with_borrow_mut(Vec::pop);
        }
    }
    SCOPED.with_borrow_mut(|stack| stack.push(executor));
    let _leave = Leave;
    body()
}
