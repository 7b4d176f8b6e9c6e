//! A worker in a process of its own: this program once more, or another one.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use swath_error::{Error, Result};

use super::builder::LocalClusterBuilder;

/// Set in worker processes, so that a program without `swath::init()` does not start clusters without end.
pub(crate) const MARK: &str = "SWATH_WORKER_PROCESS";

/// A worker process; killed when this is dropped.
#[derive(Debug)]
pub(crate) struct WorkerProcess(Child);

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

impl WorkerProcess {
    /// Starts a worker called `name` of the scheduler at `address`.
    pub fn start(
        program: &Path,
        address: &str,
        name: &str,
        memory: u64,
        setup: &LocalClusterBuilder,
    ) -> Result<Self> {
        let mut command = Command::new(program);
        command
            .arg("swath-worker")
            .args(["--scheduler", address, "--name", name])
            .args(["--nthreads", &setup.threads.to_string()])
            .args(["--memory-limit", &memory.to_string()]);
        for (resource, amount) in &setup.resources {
            command.args(["--resources", &format!("{resource}={amount}")]);
        }
        if let Some(folder) = &setup.local_dir {
            command.arg("--local-dir").arg(folder);
        }
        command.env(MARK, "1").stdin(Stdio::null());
        let child =
            command.spawn().map_err(|e| Error::io(program.display(), e).context("starting a worker"))?;
        Ok(Self(child))
    }

    /// Its process number.
    pub fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.0.try_wait(), Ok(None))
    }
}

impl Drop for WorkerProcess {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
