//! An open HDF5 file: its datasets by name.

use std::collections::HashSet;
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hdf5_reader::group::Group;
use hdf5_reader::{Dataset, FileStorage, Hdf5File as Reader, OpenOptions};
use swath_array_io::{ArrayInfo, FileStamp, Listing};
use swath_error::{Error, ErrorKind, Result, unknown_name};

use crate::Hdf5Source;
use crate::attributes::attribute;
use crate::element::{Stored, describe};
use crate::failure::Named;
use crate::layout::{Layout, filter_names};
use crate::links;

/// A dataset's path, and the dataset or why it cannot be opened.
type Found = (String, Result<Dataset>);

/// Groups within groups that are followed at most.
const DEEPEST: usize = 64;

/// Datasets listed at most.
const LISTED: usize = 100_000;

/// An open HDF5 file.
///
/// ```
/// use swath_array_io::ArraySource;
/// use swath_hdf5::Hdf5File;
/// let file = Hdf5File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/earliest.h5"))?;
/// println!("{}", file.list()?);
/// let x = file.source("plain/f8")?;
/// assert_eq!(x.shape(), [7, 9]);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[derive(Clone)]
pub struct Hdf5File {
    pub(crate) path: PathBuf,
    pub(crate) file: Arc<File>,
    pub(crate) reader: Arc<Reader>,
    pub(crate) stamp: FileStamp,
}

impl Hdf5File {
    /// Opens a file.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] or [`ErrorKind::Io`] when it cannot be opened, [`ErrorKind::InvalidData`] when it is no HDF5
    /// file or is damaged.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_path_buf();
        let (file, stamp) = FileStamp::open(&path)?;
        let again = file.try_clone().map_err(|e| Error::io(path.display(), e))?;
        let storage = Arc::new(FileStorage::from_file(again).named(&path)?);
        // Chunks are read here, not there.
        let options = OpenOptions { chunk_cache_bytes: 0, ..OpenOptions::default() };
        let reader = Reader::from_storage_with_options(storage, options).named(&path)?;
        Ok(Self { path, file: Arc::new(file), reader: Arc::new(reader), stamp })
    }

    /// The file's path, as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The datasets of the file and its groups, with their shapes, types, chunks, filters and attributes. Datasets that
    /// cannot be read say why.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] when the file is damaged.
    pub fn list(&self) -> Result<Listing> {
        let mut arrays = Vec::new();
        for (name, dataset) in self.walk()? {
            arrays.push(match dataset {
                Ok(dataset) => self.describe(name, &dataset),
                Err(problem) => unreadable(name, problem.to_string()),
            });
        }
        Ok(Listing { path: self.path.clone(), arrays })
    }

    /// A dataset as something arrays are read from.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`], listing those present, when there is no such dataset; [`ErrorKind::Unsupported`] for types
    /// and filters that are not offered, naming them; [`ErrorKind::InvalidData`] when the file is damaged.
    pub fn source(&self, dataset: &str) -> Result<Hdf5Source> {
        Hdf5Source::new(self.clone(), dataset)
    }

    /// Bytes of the file from its superblock on, which addresses count from.
    pub(crate) fn length(&self) -> u64 {
        self.stamp.length().saturating_sub(self.reader.superblock().base_address)
    }

    pub(crate) fn dataset(&self, name: &str) -> Result<Dataset> {
        match self.reader.dataset(name).named(&self.path) {
            Err(e) if e.kind() == ErrorKind::NotFound => Err(self.missing(name)),
            other => other,
        }
    }

    fn missing(&self, name: &str) -> Error {
        let wanted = name.trim_matches('/');
        if wanted.is_empty() || self.reader.group(wanted).is_ok() {
            let names = self.names();
            let inside: Vec<_> =
                names.iter().filter(|n| wanted.is_empty() || n.starts_with(&format!("{wanted}/"))).collect();
            let shown = inside.iter().take(20).map(|n| n.as_str()).collect::<Vec<_>>().join(", ");
            return Error::new(ErrorKind::NotFound, format!("'{name}' is a group, not a dataset"))
                .with_help(format!("datasets in it: {shown}"))
                .context(self.path.display().to_string());
        }
        let names = self.names();
        unknown_name(ErrorKind::NotFound, "dataset", wanted, names.iter().map(String::as_str))
            .context(self.path.display().to_string())
    }

    fn names(&self) -> Vec<String> {
        self.walk().map(|all| all.into_iter().map(|(name, _)| name).collect()).unwrap_or_default()
    }

    /// Every dataset with its path; those that cannot be opened with the reason.
    fn walk(&self) -> Result<Vec<Found>> {
        let root = self.reader.root_group().named(&self.path)?;
        let mut found = Vec::new();
        let mut seen = HashSet::from([root.address()]);
        let mut open = vec![(String::new(), root)];
        while let Some((prefix, group)) = open.pop() {
            let path =
                |name: &str| if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") };
            let (groups, datasets) = match group.member_names() {
                Ok((groups, datasets)) => {
                    let opened =
                        datasets.into_iter().map(|n| (path(&n), group.dataset(&n).named(&self.path)));
                    (groups, opened.collect())
                }
                Err(_) => self.one_by_one(&group, &path)?,
            };
            found.extend(datasets.into_iter().take(LISTED.saturating_sub(found.len())));
            if prefix.split('/').count() < DEEPEST {
                let inner = groups.iter().rev().filter_map(|n| Some((path(n), group.group(n).ok()?)));
                open.extend(inner.filter(|(_, g): &(String, Group)| seen.insert(g.address())));
            }
        }
        found.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(found)
    }

    /// The groups, and the datasets with their paths, of a group in which something cannot be read.
    fn one_by_one(&self, group: &Group, path: &dyn Fn(&str) -> String) -> Result<(Vec<String>, Vec<Found>)> {
        let (mut groups, mut datasets) = (Vec::new(), Vec::new());
        for name in links::names(&self.reader, group.address()).named(&self.path)? {
            match group.dataset(&name).named(&self.path) {
                Err(e) if e.kind() == ErrorKind::NotFound => groups.push(name),
                opened => datasets.push((path(&name), opened)),
            }
        }
        Ok((groups, datasets))
    }

    fn describe(&self, name: String, dataset: &Dataset) -> ArrayInfo {
        let layout = Layout::of(&self.reader, dataset, self.length()).named(&self.path).and_then(|l| l);
        let names = |chunks: Vec<u32>| chunks.into_iter().map(|n| n as usize).take(dataset.ndim()).collect();
        ArrayInfo {
            name,
            shape: dataset.shape().iter().map(|n| usize::try_from(*n).unwrap_or(usize::MAX)).collect(),
            dtype: Stored::of(dataset.dtype()).map(|s| s.dtype),
            stored: describe(dataset.dtype()),
            chunks: dataset.chunks().map(names),
            filters: filter_names(&self.reader, dataset),
            attributes: dataset.attributes().iter().map(|a| (a.name.clone(), attribute(a))).collect(),
            problem: layout.err().map(|e| e.message().to_owned()),
        }
    }
}

fn unreadable(name: String, problem: String) -> ArrayInfo {
    ArrayInfo {
        name,
        shape: Vec::new(),
        dtype: None,
        stored: "unknown".to_owned(),
        chunks: None,
        filters: Vec::new(),
        attributes: Vec::new(),
        problem: Some(problem),
    }
}

impl fmt::Debug for Hdf5File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hdf5File({})", self.path.display())
    }
}
