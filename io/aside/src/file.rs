//! One file: written aside, renamed when it is complete.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use swath_error::{Error, ErrorKind, Result};

use crate::registry::{self, Kind};

/// A file on its way to `target`. [`AsideFile::commit`] makes it visible; dropping it leaves nothing behind.
///
/// Writes go straight to the file: wrap it in a [`std::io::BufWriter`] for small ones.
///
/// ```
/// use std::io::Write;
/// use swath_aside::AsideFile;
/// # let folder = tempfile::tempdir()?;
/// let target = folder.path().join("report.csv");
/// let mut file = AsideFile::create(&target)?;
/// file.write_all(b"a,b\n1,2\n")?;
/// assert!(!target.exists());
/// file.commit()?;
/// assert_eq!(std::fs::read(&target)?, b"a,b\n1,2\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use = "a file that is not committed is removed"]
pub struct AsideFile {
    file: File,
    path: PathBuf,
    target: PathBuf,
}

impl AsideFile {
    /// Opens a hidden temporary file in the folder of `target`.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when that folder does not exist, [`ErrorKind::InvalidArgument`] when `target` is a
    /// folder, [`ErrorKind::Io`] when nothing can be written there.
    pub fn create(target: impl Into<PathBuf>) -> Result<Self> {
        let target = target.into();
        if target.is_dir() {
            return Err(Error::argument(format!("'{}' is a folder, not a file to write", target.display())));
        }
        let open = |path: &Path| OpenOptions::new().read(true).write(true).create_new(true).open(path);
        let (path, file) = registry::enter(&target, Kind::File, open).map_err(missing_folder)?;
        Ok(Self { file, path, target })
    }

    /// The path the file will have.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// The path it has until it is committed.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The open file.
    pub fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// As [`Self::commit`], under another name of the same folder: for parts whose numbers are known at the end.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub fn commit_as(self, target: &Path) -> Result<()> {
        registry::leave(&self.path, target, || std::fs::rename(&self.path, target))
    }

    /// Renames the file to its target, replacing what was there. Does not wait for the disk.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] when the rename fails; [`ErrorKind::Cancelled`] when an interrupt removed the file.
    pub fn commit(self) -> Result<()> {
        registry::leave(&self.path, &self.target, || std::fs::rename(&self.path, &self.target))
    }
}

/// Adds advice to the error of a folder that is not there.
pub(crate) fn missing_folder(error: Error) -> Error {
    if error.kind() == ErrorKind::NotFound { error.with_help("create the folder first") } else { error }
}

impl Write for AsideFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn write_vectored(&mut self, buffers: &[io::IoSlice<'_>]) -> io::Result<usize> {
        self.file.write_vectored(buffers)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for AsideFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl Drop for AsideFile {
    fn drop(&mut self) {
        registry::discard(&self.path);
    }
}
