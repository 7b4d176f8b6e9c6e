//! Which files a folder's made-up data consists of, so that they are written once.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use swath_aside::AsideFile;
use swath_error::{Error, Result};

/// Writes the files of a data set unless they are there already, and gives their paths in order.
///
/// `settings` is everything the contents depend on; `fill(i, out)` writes the contents of file `i`.
pub(super) fn write_once(
    folder: &Path,
    kind: &str,
    settings: &str,
    names: &[String],
    fill: impl Fn(usize, &mut dyn Write) -> std::io::Result<()>,
) -> Result<Vec<PathBuf>> {
    fs::create_dir_all(folder).map_err(|e| Error::io(folder.display(), e))?;
    let paths: Vec<PathBuf> = names.iter().map(|n| folder.join(n)).collect();
    let manifest = folder.join(format!(".{kind}.manifest"));
    let known = fs::read_to_string(&manifest).unwrap_or_default();
    if describe(settings, &paths).is_some_and(|now| now == known) {
        return Ok(paths);
    }
    remove_former(folder, &manifest, &known)?;
    for (i, path) in paths.iter().enumerate() {
        write_file(path, |out| fill(i, out))?;
    }
    let now = describe(settings, &paths)
        .ok_or_else(|| Error::internal(format!("a file of '{}' vanished", folder.display())))?;
    write_file(&manifest, |out| out.write_all(now.as_bytes()))?;
    Ok(paths)
}

/// The settings, then each file's length and name; nothing when a file is missing.
fn describe(settings: &str, paths: &[PathBuf]) -> Option<String> {
    let mut text = format!("{settings}\n");
    for path in paths {
        let length = fs::metadata(path).ok()?.len();
        let _ = writeln!(text, "{length} {}", path.file_name()?.to_string_lossy());
    }
    Some(text)
}

/// Removes the files of a data set with other settings: its files must not be mixed with the new ones.
fn remove_former(folder: &Path, manifest: &Path, known: &str) -> Result<()> {
    let gone = |path: &Path| match fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::io(path.display(), e)),
        _ => Ok(()),
    };
    // The manifest goes first: without it, what is left of the files is written again.
    gone(manifest)?;
    for line in known.lines().skip(1) {
        if let Some((_, name)) = line.split_once(' ')
            && Path::new(name).components().count() == 1
        {
            gone(&folder.join(name))?;
        }
    }
    Ok(())
}

fn write_file(path: &Path, fill: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<()> {
    let mut file = AsideFile::create(path)?;
    let mut out = BufWriter::with_capacity(1 << 18, &mut file);
    fill(&mut out).and_then(|()| out.flush()).map_err(|e| Error::io(path.display(), e))?;
    drop(out);
    file.commit()
}
