//! A worker in a process of its own: this program once more, or another one.

use std::path::{Path, PathBuf};
use std::process::Command;

use swath_error::{Error, Result};

use super::builder::LocalClusterBuilder;
use crate::supervisor::{Supervisor, SupervisorOptions};

/// Set in worker processes, so that a program without `swath::init()` does not start clusters without end.
pub(crate) const MARK: &str = "SWATH_WORKER_PROCESS";

/// The program that worker processes run.
///
/// # Errors
/// In a worker process itself: it should have become a worker long before.
pub(crate) fn program(chosen: &[PathBuf]) -> Result<PathBuf> {
    if std::env::var_os(MARK).is_some() {
        return Err(Error::unsupported(
            "this process was started as a worker and runs the program's main instead",
        )
        .with_help("call swath::init() at the top of main"));
    }
    match chosen.first() {
        Some(program) => Ok(program.clone()),
        None => std::env::current_exe().map_err(|e| Error::io("the path of this program", e)),
    }
}

/// Starts a worker called `name` of the scheduler at `address`, under supervision.
pub(crate) fn start(
    program: PathBuf,
    address: &str,
    name: &str,
    memory: u64,
    setup: &LocalClusterBuilder,
) -> Result<Supervisor> {
    let mut options = SupervisorOptions { memory_limit: memory, ..SupervisorOptions::new(address, name) };
    if let Some(folder) = &setup.local_dir {
        options.local_dir.clone_from(folder);
    }
    let (setup, address, name) = (setup.clone(), address.to_owned(), name.to_owned());
    Supervisor::start(options, move || command(&program, &address, &name, memory, &setup))
}

fn command(program: &Path, address: &str, name: &str, memory: u64, setup: &LocalClusterBuilder) -> Command {
    let mut command = Command::new(program);
    command
        .args(["swath-worker", "--supervised"])
        .args(["--scheduler", address, "--name", name])
        .args(["--nthreads", &setup.threads.to_string()])
        .args(["--memory-limit", &memory.to_string()])
        .args(["--retire-timeout", &setup.retire_timeout.as_secs_f64().to_string()]);
    for (resource, amount) in &setup.resources {
        command.args(["--resources", &format!("{resource}={amount}")]);
    }
    if let Some(folder) = &setup.local_dir {
        command.arg("--local-dir").arg(folder);
    }
    command.env(MARK, "1");
    command
}
