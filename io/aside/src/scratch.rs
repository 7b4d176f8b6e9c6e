//! Private scratch folders for data that does not fit into memory, and the removal of those that dead processes left.
//!
//! In: the folder chosen by the user. Out: a hidden folder in it, removed when nobody uses it any more, when the process
//! is interrupted, or, after a kill, by the next process that makes one there. It never touches a folder whose process
//! may be alive: that process holds a lock on a file in it.

use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use parking_lot::Mutex;
use swath_error::{Error, Result};

use crate::AsideDir;

/// Name of the folders, between the dot and the process's number.
const NAME: &str = "swath-spill";

/// The file that a living process has locked.
const LOCK: &str = "lock";

/// How often a folder is made anew that another process took for a leftover before it was locked.
const TRIES: usize = 10;

/// A private folder for temporary data, until it is dropped.
///
/// ```
/// use swath_aside::ScratchDir;
/// # let folder = tempfile::tempdir()?;
/// let scratch = ScratchDir::create(folder.path())?;
/// let path = scratch.path().to_owned();
/// std::fs::write(path.join("part"), "data")?;
/// drop(scratch);
/// assert!(!path.exists());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use = "the folder is removed when this is dropped"]
pub struct ScratchDir {
    dir: AsideDir,
    /// Held until the folder goes.
    _lock: File,
}

impl ScratchDir {
    /// Makes a folder in `parent`, which is made too when it is not there; the first time it removes what dead processes
    /// left there.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidArgument`] or [`swath_error::ErrorKind::Io`] when nothing can be made there.
    pub fn create(parent: &Path) -> Result<Self> {
        let help = |e: Error| e.with_help("choose another folder for temporary data");
        let mut tries = 0;
        loop {
            let dir = AsideDir::create(parent.join(NAME)).map_err(help)?;
            if tries == 0 && is_first(parent) {
                remove_leftovers(parent);
            }
            tries += 1;
            let path = dir.path().join(LOCK);
            match locked(&path) {
                // A process that cannot see this one may have swept the folder before it was locked.
                Ok(_) | Err(_) if tries < TRIES && !path.exists() => {}
                Ok(lock) => return Ok(Self { dir, _lock: lock }),
                Err(e) => return Err(help(Error::io(path.display(), e))),
            }
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }
}

/// Whether this process makes its first folder there.
fn is_first(parent: &Path) -> bool {
    static SWEPT: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
    SWEPT.lock().insert(parent.to_owned())
}

fn locked(path: &Path) -> std::io::Result<File> {
    let lock = File::create(path)?;
    lock.lock()?;
    Ok(lock)
}

/// Removes the scratch folders in `parent` that processes which are gone have left. What cannot be removed stays.
pub fn remove_leftovers(parent: &Path) {
    let Ok(entries) = std::fs::read_dir(parent) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if process_of(&path).is_some_and(|pid| !is_alive(pid)) && is_abandoned(&path) {
            drop(std::fs::remove_dir_all(&path));
        }
    }
}

/// The process in the name of a folder of ours: `.swath-spill.PID-N.tmp`.
fn process_of(path: &Path) -> Option<u32> {
    let name = path.file_name()?.to_str()?.strip_prefix('.')?.strip_prefix(NAME)?.strip_prefix('.')?;
    let (pid, _) = name.strip_suffix(".tmp")?.split_once('-')?;
    pid.parse().ok()
}

/// Whether a process of this number runs where this one can see it; true when that cannot be told.
fn is_alive(pid: u32) -> bool {
    let proc = PathBuf::from("/proc");
    !proc.join("self").exists() || proc.join(pid.to_string()).exists()
}

/// Whether no process holds the folder's lock: also none of another machine or container.
fn is_abandoned(path: &Path) -> bool {
    let Ok(lock) = File::open(path.join(LOCK)) else { return true };
    !matches!(lock.try_lock(), Err(TryLockError::WouldBlock))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A process that has ended.
    fn dead() -> u32 {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let pid = child.id();
        child.wait().unwrap();
        pid
    }

    #[test]
    fn only_what_the_dead_left_is_swept() {
        let parent = tempfile::tempdir().unwrap();
        let folder = |name: String, lock: bool| {
            let path = parent.path().join(name);
            std::fs::create_dir(&path).unwrap();
            if lock {
                std::fs::write(path.join(LOCK), "").unwrap();
                std::fs::write(path.join("0.arrow"), "data").unwrap();
            }
            path
        };
        let left = folder(format!(".{NAME}.{}-0.tmp", dead()), true);
        let unlocked = folder(format!(".{NAME}.{}-1.tmp", dead()), false);
        std::fs::create_dir(unlocked.join("datafusion-x")).unwrap();
        let alive = folder(format!(".{NAME}.{}-7.tmp", std::process::id()), true);
        let other = folder("data".into(), true);
        let mut elsewhere = folder(format!(".{NAME}.{}-2.tmp", dead()), true);
        let held = File::open(elsewhere.join(LOCK)).unwrap();
        held.lock().unwrap();
        let made = ScratchDir::create(parent.path()).unwrap();
        for gone in [&left, &unlocked] {
            assert!(!gone.exists(), "a dead process's {} stays", gone.display());
        }
        for kept in [&alive, &other, &elsewhere] {
            assert!(kept.exists(), "{} is gone", kept.display());
        }
        let path = made.path().to_owned();
        drop((made, held));
        assert!(!path.exists());
        elsewhere.push("0.arrow");
        assert!(elsewhere.exists());
    }

    #[test]
    fn a_file_in_the_place_of_the_folder_is_an_error() {
        let parent = tempfile::tempdir().unwrap();
        let file = parent.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert!(ScratchDir::create(&file).is_err());
    }
}
