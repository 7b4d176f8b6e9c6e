//! The cluster.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use swath_error::{Error, ErrorKind, Result};

use super::builder::LocalClusterBuilder;
use super::process;
use crate::client::ClientOptions;
use crate::supervisor::Supervisor;
use crate::{Client, SchedulerOptions, SchedulerServer, Worker, WorkerOptions};

/// How long worker processes may take to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// Time between two looks whether a worker that is waited for has ended.
const LOOK: Duration = Duration::from_millis(200);

/// How long a new client waits to be told of the workers.
const KNOWN_WITHIN: Duration = Duration::from_secs(2);

/// A scheduler and workers on this machine; dropping it ends them.
///
/// ```
/// use swath_cluster::LocalCluster;
/// let cluster = LocalCluster::builder().workers(2).start()?;
/// let client = cluster.client()?;
/// assert_eq!(client.workers()?.len(), 2);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[derive(Debug)]
pub struct LocalCluster {
    setup: LocalClusterBuilder,
    scheduler: SchedulerServer,
    client: Client,
    members: Mutex<Members>,
}

#[derive(Debug, Default)]
struct Members {
    workers: BTreeMap<String, Member>,
    next: usize,
}

#[derive(Debug)]
enum Member {
    /// Stopped when it is dropped.
    Here {
        _worker: Worker,
    },
    Process(Supervisor),
}

impl Member {
    /// Whether it has ended for good by itself.
    fn has_ended(&self) -> bool {
        matches!(self, Self::Process(process) if process.end().is_some())
    }

    /// Why it has ended for good.
    fn failure(&self) -> Option<Error> {
        match self {
            Self::Process(process) => process.end()?.err(),
            Self::Here { .. } => None,
        }
    }
}

impl LocalCluster {
    /// A cluster of one worker per core, with one thread each, unless said otherwise.
    pub fn builder() -> LocalClusterBuilder {
        LocalClusterBuilder::default()
    }

    pub(super) fn start(setup: LocalClusterBuilder) -> Result<Self> {
        if setup.processes.is_some() {
            process::program(&[])?;
        }
        let options = SchedulerOptions {
            listen: setup.listen,
            identity: setup.identity.clone(),
            ttl: setup.ttl,
            patience: setup.patience,
            scheduler_file: setup.scheduler_file.clone(),
            allowed_failures: setup.allowed_failures,
            ..SchedulerOptions::new(crate::build()?)
        };
        let scheduler = wait(SchedulerServer::start(options))?;
        let client = connect(&scheduler, &setup)?;
        let cluster = Self { setup, scheduler, client, members: Mutex::default() };
        cluster.scale(cluster.setup.workers)?;
        Ok(cluster)
    }

    /// The scheduler's address, for further clients and workers.
    pub fn address(&self) -> String {
        self.scheduler.address().to_string()
    }

    /// A client of its own.
    ///
    /// # Errors
    /// As [`Client::connect`].
    pub fn client(&self) -> Result<Client> {
        let client = connect(&self.scheduler, &self.setup)?;
        // The scheduler tells of the workers after the greeting; one that is gone is not waited for any longer.
        let _ = client.wait_for_workers(self.len(), KNOWN_WITHIN);
        Ok(client)
    }

    /// How many workers it has started and not let go.
    pub fn len(&self) -> usize {
        self.members.lock().workers.values().filter(|member| !member.has_ended()).count()
    }

    /// Whether it has no workers.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Names of its workers, the oldest first, each with its process when it has one of its own.
    pub fn workers(&self) -> Vec<(String, Option<u32>)> {
        let members = self.members.lock();
        let pid = |member: &Member| match member {
            Member::Here { .. } => None,
            Member::Process(process) => process.pid(),
        };
        members.workers.iter().map(|(name, member)| (name.clone(), pid(member))).collect()
    }

    /// Starts workers or lets some go, the youngest first, until there are so many. Waits until that is so.
    ///
    /// # Errors
    /// [`ErrorKind::Cluster`] when new workers do not come.
    pub fn scale(&self, workers: usize) -> Result<()> {
        self.members.lock().workers.retain(|_, member| !member.has_ended());
        let here = self.len();
        for _ in here..workers {
            self.add_worker()?;
        }
        if workers < here {
            let names = self.dispensable(here - workers)?;
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            self.retire(&names)?;
        }
        self.wait_for(workers)
    }

