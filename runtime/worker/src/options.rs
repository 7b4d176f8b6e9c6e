//! How a worker is set up.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use swath_wire::{Build, Identity};

/// How a worker is set up.
#[derive(Clone, Debug)]
pub struct WorkerOptions {
    /// The scheduler's address: `host:port`.
    pub scheduler: String,
    /// Its name; must be unique in the cluster. Default: host and process number.
    pub name: String,
    /// Compute threads. Default: the machine's cores.
    pub threads: usize,
    /// Bytes its results may take in memory; above 60 % of them results go to files. Default: 70 % of the machine's.
    pub memory_limit: u64,
    /// The process is this worker's own, so what the process takes in memory is watched too. Default false.
    pub owns_process: bool,
    /// A supervisor watches over the process, and tells the scheduler how it ended. Default false.
    pub supervised: bool,
    /// The folder for results that do not fit into memory. Default: the system's folder for temporary files.
    pub local_dir: PathBuf,
    /// Named amounts of abstract resources. Default: none.
    pub resources: BTreeMap<String, u64>,
    /// Where it answers other workers and clients. Default: a free port of the loopback interface.
    pub listen: SocketAddr,
    /// The host others reach it at, when that is not the one it listens at.
    pub contact: Option<String>,
    /// Certificates; none means neither encryption nor authentication.
    pub identity: Option<Identity>,
    /// Which build this is.
    pub build: Build,
    /// Names of the operations and functions it can run, sorted.
    pub operations: Vec<String>,
    /// After this time it hands its results over and ends. Default: never.
    pub lifetime: Option<Duration>,
    /// How long it looks for a scheduler that is not there, at the start and after a loss. Default 0: not at all.
    pub patience: Duration,
}

impl WorkerOptions {
    /// A worker of the scheduler at `scheduler`, with defaults for the rest.
    pub fn new(scheduler: impl Into<String>, build: Build, operations: Vec<String>) -> Self {
        Self {
            scheduler: scheduler.into(),
            name: format!("{}-{}", hostname(), std::process::id()),
            threads: std::thread::available_parallelism().map_or(1, Into::into),
            memory_limit: crate::memory::default_limit(),
            owns_process: false,
            supervised: false,
            local_dir: std::env::temp_dir(),
            resources: BTreeMap::new(),
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            contact: None,
            identity: None,
            build,
            operations,
            lifetime: None,
            patience: Duration::ZERO,
        }
    }
}

fn hostname() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let name = name.map(|n| n.trim().to_owned()).filter(|n| !n.is_empty());
    name.or_else(|| std::env::var("HOSTNAME").ok()).unwrap_or_else(|| "worker".to_owned())
}
