//! HDF5 files, as h5py writes them.

use std::path::Path;
use std::sync::Arc;

use swath_array_plan::{Expr, OpenSink, from_source};
use swath_error::Result;
use swath_hdf5::{Hdf5Sink, Hdf5Source, NewDataset};

pub use swath_hdf5::Hdf5Options;

use crate::create::natural_chunks;
use crate::store::{Store, aligned, blocks, measured};
use crate::{Array, DynArray, Element};

/// An array over a dataset of an HDF5 file: `da::from_hdf5_dyn("x.h5", "group/x")`. Only headers are read now; the chunks a
/// result needs are read when they are needed, in parallel, and again rather than held where that takes less memory.
///
/// Elements of another type than `T` are converted to it. Blocks are made of whole chunks of the
/// file. [`crate::open`] lists what is in a file.
///
/// ```
/// # use swath_local as _;
/// # let dir = tempfile::tempdir().unwrap();
/// # let path = dir.path().join("x.h5");
/// use swath_array as da;
/// da::arange(1000).reshape([10, 100]).to_hdf5(&path, "runs/one")?;
/// let x = da::from_hdf5::<i64>(&path, "runs/one");
/// assert_eq!(x.max(1).compute()?[9], 999);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn from_hdf5<T: Element>(path: impl AsRef<Path>, dataset: &str) -> Array<T> {
    from_hdf5_dyn(path, dataset).typed()
}

/// As [`from_hdf5`], with the element type that is found there.
#[track_caller]
pub fn from_hdf5_dyn(path: impl AsRef<Path>, dataset: &str) -> DynArray {
    let open = || {
        let source = Hdf5Source::open(path, dataset)?;
        let chunks = natural_chunks(&source);
        from_source(Arc::new(source), &chunks)
    };
    DynArray::new(open())
}

/// Computes several arrays in one run and writes them to the datasets of one HDF5 file, which appears when all are complete;
/// nothing is left behind when something fails.
///
/// ```
/// # use swath_local as _;
/// # let dir = tempfile::tempdir().unwrap();
/// # let path = dir.path().join("x.h5");
/// use swath_array as da;
/// let x = da::arange(1000).astype::<f64>();
/// let y = x.sqrt();
/// let compressed = da::Hdf5Options::default().gzip(4).shuffle();
/// da::to_hdf5(&path, &[("x", x.as_dyn()), ("roots/y", y.as_dyn())], &compressed)?;
/// assert_eq!(da::from_hdf5::<f64>(&path, "roots/y").compute()?[81], 9.0);
/// # Ok::<(), swath_error::Error>(())
/// ```
///
/// # Errors
/// The error that building an array met, that of the task that failed first,
/// [`swath_error::ErrorKind::InvalidArgument`] for names that clash and for a file that is there already and is not to be
/// replaced, [`swath_error::ErrorKind::ShapeMismatch`] for chunks that
/// do not fit, or [`swath_error::ErrorKind::Io`] naming the file.
pub fn to_hdf5(path: impl AsRef<Path>, arrays: &[(&str, &DynArray)], options: &Hdf5Options) -> Result<()> {
    let mut exprs = Vec::new();
    let mut datasets = Vec::new();
    for (name, array) in arrays {
        let (expr, dataset) = planned(name, array, options)?;
        exprs.push(expr);
        datasets.push(dataset);
    }
    let sinks = Hdf5Sink::create_all(path, &datasets)?;
    Store::write(exprs.into_iter().zip(sinks.into_iter().map(OpenSink::new)).collect())
}

/// What is written of an array, in blocks that fit the dataset's chunks.
fn planned(name: &str, array: &DynArray, options: &Hdf5Options) -> Result<(Expr, NewDataset)> {
    let expr = measured(array)?;
    let (dtype, shape) = (expr.dtype(), expr.shape()?.to_vec());
    let chunks = options.chunk_shape(dtype, &shape, &blocks(&expr))?;
    let (expr, options) = match chunks {
        // Parts of chunks that are not compressed have places of their own.
        Some(chunks) if options.is_filtered() => (aligned(&expr, &chunks)?, options.clone().chunks(chunks)),
        Some(chunks) => (expr, options.clone().chunks(chunks)),
        None => (expr, options.clone()),
    };
    Ok((expr, NewDataset { name: name.to_owned(), dtype, shape, options }))
}

impl DynArray {
    /// Computes the array and writes it to a dataset of a new HDF5 file, chunk by chunk as they are done. The file appears
    /// when it is complete; nothing is left behind when something fails. The dataset is one piece, which is read fastest in
    /// any shape; [`Self::to_hdf5_with`] makes chunks and compresses them, [`to_hdf5`] writes several arrays.
    ///
    /// # Errors
    /// As [`to_hdf5`].
    pub fn to_hdf5(&self, path: impl AsRef<Path>, dataset: &str) -> Result<()> {
        self.to_hdf5_with(path, dataset, &Hdf5Options::default())
    }

    /// As [`Self::to_hdf5`], stored as `options` say.
    ///
    /// # Errors
    /// As [`to_hdf5`].
    pub fn to_hdf5_with(&self, path: impl AsRef<Path>, dataset: &str, options: &Hdf5Options) -> Result<()> {
        to_hdf5(path, &[(dataset, self)], options)
    }
}

impl<T: Element> Array<T> {
    /// Computes the array and writes it to a dataset of a new HDF5 file: see [`DynArray::to_hdf5`].
    ///
    /// # Errors
    /// As [`to_hdf5`].
    pub fn to_hdf5(&self, path: impl AsRef<Path>, dataset: &str) -> Result<()> {
        self.as_dyn().to_hdf5(path, dataset)
    }

    /// As [`Self::to_hdf5`], stored as `options` say.
    ///
    /// # Errors
    /// As [`to_hdf5`].
    pub fn to_hdf5_with(&self, path: impl AsRef<Path>, dataset: &str, options: &Hdf5Options) -> Result<()> {
        self.as_dyn().to_hdf5_with(path, dataset, options)
    }
}