    /// Names of so many workers to let go: the youngest first, those with actors last.
    fn dispensable(&self, workers: usize) -> Result<Vec<String>> {
        let infos = self.client.workers()?;
        let actors = |name: &String| infos.iter().find(|w| w.name == *name).map_or(0, |w| w.metrics.actors);
        let mut names: Vec<String> = self.members.lock().workers.keys().rev().cloned().collect();
        names.sort_by_key(actors);
        names.truncate(workers);
        Ok(names)
    }

    /// Waits until so many workers are there, or one of them has ended for good.
    fn wait_for(&self, workers: usize) -> Result<()> {
        let start = Instant::now();
        loop {
            let there = self.client.wait_for_workers(workers, LOOK);
            let failed = self.members.lock().workers.values().find_map(Member::failure);
            match (there, failed) {
                (Ok(()), _) => return Ok(()),
                (Err(_), Some(failure)) => return Err(failure),
                (Err(error), None) if self.client.is_closed() || start.elapsed() > PATIENCE => {
                    return Err(self.explained(error));
                }
                (Err(_), None) => {}
            }
        }
    }

    /// Starts one more worker; gives its name. A process may take a moment to come.
    ///
    /// # Errors
    /// [`ErrorKind::Cluster`] when it is refused; [`ErrorKind::Io`] when its process cannot be started.
    pub fn add_worker(&self) -> Result<String> {
        let number = {
            let mut members = self.members.lock();
            members.next += 1;
            members.next
        };
        let name = format!("worker-{number:03}");
        let member = match &self.setup.processes {
            Some(chosen) => {
                let program = process::program(chosen)?;
                let (address, memory) = (self.address(), self.memory());
                Member::Process(process::start(program, &address, &name, memory, &self.setup)?)
            }
            None => Member::Here { _worker: wait(Worker::start(self.options(&name)?))? },
        };
        self.members.lock().workers.insert(name.clone(), member);
        Ok(name)
    }

    /// Lets workers go: what they hold is moved to others first. Waits until they are gone.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for a name that is not there.
    pub fn retire(&self, names: &[&str]) -> Result<()> {
        self.client.retire_workers(names)?;
        let mut members = self.members.lock();
        let gone: Vec<_> = names.iter().filter_map(|name| members.workers.remove(*name)).collect();
        drop(members);
        drop(gone);
        Ok(())
    }

    /// Ends a worker at once, with all it holds: for trying out what that leads to.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when there is none of this name.
    pub fn kill(&self, name: &str) -> Result<()> {
        let member = self.members.lock().workers.remove(name);
        if let Some(Member::Process(process)) = &member {
            process.kill();
        }
        member
            .map(drop)
            .ok_or_else(|| Error::new(ErrorKind::NotFound, format!("there is no worker '{name}'")))
    }

    /// Compute threads of each worker.
    pub(super) fn threads_per_worker(&self) -> usize {
        self.setup.threads
    }

    /// The cluster's own client.
    pub(super) fn observer(&self) -> &Client {
        &self.client
    }

    fn memory(&self) -> u64 {
        let all = WorkerOptions::new("", swath_wire::Build::new("", []), Vec::new()).memory_limit;
        self.setup.memory_limit.unwrap_or(all / self.setup.workers.max(1) as u64)
    }

    fn options(&self, name: &str) -> Result<WorkerOptions> {
        let options = WorkerOptions::new(self.address(), crate::build()?, crate::operations()?);
        Ok(WorkerOptions {
            name: name.to_owned(),
            threads: self.setup.threads,
            memory_limit: self.memory(),
            resources: self.setup.resources.clone(),
            local_dir: self.setup.local_dir.clone().unwrap_or(options.local_dir),
            identity: self.setup.identity.clone(),
            retire_timeout: self.setup.retire_timeout,
            ..options
        })
    }

    /// Worker processes that do not come have a reason.
    fn explained(&self, error: Error) -> Error {
        if self.setup.processes.is_some() {
            error.with_help("does the program call swath::init() at the top of main?")
        } else {
            error
        }
    }
}

impl Drop for LocalCluster {
    fn drop(&mut self) {
        self.client.close();
        self.scheduler.stop();
        self.members.lock().workers.clear();
    }
}

fn connect(scheduler: &SchedulerServer, setup: &LocalClusterBuilder) -> Result<Client> {
    let options = ClientOptions { identity: setup.identity.clone(), ..ClientOptions::default() };
    Client::connect_with(scheduler.address().to_string(), &options)
}

fn wait<T: Send + 'static>(start: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    let running = swath_worker::runtime()?.spawn(start);
    let joined = swath_execute::block_on(running);
    joined.map_err(|e| Error::internal(format!("a start was cut short: {e}")))?
}
