//! The sink: a dataset of a file that is being written.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use swath_array_io::{ArraySink, SinkKind, Travelling, absolute, check_local, check_write, flat};
use swath_aside::AsideFile;
use swath_block::{Chunk, DType};
use swath_error::{Error, Result};

use super::options::{Hdf5Options, NewDataset};
use super::part::Part;
use super::space::Space;
use super::{attributes, metadata};

inventory::submit! {
    SinkKind { name: "hdf5", join: |from| Ok(Box::new(Hdf5Sink::join(from)?)) }
}

/// Where elements begin: the headers' first bytes go before them.
const START: u64 = 2048;

/// Axes at most, by the format.
const MOST_AXES: usize = 32;

/// A dataset of an HDF5 file being written. The file appears when all its datasets are finished.
///
/// Compressed datasets take regions that begin and end at their chunks, or at the array's end.
///
/// ```
/// use swath_array_io::{ArraySink, ArraySource};
/// use swath_block::{Chunk, DType};
/// use swath_hdf5::{Hdf5Options, Hdf5Sink, Hdf5Source};
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("x.h5");
/// let options = Hdf5Options::default().chunks([2, 1]).gzip(4).shuffle();
/// let sink = Hdf5Sink::create(&path, "group/x", DType::I64, &[2, 2], &options)?;
/// sink.write(&[0, 1], &Chunk::from_vec(vec![2i64, 4], &[2, 1])?)?;
/// sink.write(&[0, 0], &Chunk::from_vec(vec![1i64, 3], &[2, 1])?)?;
/// sink.finish()?;
/// let x = Hdf5Source::open(&path, "group/x")?;
/// assert_eq!(x.read(&[0..2, 0..2])?.as_slice::<i64>()?, Some(&[1, 2, 3, 4][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Hdf5Sink {
    path: PathBuf,
    part: Part,
    space: Arc<Space>,
    /// None where another process created the file, and finishes it.
    whole: Option<Arc<Whole>>,
    finished: AtomicBool,
}

/// A file and all its datasets.
#[derive(Debug)]
struct Whole {
    aside: Mutex<Option<AsideFile>>,
    parts: Vec<Part>,
    unfinished: AtomicUsize,
}

/// What another process needs to write to the dataset too.
#[derive(Serialize, Deserialize)]
struct Joined {
    path: PathBuf,
    aside: PathBuf,
    part: Part,
}

impl Hdf5Sink {
    /// Starts a file with one dataset, aside.
    ///
    /// # Errors
    /// As [`Self::create_all`].
    pub fn create(
        path: impl AsRef<Path>,
        dataset: &str,
        dtype: DType,
        shape: &[usize],
        options: &Hdf5Options,
    ) -> Result<Self> {
        let new = NewDataset { name: dataset.into(), dtype, shape: shape.into(), options: options.clone() };
        let made = Self::create_all(path, &[new])?.pop();
        made.ok_or_else(|| Error::internal("a file was made without its dataset"))
    }

    /// Starts a file with several datasets, aside: a sink for each, in their order.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidArgument`] for names that are empty or clash, for attributes that a file cannot hold, and when a file is there already that is
    /// not to be replaced,
    /// [`swath_error::ErrorKind::ShapeMismatch`] for chunks that do not fit their shape,
    /// [`swath_error::ErrorKind::NotFound`] when the folder does not exist, [`swath_error::ErrorKind::Io`] when nothing can
    /// be written there.
    pub fn create_all(path: impl AsRef<Path>, datasets: &[NewDataset]) -> Result<Vec<Self>> {
        let path = path.as_ref().to_path_buf();
        check_local(&path)?;
        let named = |e| Error::io(path.display(), e);
        let names = names(datasets).map_err(|e| e.context(path.display().to_string()))?;
        for (new, name) in datasets.iter().zip(&names) {
            let within = |e: Error| e.context(format!("{}:{name}", path.display()));
            attributes::check(&new.options.attributes).map_err(within)?;
        }
        if path.exists() && !datasets.iter().any(|new| new.options.overwrite) {
            return Err(Error::argument(format!("'{}' is there already", path.display())).with_help(
                "write to another path, or ask for overwriting; datasets are not added to a file",
            ));
        }
        let mut aside = AsideFile::create(&path)?;
        let file = aside.file().try_clone().map_err(named)?;
        file.set_len(START).map_err(named)?;
        let space = Arc::new(Space::new(file, false));
        let mut parts = Vec::new();
        for (new, name) in datasets.iter().zip(names) {
            let chunk = new.options.chunk_shape(new.dtype, &new.shape, &new.shape)?;
            let pipeline =
                if chunk.is_some() { new.options.pipeline(new.dtype.size()) } else { <_>::default() };
            let part = Part::place(name, new.dtype, new.shape.clone(), chunk, pipeline, &space);
            parts.push(Part { attributes: new.options.attributes.clone(), ..part.map_err(named)? });
        }
        let whole = Arc::new(Whole {
            aside: Mutex::new(Some(aside)),
            unfinished: AtomicUsize::new(parts.len()),
            parts: parts.clone(),
        });
        let sink = |part| Self {
            path: path.clone(),
            part,
            space: space.clone(),
            whole: Some(whole.clone()),
            finished: AtomicBool::new(false),
        };
        Ok(parts.into_iter().map(sink).collect())
    }

