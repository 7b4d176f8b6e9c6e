//! Submitting calls of functions.

use swath_error::{Error, Result};
use swath_graph::Annotations;
use swath_tasks::{TaskFunction, task_by_type};

use super::Client;
use super::callable::{CallWriter, Callable, SubmitArg, SubmitArgs};
use super::future::Future;

/// A function to be called on the cluster, and how its calls want to be run; made by [`Client::task`].
#[must_use = "nothing is submitted before `submit` or `map`"]
#[derive(Clone, Debug)]
pub struct Task<F> {
    client: Client,
    /// Found once; the error is given by each submission.
    function: Result<TaskFunction>,
    annotations: Annotations,
    pure: bool,
    kind: std::marker::PhantomData<fn() -> F>,
}

impl Client {
    /// Calls `function`, which is marked `#[swath::task]`, on the cluster: returns at once with a future of its result.
    ///
    /// The same call of a function, with equal arguments, is made once while a future of it is kept: the second submission
    /// gives another future of the first. For functions that give other results each time, or that are called for what
    /// they do: `client.task(f).pure(false)`. A call that failed or was cancelled is made again.
    ///
    /// Arguments are a tuple of serialisable values, futures, references to futures and vectors of futures; the function
    /// may take each by value or by reference. Large values are better scattered ([`Self::scatter`]).
    ///
    /// ```no_run
    /// use swath_cluster::Client;
    /// use swath_tasks::task;
    ///
    /// #[task]
    /// fn add(a: i64, b: i64) -> i64 { a + b }
    ///
    /// let client = Client::connect("127.0.0.1:8786")?;
    /// let three = client.submit(add, (1, 2))?;
    /// let ten = client.submit(add, (&three, 7))?;
    /// assert_eq!(ten.result()?, 10);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Unsupported`] naming a function that is not registered, and the cure; before anything is
    /// sent. [`swath_error::ErrorKind::Cluster`] when the connection is over.
    pub fn submit<F, A, M, P>(&self, function: F, arguments: A) -> Result<Future<F::Output>>
    where
        A: SubmitArgs<M>,
        F: Callable<P, A::Values>,
    {
        self.task(function).submit(arguments)
    }

    /// As [`Self::submit`] for a function that returns a `Result`: the future is of the value, its error is the task's.
    ///
    /// # Errors
    /// As [`Self::submit`].
    pub fn try_submit<F, A, M, P, T, E>(&self, function: F, arguments: A) -> Result<Future<T>>
    where
        A: SubmitArgs<M>,
        F: Callable<P, A::Values, Output = std::result::Result<T, E>>,
    {
        self.task(function).try_submit(arguments)
    }

    /// Calls a function of one parameter once for each item: [`Self::submit`], many at once.
    ///
    /// # Errors
    /// As [`Self::submit`].
    pub fn map<F, I, M, P>(&self, function: F, items: I) -> Result<Vec<Future<F::Output>>>
    where
        I: IntoIterator,
        I::Item: SubmitArg<M>,
        F: Callable<P, (<I::Item as SubmitArg<M>>::Value,)>,
    {
        self.task(function).map(items)
    }

    /// As [`Self::map`] for a function that returns a `Result`.
    ///
    /// # Errors
    /// As [`Self::submit`].
    pub fn try_map<F, I, M, P, T, E>(&self, function: F, items: I) -> Result<Vec<Future<T>>>
    where
        I: IntoIterator,
        I::Item: SubmitArg<M>,
        F: Callable<P, (<I::Item as SubmitArg<M>>::Value,), Output = std::result::Result<T, E>>,
    {
        self.task(function).try_map(items)
    }

    /// A function whose calls are to be run in a special way: `client.task(f).priority(1).submit((x,))`.
    pub fn task<F: 'static>(&self, function: F) -> Task<F> {
        let _ = function;
        Task {
            client: self.clone(),
            function: task_by_type::<F>(),
            annotations: Annotations::default(),
            pure: true,
            kind: std::marker::PhantomData,
        }
    }
}

