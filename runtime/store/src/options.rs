//! How a store is set up, and what it says about itself.

use std::path::PathBuf;

/// How a store behaves. The memory limit itself is the ledger's.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct StoreOptions {
    /// The folder in which a private folder is made when the first block is written; the default is the system's folder
    /// for temporary files. Should be on a local disk.
    pub folder: PathBuf,
    /// Bytes in the ledger above which blocks are written to files; the default is 60 % of the ledger's limit.
    pub target: Option<u64>,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { folder: std::env::temp_dir(), target: None }
    }
}

impl StoreOptions {
    /// Sets the folder in which the private folder is made.
    pub fn folder(self, folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), ..self }
    }

    /// Sets the bytes above which blocks are written to files.
    pub fn target(self, bytes: u64) -> Self {
        Self { target: Some(bytes), ..self }
    }
}

/// What a store holds now, and what it has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoreUsage {
    /// Blocks in memory.
    pub blocks: usize,
    /// Bytes of blocks in memory.
    pub bytes: u64,
    /// Blocks that are only in files.
    pub spilled_blocks: usize,
    /// Bytes that the blocks which are only in files would take in memory.
    pub spilled_bytes: u64,
    /// Bytes written to files so far.
    pub written: u64,
    /// Bytes read back from files so far.
    pub read: u64,
}
