//! One worker process: started, asked to leave, ended, looked at.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};

use swath_error::{Error, Result};
use swath_execute::held_memory;

/// What a worker process is told to hand over what it holds and end.
pub(super) const LEAVE: &str = "leave";

/// The C library's allocator keeps freed memory of up to 32 MiB a piece to itself unless told otherwise; a worker whose
/// results went to files would still hold theirs. As Dask's nanny does, but for large blocks only: small ones are reused.
const ALLOCATOR: [(&str, u64); 2] =
    [("MALLOC_MMAP_THRESHOLD_", 2 << 20), ("MALLOC_TRIM_THRESHOLD_", 16 << 20)];

/// A worker process; ended when this is dropped.
#[derive(Debug)]
pub(super) struct Process(Child);

impl Process {
    /// Starts a process. It is told what to do over its standard input, and ends when that is closed.
    pub fn start(mut command: Command) -> Result<Self> {
        command.stdin(Stdio::piped());
        for (name, bytes) in ALLOCATOR {
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
        held_memory(Some(self.pid()))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
