//! Futures in the order in which they come to their ends.

use std::collections::VecDeque;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, Waker};

use futures::Stream;
use parking_lot::Mutex;

use super::future::Future;
use super::shared::{self, Shared};

/// Numbers of outputs that are there, or never will be.
#[derive(Debug, Default)]
pub(crate) struct Completions(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    numbers: VecDeque<usize>,
    waker: Option<Waker>,
}

impl Completions {
    pub fn push(&self, number: usize) {
        let waker = {
            let mut inner = self.0.lock();
            inner.numbers.push_back(number);
            inner.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn poll_pop(&self, cx: &mut Context<'_>) -> Poll<usize> {
        let mut inner = self.0.lock();
        if let Some(number) = inner.numbers.pop_front() {
            return Poll::Ready(number);
        }
        inner.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}

/// Futures in the order in which they come to their ends, good or bad: an iterator that waits, and a stream. New futures
/// can join at any time.
///
/// ```no_run
/// # use swath_cluster::{Client, as_completed};
/// # fn work(client: &Client, futures: Vec<swath_cluster::Future<i64>>) -> swath_error::Result<()> {
/// for future in as_completed(futures) {
///     println!("{}", future.result()?);
/// }
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct AsCompleted<T> {
    queue: Arc<Completions>,
    futures: Vec<Option<Future<T>>>,
    left: usize,
    /// Clients with something to send before it can be waited for; mostly one.
    clients: Vec<Weak<Shared>>,
}

/// The futures in the order in which they come to their ends.
pub fn as_completed<T>(futures: impl IntoIterator<Item = Future<T>>) -> AsCompleted<T> {
    let mut completed =
        AsCompleted { queue: Arc::default(), futures: Vec::new(), left: 0, clients: Vec::new() };
    futures.into_iter().for_each(|future| completed.add(future));
    completed
}

impl<T> AsCompleted<T> {
    /// Adds a future to wait for.
    pub fn add(&mut self, future: Future<T>) {
        future.watch(&self.queue, self.futures.len());
        if !self.clients.iter().any(|c| c.ptr_eq(&future.record.shared)) {
            self.clients.push(future.record.shared.clone());
        }
        self.futures.push(Some(future));
        self.left += 1;
    }

    /// How many have not been given out.
    pub fn len(&self) -> usize {
        self.left
    }

    /// Whether all have been given out.
    pub fn is_empty(&self) -> bool {
        self.left == 0
    }

    fn flush(&self) {
        self.clients.iter().filter_map(Weak::upgrade).for_each(|client| client.flush());
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Future<T>>> {
        while self.left > 0 {
            let number = std::task::ready!(self.queue.poll_pop(cx));
            if let Some(future) = self.futures.get_mut(number).and_then(Option::take) {
                self.left -= 1;
                return Poll::Ready(Some(future));
            }
        }
        Poll::Ready(None)
    }
}

impl<T> Iterator for AsCompleted<T> {
    type Item = Future<T>;

    fn next(&mut self) -> Option<Future<T>> {
        self.flush();
        shared::wait(std::future::poll_fn(|cx| self.poll(cx)))
    }
}

impl<T> Stream for AsCompleted<T> {
    type Item = Future<T>;

    fn poll_next(self: std::pin::Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Future<T>>> {
        let this = self.get_mut();
        this.flush();
        this.poll(cx)
    }
}

impl<T> Unpin for AsCompleted<T> {}
