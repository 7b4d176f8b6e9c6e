//! Actors: state on one worker, whose methods are called from anywhere, one call after another.
//!
//! In: a constructor and calls of methods, by name. Out: a handle, and futures of what the methods return. Calls go from
//! here to the worker directly; the scheduler only says which workers there are. An actor is never made again.

mod link;
mod method;
mod reply;

use std::marker::PhantomData;
use std::sync::Arc;

use parking_lot::Mutex;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use swath_error::{Error, ErrorKind, Result, unknown_name};
use swath_tasks::{ArgumentWriter, Method as Entry, method_by_type};
use swath_wire::ToActor;

use super::callable::{CallWriter, Callable, SubmitArgs};
use super::{Client, future, shared};

pub(crate) use link::Links;
pub use method::{ByMut, ByShared, Method};
pub use reply::ActorFuture;

use link::Link;

/// How long a first worker is waited for.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(2);

/// State of type `S` on one worker of a cluster; made by [`Client::actor`].
///
/// The calls that one thread makes run in the order in which they were made; those of several threads, clients and tasks
/// are mixed. They run on a thread of the worker beside its compute threads. Cloning counts a handle; the state goes with
/// the last one, and with the worker: an actor is not made again, and calls of a lost one are errors.
///
/// A handle may be an argument of tasks (`actor.clone()`), which then call the actor themselves. Keep one yourself until
/// they have ended: the clone on its way does not count.
pub struct Actor<S> {
    handle: Arc<Handle>,
    kind: PhantomData<fn() -> S>,
}

/// What all clones of a handle share.
#[derive(Debug)]
struct Handle {
    place: Place,
    /// The conversation with its worker; none before the first call of a handle that came from elsewhere.
    link: Mutex<Option<Arc<Link>>>,
}

/// Where an actor is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    worker: String,
    address: String,
    number: u64,
}

impl Client {
    /// Makes an actor on the worker with the fewest: calls `constructor`, a function in an `impl` block marked
    /// `#[swath::actor]`, there, and waits for that.
    ///
    /// ```no_run
    /// use swath_cluster::Client;
    /// use swath_tasks::actor;
    ///
    /// struct Counter(i64);
    ///
    /// #[actor]
    /// impl Counter {
    ///     fn new(start: i64) -> Self { Self(start) }
    ///     fn add(&mut self, n: i64) -> i64 {
    ///         self.0 += n;
    ///         self.0
    ///     }
    /// }
    ///
    /// let client = Client::connect("127.0.0.1:8786")?;
    /// let counter = client.actor(Counter::new, (0,))?;
    /// let five = counter.call(Counter::add, (5,))?;
    /// let seven = counter.call(Counter::add, (2,))?;
    /// assert_eq!((five.result()?, seven.result()?), (5, 7));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] for a function that is not registered, and for futures among the arguments;
    /// [`ErrorKind::Cluster`] when there is no worker or it is lost meanwhile; the constructor's panic.
    pub fn actor<F, A, M, P>(&self, constructor: F, arguments: A) -> Result<Actor<F::Output>>
    where
        A: SubmitArgs<M>,
        F: Callable<P, A::Values>,
    {
        self.make(constructor, None, arguments)
    }

    /// As [`Self::actor`] for a constructor that returns a `Result`, whose error is that of this call.
    ///
    /// # Errors
    /// As [`Self::actor`]; the constructor's error.
    pub fn try_actor<F, A, M, P, S, E>(&self, constructor: F, arguments: A) -> Result<Actor<S>>
    where
        A: SubmitArgs<M>,
        F: Callable<P, A::Values, Output = std::result::Result<S, E>>,
    {
        self.make(constructor, None, arguments)
    }

    /// As [`Self::actor`], on the worker of this name.
    ///
    /// # Errors
    /// As [`Self::actor`]; [`ErrorKind::NotFound`] for a name that is not there.
    pub fn actor_on<F, A, M, P>(&self, worker: &str, constructor: F, arguments: A) -> Result<Actor<F::Output>>
    where
        A: SubmitArgs<M>,
        F: Callable<P, A::Values>,
    {
        self.make(constructor, Some(worker), arguments)
    }

    /// As [`Self::try_actor`], on the worker of this name.
    ///
    /// # Errors
    /// As [`Self::try_actor`]; [`ErrorKind::NotFound`] for a name that is not there.
    pub fn try_actor_on<F, A, M, P, S, E>(
        &self,
        worker: &str,
        constructor: F,
        arguments: A,
    ) -> Result<Actor<S>>
    where
        A: SubmitArgs<M>,
        F: Callable<P, A::Values, Output = std::result::Result<S, E>>,
    {
        self.make(constructor, Some(worker), arguments)
    }

