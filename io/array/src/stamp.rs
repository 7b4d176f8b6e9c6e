//! What tells the contents of a file apart without reading them.

use std::fs::{File, Metadata};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use swath_error::{Error, Result};
use swath_graph::Key;

/// A file's length in bytes, and when it was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStamp {
    length: u64,
    seconds: u64,
    nanoseconds: u32,
}

impl FileStamp {
    /// The stamp of a file or a folder.
    pub fn of(metadata: &Metadata) -> Self {
        let modified =
            metadata.modified().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        Self { length: metadata.len(), seconds: modified.as_secs(), nanoseconds: modified.subsec_nanos() }
    }

    /// Opens a file for reading, with its stamp.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::NotFound`] or [`swath_error::ErrorKind::Io`] when it cannot be opened,
    /// [`swath_error::ErrorKind::InvalidArgument`] when it is a folder, [`swath_error::ErrorKind::Unsupported`] for a URL.
    pub fn open(path: &Path) -> Result<(File, Self)> {
        check_local(path)?;
        let named = |e| Error::io(path.display(), e);
        let file = File::open(path).map_err(named)?;
        let metadata = file.metadata().map_err(named)?;
        if !metadata.is_file() {
            return Err(Error::argument(format!("'{}' is not a file", path.display())));
        }
        Ok((file, Self::of(&metadata)))
    }

    /// The file's length in bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The identity of the contents of the file under `path`, read as `kind`, the part of it called `part`.
    pub fn key(&self, kind: &str, path: &Path, part: &[u8]) -> Key {
        let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        Key::of(kind)
            .bytes(full.as_os_str().as_encoded_bytes())
            .bytes(part)
            .u64(self.length)
            .u64(self.seconds)
            .u64(self.nanoseconds.into())
            .finish()
    }

    /// Checks that a file which another process had open is the same one as seen from here.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidData`] when it is not.
    pub fn expect(&self, sent: &Self, path: &Path) -> Result<()> {
        if self == sent {
            return Ok(());
        }
        Err(Error::data(format!("'{}' is another file here, or has changed", path.display())))
    }
}

/// Checks that a path is not a URL of another machine.
///
/// # Errors
/// [`swath_error::ErrorKind::Unsupported`] when it is.
pub fn check_local(path: &Path) -> Result<()> {
    let text = path.to_string_lossy();
    if !text.contains("://") {
        return Ok(());
    }
    Err(Error::unsupported(format!(
        "'{text}' is not a path: arrays are read from and written to files of this machine"
    ))
    .with_help("copy it here first; tables and text are read from object stores too"))
}

/// The advice for a file that another process sees and this one does not.
pub fn seen_everywhere(error: Error) -> Error {
    error.with_help("every process that reads an array must see its file under the same path")
}

/// A path as another process finds it.
pub fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
