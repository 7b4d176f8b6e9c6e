//! `swath worker`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use swath_error::{Error, Result};

use super::connect::{Tls, listen_address, scheduler_address};
use super::limits::{bytes, resource, seconds};
use super::{Again, over, signals, this_program};
use crate::{GAVE_UP, RENEWED, Supervisor, SupervisorOptions, Worker, WorkerOptions, obey_supervisor};

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
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    memory_limit: Option<u64>,

    /// Folder for results that do not fit into memory.
    #[arg(long, value_name = "DIR")]
    local_dir: Option<PathBuf>,

    /// Amounts of abstract resources that tasks may ask for, such as GPU=1.
    #[arg(long, value_name = "NAME=N", value_delimiter = ',', value_parser = resource)]
    resources: Vec<(String, u64)>,

    /// Its name; must be unique in the cluster. Default: host and process number.
    #[arg(long)]
    name: Option<String>,

    /// Seconds after which it hands its results over and ends.
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    lifetime: Option<Duration>,

    /// Seconds by which the lifetime is varied, up or down, so that workers started together do not end together.
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = seconds, allow_negative_numbers = true)]
    lifetime_stagger: Duration,

    /// Seconds that it goes on after it was told to leave (SIGTERM, its lifetime, a client) while nobody is there to take
    /// over what is still wanted of it; then it ends, and that is lost. A second SIGTERM ends it at once.
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds, allow_negative_numbers = true)]
    retire_timeout: Duration,

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
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = seconds, allow_negative_numbers = true)]
    patience: Duration,

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
    /// Works until it is told to end, or the scheduler is gone. The supervisor starts this program once more, with the
    /// arguments that it was started with.
    ///
    /// # Errors
    /// When there is no scheduler, it refuses this worker, or the arguments are wrong.
    pub fn run(&self) -> Result<()> {
        self.run_again(this_program()?)
    }

    /// As [`Self::run`]; `again` starts the program as the worker.
    pub(super) fn run_again(&self, again: Again) -> Result<()> {
        let options = self.options()?;
        options.check()?;
        if self.supervised {
            let result = over(self.work(options));
            return result.inspect_err(|error| {
                eprintln!("error: {error}");
                // Starting it once more would not help.
                std::process::exit(GAVE_UP);
            });
        }
        if self.no_supervisor { over(self.work(options)) } else { self.supervise(options, again) }
    }

    fn work(&self, options: WorkerOptions) -> Result<()> {
        let name = options.name.clone();
        let worker = Arc::new(swath_execute::block_on(Worker::start(options))?);
        eprintln!("swath worker {name} at {}", worker.address());
        let (leaving, ending) = (worker.clone(), worker.clone());
        signals::on_signal(move || leaving.leave(), move || ending.stop());
        if self.supervised {
            obey_supervisor(&worker)?;
        }
        swath_execute::block_on(worker.wait())?;
        if worker.wants_restart() {
            return over(Ok(())).map(|()| std::process::exit(RENEWED));
        }
        Ok(())
    }

    /// This program once more as the worker, watched over by this process.
    fn supervise(&self, options: WorkerOptions, again: Again) -> Result<()> {
        let WorkerOptions { scheduler, name, identity, memory_limit, local_dir, .. } = options;
        let mut further: Vec<OsString> = vec!["--supervised".into()];
        if self.name.is_none() {
            further.extend(["--name".into(), name.clone().into()]);
        }
        let watched = SupervisorOptions {
            identity,
            memory_limit,
            local_dir,
            ..SupervisorOptions::new(scheduler, name)
        };
        let supervisor = Arc::new(Supervisor::start(watched, move || again(&further))?);
        let (leaving, ending) = (supervisor.clone(), supervisor.clone());
        signals::on_signal(move || leaving.leave(), move || ending.end_now());
        supervisor.wait()
    }

    fn options(&self) -> Result<WorkerOptions> {
        let scheduler = scheduler_address(self.scheduler.as_deref(), self.scheduler_file.as_ref())?;
        let defaults = WorkerOptions::new(scheduler, crate::build()?, crate::operations()?);
        let listen = listen_address(&self.host, self.port)?;
        let identity = self.tls.identity()?;
        crate::check_exposure(listen, identity.is_some(), self.insecure)?;
        Ok(WorkerOptions {
            name: self.name.clone().unwrap_or(defaults.name),
            threads: self.nthreads.unwrap_or(defaults.threads),
            memory_limit: self.memory_limit.unwrap_or(defaults.memory_limit),
            owns_process: true,
            supervised: self.supervised,
            local_dir: self.local_dir.clone().unwrap_or(defaults.local_dir),
            resources: self.resources()?,
            listen,
            contact: self.contact.clone(),
            identity,
            lifetime: self.lifetime(),
            retire_timeout: self.retire_timeout,
            patience: self.patience,
            ..defaults
        })
    }

    fn resources(&self) -> Result<BTreeMap<String, u64>> {
        let mut all = BTreeMap::new();
        for (name, amount) in &self.resources {
            if all.insert(name.clone(), *amount).is_some() {
                return Err(Error::argument(format!("--resources: {name} is there twice"))
                    .with_help("name each resource once"));
            }
        }
        Ok(all)
    }

    /// The lifetime, varied by the process's number.
    fn lifetime(&self) -> Option<Duration> {
        let part = f64::from(std::process::id() % 1000) / 500.0 - 1.0;
        let varied = self.lifetime?.as_secs_f64() + part * self.lifetime_stagger.as_secs_f64();
        Duration::try_from_secs_f64(varied.max(0.0)).ok()
    }
}
