//! Where files go: one file, a pattern, or a folder of parts.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use swath_aside::{AsideDir, AsideFile};
use swath_error::{Error, Result};
use swath_files::Compression;

use super::Sink;

/// What the user's path means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Place {
    /// All rows in one file.
    File(PathBuf),
    /// One file per part; `*` becomes its number.
    Pattern(PathBuf),
    /// A folder of numbered parts.
    Folder(PathBuf),
}

impl Place {
    /// A `*` in the name makes a pattern, the format's ending (perhaps of a compressed file) one file, else a folder.
    pub(crate) fn of(path: &Path, sink: &Sink) -> Result<Self> {
        let name = path
            .file_name()
            .ok_or_else(|| {
                Error::argument(format!("'{}' does not name a file or folder to write", path.display()))
            })?
            .to_string_lossy()
            .into_owned();
        let bare = match Compression::of_name(&name) {
            Compression::None => name.as_str(),
            _ => name.rsplit_once('.').map_or(name.as_str(), |(bare, _)| bare),
        };
        let endings: &[&str] = match sink {
            Sink::Csv(_) => &["csv", "tsv", "txt"],
            Sink::Json(_) => &["json", "jsonl", "ndjson"],
            Sink::Parquet(_) => &["parquet", "parq", "pq"],
        };
        let is_file = bare.rsplit_once('.').is_some_and(|(_, ending)| endings.contains(&ending));
        let absolute = std::path::absolute(path).map_err(|e| Error::io(path.display(), e))?;
        if name.contains('*') {
            return Ok(Self::Pattern(absolute));
        }
        Ok(if is_file && sink.partition_on().is_empty() {
            Self::File(absolute)
        } else {
            Self::Folder(absolute)
        })
    }

    fn path(&self) -> &Path {
        match self {
            Self::File(path) | Self::Pattern(path) | Self::Folder(path) => path,
        }
    }

    /// The compression of its files: the user's word, else what the name says.
    pub(crate) fn compression(&self, sink: &Sink) -> Compression {
        sink.compression().unwrap_or_else(|| Compression::of_name(&self.path().to_string_lossy()))
    }
}

/// Which part a file is: the partition it comes from, and its place among that partition's files.
pub(crate) type PartId = (usize, usize);

/// Files on their way to a place; dropping it leaves nothing behind.
pub(crate) enum Pending {
    /// One temporary per part, joined or renamed at the end.
    Files { place: Place, parts: Mutex<Vec<(PartId, AsideFile)>> },
    /// A temporary folder.
    Folder { folder: AsideDir, names: Mutex<Vec<(PartId, PathBuf)>>, ending: String },
}

impl Pending {
    pub(crate) fn create(place: &Place, sink: &Sink) -> Result<Self> {
        match place {
            Place::Folder(path) => Ok(Self::Folder {
                folder: AsideDir::create(path)?,
                names: Mutex::new(Vec::new()),
                ending: ending(sink, place.compression(sink)),
            }),
            Place::File(path) | Place::Pattern(path) => {
                if let (Place::Pattern(_), Some(folder)) = (place, path.parent()) {
                    std::fs::create_dir_all(folder).map_err(|e| Error::io(folder.display(), e))?;
                }
                Ok(Self::Files { place: place.clone(), parts: Mutex::new(Vec::new()) })
            }
        }
    }

    /// Opens the file of a part; `below` is a folder inside the target.
    pub(crate) fn open(&self, id: PartId, below: &Path) -> Result<Box<dyn Write + Send>> {
        match self {
            Self::Files { place, parts } => {
                let file = AsideFile::create(place.path().to_path_buf())?;
                let handle = std::fs::OpenOptions::new()
                    .write(true)
                    .open(file.path())
                    .map_err(|e| Error::io(file.path().display(), e))?;
                lock(parts).push((id, file));
                Ok(Box::new(handle))
            }
            Self::Folder { folder, names, .. } => {
                // A hidden name until all parts are known and can be numbered.
                let name = below.join(format!(".{}-{}", id.0, id.1));
                let handle = folder.part(&name)?;
                lock(names).push((id, name));
                Ok(Box::new(handle))
            }
        }
    }

