//! Zarr stores, as zarr-python writes them.

use std::path::Path;
use std::sync::Arc;

use swath_array_plan::{OpenSink, from_source};
use swath_error::Result;
use swath_zarr::{ZarrSink, ZarrSource};

pub use swath_zarr::ZarrOptions;

use crate::create::natural_chunks;
use crate::store::{Store, aligned, blocks, measured};
use crate::{Array, DynArray, Element};

/// An array over a Zarr array in a folder, version 2 or 3, sharded or not. Only metadata is read now; the chunks a result
/// needs are read when they are needed, in parallel, and again rather than held where that takes less memory.
///
/// Elements of another type than `T` are converted to it. Blocks are made of whole chunks.
/// [`crate::open`] lists the arrays of a group.
///
/// ```
/// # use swath_local as _;
/// # let dir = tempfile::tempdir().unwrap();
/// # let path = dir.path().join("x.zarr");
/// use swath_array as da;
/// da::arange(1000).reshape([10, 100]).to_zarr(&path)?;
/// let x = da::from_zarr::<i64>(&path);
/// assert_eq!(x.max(1).compute()?[9], 999);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn from_zarr<T: Element>(path: impl AsRef<Path>) -> Array<T> {
    from_zarr_dyn(path).typed()
}

/// As [`from_zarr`], with the element type that is found there.
#[track_caller]
pub fn from_zarr_dyn(path: impl AsRef<Path>) -> DynArray {
    let open = || {
        let source = ZarrSource::open(path)?;
        let chunks = natural_chunks(&source);
        from_source(Arc::new(source), &chunks)
    };
    DynArray::new(open())
}

impl DynArray {
    /// Computes the array and writes it to a folder as a Zarr array, chunk by chunk as they are done: version 3, compressed
    /// with zstd. The folder appears when it is complete; nothing is left behind when something fails.
    ///
    /// # Errors
    /// The error that building the array met, that of the task that failed first,
    /// [`swath_error::ErrorKind::InvalidArgument`] when something is there already, or [`swath_error::ErrorKind::Io`].
    pub fn to_zarr(&self, path: impl AsRef<Path>) -> Result<()> {
        self.to_zarr_with(path, &ZarrOptions::default())
    }

    /// As [`Self::to_zarr`], stored as `options` say. Blocks are rechunked where they do not fit the chunks asked for.
    ///
    /// ```
    /// # use swath_local as _;
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let path = dir.path().join("x.zarr");
    /// use swath_array as da;
    /// let options = da::ZarrOptions::default().chunks([10, 10]).shards([50, 100]).gzip(4);
    /// da::ones([100, 100]).chunks([30, 30]).as_dyn().to_zarr_with(&path, &options)?;
    /// assert_eq!(da::from_zarr::<f64>(&path).sum(..).item()?, 10_000.0);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Self::to_zarr`]; [`swath_error::ErrorKind::ShapeMismatch`] for chunks or shards that do not fit.
    pub fn to_zarr_with(&self, path: impl AsRef<Path>, options: &ZarrOptions) -> Result<()> {
        let expr = measured(self)?;
        let (dtype, shape) = (expr.dtype(), expr.shape()?.to_vec());
        let file = options.file_shape(dtype, &shape, &blocks(&expr))?;
        let expr = aligned(&expr, &file)?;
        let options = if options.is_sharded() { options.clone() } else { options.clone().chunks(file) };
        let sink = OpenSink::new(ZarrSink::create(path, dtype, &shape, &options)?);
        Store::write(vec![(expr, sink)])
    }
}

impl<T: Element> Array<T> {
    /// Computes the array and writes it to a folder as a Zarr array: see [`DynArray::to_zarr`].
    ///
    /// # Errors
    /// As [`DynArray::to_zarr`].
    pub fn to_zarr(&self, path: impl AsRef<Path>) -> Result<()> {
        self.as_dyn().to_zarr(path)
    }

    /// As [`Self::to_zarr`], stored as `options` say: see [`DynArray::to_zarr_with`].
    ///
    /// # Errors
    /// As [`DynArray::to_zarr_with`].
    pub fn to_zarr_with(&self, path: impl AsRef<Path>, options: &ZarrOptions) -> Result<()> {
        self.as_dyn().to_zarr_with(path, options)
    }
}
