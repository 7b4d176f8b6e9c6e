//! One worker process: started, asked to leave, ended, looked at.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};

use swath_error::{Error, Result};

/// What a worker process is told to hand over what it holds and end.
pub(super) const LEAVE: &str = "leave";

/// A worker process; ended when this is dropped.
#[derive(Debug)]
pub(super) struct Process(Child);

impl Process {
    /// Starts a process. It is told what to do over its standard input, and ends when that is closed.
    pub fn start(mut command: Command) -> Result<Self> {
        command.stdin(Stdio::piped());
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt as _;
            // Ctrl-C is for the supervisor, which tells the worker.
            command.process_group(0);
        }
        let program = command.get_program().to_string_lossy().into_owned();
        let child = command.spawn().map_err(|e| Error::io(program, e).context("starting a worker"))?;
        Ok(Self(child))
    }

    pub fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Asks it to hand over what it holds and to end then.
    pub fn leave(&mut self) {
        if let Some(stdin) = &mut self.0.stdin {
            // One that is ending already needs not be asked.
            let _ = stdin.write_all(format!("{LEAVE}\n").as_bytes()).and_then(|()| stdin.flush());
        }
    }

    /// How it ended, once it has.
    pub fn ended(&mut self) -> Option<std::process::ExitStatus> {
        self.0.try_wait().ok().flatten()
    }

    /// Ends it at once, and waits until it is gone.
    pub fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }

    /// Bytes of memory that are its own: files that it has mapped do not count. Zero where that is not told.
    pub fn memory(&self) -> u64 {
        /// Bytes of a page on every platform that has this file.
        const PAGE: u64 = 4096;
        let text = std::fs::read_to_string(format!("/proc/{}/statm", self.pid())).unwrap_or_default();
        let mut pages = text.split_whitespace().skip(1).map(|word| word.parse::<u64>().unwrap_or(0));
        let (resident, shared) = (pages.next().unwrap_or(0), pages.next().unwrap_or(0));
        resident.saturating_sub(shared) * PAGE
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