    /// Makes everything visible; gives the files in the order of their rows.
    pub(crate) fn commit(self) -> Result<Vec<PathBuf>> {
        match self {
            Self::Files { place, parts } => {
                let mut parts = parts.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
                parts.sort_by_key(|(id, _)| *id);
                let parts = parts.into_iter().map(|(_, file)| file).collect();
                match place {
                    Place::Pattern(path) => rename_all(&path, parts),
                    Place::File(path) | Place::Folder(path) => join_all(path, parts),
                }
            }
            Self::Folder { folder, names, ending } => {
                let names = names.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
                commit_folder(folder, names, &ending)
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// `csv`, `csv.gz`, …
fn ending(sink: &Sink, compression: Compression) -> String {
    let packed = match compression {
        Compression::None => "",
        Compression::Gzip => ".gz",
        Compression::Zstd => ".zst",
        Compression::Bzip2 => ".bz2",
        Compression::Xz => ".xz",
    };
    format!("{}{packed}", sink.extension())
}

/// Renames the parts by their numbers.
fn rename_all(pattern: &Path, parts: Vec<AsideFile>) -> Result<Vec<PathBuf>> {
    let width = parts.len().saturating_sub(1).to_string().len();
    let name = pattern.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let mut done = Vec::with_capacity(parts.len());
    for (i, part) in parts.into_iter().enumerate() {
        let target = pattern.with_file_name(name.replace('*', &format!("{i:0width$}")));
        part.commit_as(&target)?;
        done.push(target);
    }
    Ok(done)
}

/// Appends the later parts to the first one, which becomes the file.
fn join_all(path: PathBuf, parts: Vec<AsideFile>) -> Result<Vec<PathBuf>> {
    use std::io::{Seek, SeekFrom};
    let mut parts = parts.into_iter();
    let mut first = parts.next().ok_or_else(|| Error::internal("a sink without a part"))?;
    let failed = |e| Error::io(path.display(), e);
    first.file().seek(SeekFrom::End(0)).map_err(failed)?;
    for part in parts {
        let mut rest = std::fs::File::open(part.path()).map_err(failed)?;
        std::io::copy(&mut rest, first.file()).map_err(failed)?;
    }
    first.commit()?;
    Ok(vec![path])
}

/// Numbers the parts of a folder in the order of their rows, puts the folder in place, and removes parts that an earlier
/// write left there under numbers this one does not have.
fn commit_folder(folder: AsideDir, mut names: Vec<(PartId, PathBuf)>, ending: &str) -> Result<Vec<PathBuf>> {
    names.sort();
    let ids: Vec<PartId> = names.iter().map(|(id, _)| *id).collect();
    let width = ids.len().saturating_sub(1).to_string().len();
    let mut files = Vec::with_capacity(names.len());
    for (i, (_, hidden)) in names.iter().enumerate() {
        let name = hidden.with_file_name(format!("part-{i:0width$}.{ending}"));
        let (from, to) = (folder.path().join(hidden), folder.path().join(&name));
        std::fs::rename(&from, &to).map_err(|e| Error::io(to.display(), e))?;
        files.push(folder.target().join(name));
    }
    let target = folder.target().to_path_buf();
    let stale = if target.is_dir() { earlier_parts(&target, ending)? } else { Vec::new() };
    folder.commit()?;
    for path in stale.into_iter().filter(|p| !files.contains(p)) {
        std::fs::remove_file(&path).map_err(|e| Error::io(path.display(), e))?;
    }
    Ok(files)
}

/// Files called `part-<number>.<ending>` below a folder.
fn earlier_parts(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|e| Error::io(folder.display(), e))? {
        let path = entry.map_err(|e| Error::io(folder.display(), e))?.path();
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_dir() && name.contains('=') {
            found.extend(earlier_parts(&path, ending)?);
        }
        let number =
            name.strip_prefix("part-").and_then(|n| n.strip_suffix(ending)).and_then(|n| n.strip_suffix('.'));
        if number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit())) {
            found.push(path);
        }
    }
    Ok(found)
}