    fn make<F: 'static, A: SubmitArgs<M>, M, S>(
        &self,
        constructor: F,
        worker: Option<&str>,
        arguments: A,
    ) -> Result<Actor<S>> {
        let _ = constructor;
        let entry = method_by_type::<F>()?;
        let arguments = written(entry, arguments)?.into();
        let (worker, address) = self.place_for_actor(worker)?;
        let link = self.shared().actors.get(self.shared(), &worker, &address)?;
        let constructor = entry.name().to_owned();
        let reply = link.ask(|answer| ToActor::Make { answer, constructor, arguments })?;
        let made = ActorFuture::<u64>::new(reply, None).result();
        let number = made.map_err(|e| e.context(format!("making an actor on the worker {worker}")))?;
        let place = Place { worker, address, number };
        Ok(Actor::of(Handle { place, link: Mutex::new(Some(link)) }))
    }

    /// The name and address of the worker for a new actor.
    fn place_for_actor(&self, wanted: Option<&str>) -> Result<(String, String)> {
        // A client that has just come may not have been told of the workers yet.
        let _ = self.wait_for_workers(1, PATIENCE);
        let workers = self.workers()?;
        let found = if let Some(name) = wanted {
            workers.iter().find(|w| w.name == name || w.address == name)
        } else {
            let staying = workers.iter().filter(|w| !w.retiring);
            staying.min_by_key(|w| (w.metrics.actors, w.metrics.running + w.metrics.waiting, w.id))
        };
        found.map(|w| (w.name.clone(), w.address.clone())).ok_or_else(|| match wanted {
            Some(name) => {
                let known = workers.iter().map(|w| w.name.as_str());
                unknown_name(ErrorKind::NotFound, "worker", name, known)
            }
            None => Error::new(ErrorKind::Cluster, "there is no worker for an actor")
                .with_help("wait for workers first: client.wait_for_workers(1)"),
        })
    }
}

/// The arguments of a call as they travel.
fn written<A: SubmitArgs<M>, M>(entry: Entry, arguments: A) -> Result<Vec<u8>> {
    let mut reads = Vec::new();
    let write = |writer: &mut ArgumentWriter| {
        arguments.write_all(&mut CallWriter { arguments: writer, reads: &mut reads })
    };
    let written = entry.written(write)?;
    if reads.is_empty() {
        return Ok(written);
    }
    Err(Error::unsupported("an actor's methods take no futures")
        .with_help("pass its result: future.result()?, or let a task that reads the future call the actor"))
}

impl<S> Actor<S> {
    fn of(handle: Handle) -> Self {
        Self { handle: Arc::new(handle), kind: PhantomData }
    }

    /// The name of the worker that keeps the state.
    pub fn worker(&self) -> &str {
        &self.handle.place.worker
    }

    /// Calls a method, which is in an `impl` block marked `#[swath::actor]`: returns at once with a future of what it
    /// returns. The call is made whether or not the future is kept.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] for a method that is not registered, and for futures among the arguments;
    /// [`ErrorKind::Cluster`] when the actor's worker is lost.
    pub fn call<F, A, M, P>(&self, method: F, arguments: A) -> Result<ActorFuture<F::Output>>
    where
        A: SubmitArgs<M>,
        F: Method<S, P, A::Values>,
    {
        self.send(method, arguments)
    }

    /// As [`Self::call`] for a method that returns a `Result`: the future is of the value, its error is the method's.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub fn try_call<F, A, M, P, T, E>(&self, method: F, arguments: A) -> Result<ActorFuture<T>>
    where
        A: SubmitArgs<M>,
        F: Method<S, P, A::Values, Output = std::result::Result<T, E>>,
    {
        self.send(method, arguments)
    }

    fn send<F: 'static, A: SubmitArgs<M>, M, T>(&self, method: F, arguments: A) -> Result<ActorFuture<T>> {
        let _ = method;
        let entry = method_by_type::<F>()?;
        let arguments = written(entry, arguments)?.into();
        let link = self.handle.link()?;
        let (actor, method) = (self.handle.place.number, entry.name().to_owned());
        let reply = link.ask(|answer| ToActor::Call { answer, actor, method, arguments })?;
        Ok(ActorFuture::new(reply, Some(self.handle.clone())))
    }

    /// Says which client calls the actor: for a handle that came as the result of a task. Tasks need not say so.
    ///
    /// # Errors
    /// [`ErrorKind::Cluster`] when the actor's worker is lost.
    pub fn attach(&self, client: &Client) -> Result<()> {
        self.handle.attach(client).map(drop)
    }
}

impl Handle {
    /// The conversation with the actor's worker.
    fn link(&self) -> Result<Arc<Link>> {
        let known = self.link.lock().clone();
        if let Some(link) = known {
            return Ok(link);
        }
        let client = Client::current().map_err(|e| {
            e.with_help("this handle came from elsewhere: say whose it is with actor.attach(&client)")
        })?;
        self.attach(&client)
    }

    fn attach(&self, client: &Client) -> Result<Arc<Link>> {
        let Place { worker, address, number } = &self.place;
        let link = client.shared().actors.get(client.shared(), worker, address)?;
        let mut known = self.link.lock();
        if let Some(before) = &*known {
            return Ok(before.clone());
        }
        link.attach(*number)?;
        Ok(known.insert(link).clone())
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if let Some(link) = self.link.get_mut().take() {
            link.detach(self.place.number);
        }
    }
}

impl<S> Clone for Actor<S> {
    fn clone(&self) -> Self {
        Self { handle: self.handle.clone(), kind: PhantomData }
    }
}

impl<S> std::fmt::Debug for Actor<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Place { worker, number, .. } = &self.handle.place;
        write!(f, "Actor<{}>({number} on {worker})", std::any::type_name::<S>())
    }
}

impl<S> Serialize for Actor<S> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> std::result::Result<Z::Ok, Z::Error> {
        self.handle.place.serialize(serializer)
    }
}

impl<'de, S> Deserialize<'de> for Actor<S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let place = Place::deserialize(deserializer)?;
        Ok(Self::of(Handle { place, link: Mutex::new(None) }))
    }
}
