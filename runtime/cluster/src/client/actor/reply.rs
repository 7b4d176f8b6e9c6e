//! What a call of an actor's method returns, once it is there.

use std::marker::PhantomData;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures::future::BoxFuture;
use parking_lot::Mutex;
use smallvec::SmallVec;
use swath_block::{Block, Data};
use swath_error::Result;
use swath_tasks::FromArgument;

use super::{Handle, future, shared};

/// An answer that is there or will be.
#[derive(Debug, Default)]
pub(crate) struct Reply(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    result: Option<Result<Block>>,
    waiting: SmallVec<[Waker; 1]>,
}

impl Reply {
    pub fn set(&self, result: Result<Block>) {
        let waiting = {
            let mut state = self.0.lock();
            state.result = Some(result);
            std::mem::take(&mut state.waiting)
        };
        waiting.into_iter().for_each(Waker::wake);
    }

    fn poll(&self, cx: &mut Context<'_>) -> Poll<Result<Block>> {
        let mut state = self.0.lock();
        if let Some(result) = &state.result {
            return Poll::Ready(result.clone());
        }
        if !state.waiting.iter().any(|w| w.will_wake(cx.waker())) {
            state.waiting.push(cx.waker().clone());
        }
        Poll::Pending
    }
}

/// What a call of an actor's method returns. Unlike a [`crate::Future`] it cannot be an argument: the value is on its way
/// here already. Awaiting `&future` gives it, as [`Self::result`] does.
pub struct ActorFuture<T> {
    reply: Arc<Reply>,
    /// The actor stays until its answer is there.
    handle: Option<Arc<Handle>>,
    kind: PhantomData<fn() -> T>,
}

impl<T> ActorFuture<T> {
    pub(super) fn new(reply: Arc<Reply>, handle: Option<Arc<Handle>>) -> Self {
        Self { reply, handle, kind: PhantomData }
    }

    /// Whether the call has come to its end, good or bad.
    pub fn done(&self) -> bool {
        self.reply.0.lock().result.is_some()
    }

    /// Waits for what the method returned.
    ///
    /// # Errors
    /// The method's error or panic; [`swath_error::ErrorKind::Cluster`] when the actor's worker is lost.
    pub fn result<M>(&self) -> Result<T>
    where
        T: FromArgument<M> + Clone,
    {
        future::value(shared::wait(std::future::poll_fn(|cx| self.reply.poll(cx)))?)
    }
}

impl<T: Data + Clone> IntoFuture for &ActorFuture<T> {
    type Output = Result<T>;
    type IntoFuture = BoxFuture<'static, Result<T>>;

    fn into_future(self) -> Self::IntoFuture {
        let (reply, handle) = (self.reply.clone(), self.handle.clone());
        Box::pin(async move {
            let block = std::future::poll_fn(|cx| reply.poll(cx)).await?;
            drop(handle);
            future::value(block)
        })
    }
}

impl<T> Clone for ActorFuture<T> {
    fn clone(&self) -> Self {
        Self::new(self.reply.clone(), self.handle.clone())
    }
}

impl<T> std::fmt::Debug for ActorFuture<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = if self.done() { "done" } else { "pending" };
        write!(f, "ActorFuture<{}>({state})", std::any::type_name::<T>())
    }
}
