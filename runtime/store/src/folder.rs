//! The private folder that spilled blocks lie in, and the removal of folders that dead processes left.
//!
//! In: the folder chosen by the user. Out: a hidden folder in it, removed when nobody uses it any more, when the process
//! is interrupted, or, after a kill, by the next process that spills there. It never touches a folder whose process may
//! be alive: that process holds a lock on a file in it.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use swath_aside::AsideDir;
use swath_error::{Error, Result};

/// Name of the folders, between the dot and the process's number.
const NAME: &str = "swath-spill";

/// The file that a living process has locked.
const LOCK: &str = "lock";

/// A folder without a lock file is left alone for so long: its process may be about to make one.
const YOUNG: Duration = Duration::from_mins(1);

/// A private folder, until it is dropped.
#[derive(Debug)]
pub(crate) struct Folder {
    dir: AsideDir,
    /// Held until the folder goes.
    _lock: File,
}

impl Folder {
    /// Makes a folder in `parent`, which is made too when it is not there, and removes what dead processes left there.
    pub fn create(parent: &Path) -> Result<Self> {
        let help = |e: Error| e.with_help("choose another folder for spilled blocks");
        let dir = AsideDir::create(parent.join(NAME)).map_err(help)?;
        remove_leftovers(parent);
        let path = dir.path().join(LOCK);
        let lock = File::create(&path).map_err(|e| help(Error::io(path.display(), e)))?;
        lock.lock().map_err(|e| help(Error::io(path.display(), e)))?;
        Ok(Self { dir, _lock: lock })
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }
}

/// Removes what processes that are gone have left in `parent`, the folder chosen for spilled blocks. What cannot be
/// removed stays.
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
    if let Ok(lock) = File::open(path.join(LOCK)) {
        return !matches!(lock.try_lock(), Err(TryLockError::WouldBlock));
    }
    let made = path.metadata().and_then(|m| m.modified()).ok();
    made.and_then(|m| m.elapsed().ok()).is_some_and(|age| age > YOUNG)
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
        let young = folder(format!(".{NAME}.{}-1.tmp", dead()), false);
        let alive = folder(format!(".{NAME}.{}-7.tmp", std::process::id()), true);
        let other = folder("data".into(), true);
        let mut elsewhere = folder(format!(".{NAME}.{}-2.tmp", dead()), true);
        let held = File::open(elsewhere.join(LOCK)).unwrap();
        held.lock().unwrap();
        let made = Folder::create(parent.path()).unwrap();
        assert!(!left.exists(), "a dead process's folder stays");
        for kept in [&young, &alive, &other, &elsewhere] {
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
        assert!(Folder::create(&file).is_err());
    }
}