impl<F: 'static> Task<F> {
    /// Calls with a higher priority run first. Default 0.
    pub fn priority(mut self, priority: i32) -> Self {
        self.annotations.priority = priority;
        self
    }

    /// How often a failed call is run again. Default 0.
    pub fn retries(mut self, retries: u32) -> Self {
        self.annotations.retries = retries;
        self
    }

    /// Threads a call occupies, "up to". Default 1.
    pub fn slots(mut self, slots: u16) -> Self {
        self.annotations.slots = slots.max(1);
        self
    }

    /// Names or addresses of the workers the calls are restricted to. Default: any.
    pub fn workers<'a>(mut self, workers: impl IntoIterator<Item = &'a str>) -> Self {
        self.annotations.workers = workers.into_iter().map(str::to_owned).collect();
        self
    }

    /// With [`Self::workers`]: others may be used when none of those can.
    pub fn allow_other_workers(mut self) -> Self {
        self.annotations.allow_other_workers = true;
        self
    }

    /// Amounts of named resources a call occupies while it runs, such as `("GPU", 1)`.
    pub fn resources<'a>(mut self, resources: impl IntoIterator<Item = (&'a str, u64)>) -> Self {
        self.annotations.resources = resources.into_iter().map(|(name, n)| (name.to_owned(), n)).collect();
        self
    }

    /// Whether equal arguments make equal results, so that a call of which there is a future is not made again. Default
    /// true, as for [`Client::submit`].
    pub fn pure(mut self, pure: bool) -> Self {
        self.pure = pure;
        self
    }

    /// Submits a call; see [`Client::submit`].
    ///
    /// # Errors
    /// As [`Client::submit`].
    pub fn submit<A, M, P>(&self, arguments: A) -> Result<Future<F::Output>>
    where
        A: SubmitArgs<M>,
        F: Callable<P, A::Values>,
    {
        self.call(|call| arguments.write_all(call))
    }

    /// Submits a call; see [`Client::try_submit`].
    ///
    /// # Errors
    /// As [`Client::submit`].
    pub fn try_submit<A, M, P, T, E>(&self, arguments: A) -> Result<Future<T>>
    where
        A: SubmitArgs<M>,
        F: Callable<P, A::Values, Output = std::result::Result<T, E>>,
    {
        self.call(|call| arguments.write_all(call))
    }

    /// Submits one call for each item; see [`Client::map`].
    ///
    /// # Errors
    /// As [`Client::submit`].
    pub fn map<I, M, P>(&self, items: I) -> Result<Vec<Future<F::Output>>>
    where
        I: IntoIterator,
        I::Item: SubmitArg<M>,
        F: Callable<P, (<I::Item as SubmitArg<M>>::Value,)>,
    {
        self.calls(items)
    }

    /// Submits one call for each item; see [`Client::try_map`].
    ///
    /// # Errors
    /// As [`Client::submit`].
    pub fn try_map<I, M, P, T, E>(&self, items: I) -> Result<Vec<Future<T>>>
    where
        I: IntoIterator,
        I::Item: SubmitArg<M>,
        F: Callable<P, (<I::Item as SubmitArg<M>>::Value,), Output = std::result::Result<T, E>>,
    {
        self.calls(items)
    }

    fn calls<I, M, T>(&self, items: I) -> Result<Vec<Future<T>>>
    where
        I: IntoIterator,
        I::Item: SubmitArg<M>,
    {
        let write = |item: I::Item, call: &mut CallWriter<'_>| {
            item.write(call)?;
            call.arguments.end();
            Ok(())
        };
        let futures: Result<Vec<_>> =
            items.into_iter().map(|item| self.call(|call| write(item, call))).collect();
        // Many at once: nothing is gained by waiting for more.
        self.client.shared().flush();
        futures
    }

    fn call<T>(&self, write: impl FnOnce(&mut CallWriter<'_>) -> Result<()>) -> Result<Future<T>> {
        let function = self.function.clone()?;
        let shared = self.client.shared();
        let added = shared.with_batch(|batch| {
            batch.add(shared, function, &self.annotations, self.pure, |arguments, reads| {
                write(&mut CallWriter { arguments, reads })
            })
        });
        let (record, task) =
            added.map_err(|e: Error| e.context(format!("submitting {}", function.name())))?;
        Ok(Future::new(record, task))
    }
}
