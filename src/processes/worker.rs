//! `swath worker`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use swath_cluster::{GAVE_UP, Supervisor, SupervisorOptions, Worker, WorkerOptions, obey_supervisor};

use super::connect::{Tls, listen_address, scheduler_address};
use super::scheduler::seconds;
use super::signals;
use crate::{Error, Result};

/// What `swath worker` takes.
#[derive(clap::Args, Clone, Debug)]
pub struct WorkerArgs {
    /// The scheduler: HOST or HOST:PORT. Default: port 8786 of this machine.
    #[arg(long, value_name = "HOST:PORT")]
    scheduler: Option<String>,

    /// The file a scheduler wrote its address into, instead of --scheduler.
    #[arg(long, value_name = "FILE", conflicts_with = "scheduler")]
    scheduler_file: Option<PathBuf>,

    /// Compute threads. Default: the machine's cores.
    #[arg(long, value_name = "N")]
    nthreads: Option<usize>,

    /// Memory for results, such as 4GiB; above 60 % of it results go to files. Default: 70 % of the machine's.
    #[arg(long, value_name = "BYTES")]
    memory_limit: Option<String>,

    /// Folder for results that do not fit into memory.
    #[arg(long, value_name = "DIR")]
    local_dir: Option<PathBuf>,

    /// Amounts of abstract resources that tasks may ask for, such as GPU=1.
    #[arg(long, value_name = "NAME=N", value_delimiter = ',')]
    resources: Vec<String>,

    /// Its name; must be unique in the cluster. Default: host and process number.
    #[arg(long)]
    name: Option<String>,

    /// Seconds after which it hands its results over and ends.
    #[arg(long, value_name = "SECONDS")]
    lifetime: Option<f64>,

    /// Seconds by which the lifetime is varied, up or down, so that workers started together do not end together.
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0)]
    lifetime_stagger: f64,

    /// Host or interface to answer other workers and clients at.
    #[arg(long, default_value = "127.0.0.1")]
    host: String,

    /// Port to answer them at; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,

    /// Host by which others reach this worker, when that is not --host.
    #[arg(long, value_name = "HOST")]
    contact: Option<String>,

    /// Seconds to look for a scheduler that is not there, at the start and after a loss.
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0)]
    patience: f64,

    /// Listen beyond this machine without certificates.
    #[arg(long)]
    insecure: bool,

    /// Do without the supervisor that starts a worker again when its process dies, and ends it at 95 % of its memory
    /// limit.
    #[arg(long)]
    no_supervisor: bool,

    /// A supervisor has started this and is at the other end of the standard input.
    #[arg(long, hide = true)]
    supervised: bool,

    #[command(flatten)]
    tls: Tls,
}

impl WorkerArgs {
    /// Works until it is told to end, or the scheduler is gone.
    ///
    /// # Errors
    /// When there is no scheduler, it refuses this worker, or the arguments are wrong.
    pub fn run(&self) -> Result<()> {
        let options = self.options()?;
        if self.supervised {
            let result = self.work(options);
            return result.inspect_err(|error| {
                eprintln!("error: {error}");
                // Starting it once more would not help.
                std::process::exit(GAVE_UP);
            });
        }
        if self.no_supervisor { self.work(options) } else { self.supervise(options) }
    }

    fn work(&self, options: WorkerOptions) -> Result<()> {
        let name = options.name.clone();
        let worker = Arc::new(swath_execute::block_on(Worker::start(options))?);
        eprintln!("swath worker {name} at {}", worker.address());
        let leaving = worker.clone();
        signals::on_signal(move || leaving.leave());
        if self.supervised {
            obey_supervisor(&worker)?;
        }
        swath_execute::block_on(worker.wait())
    }

    /// This program once more as the worker, watched over by this process.
    fn supervise(&self, options: WorkerOptions) -> Result<()> {
        let WorkerOptions { scheduler, name, identity, memory_limit, local_dir, .. } = options;
        let program = std::env::current_exe().map_err(|e| Error::io("the path of this program", e))?;
        let mut arguments: Vec<_> = std::env::args_os().skip(1).collect();
        arguments.push("--supervised".into());
        if self.name.is_none() {
            arguments.extend(["--name".into(), name.clone().into()]);
        }
        let watched = SupervisorOptions {
            identity,
            memory_limit,
            local_dir,
            ..SupervisorOptions::new(scheduler, name)
        };
        let command = move || {
            let mut command = Command::new(&program);
            command.args(&arguments);
            command
        };
        let supervisor = Arc::new(Supervisor::start(watched, command)?);
        let leaving = supervisor.clone();
        signals::on_signal(move || leaving.leave());
        supervisor.wait()
    }

    fn options(&self) -> Result<WorkerOptions> {
        let scheduler = scheduler_address(self.scheduler.as_deref(), self.scheduler_file.as_ref())?;
        let defaults = WorkerOptions::new(scheduler, swath_cluster::build()?, swath_cluster::operations()?);
        let threads = self.nthreads.unwrap_or(defaults.threads);
        if threads == 0 {
            return Err(Error::argument("a worker needs at least one thread"));
        }
        let limit = self.memory_limit.as_deref().map(swath_block::parse_bytes).transpose();
        let limit = limit.map_err(|e| e.context("--memory-limit"))?;
        let listen = listen_address(&self.host, self.port)?;
        let identity = self.tls.identity()?;
        swath_cluster::check_exposure(listen, identity.is_some(), self.insecure)?;
        Ok(WorkerOptions {
            name: self.name.clone().unwrap_or(defaults.name),
            threads,
            memory_limit: limit.unwrap_or(defaults.memory_limit),
            owns_process: true,
            supervised: self.supervised,
            local_dir: self.local_dir.clone().unwrap_or(defaults.local_dir),
            resources: self.resources()?,
            listen,
            contact: self.contact.clone(),
            identity,
            lifetime: self.lifetime()?,
            patience: seconds(self.patience)?,
            ..defaults
        })
    }

    fn resources(&self) -> Result<BTreeMap<String, u64>> {
        let parse = |text: &String| {
            let (name, amount) = text.split_once('=')?;
            Some((name.trim().to_owned(), amount.trim().parse().ok()?))
        };
        let wrong =
            |text: &String| Error::argument(format!("'{text}' is not a resource")).with_help("write NAME=N");
        self.resources.iter().map(|text| parse(text).ok_or_else(|| wrong(text))).collect()
    }

    /// The lifetime, varied by the process's number.
    fn lifetime(&self) -> Result<Option<Duration>> {
        let Some(lifetime) = self.lifetime else { return Ok(None) };
        let part = f64::from(std::process::id() % 1000) / 500.0 - 1.0;
        seconds((lifetime + part * self.lifetime_stagger).max(0.0)).map(Some)
    }
}
