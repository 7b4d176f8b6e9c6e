//! From what the user wrote to a list of files.

use swath_error::{Error, ErrorKind, Result};

use crate::{File, Location, Paths, local};

/// How folders and globs are searched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolve {
    /// Name endings taken from folders, without the dot (`csv`), also before a compression's suffix (`csv.gz`). Empty
    /// takes every file. Paths and globs that name a file are taken whatever they end in.
    pub extensions: Vec<String>,
    /// Whether `name=value` folders become columns. Default true.
    pub hive: bool,
}

impl Default for Resolve {
    fn default() -> Self {
        Self { extensions: Vec::new(), hive: true }
    }
}

impl Resolve {
    /// Takes only files with these endings from folders.
    #[must_use]
    pub fn extensions(extensions: &[&str]) -> Self {
        Self { extensions: extensions.iter().map(ToString::to_string).collect(), ..Self::default() }
    }

    /// Whether a folder's file of this name is taken.
    pub(crate) fn accepts(&self, name: &str) -> bool {
        if self.extensions.is_empty() {
            return true;
        }
        let name = name.to_ascii_lowercase();
        let bare = match crate::Compression::of_name(&name) {
            crate::Compression::None => name.as_str(),
            _ => name.rsplit_once('.').map_or(name.as_str(), |(bare, _)| bare),
        };
        self.extensions.iter().any(|e| bare.ends_with(&format!(".{e}")) || name.ends_with(&format!(".{e}")))
    }
}

/// The files that `paths` name: a list keeps its order, what a glob or a folder gives is sorted (`part.2` before
/// `part.10`).
///
/// Takes paths, globs (`2015-*.csv`, `**/*.json`), folders (searched to any depth), `file://` URLs and, with the
/// feature `cloud`, object stores (`s3://`, `gs://`, `az://`, `http(s)://`).
///
/// ```
/// use swath_files::{resolve, Resolve};
/// let dir = tempfile::tempdir()?;
/// std::fs::write(dir.path().join("2015-01.csv"), "a\n1\n")?;
/// let files = resolve(format!("{}/2015-*.csv", dir.path().display()), &Resolve::default())?;
/// assert_eq!(files[0].size, 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ErrorKind::NotFound`] naming the pattern and the folder searched; [`ErrorKind::Unsupported`] for a URL this
/// build cannot read, naming the feature; [`ErrorKind::Io`] for a folder that cannot be read.
pub fn resolve(paths: impl Into<Paths>, options: &Resolve) -> Result<Vec<File>> {
    let paths = paths.into();
    if paths.as_slice().is_empty() {
        return Err(Error::new(ErrorKind::InvalidArgument, "the list of paths is empty"));
    }
    let mut files = Vec::new();
    for path in paths.as_slice() {
        files.extend(resolve_one(path, options)?);
    }
    Ok(files)
}

fn resolve_one(path: &str, options: &Resolve) -> Result<Vec<File>> {
    match scheme(path) {
        None => local::find(path, options),
        Some("file") => local::find(&file_url_path(path)?, options),
        Some(_) => find_remote(path, options),
    }
}

/// The scheme of a URL; none for a path (a single letter is a drive).
pub(crate) fn scheme(path: &str) -> Option<&str> {
    path.split_once("://")
        .map(|(scheme, _)| scheme)
        .filter(|s| s.len() > 1 && s.chars().all(|c| c.is_ascii_alphanumeric() || c == '+' || c == '-'))
}

/// The path of a `file://` URL; wildcards and spaces may be written as they are.
fn file_url_path(url: &str) -> Result<String> {
    let rest = url.strip_prefix("file://").unwrap_or(url);
    if rest.starts_with('/') {
        let parsed = url::Url::parse(url).ok().filter(|_| !local::is_glob(rest));
        let path = parsed.and_then(|u| u.to_file_path().ok());
        return Ok(path.map_or_else(|| rest.to_string(), |p| p.to_string_lossy().into_owned()));
    }
    Err(Error::argument(format!("'{url}' names a host; a file URL has three slashes: file:///path")))
}

#[cfg(feature = "cloud")]
fn find_remote(url: &str, options: &Resolve) -> Result<Vec<File>> {
    crate::remote::find(url, options)
}

#[cfg(not(feature = "cloud"))]
fn find_remote(url: &str, _: &Resolve) -> Result<Vec<File>> {
    Err(crate::store::needs_cloud(url))
}

impl Location {
    /// The URL DataFusion and object stores know the file by.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for a path that cannot be written as a URL.
    pub fn url(&self) -> Result<url::Url> {
        match self {
            Self::Local(path) => url::Url::from_file_path(path)
                .map_err(|()| Error::argument(format!("{} cannot be written as a URL", path.display()))),
            Self::Url(text) => {
                url::Url::parse(text).map_err(|e| Error::argument(format!("'{text}' is not a URL: {e}")))
            }
        }
    }
}
