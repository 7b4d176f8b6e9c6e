//! The client: submits work to a cluster, and gets the results from its workers.
//!
//! In: calls of functions, whole graphs, data. Out: futures, results. Place in the flow: above the control plane, to which
//! it says what is to be done, and the data plane, over which results come from the workers directly. It never runs a
//! task.

mod actor;
mod batch;
mod callable;
mod completed;
mod coordination;
mod data;
mod delivered;
mod executor;
mod fetch;
mod future;
mod info;
mod jobs;
mod kept;
mod known;
mod persist;
mod shared;

mod submit;

use std::sync::Arc;
use std::time::Duration;

use swath_error::{Error, ErrorKind, Result};
use swath_flight::FlightClient;
use swath_wire::{Connection, Dialer, Greeting, Identity, Role, Welcome};

pub use actor::{Actor, ActorFuture, ByMut, ByShared, Method};
pub use callable::{
    ByContent, ByRef, ByValue, CallWriter, Callable, Content, Plain, Remote, SubmitArg, SubmitArgs,
};
pub use completed::{AsCompleted, as_completed};
pub use coordination::{Event, Lease, Lock, Queue, Semaphore, Variable};
pub use executor::ClusterExecutor;
pub use future::{Future, Status};
pub use info::ClusterInfo;
pub use persist::Persisted;
pub use submit::Task;

use shared::Shared;

/// A connection to a cluster. Cloning shares it; when the last clone is dropped, what its futures refer to is released.
///
/// ```no_run
/// use swath_cluster::Client;
/// let client = Client::connect("127.0.0.1:8786")?;
/// println!("{} workers", client.workers()?.len());
/// # Ok::<(), swath_error::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    shared: Arc<Shared>,
}

/// How a client connects.
#[derive(Clone, Debug, Default)]
pub struct ClientOptions {
    /// Certificates; none means that the cluster has none.
    pub identity: Option<Identity>,
    /// The name shown to others. Default: the program's name and process number.
    pub name: Option<String>,
    /// How long to look for a scheduler that is not there yet. Default 0: not at all.
    pub patience: Duration,
}

/// How long a new client waits to be told of the workers.
const PATIENCE: Duration = Duration::from_secs(2);

/// Time between two attempts to find the scheduler.
const RETRY: Duration = Duration::from_millis(100);

impl Client {
    /// Connects to the scheduler at `address` (`host:port`).
    ///
    /// # Errors
    /// [`ErrorKind::Cluster`] when there is no scheduler, or one of another version, and with its reason when it refuses;
    /// [`ErrorKind::InvalidArgument`] when that is no address.
    pub fn connect(address: impl AsRef<str>) -> Result<Self> {
        Self::connect_with(address, &ClientOptions::default())
    }

    /// Connects with options.
    ///
    /// # Errors
    /// As [`Self::connect`].
    pub fn connect_with(address: impl AsRef<str>, options: &ClientOptions) -> Result<Self> {
        let (address, options) = (address.as_ref().to_owned(), options.clone());
        let net = swath_worker::runtime()?;
        let connecting = net.spawn(async move { open(&address, &options).await });
        shared::wait(connecting).map_err(|e| Error::internal(format!("connecting was cut short: {e}")))?
    }

    /// Connects to the scheduler whose address is in a file.
    ///
    /// # Errors
    /// As [`Self::connect`] and [`crate::read_scheduler_file`].
    pub fn connect_file(path: impl AsRef<std::path::Path>) -> Result<Self> {
        Self::connect(crate::read_scheduler_file(path)?)
    }

    /// The cluster of the task that this thread is running: how a task submits further tasks. While it waits for them
    /// its slot is free, so it never keeps them from running.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] on a thread that runs no task of a cluster; as [`Self::connect`].
    pub fn current() -> Result<Self> {
        use parking_lot::Mutex;
        use std::collections::HashMap;
        static CLIENTS: Mutex<Option<HashMap<String, Client>>> = Mutex::new(None);
        let running = swath_worker::running().ok_or_else(|| {
            Error::argument("this is not a task of a cluster").with_help("use Client::connect")
        })?;
        let address = running.scheduler().to_owned();
        let known = CLIENTS.lock().get_or_insert_default().get(&address).cloned();
        if let Some(client) = known.filter(|c| c.shared.dead().is_none()) {
            return Ok(client);
        }
        let options = ClientOptions { identity: running.identity(), ..ClientOptions::default() };
        let client = Self::connect_with(&address, &options)?;
        let mut all = CLIENTS.lock();
        let kept = all.get_or_insert_default().entry(address).or_insert_with(|| client.clone());
        if kept.is_closed() {
            *kept = client;
        }
        // Another task may have connected meanwhile: then its client is everybody's.
        Ok(kept.clone())
    }

    /// The scheduler's address.
    pub fn address(&self) -> &str {
        &self.shared.address
    }

    /// Leaves the cluster: everything that waits ends with an error, what is not published is released.
    pub fn close(&self) {
        self.shared.close();
    }

    /// Whether the connection is over.
    pub fn is_closed(&self) -> bool {
        self.shared.dead().is_some()
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }
}

async fn open(address: &str, options: &ClientOptions) -> Result<Client> {
    let start = std::time::Instant::now();
    loop {
        match open_once(address, options).await {
            Err(_) if start.elapsed() + RETRY < options.patience => tokio::time::sleep(RETRY).await,
            result => return result,
        }
    }
}

async fn open_once(address: &str, options: &ClientOptions) -> Result<Client> {
    let dialer = Dialer::new(options.identity.as_ref())?;
    let mut socket = dialer.dial(address).await?;
    let name = options.name.clone().unwrap_or_else(|| format!("client-{}", std::process::id()));
    let me = Greeting { build: crate::encode::build()?, role: Role::Client(name) };
    let Welcome::Client { first_job, ttl } = dialer.greet(address, &mut socket, &me).await? else {
        return Err(Error::new(ErrorKind::Cluster, "the scheduler took this client for a worker"));
    };
    let flight = FlightClient::new(&swath_worker::flight_options(options.identity.as_ref()))?;
    let connection = Connection::open_direct(socket, Duration::from_micros(ttl));
    let shared = Shared::start(address.to_owned(), first_job, flight, connection);
    // What is asked of workers by name next needs their names.
    let told = std::future::poll_fn(|cx| shared.poll_workers(0, cx));
    if let Ok(told) = tokio::time::timeout(PATIENCE, told).await {
        told?;
    }
    Ok(Client { shared })
}
