//! Paths, globs and folders of this machine.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use swath_error::{Error, ErrorKind, Result};

use crate::natural::natural_order;
use crate::{File, Location, Resolve, hive};

/// The files `pattern` names: itself, a glob's matches, or the files of a folder.
pub(crate) fn find(pattern: &str, options: &Resolve) -> Result<Vec<File>> {
    let path = Path::new(pattern);
    match std::fs::metadata(path) {
        Ok(meta) if meta.is_dir() => folder(path, pattern, options),
        Ok(meta) => Ok(vec![describe(path, &meta, Vec::new())?]),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && is_glob(pattern) => glob(pattern, options),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Err(missing_file(path)),
        Err(e) => Err(Error::io(path.display(), e)),
    }
}

/// Whether a path has wildcards.
pub(crate) fn is_glob(pattern: &str) -> bool {
    pattern.contains(['*', '?', '['])
}

/// The leading folders of a glob without wildcards.
pub(crate) fn fixed_prefix(pattern: &str) -> &str {
    let wild = pattern.find(['*', '?', '[']).unwrap_or(pattern.len());
    let head = pattern.get(..wild).unwrap_or_default();
    head.rfind('/').map_or("", |slash| head.get(..=slash).unwrap_or_default())
}

fn missing_file(path: &Path) -> Error {
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let error = Error::new(ErrorKind::NotFound, format!("there is no file or folder '{}'", path.display()));
    let wanted = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let names: Vec<String> = std::fs::read_dir(parent)
        .map(|entries| entries.flatten().take(10_000).map(|e| e.file_name().to_string_lossy().into_owned()))
        .map(Iterator::collect)
        .unwrap_or_default();
    if names.is_empty() {
        return error.with_help(format!("searched in {}", shown(parent)));
    }
    match swath_error::nearest(&wanted, names.iter().map(String::as_str)).first() {
        Some(near) => error.with_help(format!("did you mean '{}'?", parent.join(near).display())),
        None => error.with_help(format!("searched in {}", shown(parent))),
    }
}

fn glob(pattern: &str, options: &Resolve) -> Result<Vec<File>> {
    let entries = glob::glob(pattern)
        .map_err(|e| Error::argument(format!("'{pattern}' is not a glob: {e}")).with_source(e))?;
    let base = fixed_prefix(pattern);
    let mut found = Vec::new();
    for entry in entries {
        let path =
            entry.map_err(|e| Error::io(e.path().display(), std::io::Error::from(e.error().kind())))?;
        let meta = std::fs::metadata(&path).map_err(|e| Error::io(path.display(), e))?;
        if meta.is_dir() {
            continue;
        }
        let relative = relative_to(&path, Path::new(base));
        found.push(describe(&path, &meta, partitions(options, &relative))?);
    }
    if found.is_empty() {
        let searched = if base.is_empty() { Path::new(".") } else { Path::new(base) };
        return Err(Error::new(ErrorKind::NotFound, format!("no file matches '{pattern}'"))
            .with_help(format!("searched in {}", shown(searched))));
    }
    sort(&mut found);
    Ok(found)
}

fn folder(path: &Path, pattern: &str, options: &Resolve) -> Result<Vec<File>> {
    let mut found = Vec::new();
    walk(path, path, options, &mut found)?;
    if found.is_empty() {
        let kinds = options.extensions.join(", .");
        let what = if kinds.is_empty() { "file".to_string() } else { format!("file ending in .{kinds}") };
        return Err(Error::new(ErrorKind::NotFound, format!("the folder '{pattern}' has no {what}"))
            .with_help(format!("searched in {}", shown(path))));
    }
    sort(&mut found);
    Ok(found)
}

/// Collects the files below `path`, leaving out names that start with `.` or `_` (markers and metadata).
fn walk(root: &Path, path: &Path, options: &Resolve, found: &mut Vec<File>) -> Result<()> {
    for entry in std::fs::read_dir(path).map_err(|e| Error::io(path.display(), e))? {
        let entry = entry.map_err(|e| Error::io(path.display(), e))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(['.', '_']) {
            continue;
        }
        let path = entry.path();
        let meta = std::fs::metadata(&path).map_err(|e| Error::io(path.display(), e))?;
        if meta.is_dir() {
            walk(root, &path, options, found)?;
        } else if options.accepts(&name) {
            let relative = relative_to(&path, root);
            found.push(describe(&path, &meta, partitions(options, &relative))?);
        }
    }
    Ok(())
}

fn partitions(options: &Resolve, relative: &str) -> Vec<(String, Option<String>)> {
    if options.hive { hive::partitions(relative) } else { Vec::new() }
}

fn relative_to(path: &Path, base: &Path) -> String {
    path.strip_prefix(base).unwrap_or(path).to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}

fn describe(
    path: &Path,
    meta: &std::fs::Metadata,
    partitions: Vec<(String, Option<String>)>,
) -> Result<File> {
    let absolute = std::path::absolute(path).map_err(|e| Error::io(path.display(), e))?;
    let modified = meta
        .modified()
        .ok()
        .and_then(|t| t.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |d| d.as_nanos() as u64);
    Ok(File { location: Location::Local(absolute), size: meta.len(), modified, partitions })
}

fn sort(files: &mut [File]) {
    files.sort_by_cached_key(std::string::ToString::to_string);
    files.sort_by(|a, b| natural_order(&a.to_string(), &b.to_string()));
}

fn shown(path: &Path) -> String {
    std::fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from(path)).display().to_string()
}