    /// The file that another process has created, seen from here.
    fn join(from: &Travelling) -> Result<Self> {
        let Joined { path, aside, part } = from.read()?;
        let file = OpenOptions::new().read(true).write(true).open(&aside).map_err(|e| {
            Error::io(aside.display(), e)
                .context(format!("writing {}", path.display()))
                .with_help("every process that writes an array must see its folder under the same path")
        })?;
        let space = Arc::new(Space::new(file, true));
        Ok(Self { path, part, space, whole: None, finished: AtomicBool::new(false) })
    }

    /// The shape of the dataset's chunks; none where it is in one piece.
    pub fn chunks(&self) -> Option<&[usize]> {
        match &self.part.stored {
            super::part::Stored::Flat { .. } => None,
            super::part::Stored::Plain { chunk, .. } | super::part::Stored::Filtered { chunk, .. } => {
                Some(chunk)
            }
        }
    }
}

impl Whole {
    fn finish(&self, path: &Path, space: &Space) -> Result<()> {
        if self.unfinished.fetch_sub(1, Ordering::SeqCst) > 1 {
            return Ok(());
        }
        metadata::write(&self.parts, space).map_err(|e| Error::io(path.display(), e))?;
        match self.aside.lock().take() {
            Some(aside) => aside.commit(),
            None => Err(Error::internal(format!("{} was finished twice", path.display()))),
        }
    }
}

/// The datasets' names without slashes around them, checked.
fn names(datasets: &[NewDataset]) -> Result<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    for new in datasets {
        let parts: Vec<&str> = new.name.split('/').filter(|p| !p.is_empty()).collect();
        let name = parts.join("/");
        let bad = |p: &&str| matches!(*p, "." | "..") || p.len() > 1024 || p.contains('\0');
        if parts.is_empty() || parts.iter().any(bad) {
            return Err(Error::argument(format!("'{}' is not the name of a dataset", new.name)));
        }
        let clash = |other: &&String| {
            **other == name
                || other.starts_with(&format!("{name}/"))
                || name.starts_with(&format!("{other}/"))
        };
        if let Some(other) = names.iter().find(clash) {
            return Err(Error::argument(format!(
                "the datasets '{name}' and '{other}' cannot be in one file"
            )));
        }
        if new.shape.len() > MOST_AXES {
            return Err(Error::unsupported(format!("{} axes in an HDF5 file", new.shape.len())));
        }
        names.push(name);
    }
    Ok(names)
}

impl ArraySink for Hdf5Sink {
    fn dtype(&self) -> DType {
        self.part.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.part.shape
    }

    fn write(&self, offset: &[usize], chunk: &Chunk) -> Result<()> {
        let name = self.describe();
        let region = check_write(&name, self.part.dtype, &self.part.shape, offset, chunk)?;
        let chunk = flat::in_row_major_order(chunk)?;
        let bytes = chunk.as_bytes().ok_or_else(|| Error::internal("a copied chunk is not contiguous"))?;
        self.part.write(&self.space, &region, bytes).map_err(|e| e.context(self.path.display().to_string()))
    }

    fn finish(&self) -> Result<()> {
        let twice = self.finished.swap(true, Ordering::SeqCst);
        match &self.whole {
            Some(whole) if !twice => whole.finish(&self.path, &self.space),
            _ => Err(Error::internal(format!("{} was finished twice", self.describe()))),
        }
    }

    fn travel(&self) -> Result<Travelling> {
        let aside = self.whole.as_ref().and_then(|w| w.aside.lock().as_ref().map(|a| a.path().to_owned()));
        let aside =
            aside.ok_or_else(|| Error::internal(format!("{} is not open for writing", self.describe())))?;
        self.space.share();
        let part = self.part.clone();
        Travelling::new("hdf5", &Joined { path: absolute(&self.path), aside: absolute(&aside), part })
    }

    fn describe(&self) -> String {
        format!("{}:{}", self.path.display(), self.part.name)
    }
}
