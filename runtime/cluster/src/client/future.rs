//! A result on a cluster.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use swath_block::Data;
use swath_error::{Error, Result};
use swath_graph::TaskId;
use swath_scheduler::TaskRef;
use swath_tasks::{Argument, FromArgument, Taken};
use swath_wire::FromClient;

use super::completed::Completions;
use super::fetch;
use super::jobs::{JobRecord, Place};
use super::shared::{self, Shared};

/// A result of type `T` that is, or will be, on a worker of a cluster. Made by [`crate::Client::submit`] and the like.
///
/// Cloning counts a reference; when the last clone is dropped the result is released, and a task that has not run and
/// that nobody else needs never will. A future may be an argument of further tasks: what it stands for goes from worker
/// to worker then.
///
/// Awaiting `&future` gives its result, as [`Self::result`] does.
pub struct Future<T> {
    pub(crate) record: Arc<JobRecord>,
    pub(crate) task: TaskId,
    kind: PhantomData<fn() -> T>,
}

/// How a future stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not run yet, or running.
    Pending,
    /// Its result exists.
    Finished,
    /// It, or something it depends on, failed.
    Error,
    /// It was cancelled.
    Cancelled,
}

impl<T> Future<T> {
    /// A future that takes over a reference counted already.
    pub(crate) fn new(record: Arc<JobRecord>, task: TaskId) -> Self {
        Self { record, task, kind: PhantomData }
    }

    /// The result's name in the cluster.
    pub fn key(&self) -> TaskRef {
        self.record.source(self.task)
    }

    /// How it stands, as far as this client has heard.
    pub fn status(&self) -> Status {
        match self.record.place(self.task) {
            Place::Pending => Status::Pending,
            Place::At(..) => Status::Finished,
            Place::Failed(e) if e.kind() == swath_error::ErrorKind::Cancelled => Status::Cancelled,
            Place::Failed(_) => Status::Error,
        }
    }

    /// Whether it has come to its end, good or bad.
    pub fn done(&self) -> bool {
        self.status() != Status::Pending
    }

    /// Waits until it has come to its end, without fetching the result.
    ///
    /// # Errors
    /// The error it ended with.
    pub fn wait(&self) -> Result<()> {
        self.flush();
        shared::wait(std::future::poll_fn(|cx| self.record.poll_place(self.task, cx))).map(drop)
    }

    /// As [`Self::wait`], for so long at most; whether it has come to an end.
    ///
    /// # Errors
    /// The error it ended with.
    pub fn wait_timeout(&self, patience: Duration) -> Result<bool> {
        self.flush();
        let Some(shared) = self.record.shared.upgrade() else { return Err(disconnected()) };
        let record = self.record.clone();
        let task = self.task;
        let place = shared.net.spawn(async move {
            let place = std::future::poll_fn(|cx| record.poll_place(task, cx));
            tokio::time::timeout(patience, place).await.ok()
        });
        match shared::wait(place) {
            Ok(Some(place)) => place.map(|_| true),
            Ok(None) => Ok(false),
            Err(e) => Err(Error::internal(format!("a wait was cut short: {e}"))),
        }
    }

    /// Makes an erred task run once more, with what it depends on.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidArgument`] for a future that was cancelled, [`swath_error::ErrorKind::Cluster`]
    /// when the connection is over.
    pub fn retry(&self) -> Result<()> {
        if self.status() == Status::Cancelled {
            return Err(Error::argument("a future that was cancelled cannot be retried")
                .with_help("submit the call again"));
        }
        let shared = self.record.shared.upgrade().ok_or_else(disconnected)?;
        self.record.again(self.task);
        shared.send(&[FromClient::Retry(vec![self.raw()])])
    }

    /// The result is not wanted: the task is not run, unless another needs it.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Cluster`] when the connection is over.
    pub fn cancel(&self) -> Result<()> {
        let shared = self.record.shared.upgrade().ok_or_else(disconnected)?;
        self.flush();
        self.record.failed(&[self.task], &Error::cancelled("the future was cancelled"));
        shared.send(&[FromClient::CancelOutputs(vec![self.raw()])])
    }

    /// The same result under another type: for tables, blocks and values whose type the caller knows better.
    pub fn cast<U>(&self) -> Future<U> {
        self.record.retain(self.task);
        Future::new(self.record.clone(), self.task)
    }

    pub(crate) fn raw(&self) -> TaskRef {
        TaskRef { job: self.record.job, task: self.task }
    }

    pub(crate) fn watch(&self, queue: &Arc<Completions>, number: usize) {
        self.record.watch(self.task, queue, number);
    }

    /// Sends what has been submitted and not sent yet.
    pub(crate) fn flush(&self) {
        if let Some(shared) = self.record.shared.upgrade() {
            shared.flush();
        }
    }

    pub(crate) fn shared(&self) -> Result<Arc<Shared>> {
        self.record.shared.upgrade().ok_or_else(disconnected)
    }
}

impl<T> Future<T> {
    /// Waits for the result and fetches it from its worker.
    ///
    /// # Errors
    /// The error of the task that failed first; [`swath_error::ErrorKind::Cluster`] when the connection is over;
    /// [`swath_error::ErrorKind::Internal`] when the result is not a `T`.
    pub fn result<M>(&self) -> Result<T>
    where
        T: FromArgument<M> + Clone,
    {
        self.flush();
        let shared = self.shared()?;
        let wanted = vec![(self.record.clone(), self.task)];
        let mut blocks = shared.block_on(fetch::blocks(shared.clone(), wanted))?;
        let block = blocks.pop().ok_or_else(|| Error::internal("a result was not fetched"))?;
        value(block)
    }
}

/// The value in a block that has just been fetched.
pub(crate) fn value<T: FromArgument<M> + Clone, M>(block: swath_block::Block) -> Result<T> {
    T::from_argument(Argument::Block(block)).map(Taken::into_owned)
}

pub(crate) fn disconnected() -> Error {
    Error::new(swath_error::ErrorKind::Cluster, "the client is closed")
        .with_help("keep the Client while its futures are used")
}

impl<T: Data + Clone> IntoFuture for &Future<T> {
    type Output = Result<T>;
    type IntoFuture = BoxFuture<'static, Result<T>>;

    fn into_future(self) -> Self::IntoFuture {
        self.flush();
        let shared = self.shared();
        let wanted = vec![(self.record.clone(), self.task)];
        Box::pin(async move {
            let shared = shared?;
            let fetched = shared.net.spawn(fetch::blocks(shared.clone(), wanted)).await;
            let mut blocks =
                fetched.map_err(|e| Error::internal(format!("a fetch was cut short: {e}")))??;
            value(blocks.pop().ok_or_else(|| Error::internal("a result was not fetched"))?)
        })
    }
}

impl<T> Clone for Future<T> {
    fn clone(&self) -> Self {
        self.cast()
    }
}

impl<T> Drop for Future<T> {
    fn drop(&mut self) {
        let (last, _) = self.record.release(self.task);
        if last && let Some(shared) = self.record.shared.upgrade() {
            shared.released(&self.record, self.raw());
        }
    }
}

impl<T> std::fmt::Debug for Future<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let TaskRef { job, task } = self.key();
        write!(f, "Future<{}>({}.{}: {:?})", std::any::type_name::<T>(), job.0, task.0, self.status())
    }
}
