//! A result on its way.

use std::pin::Pin;
use std::task::{Context, Poll};

use swath_error::{Error, Result};

use crate::wait::block_on;
use crate::{Finish, Run};

/// A computation under way: await it, or block on [`Pending::wait`]. Dropping it cancels the computation.
///
/// The work happens on swath's own threads; polling only looks whether it is over, so both forms work inside and
/// outside an async runtime.
#[must_use = "dropping a pending computation cancels it"]
pub struct Pending<T>(State<T>);

enum State<T> {
    Running(Run, Option<Finish<T>>),
    Failed(Option<Error>),
}

impl<T> Pending<T> {
    /// A run, and what turns its blocks into the result.
    pub fn new(run: Run, finish: Finish<T>) -> Self {
        Self(State::Running(run, Some(finish)))
    }

    /// A computation that failed before it started.
    pub fn failed(error: Error) -> Self {
        Self(State::Failed(Some(error)))
    }

    /// Blocks until the result is there.
    ///
    /// # Errors
    /// The error of the task that failed first, or [`swath_error::ErrorKind::Cancelled`].
    pub fn wait(self) -> Result<T> {
        block_on(self)
    }

    /// Asks the computation to stop; awaiting it then gives [`swath_error::ErrorKind::Cancelled`].
    pub fn cancel(&mut self) {
        if let State::Running(run, _) = &mut self.0 {
            run.cancel();
        }
    }
}

impl<T> Future for Pending<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let twice = || Error::internal("a computation was awaited after its end");
        match &mut self.0 {
            State::Running(run, finish) => {
                let blocks = std::task::ready!(Pin::new(run).poll(cx));
                Poll::Ready(blocks.and_then(|blocks| finish.take().ok_or_else(twice)?(blocks)))
            }
            State::Failed(error) => Poll::Ready(Err(error.take().unwrap_or_else(twice))),
        }
    }
}

impl<T> Unpin for Pending<T> {}
