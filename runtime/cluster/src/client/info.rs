//! The cluster itself: its workers, what they hold and do; calling functions on all of them; letting them go.

use std::any::Any;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use swath_block::Operation as _;
use swath_error::{Error, ErrorKind, Result, unknown_name};
use swath_scheduler::{TaskRef, WorkerId};
use swath_tasks::{CallsBuilder, task_by_type};
use swath_wire::{Answer, Called, Query, WorkerCall, WorkerInfo};

use super::Client;
use super::callable::{CallWriter, Callable, SubmitArgs};
use super::data::unexpected;
use super::future::Future;

/// How long workers may take to come back.
const RESTART: Duration = Duration::from_mins(1);

/// Time between two looks whether they have.
const LOOK: Duration = Duration::from_millis(20);

/// A cluster at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterInfo {
    /// The scheduler's address.
    pub scheduler: String,
    /// Its workers.
    pub workers: Vec<WorkerInfo>,
    /// How many clients are connected, this one included.
    pub clients: u32,
    /// Tasks that are not over.
    pub unfinished: u64,
}

impl Client {
    /// The workers that are there.
    ///
    /// # Errors
    /// [`ErrorKind::Cluster`] when the connection is over.
    pub fn workers(&self) -> Result<Vec<WorkerInfo>> {
        self.info().map(|info| info.workers)
    }

    /// The cluster as it is now.
    ///
    /// # Errors
    /// [`ErrorKind::Cluster`] when the connection is over.
    pub fn info(&self) -> Result<ClusterInfo> {
        match self.request(Query::Workers)? {
            Answer::Workers(workers, clients, unfinished) => {
                Ok(ClusterInfo { scheduler: self.address().to_owned(), workers, clients, unfinished })
            }
            _ => Err(unexpected()),
        }
    }

    /// Waits until at least so many workers are there.
    ///
    /// # Errors
    /// [`ErrorKind::Cluster`] when they are not within `patience`, or the connection is over.
    pub fn wait_for_workers(&self, workers: usize, patience: Duration) -> Result<()> {
        let shared = self.shared.clone();
        self.shared.block_on(async move {
            let enough = std::future::poll_fn(|cx| shared.poll_workers(workers, cx));
            let late = |_| {
                let here = shared.peers().len();
                let seconds = patience.as_secs_f64();
                Error::new(ErrorKind::Cluster, format!("{here} of {workers} workers came within {seconds} s"))
            };
            tokio::time::timeout(patience, enough).await.map_err(late)?
        })
    }

    /// Names of the workers that hold each result.
    ///
    /// # Errors
    /// [`ErrorKind::Cluster`] when the connection is over.
    pub fn who_has<'a, T: 'a>(
        &self,
        futures: impl IntoIterator<Item = &'a Future<T>>,
    ) -> Result<Vec<Vec<String>>> {
        let tasks: Vec<TaskRef> = futures.into_iter().map(Future::key).collect();
        if tasks.is_empty() {
            return Ok(Vec::new());
        }
        let names = self.names();
        let named = |id: WorkerId| names.get(&id).cloned().unwrap_or_else(|| format!("#{}", id.0));
        match self.request(Query::WhoHas(tasks))? {
            Answer::Holders(all) => {
                Ok(all.into_iter().map(|(_, holders)| holders.into_iter().map(named).collect()).collect())
            }
            _ => Err(unexpected()),
        }
    }

    /// Results that each worker holds, by its name.
    ///
    /// # Errors
    /// [`ErrorKind::Cluster`] when the connection is over.
    pub fn has_what(&self) -> Result<BTreeMap<String, Vec<TaskRef>>> {
        let names = self.names();
        let mut held: BTreeMap<String, Vec<TaskRef>> =
            names.values().map(|n| (n.clone(), Vec::new())).collect();
        let Answer::Holders(all) = self.request(Query::WhoHas(Vec::new()))? else { return Err(unexpected()) };
        for (task, holders) in all {
            for holder in holders {
                if let Some(name) = names.get(&holder) {
                    held.entry(name.clone()).or_default().push(task);
                }
            }
        }
        Ok(held)
    }

    /// Names of the tasks that each worker has and has not finished, by the worker's name.
    ///
    /// # Errors
    /// [`ErrorKind::Cluster`] when the connection is over.
    pub fn processing(&self) -> Result<BTreeMap<String, Vec<String>>> {
        let names = self.names();
        match self.request(Query::Processing)? {
            Answer::Tasks(all) => Ok(all
                .into_iter()
                .filter_map(|(id, tasks)| {
                    Some((names.get(&id)?.clone(), tasks.into_iter().map(|(_, name)| name).collect()))
                })
                .collect()),
            _ => Err(unexpected()),
        }
    }

