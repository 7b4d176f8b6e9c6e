//! A number for what messages look like: a hash of the sources that define them.
//!
//! In: a folder, and paths from it. Out: the same number wherever and however these sources are built; another one when a
//! field, a variant or their order changes. Comments, blank lines, indentation and tests do not count.

use std::io::{Error, Result};
use std::path::{Path, PathBuf};

/// What messages consist of, from the folder of the crate: the messages themselves, the names and numbers in them, graphs,
/// errors, calls, blocks and how these travel. Where only the published crate is there, its version says the rest.
pub const SOURCES: &[&str] = &[
    "src",
    "../scheduler/src/effects.rs",
    "../scheduler/src/event.rs",
    "../scheduler/src/ids.rs",
    "../scheduler/src/retire.rs",
    "../tasks/src",
    "../flight/src",
    "../../planner/error/src",
    "../../planner/graph/src/annotations.rs",
    "../../planner/graph/src/graph.rs",
    "../../planner/graph/src/key.rs",
    "../../planner/graph/src/payload.rs",
    "../../io/block/src/chunk.rs",
    "../../io/block/src/dtype.rs",
    "../../io/block/src/elsewhere.rs",
    "../../io/block/src/encode",
    "../../io/block/src/items.rs",
    "../../io/block/src/registry.rs",
    "../../io/block/src/value.rs",
];

/// The number of these sources: those that are not there are left out.
///
/// # Errors
/// When one cannot be read.
pub fn of(folder: &Path, sources: &[&str]) -> Result<u32> {
    let mut hash = Fnv::default();
    for source in sources {
        let at = folder.join(source);
        if !at.exists() {
            continue;
        }
        for file in files(&at)? {
            let name = file.strip_prefix(&at).map_err(Error::other)?;
            hash.add(source);
            hash.add(
                &name.components().map(|c| c.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/"),
            );
            add_contents(&mut hash, &std::fs::read_to_string(&file)?);
        }
    }
    Ok((hash.0 ^ (hash.0 >> 32)) as u32)
}

/// Rust files at or below a path, in the order of their names.
fn files(at: &Path) -> Result<Vec<PathBuf>> {
    if at.is_file() {
        return Ok(vec![at.to_owned()]);
    }
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(at)?.map(|entry| entry.map(|e| e.path())).collect::<Result<_>>()?;
    entries.sort();
    let mut found = Vec::new();
    for entry in entries {
        if entry.is_dir() {
            found.extend(files(&entry)?);
        } else if entry.extension().is_some_and(|ending| ending == "rs") {
            found.push(entry);
        }
    }
    Ok(found)
}

/// Adds what counts of a file: its lines up to the tests.
fn add_contents(hash: &mut Fnv, text: &str) {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    let lines: Vec<&str> = lines.collect();
    let tests =
        lines.windows(2).position(|pair| matches!(pair, ["#[cfg(test)]", second] if second.ends_with('{')));
    lines.iter().take(tests.unwrap_or(lines.len())).for_each(|line| hash.add(line));
}

/// The 64-bit hash of Fowler, Noll and Vo: short, and the same everywhere.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    /// Adds a text and its end.
    fn add(&mut self, text: &str) {
        for byte in text.bytes().chain([0]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}
