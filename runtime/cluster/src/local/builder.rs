//! How a local cluster is set up.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use swath_error::{Error, Result};
use swath_wire::Identity;
use swath_worker::{check_memory_limit, check_resource, check_threads};

use super::LocalCluster;

/// The most workers on one machine.
const MOST_WORKERS: usize = 1024;

/// How a local cluster is set up; made by [`LocalCluster::builder`].
#[derive(Clone, Debug)]
#[must_use]
pub struct LocalClusterBuilder {
    pub(crate) workers: usize,
    pub(crate) threads: usize,
    pub(crate) memory_limit: Option<u64>,
    pub(crate) processes: Option<Vec<PathBuf>>,
    pub(crate) resources: BTreeMap<String, u64>,
    pub(crate) local_dir: Option<PathBuf>,
    pub(crate) listen: SocketAddr,
    pub(crate) identity: Option<Identity>,
    pub(crate) ttl: Duration,
    pub(crate) patience: Duration,
    pub(crate) retire_timeout: Duration,
    pub(crate) allowed_failures: u32,
    pub(crate) scheduler_file: Option<PathBuf>,
}

impl Default for LocalClusterBuilder {
    fn default() -> Self {
        Self {
            workers: std::thread::available_parallelism().map_or(1, Into::into),
            threads: 1,
            memory_limit: None,
            processes: None,
            resources: BTreeMap::new(),
            local_dir: None,
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            identity: None,
            ttl: Duration::from_secs(30),
            patience: Duration::from_mins(5),
            retire_timeout: Duration::from_mins(1),
            allowed_failures: 3,
            scheduler_file: None,
        }
    }
}

impl LocalClusterBuilder {
    /// How many workers. Default: one per core.
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = workers;
        self
    }

    /// Compute threads of each worker. Default 1.
    pub fn threads_per_worker(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Bytes that the results of each worker may take in memory. Default: an equal share of 70 % of the machine's.
    pub fn memory_limit(mut self, bytes: u64) -> Self {
        self.memory_limit = Some(bytes);
        self
    }

    /// Workers are processes of their own that run this program, which must call `swath::init()` at the top of `main`.
    /// Default: they are threads of this process.
    pub fn processes(mut self) -> Self {
        self.processes = Some(Vec::new());
        self
    }

    /// Workers are processes of their own that run another program: the `swath` command, or one that calls
    /// `swath::init()`.
    pub fn program(mut self, program: impl Into<PathBuf>) -> Self {
        self.processes = Some(vec![program.into()]);
        self
    }

    /// Amount of a named resource that each worker has.
    pub fn resource(mut self, name: impl Into<String>, amount: u64) -> Self {
        self.resources.insert(name.into(), amount);
        self
    }

    /// The folder for results that do not fit into memory. Default: the system's folder for temporary files.
    pub fn local_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.local_dir = Some(folder.into());
        self
    }

    /// Where the scheduler listens. Default: a free port of the loopback interface.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// Certificates for everybody. Default: none. Worker processes need them in files and are not started with this.
    pub fn identity(mut self, identity: Identity) -> Self {
        self.identity = Some(identity);
        self
    }

    /// Silence after which a worker or client is taken to be gone. Default 30 s.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = ttl;
        self
    }

    /// How long a task waits for a worker that may run it before it fails. Default 5 minutes.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// How long a worker that is let go goes on while no other one is there to take over what is still wanted of it. Default
    /// one minute.
    pub fn retire_timeout(mut self, timeout: Duration) -> Self {
        self.retire_timeout = timeout;
        self
    }

    /// Workers that may be lost while they run a task before the task is taken to be the reason and fails. Default 3.
    pub fn allowed_failures(mut self, workers: u32) -> Self {
        self.allowed_failures = workers;
        self
    }

    /// Starts the scheduler and its workers, and waits until they are there.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Io`] when an address is in use; [`swath_error::ErrorKind::Cluster`] when worker
    /// processes do not come; [`swath_error::ErrorKind::InvalidArgument`] for a number of workers or threads, a memory
    /// limit, a ttl or a resource's name that nothing could work with, naming what is allowed.
    pub fn start(self) -> Result<LocalCluster> {
        check_threads(self.threads)?;
        self.memory_limit.map_or(Ok(()), check_memory_limit)?;
        self.resources.keys().try_for_each(|name| check_resource(name))?;
        if self.workers > MOST_WORKERS {
            return Err(Error::argument(format!(
                "a cluster of this machine has at most {MOST_WORKERS} workers, not {}",
                self.workers
            ))
            .with_help("give each worker several threads: threads_per_worker"));
        }
        LocalCluster::start(self)
    }
}