    /// Calls a function, which is marked `#[swath::task]`, once on each worker, besides its tasks; gives what it
    /// returned by worker name.
    ///
    /// # Errors
    /// The first worker's error, by number; [`ErrorKind::Unsupported`] for a function that is not registered.
    pub fn run<F, A, M, P>(&self, function: F, arguments: A) -> Result<BTreeMap<String, F::Output>>
    where
        A: SubmitArgs<M>,
        F: Callable<P, A::Values>,
        F::Output: DeserializeOwned + Any,
    {
        self.run_on(&[], function, arguments)
    }

    /// As [`Self::run`], on the workers of these names only.
    ///
    /// # Errors
    /// As [`Self::run`]; [`ErrorKind::NotFound`] for a name that is not there.
    pub fn run_on<F, A, M, P>(
        &self,
        workers: &[&str],
        function: F,
        arguments: A,
    ) -> Result<BTreeMap<String, F::Output>>
    where
        A: SubmitArgs<M>,
        F: Callable<P, A::Values>,
        F::Output: DeserializeOwned + Any,
    {
        let _ = function;
        let mut calls = CallsBuilder::default();
        let mut reads = Vec::new();
        calls.push(task_by_type::<F>()?, |writer| {
            arguments.write_all(&mut CallWriter { arguments: writer, reads: &mut reads })
        })?;
        if !reads.is_empty() {
            return Err(Error::unsupported("a function called on workers takes no futures")
                .with_help("submit it as a task instead"));
        }
        let calls = calls.build();
        let operation = crate::encode::named(calls.name(), &calls.encode()?)?;
        let names = self.names();
        let on = self.ids(workers)?;
        let Answer::Called(answers) = self.request(Query::Run(on, WorkerCall { operation }))? else {
            return Err(unexpected());
        };
        let mut all = BTreeMap::new();
        for Called { worker: id, result: answer } in answers {
            let name = names.get(&id).cloned().unwrap_or_else(|| format!("#{}", id.0));
            let bytes = answer.map_err(|e| e.context(format!("on worker {name}")))?;
            let value = postcard::from_bytes(bytes.as_ref())
                .map_err(|e| Error::data(format!("what worker {name} returned cannot be decoded: {e}")))?;
            all.insert(name, value);
        }
        Ok(all)
    }

    /// Lets workers go: what they hold is moved to others first. Waits until they are gone.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for a name that is not there; [`ErrorKind::Cluster`] when the connection is over.
    pub fn retire_workers(&self, names: &[&str]) -> Result<()> {
        if names.is_empty() {
            return Ok(());
        }
        self.request(Query::Retire(self.ids(names)?)).map(drop)
    }

    /// Begins anew: stops the work of all clients, forgets all results and datasets, and replaces every worker. Worker
    /// processes are started again by their supervisors; workers within a process drop all they hold and join once more.
    /// Futures of before end with an error of the kind [`ErrorKind::Cancelled`]. Locks, queues, events and variables stay.
    /// Waits until the workers are back, for a minute at most.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] naming workers without a supervisor, which nobody would start again: then nothing has been
    /// stopped; [`ErrorKind::Cluster`] naming workers that have not come back, and when the connection is over.
    pub fn restart(&self) -> Result<()> {
        let before = self.workers()?;
        self.request(Query::Restart)?;
        let start = Instant::now();
        loop {
            let now = self.workers()?;
            let is_back = |old: &&WorkerInfo| now.iter().any(|new| new.name == old.name && new.id != old.id);
            let missing: Vec<&str> =
                before.iter().filter(|old| !is_back(old)).map(|old| old.name.as_str()).collect();
            if missing.is_empty() {
                return Ok(());
            }
            if start.elapsed() > RESTART {
                let seconds = RESTART.as_secs();
                let what =
                    format!("these workers have not come back within {seconds} s: {}", missing.join(", "));
                return Err(Error::new(ErrorKind::Cluster, what).with_help("look at what they wrote"));
            }
            std::thread::sleep(LOOK);
        }
    }

    /// Ends the scheduler and its workers.
    ///
    /// # Errors
    /// [`ErrorKind::Cluster`] when the connection is over already.
    pub fn shutdown(&self) -> Result<()> {
        self.request(Query::Shutdown).map(drop)
    }

    fn names(&self) -> BTreeMap<WorkerId, String> {
        self.shared.peers().into_iter().map(|p| (p.id, p.name)).collect()
    }

    /// Numbers of workers by name or address.
    fn ids(&self, names: &[&str]) -> Result<Vec<WorkerId>> {
        let peers = self.shared.peers();
        let id = |name: &&str| {
            let found = peers.iter().find(|p| p.name == **name || p.address == **name);
            let known = peers.iter().map(|p| p.name.as_str());
            found.map(|p| p.id).ok_or_else(|| unknown_name(ErrorKind::NotFound, "worker", name, known))
        };
        names.iter().map(id).collect()
    }
}
