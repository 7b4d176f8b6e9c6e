//! One worker process: started, asked to leave, ended, looked at.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};

use swath_error::{Error, Result};
use swath_execute::held_memory;

/// What a worker process is told to hand over what it holds and end.
pub(super) const LEAVE: &str = "leave";

/// What it is told to end at once.
pub(super) const STOP: &str = "stop";

/// What the C library's allocator is told. By itself it keeps freed pieces of up to 32 MiB, so that a worker whose results
/// went to files still holds their memory. As with Dask's nanny it gives them back, but only what a limit of so many bytes
/// would feel (none for 0): memory that is reused need not be had from the system again.
fn allocator(memory_limit: u64) -> [(&'static str, u64); 2] {
    let limit = if memory_limit == 0 { u64::MAX } else { memory_limit };
    let pieces = (limit / 128).clamp(1 << 20, 32 << 20);
    [("MALLOC_MMAP_THRESHOLD_", pieces), ("MALLOC_TRIM_THRESHOLD_", (limit / 16).clamp(1 << 20, 1 << 30))]
}

/// A worker process; ended when this is dropped.
#[derive(Debug)]
pub(super) struct Process(Child);

impl Process {
    /// Starts a process. It is told what to do over its standard input, and ends when that is closed.
    pub fn start(mut command: Command, memory_limit: u64) -> Result<Self> {
        command.stdin(Stdio::piped());
        for (name, bytes) in allocator(memory_limit) {
            if std::env::var_os(name).is_none() {
                command.env(name, bytes.to_string());
            }
        }
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

    /// Tells it something: [`LEAVE`] or [`STOP`].
    pub fn tell(&mut self, word: &str) {
        if let Some(stdin) = &mut self.0.stdin {
            // One that is ending already needs not be told.
            let _ = stdin.write_all(format!("{word}\n").as_bytes()).and_then(|()| stdin.flush());
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
        held_memory(Some(self.pid()))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
