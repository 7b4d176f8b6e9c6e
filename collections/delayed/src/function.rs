//! A function made lazy, and how its calls want to be run.

use std::any::TypeId;
use std::marker::PhantomData;
use std::sync::Arc;

use swath_error::Error;

use crate::argument::{Args, Dependencies, LazyArg};
use crate::call::{Call, TryCall};
use crate::leaf::Poison;
use crate::node::{DepList, Id, Node, Style, Work};
use crate::{Apply, Delayed, Outcome};

/// Makes a function lazy: its calls become tasks.
///
/// ```
/// # use swath_local as _;
/// use swath_delayed::delayed;
/// fn add(a: i64, b: i64) -> i64 { a + b }
/// fn size(text: &str) -> usize { text.len() }
///
/// let five = delayed(add).call((2, 3));
/// let seven = delayed(add).call((&five, 2));
/// assert_eq!(seven.compute()?, 7);
/// assert_eq!(delayed(size).call(("swath",)).compute()?, 5);
/// # Ok::<(), swath_error::Error>(())
/// ```
pub fn delayed<F>(function: F) -> Function<F> {
    Function { f: function, style: None, pure: false, after: DepList::new() }
}

/// A lazy function; made by [`delayed`]. Its settings hold for every call made through it.
#[must_use = "a lazy function does nothing until it is called"]
#[derive(Clone)]
pub struct Function<F> {
    f: F,
    style: Option<Arc<Style>>,
    pure: bool,
    after: DepList,
}

impl<F> std::fmt::Debug for Function<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "delayed({})", std::any::type_name::<F>())
    }
}

impl<F> Function<F> {
    /// Names the calls' tasks in messages, drawings and progress; the default is the function's own name.
    pub fn named(self, name: impl Into<Arc<str>>) -> Self {
        let name = name.into();
        self.styled(|s| s.name = Some(name))
    }

    /// Says that equal arguments give equal results: equal calls in one computation run once.
    ///
    /// The function must not capture anything; otherwise the call's error surfaces when it is computed.
    pub fn pure(self) -> Self {
        Self { pure: true, ..self }
    }

    /// Tasks with a higher priority run first. Default 0.
    pub fn priority(self, priority: i32) -> Self {
        self.styled(|s| s.annotations.priority = priority)
    }

    /// How often a failed task is run again. Default 0.
    pub fn retries(self, retries: u32) -> Self {
        self.styled(|s| s.annotations.retries = retries)
    }

    /// Threads a task occupies, "up to"; for functions that start threads of their own. Default 1.
    pub fn slots(self, slots: u16) -> Self {
        self.styled(|s| s.annotations.slots = slots.max(1))
    }

    /// Amounts of named resources a task occupies while it runs, such as `("GPU", 1)`.
    pub fn resources<'a>(self, resources: impl IntoIterator<Item = (&'a str, u64)>) -> Self {
        let resources = resources.into_iter().map(|(name, n)| (name.to_owned(), n)).collect();
        self.styled(|s| s.annotations.resources = resources)
    }

    /// Names or addresses of the workers the tasks are restricted to.
    pub fn workers<'a>(self, workers: impl IntoIterator<Item = &'a str>) -> Self {
        let workers = workers.into_iter().map(str::to_owned).collect();
        self.styled(|s| s.annotations.workers = workers)
    }

    /// Makes the calls wait until `others` are computed, without being given their values.
    pub fn after(mut self, others: impl LazyArg) -> Self {
        let mut deps = Dependencies::default();
        others.store_lazy(&mut deps);
        self.after.extend(deps.0);
        self
    }

    fn styled(mut self, change: impl FnOnce(&mut Style)) -> Self {
        change(Arc::make_mut(self.style.get_or_insert_default()));
        self
    }
}

impl<F: Clone> Function<F> {
    /// A call: lazy, cheap, one task.
    ///
    /// Arguments are a tuple of plain values, delayed values or references to them, containers of those (`Vec`, arrays,
    /// `Option`, maps, tuples), and references to other collections, which are computed to one whole object first. The
    /// function may take each by value or by reference.
    #[track_caller]
    pub fn call<A, M, P, O>(&self, args: A) -> Delayed<F::Output>
    where
        A: Args<M>,
        F: Apply<P, A::Stored>,
        F::Output: Outcome<O>,
        P: 'static,
        O: 'static,
    {
        let (stored, deps) = self.take(args);
        let id = self.identity::<P, _>(&stored, &deps);
        F::Output::announce();
        self.node(id, deps, Call { function: self.f.clone(), stored, known: None, kinds: PhantomData })
    }

    /// A call of a function that returns a [`Result`]: its error ends the computation, as the cause of a
    /// [`swath_error::ErrorKind::TaskFailed`] error that names the task.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_delayed::delayed;
    /// let number = delayed(str::parse::<i64>).named("parse").try_call(("4o2",));
    /// let error = number.compute().unwrap_err();
    /// assert!(error.to_string().contains("invalid digit") && error.to_string().contains("parse-0"));
    /// ```
    #[track_caller]
    pub fn try_call<A, M, P, O, T, E>(&self, args: A) -> Delayed<T>
    where
        A: Args<M>,
        F: Apply<P, A::Stored, Output = Result<T, E>>,
        T: Outcome<O>,
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
        P: 'static,
        O: 'static,
    {
        let (stored, deps) = self.take(args);
        let id = self.identity::<P, _>(&stored, &deps);
        T::announce();
        self.node(id, deps, TryCall { function: self.f.clone(), stored, kinds: PhantomData })
    }

    fn take<A: Args<M>, M>(&self, args: A) -> (A::Stored, DepList) {
        let mut deps = Dependencies::default();
        let stored = args.store(&mut deps);
        deps.0.extend(self.after.iter().cloned());
        (stored, deps.0)
    }

    #[track_caller]
    fn identity<P, S>(&self, stored: &S, deps: &DepList) -> Result<Id, Error>
    where
        F: Apply<P, S>,
        P: 'static,
        S: 'static,
    {
        if !self.pure {
            return Ok(Id::unique());
        }
        if size_of::<F>() != 0 {
            return Err(Error::argument(format!(
                "{} captures values, so its calls cannot be told apart as pure",
                std::any::type_name::<F>()
            ))
            .with_help("pass what it captures as arguments, or leave out pure()")
            .at(std::panic::Location::caller()));
        }
        Ok(Id::pure(TypeId::of::<(F, P, S)>(), deps, |hasher| F::feed(stored, hasher)))
    }

    fn node<T>(&self, id: Result<Id, Error>, deps: DepList, work: impl Work) -> Delayed<T> {
        let (name, style) = (std::any::type_name::<F>(), self.style.clone());
        Delayed::from_node(match id {
            Ok(id) => Node::new(id, name, style, deps, work),
            Err(error) => Node::new(Id::unique(), name, style, DepList::new(), Poison(error)),
        })
    }
}
