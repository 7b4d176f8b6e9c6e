//! A folder of parts: written aside as a whole, so that either all parts appear or none.

use std::fs::File;
use std::path::{Path, PathBuf};

use swath_error::{Error, Result};

use crate::file::missing_folder;
use crate::registry::{self, Kind};

/// A folder on its way to `target`. Parts may be written by many threads at once; [`AsideDir::commit`] makes all of
/// them visible; dropping it leaves nothing behind.
///
/// ```
/// use std::io::Write;
/// use swath_aside::AsideDir;
/// # let folder = tempfile::tempdir()?;
/// let target = folder.path().join("out");
/// let parts = AsideDir::create(&target)?;
/// parts.part("part-0.csv")?.write_all(b"a\n1\n")?;
/// assert!(!target.exists());
/// parts.commit()?;
/// assert!(target.join("part-0.csv").exists());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use = "a folder that is not committed is removed"]
pub struct AsideDir {
    path: PathBuf,
    target: PathBuf,
}

impl AsideDir {
    /// Makes a hidden temporary folder next to `target`, and the folders above it that are missing.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidArgument`] when `target` is a file, [`swath_error::ErrorKind::Io`] when nothing
    /// can be made there.
    pub fn create(target: impl Into<PathBuf>) -> Result<Self> {
        // Collecting the components drops a trailing slash and `.`, so that the temporary lands beside the target.
        let target: PathBuf = target.into().components().collect();
        if target.is_file() {
            return Err(Error::argument(format!("'{}' is a file, not a folder to write", target.display())));
        }
        if let Some(above) = target.parent() {
            std::fs::create_dir_all(above).map_err(|e| Error::io(above.display(), e))?;
        }
        let (path, ()) = registry::enter(&target, Kind::Dir, |path| std::fs::create_dir(path))?;
        Ok(Self { path, target })
    }

    /// The path the folder will have.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// The path it has until it is committed.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens a new part; `name` may contain folders (`year=2015/part-0.parquet`), which are made.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidArgument`] when `name` leads out of the folder; [`swath_error::ErrorKind::Io`]
    /// when it cannot be written; [`swath_error::ErrorKind::Cancelled`] when an interrupt removed the folder.
    pub fn part(&self, name: impl AsRef<Path>) -> Result<File> {
        let path = self.part_path(name.as_ref())?;
        let open = || File::create(&path).map_err(|e| missing_folder(Error::io(path.display(), e)));
        registry::inside(&self.path, &self.target, open)
    }

    /// The path at which a part called `name` is to be written; folders in it are made.
    ///
    /// # Errors
    /// As [`Self::part`].
    pub fn part_path(&self, name: &Path) -> Result<PathBuf> {
        use std::path::Component;
        if !name.components().all(|c| matches!(c, Component::Normal(_))) {
            return Err(Error::argument(format!("the part '{}' leads out of its folder", name.display())));
        }
        let path = self.path.join(name);
        if let Some(folder) = path.parent() {
            let make = || std::fs::create_dir_all(folder).map_err(|e| Error::io(folder.display(), e));
            registry::inside(&self.path, &self.target, make)?;
        }
        Ok(path)
    }

    /// Renames the folder to its target. When the target exists, the parts are moved into it one by one, replacing
    /// files of the same names; other files there stay.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Io`] when a rename fails; [`swath_error::ErrorKind::Cancelled`] when an interrupt
    /// removed the folder.
    pub fn commit(self) -> Result<()> {
        registry::leave(&self.path, &self.target, || merge(&self.path, &self.target))
    }
}

impl Drop for AsideDir {
    fn drop(&mut self) {
        registry::discard(&self.path);
    }
}

/// Moves `from` to `to`, file by file where `to` is a folder already.
fn merge(from: &Path, to: &Path) -> std::io::Result<()> {
    if !(from.is_dir() && to.is_dir()) {
        return std::fs::rename(from, to);
    }
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        merge(&entry.path(), &to.join(entry.file_name()))?;
    }
    std::fs::remove_dir(from)
}
