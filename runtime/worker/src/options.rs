//! How a worker is set up.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use swath_aside::ScratchDir;
use swath_error::{Error, Result};
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
    /// How long it goes on, once it was told to leave, while no other worker is there to take over what is still wanted of
    /// it; then it ends, and that is lost. Default one minute.
    pub retire_timeout: Duration,
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
            retire_timeout: Duration::from_mins(1),
            patience: Duration::ZERO,
        }
    }

    /// Refuses what no worker could work with.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidArgument`] naming the option and what is allowed; [`swath_error::ErrorKind::Io`] for a folder that nothing can
    /// be written to.
    pub fn check(&self) -> Result<()> {
        check_threads(self.threads)?;
        check_name(&self.name)?;
        check_memory_limit(self.memory_limit)?;
        self.resources.keys().try_for_each(|name| check_resource(name))?;
        if self.contact.as_ref().is_some_and(|host| host.trim().is_empty()) {
            return Err(Error::argument("the host by which others reach a worker (--contact) is empty")
                .with_help("write a host's name or address, or leave it out"));
        }
        let made = ScratchDir::create(&self.local_dir);
        made.map(drop).map_err(|e| {
            let folder = self.local_dir.display();
            e.context(format!("the folder for results that do not fit into memory (--local-dir {folder})"))
        })
    }
}

/// The most compute threads of a worker.
pub const MOST_THREADS: usize = 4096;

/// The least memory that a worker works with, in bytes: 1 MiB.
pub const LEAST_MEMORY: u64 = 1 << 20;

/// Bytes of the longest name of a worker or a resource.
const LONGEST_NAME: usize = 255;

/// Refuses numbers of compute threads that cannot be had.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] unless it is from 1 to [`MOST_THREADS`].
pub fn check_threads(threads: usize) -> Result<()> {
    if (1..=MOST_THREADS).contains(&threads) {
        return Ok(());
    }
    Err(Error::argument(format!(
        "a worker has from 1 to {MOST_THREADS} compute threads (--nthreads), not {threads}"
    ))
    .with_help("about one thread per core is best"))
}

/// Refuses memory limits that no result fits into.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] below [`LEAST_MEMORY`].
pub fn check_memory_limit(bytes: u64) -> Result<()> {
    if bytes >= LEAST_MEMORY {
        return Ok(());
    }
    Err(Error::argument(format!(
        "a worker's memory limit (--memory-limit) is at least 1 MiB, not {bytes} bytes"
    ))
    .with_help("leave it out for 70 % of the machine's memory"))
}

/// Refuses names that could not be shown or found.
fn check_name(name: &str) -> Result<()> {
    if is_name(name) {
        return Ok(());
    }
    Err(Error::argument(format!("{name:?} is not a worker's name (--name)")).with_help(NAMES))
}

/// Refuses names of resources that could not be asked for.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] for an empty name, control characters, `=` and `,`.
pub fn check_resource(name: &str) -> Result<()> {
    if is_name(name) && !name.contains(['=', ',']) {
        return Ok(());
    }
    Err(Error::argument(format!("{name:?} is not a resource's name (--resources NAME=N)")).with_help(NAMES))
}

const NAMES: &str = "a name has from 1 to 255 bytes, and neither control characters nor blanks at its ends";

fn is_name(name: &str) -> bool {
    let printable = !name.chars().any(char::is_control) && name.trim() == name;
    printable && (1..=LONGEST_NAME).contains(&name.len())
}

fn hostname() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let name = name.map(|n| n.trim().to_owned()).filter(|n| !n.is_empty());
    name.or_else(|| std::env::var("HOSTNAME").ok()).unwrap_or_else(|| "worker".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> WorkerOptions {
        WorkerOptions::new("127.0.0.1:1", Build::new("1", []), Vec::new())
    }

    /// What is said about these options.
    fn refusal(options: &WorkerOptions) -> String {
        options.check().unwrap_err().to_string()
    }

    #[test]
    fn what_no_worker_could_work_with_is_named() {
        options().check().unwrap();
        for threads in [0, 100_000] {
            let text = refusal(&WorkerOptions { threads, ..options() });
            assert!(text.contains("from 1 to 4096") && text.contains(&threads.to_string()), "{text}");
        }
        let text = refusal(&WorkerOptions { memory_limit: 0, ..options() });
        assert!(text.contains("--memory-limit") && text.contains("1 MiB"), "{text}");
        for name in ["", "a\nb", " a", &"x".repeat(256)] {
            let text = refusal(&WorkerOptions { name: name.into(), ..options() });
            assert!(text.contains("--name"), "{text}");
        }
        for name in ["", "GPU=1"] {
            let text = refusal(&WorkerOptions { resources: [(name.to_owned(), 1)].into(), ..options() });
            assert!(text.contains("--resources"), "{text}");
        }
        let text = refusal(&WorkerOptions { local_dir: "/proc/nope".into(), ..options() });
        assert!(text.contains("--local-dir /proc/nope"), "{text}");
        assert!(refusal(&WorkerOptions { contact: Some(String::new()), ..options() }).contains("--contact"));
    }
}
