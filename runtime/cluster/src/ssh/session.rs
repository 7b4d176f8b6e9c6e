//! One SSH session: a process on a host, and what it said last.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use swath_error::{Error, ErrorKind, Result};

/// What `ssh` exits with when it cannot reach a host.
const UNREACHABLE: i32 = 255;

/// What a shell exits with when it does not find a command.
const NOT_FOUND: i32 = 127;

/// What runs on a host.
pub(super) const WORKER: &str = "the worker";
pub(super) const SCHEDULER: &str = "the scheduler";

/// Lines that are kept of what a process says.
const LINES: usize = 5;

/// Time between two looks at a session.
const LOOK: Duration = Duration::from_millis(20);

/// A process on a host; its session is ended when this is dropped.
#[derive(Debug)]
pub(super) struct Session {
    host: String,
    /// What runs there: a worker, the scheduler.
    what: &'static str,
    program: String,
    child: Child,
    last: Arc<Mutex<VecDeque<String>>>,
    lines: Receiver<String>,
}

impl Session {
    /// Runs a command that reaches a host; what it says goes on to this process's standard error.
    pub fn start(mut command: Command, host: &str, what: &'static str, program: &str) -> Result<Self> {
        let first = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let reach = |e| Error::io(first.clone(), e).context(format!("starting {what} on {host}"));
        let mut child = command.spawn().map_err(reach)?;
        let last: Arc<Mutex<VecDeque<String>>> = Arc::default();
        let (said, lines) = channel();
        if let Some(stderr) = child.stderr.take() {
            let kept = last.clone();
            let listen = move || {
                for line in BufReader::new(stderr).lines().map_while(std::result::Result::ok) {
                    eprintln!("{line}");
                    let mut kept = kept.lock();
                    if kept.len() == LINES {
                        kept.pop_front();
                    }
                    kept.push_back(line.clone());
                    drop(kept);
                    // Nobody may wait for an address any more.
                    let _ = said.send(line);
                }
            };
            let started = std::thread::Builder::new().name("swath-ssh".into()).spawn(listen);
            started.map_err(|e| Error::io("cannot start a thread", e))?;
        }
        let (host, program) = (host.to_owned(), program.to_owned());
        Ok(Self { host, what, program, child, last, lines })
    }

    pub fn is_worker(&self) -> bool {
        self.what == WORKER
    }

    /// Why the process is not there any more, if so.
    pub fn failure(&mut self) -> Option<Error> {
        let status = self.child.try_wait().ok().flatten()?;
        // What it said last may be on its way here still.
        std::thread::sleep(LOOK * 5);
        Some(self.explain(status))
    }

    fn explain(&self, status: ExitStatus) -> Error {
        let Self { host, what, program, .. } = self;
        let said: Vec<String> = self.last.lock().iter().cloned().collect();
        let said = if said.is_empty() { String::new() } else { format!(": {}", said.join(" / ")) };
        let error = |text: String| Error::new(ErrorKind::Cluster, text);
        match status.code() {
            Some(UNREACHABLE) => error(format!("the host {host} cannot be reached{said}"))
                .with_help("can you log in there without a password, with the same command?"),
            Some(NOT_FOUND) => error(format!("there is no program '{program}' on {host}{said}"))
                .with_help("install it there, or name its path with `program`"),
            _ => error(format!("{what} on {host} has ended ({status}){said}")),
        }
    }

    /// Waits for the line in which a scheduler says its address, and gives the port.
    pub fn port(&mut self, patience: Duration) -> Result<u16> {
        let start = Instant::now();
        while start.elapsed() < patience {
            while let Ok(line) = self.lines.try_recv() {
                let address = line.strip_prefix("swath scheduler at ").map(str::trim);
                if let Some((_, port)) = address.and_then(|a| a.rsplit_once(':'))
                    && let Ok(port) = port.parse()
                {
                    return Ok(port);
                }
            }
            if let Some(failure) = self.failure() {
                return Err(failure);
            }
            std::thread::sleep(LOOK);
        }
        let (host, seconds) = (&self.host, patience.as_secs_f64());
        let what = format!("the scheduler on {host} has not said its address within {seconds} s");
        Err(Error::new(ErrorKind::Cluster, what)
            .with_help(format!("does `{} swath-scheduler` work there?", self.program)))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
