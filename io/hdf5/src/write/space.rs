//! Room in a file that several threads and processes write to.

use std::fs::File;
use std::io::Result;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

/// A file that grows at its end.
#[derive(Debug)]
pub(crate) struct Space {
    file: File,
    /// Other processes write to the file too.
    shared: AtomicBool,
    growing: Mutex<()>,
}

impl Space {
    pub fn new(file: File, shared: bool) -> Self {
        Self { file, shared: AtomicBool::new(shared), growing: Mutex::new(()) }
    }

    pub fn file(&self) -> &File {
        &self.file
    }

    /// From now on other processes write to the file too.
    pub fn share(&self) {
        self.shared.store(true, Ordering::SeqCst);
    }

    /// Takes `bytes` at the end of the file, and returns where they begin. Threads wait for each other, processes by a lock
    /// on the file, which is held no longer than it takes to change the file's length.
    pub fn take(&self, bytes: u64) -> Result<u64> {
        let _growing = self.growing.lock();
        if !self.shared.load(Ordering::SeqCst) {
            return self.grow(bytes);
        }
        self.file.lock()?;
        let taken = self.grow(bytes);
        self.file.unlock()?;
        taken
    }

    fn grow(&self, bytes: u64) -> Result<u64> {
        let end = self.file.metadata()?.len().next_multiple_of(8);
        self.file.set_len(end + bytes)?;
        Ok(end)
    }
}
