//! A folder as the library sees a store: read only, counting what is read.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use swath_array_io::flat::read_at;
use zarrs::storage::byte_range::{ByteRange, ByteRangeIterator};
use zarrs::storage::{Bytes, MaybeBytes, MaybeBytesIterator, ReadableStorageTraits, StorageError, StoreKey};

/// The folder of one array.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// Files, or parts of files, that were read; and their bytes.
    pub reads: AtomicU64,
    pub bytes: AtomicU64,
}

impl Folder {
    pub fn new(path: PathBuf) -> Self {
        Self { path, reads: AtomicU64::new(0), bytes: AtomicU64::new(0) }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file of a key, and its length; none when there is none.
    fn open(&self, key: &StoreKey) -> Result<Option<(File, u64)>, StorageError> {
        match File::open(self.path.join(key.as_str())) {
            Ok(file) => {
                let metadata = file.metadata().map_err(failed)?;
                Ok(metadata.is_file().then_some((file, metadata.len())))
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(failed(e)),
        }
    }

    fn read(&self, file: &File, length: u64, range: ByteRange) -> Result<Bytes, StorageError> {
        let (start, end) = match range {
            ByteRange::FromStart(start, None) => (Some(start), Some(length)),
            ByteRange::FromStart(start, Some(n)) => (Some(start), start.checked_add(n)),
            ByteRange::Suffix(n) => (length.checked_sub(n), Some(length)),
        };
        let within = start.zip(end).filter(|(s, e)| s <= e && *e <= length);
        let (start, end) = within.ok_or_else(|| {
            failed(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                format!("a file of {length} bytes is cut short"),
            ))
        })?;
        let mut bytes = vec![0; (end - start) as usize];
        read_at(file, &mut bytes, start).map_err(failed)?;
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(end - start, Ordering::Relaxed);
        Ok(bytes.into())
    }
}

fn failed(error: io::Error) -> StorageError {
    StorageError::IOError(Arc::new(error))
}

impl ReadableStorageTraits for Folder {
    fn get(&self, key: &StoreKey) -> Result<MaybeBytes, StorageError> {
        let found = self.open(key)?;
        found.map(|(file, length)| self.read(&file, length, ByteRange::FromStart(0, None))).transpose()
    }

    fn get_partial_many<'a>(
        &'a self,
        key: &StoreKey,
        ranges: ByteRangeIterator<'a>,
    ) -> Result<MaybeBytesIterator<'a>, StorageError> {
        let Some((file, length)) = self.open(key)? else { return Ok(None) };
        Ok(Some(Box::new(ranges.map(move |range| self.read(&file, length, range)))))
    }

    fn size_key(&self, key: &StoreKey) -> Result<Option<u64>, StorageError> {
        Ok(self.open(key)?.map(|(_, length)| length))
    }

    fn supports_get_partial(&self) -> bool {
        true
    }
}
