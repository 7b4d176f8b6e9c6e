//! The temporaries of this process that exist now: what an interrupt has to remove.
//!
//! In: paths as they are made, finished and dropped. Out: their removal, at once or one by one. It never touches a
//! path that was not entered here.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use swath_error::{Error, Result};

/// What a temporary is, which decides how it is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Dir,
}

#[derive(Debug)]
struct Registry {
    live: BTreeMap<PathBuf, Kind>,
    /// Set by [`shutdown`]: the process is about to exit and nothing new may appear.
    closed: bool,
}

static REGISTRY: Mutex<Registry> = Mutex::new(Registry { live: BTreeMap::new(), closed: false });

/// Called once, before the first temporary of the process is made; see [`crate::on_first_use!`].
#[derive(Debug)]
pub struct OnFirstUse(pub fn());

inventory::collect!(OnFirstUse);

/// Registers a function that is called once, before the first temporary of the process is made: the runtime installs
/// its interrupt handler this way.
#[macro_export]
macro_rules! on_first_use {
    ($call:expr) => {
        $crate::inventory::submit! { $crate::OnFirstUse($call) }
    };
}

/// How many temporaries exist now.
pub fn live() -> usize {
    REGISTRY.lock().live.len()
}

/// Removes every temporary that exists now. Their owners see an error when they commit.
pub fn remove_all() {
    remove_live(&mut REGISTRY.lock());
}

/// Removes every temporary and refuses new ones: for a process that is about to exit.
pub fn shutdown() {
    let mut registry = REGISTRY.lock();
    registry.closed = true;
    remove_live(&mut registry);
}

fn remove_live(registry: &mut Registry) {
    while let Some((path, kind)) = registry.live.pop_last() {
        remove(&path, kind);
    }
}

/// Makes a temporary next to `target` with `make` and enters it, in one step as seen from [`remove_all`].
pub(crate) fn enter<T>(
    target: &Path,
    kind: Kind,
    make: impl Fn(&Path) -> std::io::Result<T>,
) -> Result<(PathBuf, T)> {
    static FIRST: Once = Once::new();
    FIRST.call_once(|| inventory::iter::<OnFirstUse>.into_iter().for_each(|hook| (hook.0)()));
    let mut registry = REGISTRY.lock();
    if registry.closed {
        return Err(Error::cancelled("interrupted"));
    }
    loop {
        let path = temporary_name(target)?;
        match make(&path) {
            Ok(made) => {
                registry.live.insert(path.clone(), kind);
                return Ok((path, made));
            }
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(Error::io(target.display(), e)),
        }
    }
}

/// Does something inside a temporary folder when that is still there.
///
/// # Errors
/// [`swath_error::ErrorKind::Cancelled`] when it was removed meanwhile; the error of `change`.
pub(crate) fn inside<T>(path: &Path, target: &Path, change: impl FnOnce() -> Result<T>) -> Result<T> {
    let registry = REGISTRY.lock();
    if !registry.live.contains_key(path) {
        return Err(interrupted(target));
    }
    change()
}

fn interrupted(target: &Path) -> Error {
    Error::cancelled(format!("interrupted before {} was complete", target.display()))
}

/// Runs `finish` (a rename) when the temporary is still there, and forgets it.
///
/// # Errors
/// [`swath_error::ErrorKind::Cancelled`] when it was removed meanwhile; the error of `finish`.
pub(crate) fn leave(path: &Path, target: &Path, finish: impl FnOnce() -> std::io::Result<()>) -> Result<()> {
    let mut registry = REGISTRY.lock();
    if !registry.live.contains_key(path) {
        return Err(interrupted(target));
    }
    finish().map_err(|e| Error::io(target.display(), e))?;
    registry.live.remove(path);
    Ok(())
}

/// Removes one temporary, when it is still there.
pub(crate) fn discard(path: &Path) {
    let entered = REGISTRY.lock().live.remove(path);
    if let Some(kind) = entered {
        remove(path, kind);
    }
}

/// Best effort: a temporary that cannot be removed has nobody to tell.
fn remove(path: &Path, kind: Kind) {
    match kind {
        Kind::File => drop(std::fs::remove_file(path)),
        // A part that another thread opens meanwhile makes the folder not empty: once more, then.
        Kind::Dir => drop((0..10).find(|_| std::fs::remove_dir_all(path).is_ok())),
    }
}

/// `.name.PID-N.tmp` in the folder of `target`: the same file system, so that the rename is atomic, and hidden, so
/// that a glob for the target's kind does not find it.
fn temporary_name(target: &Path) -> Result<PathBuf> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let name = target
        .file_name()
        .ok_or_else(|| Error::argument(format!("'{}' does not name a file to write", target.display())))?;
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}-{}.tmp", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
    Ok(target.with_file_name(hidden))
}
