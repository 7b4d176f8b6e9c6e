//! A cluster for one measurement: a scheduler and two workers of one thread each, all processes of their own.
//!
//! In: nothing. Out: a client of theirs, which `compute()` uses as long as it is there. The processes are this program once
//! more; they end with the value.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use swath::cluster::read_scheduler_file;
use swath::{Client, Error, Result};
use swath_execute::Preferred;
use tempfile::TempDir;

/// Workers, as many as the other engines' clusters have.
const WORKERS: usize = 2;

/// How long the processes may take to come.
const PATIENCE: Duration = Duration::from_secs(20);

/// The cluster; killed when it is dropped.
pub struct Cluster {
    client: Client,
    _default: Preferred,
    _processes: Vec<Process>,
    _folder: TempDir,
}

struct Process(Child);

impl Cluster {
    /// Starts it and waits until it is there.
    pub fn start() -> Result<Self> {
        let folder = tempfile::tempdir().map_err(|e| Error::io("a temporary folder", e))?;
        let file = folder.path().join("scheduler");
        let at = file.display().to_string();
        let mut processes =
            vec![Process::start(&["swath-scheduler", "--port", "0", "--scheduler-file", &at])?];
        let start = Instant::now();
        while !file.exists() {
            if start.elapsed() > PATIENCE {
                return Err(Error::internal("the scheduler did not say where it is"));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        for _ in 0..WORKERS {
            processes.push(Process::start(&["swath-worker", "--scheduler-file", &at, "--nthreads", "1"])?);
        }
        let client = Client::connect(read_scheduler_file(&file)?)?;
        client.wait_for_workers(WORKERS, PATIENCE)?;
        Ok(Self { _default: client.make_default(), client, _processes: processes, _folder: folder })
    }

    /// Its client.
    pub fn client(&self) -> &Client {
        &self.client
    }
}

impl Process {
    fn start(arguments: &[&str]) -> Result<Self> {
        let program = std::env::current_exe().map_err(|e| Error::io("the path of this program", e))?;
        let mut command = Command::new(&program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().map(Self).map_err(|e| Error::io(program.display(), e))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
